"""The core, written in Rust; the check and the command are thin around it."""

from collections.abc import Iterator
from typing import Any, Literal, Protocol, final, type_check_only

__all__ = ["ConfigError", "LogwalkError", "Page", "Run", "RunError", "Stream", "main"]

class LogwalkError(Exception):
    """Anything the core raises."""

class ConfigError(LogwalkError):
    """The configuration is wrong and the place did not move; the text names path and fix."""

class RunError(LogwalkError):
    """The run ended for a reason that somebody must act on, in words with the fix."""

@type_check_only
class Cache(Protocol):
    """Where the place lives between runs: the check itself, whose base class has both methods."""

    def read_persistent_cache(self, key: str) -> str: ...
    def write_persistent_cache(self, key: str, value: str) -> None: ...

@final
class Stream:
    """One instance, checked.

    `instance` and `init_config` are JSON texts as written by the user. `agent` is a JSON text with
    `check_id`, `born` (the how manieth check of the process it is), `version`, `tags`
    (comma-separated, as the Agent joins them), `proxy` (null or a mapping with http, https,
    no_proxy), `max_message_size_bytes`, `run_path`, `integrations_logs_files_max_size`
    (megabytes), `expvar_port` and `fips`.
    """

    def __new__(cls, instance: str, init_config: str, agent: str) -> Stream: ...
    @property
    def identity(self) -> str:
        """What decides which records come, hashed: letters and digits only."""
    @property
    def label(self) -> str:
        """What a person calls this stream: the source, and `stream` where one is set."""
    @property
    def source(self) -> str:
        """The source's name."""
    @property
    def stream(self) -> str | None:
        """What keeps two instances of one source apart."""
    @property
    def secrets(self) -> list[str]:
        """Everything that must appear nowhere, for the Agent's scrubber."""
    @property
    def through_agent(self) -> bool:
        """Whether logs go through the Agent: only then does a run have pages to emit."""
    @property
    def interval(self) -> float:
        """Seconds between two runs."""
    def run(self, cache: Cache, keeps: bool) -> Run:
        """Begin a run: read the place and start to fetch. Without `keeps` the place never moves."""
    def probe(self) -> int:
        """Ask the API for one page, as a first run would: how many logs it makes. Nothing is kept.

        Of a stream of one's own, never of one that may be running.
        """
    def probe_key(self) -> None:
        """Ask the intake whether it knows the key; nothing where logs go through the Agent."""
    def place(self, cache: Cache) -> tuple[bool, list[str]]:
        """Whether a place is kept, and what has to be known about it."""
    def cancel(self) -> None:
        """End the run under way within a second; returns at once, from any thread.

        A run that begins later is another one: it is not cancelled.
        """

@final
class Run:
    """One run: an iterator over pages. The next page is fetched while this one is emitted.

    Where the Agent leaves receipts, a page comes in parts that fit into its file, and the next part
    only once nothing unread can be lost by it.
    """

    @property
    def line_is_open(self) -> bool:
        """Whether a crash left a line without its end: an empty log ends it, before any other."""
    def __iter__(self) -> Run: ...
    def __next__(self) -> Page:
        """Wait for the next page, GIL free; after the last, raise RunError if there is cause."""
    def keep(self, page: Page) -> None:
        """Save the place after `page`, whose logs are out.

        RunError where that does not stick, ConfigError where the Agent drops what is sent to it.
        Nothing is saved of a page that a cancelled run did not emit to its end.
        """
    def metrics(self) -> list[tuple[Literal["gauge", "count"], str, float, list[str]]]:
        """Kind, name without the namespace, value and further tags of all that was counted."""
    def warnings(self) -> list[str]:
        """What somebody should know although the run did not fail."""

@final
class Page:
    """The logs of one page, in order, and with them the place to keep once they are emitted."""

    def __iter__(self) -> Iterator[dict[str, Any]]: ...
    def __len__(self) -> int: ...

def main(argv: list[str], python: str) -> int:
    """Run the `logwalk` command and return its exit status; `python` is for starting the check."""
