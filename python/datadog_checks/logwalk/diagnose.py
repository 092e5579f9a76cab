"""What `agent diagnose` finds out about a stream: each part on its way, with the fix."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from datadog_checks.base import ConfigurationError

from . import agent
from ._core import LogwalkError

if TYPE_CHECKING:
    from ._core import Stream
    from .check import LogwalkCheck

OPERATIONS = "see docs/operations.md of logwalk"


def diagnostics(check: "LogwalkCheck") -> list[Callable[[], None]]:
    """Each finds out one thing and tells the check's diagnosis; in the order of a record's way."""
    found = Diagnostics(check)
    return [
        found.configuration,
        found.api,
        found.logs_enabled,
        found.logs_section,
        found.receipts,
        found.intake,
        found.place,
    ]


class Diagnostics:
    """The parts of one check."""

    def __init__(self, check: "LogwalkCheck") -> None:
        """Nothing is asked yet."""
        self.check = check

    def stream(self) -> "Stream | None":
        """A stream that never runs and is in no other's way; none where it is wrong."""
        try:
            return self.check.made()
        except ConfigurationError:
            return None

    def good(self, name: str, words: str) -> None:
        """A part is as it should be."""
        self.check.diagnosis.success(name, words, category="logwalk")

    def bad(self, name: str, error: object, fix: str) -> None:
        """A part has to be mended."""
        words, _, rest = str(error).partition("; ")
        self.check.diagnosis.fail(
            name, words, category="logwalk", remediation=rest or fix, rawerror=str(error)
        )

    def configuration(self) -> None:
        """Whether the options are right, which includes that the Agent is not in FIPS mode."""
        try:
            stream = self.check.made()
        except ConfigurationError as error:
            self.bad("configuration", error, OPERATIONS)
        else:
            self.good("configuration", f"{stream.label}: every option is right")

    def api(self) -> None:
        """Whether the API answers, and takes the credentials."""
        if (stream := self.stream()) is None:
            return
        try:
            logs = stream.probe()
        except LogwalkError as error:
            self.bad(
                "API", error, "run `logwalk test -c FILE`, which tries each part of the way there"
            )
        else:
            self.good("API", f"it took the credentials; the first page makes {logs} logs")

    def logs_enabled(self) -> None:
        """Whether the Agent has a logs pipeline at all."""
        if not self.sends():
            return
        if self.check.logs_enabled:
            self.good("logs_enabled", "the Agent's logs pipeline is on")
        else:
            self.bad(
                "logs_enabled",
                "logs_enabled is false in datadog.yaml; set it to true and restart the Agent",
                OPERATIONS,
            )

    def logs_section(self) -> None:
        """Whether the Agent writes this check's logs, which it does only with a `logs:` section."""
        folder, stream = agent.run_path(), self.stream()
        if folder is None or stream is None or not stream.through_agent:
            return
        file = folder / "integrations" / f"{self.check.check_id.replace(':', '_')}.log"
        if file.exists():
            self.good("logs section", f"the Agent writes {file}")
        elif self.kept(stream):
            self.bad(
                "logs section",
                f"{file} is not there although logs were sent; add a `logs:` section with `type: "
                "integration` to this file in conf.d and restart the Agent, or free disk space",
                OPERATIONS,
            )
        else:
            self.good("logs section", "not known before the first log: nothing was sent yet")

    def receipts(self) -> None:
        """Whether it can be seen what the intake has acknowledged."""
        folder = agent.run_path()
        if folder is None or not self.sends():
            return
        registry = folder / "registry.json"
        try:
            registry.read_bytes()
        except OSError as error:
            self.bad(
                "receipts",
                f"{registry} cannot be read ({error.strerror}); without it nothing says what was "
                "delivered: let the Agent's user read it",
                OPERATIONS,
            )
        else:
            self.good("receipts", f"{registry} says what the intake has acknowledged")

    def intake(self) -> None:
        """Whether the log intake takes the key, where logs go there directly."""
        stream = self.stream()
        if stream is None or stream.through_agent:
            return
        try:
            stream.probe_key()
        except LogwalkError as error:
            self.bad("intake", error, "check `destination.api_key` and `destination.site`")
        else:
            self.good("intake", "it took the key")

    def place(self) -> None:
        """Whether the place can be read and is whole."""
        if (stream := self.stream()) is None:
            return
        try:
            is_kept, said = stream.place(self.check)
        except LogwalkError as error:
            self.bad("place", error, OPERATIONS)
            return
        for words in said:
            self.check.diagnosis.warning("place", words, category="logwalk", remediation=OPERATIONS)
        if not said:
            self.good(
                "place",
                "kept, and whole" if is_kept else "none yet: the first run begins at `start`",
            )

    def sends(self) -> bool:
        """Whether logs go through the Agent."""
        stream = self.stream()
        return stream is not None and stream.through_agent

    def kept(self, stream: "Stream") -> bool:
        """Whether a place was ever kept."""
        try:
            return stream.place(self.check)[0]
        except LogwalkError:
            return False
