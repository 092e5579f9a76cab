"""The modules that the Agent puts into the Python it embeds.

The base package finds them when it is imported, and then says that it runs in an Agent.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from .aggregator import Aggregator
from .cache import Cache
from .reports import Reports
from .settings import Settings

LEVELS = ((40, "error"), (30, "warning"), (20, "info"))


class DatadogAgent(ModuleType):
    """The module `datadog_agent`."""

    def __init__(
        self,
        settings: Settings,
        cache: Cache,
        hand_over: Callable[[bytes, bytes], None] | None,
        reports: Reports,
    ) -> None:
        """Without `hand_over` there is no receiver of logs, and they are dropped."""
        super().__init__("datadog_agent")
        self.settings = settings
        self.cache = cache
        self.hand_over = hand_over
        self.reports = reports
        self.started = int(time.time())

    def send_log(self, log_line: str, check_id: str) -> None:
        """Hand a log over to the launcher.

        Fact: without a receiver (logs are not enabled, `agent check`) it is dropped and the check
        is told nothing.
        """
        line, to = c_string(log_line), c_string(check_id)
        if self.hand_over is None:
            self.reports.say("error", "Log submission failed: no receiver")
        else:
            self.hand_over(to, line)

    def get_config(self, key: str) -> Any:
        """A setting under its dotted key; None where it has neither value nor default."""
        return self.settings.get(key)

    def get_hostname(self) -> str:
        """The name of the host."""
        return str(self.settings.get("hostname"))

    def get_version(self) -> str:
        """The version of the Agent."""
        return str(self.settings.get("stand_in.version"))

    def get_clustername(self) -> str:
        """The name of the Kubernetes cluster; there is none."""
        return ""

    def get_host_tags(self) -> str:
        """The tags of the host, as JSON."""
        return "{}"

    def get_process_start_time(self) -> int:
        """When the Agent started, in seconds since 1970."""
        return self.started

    def headers(self, **more: str) -> dict[str, str]:
        """The headers of a check's requests."""
        agent = f"Datadog Agent/{self.get_version()}"
        return {"User-Agent": agent, "Accept": "text/html, */*"} | more

    def log(self, message: str, level: int) -> None:
        """A line for agent.log."""
        self.reports.say(next((n for bound, n in LEVELS if level >= bound), "debug"), message)

    def read_persistent_cache(self, key: str) -> str:
        """The value of a key. The GIL is not held."""
        return self.cache.read(key)

    def write_persistent_cache(self, key: str, value: str) -> None:
        """Keep the value of a key. The GIL is not held."""
        c_string(value)
        self.cache.write(key, value)

    def set_check_metadata(self, check_id: str, name: str, value: str) -> None:
        """Show something in the inventory."""
        self.reports.report("metadata", check_id=check_id, name=name, value=value)

    def set_external_tags(self, tags: list[Any]) -> None:
        """Tag other hosts."""

    def tracemalloc_enabled(self) -> bool:
        """Whether memory is traced."""
        return False

    def obfuscate_sql(self, query: str, options: str | None = None) -> str:
        """The query; nothing is hidden here."""
        del options
        return query

    def obfuscate_sql_exec_plan(self, plan: str, normalize: bool = False) -> str:  # noqa: FBT001, FBT002
        """The plan; nothing is hidden here."""
        del normalize
        return plan

    def obfuscate_mongodb_string(self, command: str) -> str:
        """The command; nothing is hidden here."""
        return command

    def emit_agent_telemetry(self, check: str, name: str, value: float, kind: str) -> None:
        """Count something for Datadog."""
        self.reports.report("telemetry", check=check, name=name, value=value, kind=kind)

    def report_issue(self, check: str, report: str) -> None:
        """Report an issue to Agent Health."""
        self.reports.report("issue", check=check, issue=report)

    def resolve_issue(self, issue_id: str) -> None:
        """Take an issue back."""
        self.reports.report("resolved", issue=issue_id)


class SubprocessOutputEmptyError(Exception):
    """A command that printed nothing."""


def subprocess_output(
    command: list[str],
    raise_on_empty: bool = True,  # noqa: FBT001, FBT002
    env: dict[str, str] | None = None,
) -> tuple[str, str, int]:
    """What a command printed, and how it ended."""
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if raise_on_empty and not done.stdout:
        raise SubprocessOutputEmptyError("get_subprocess_output expected output but had none.")
    return done.stdout, done.stderr, done.returncode


def c_string(text: Any) -> bytes:
    """A text as the C functions take it.

    Fact: anything but a text, a NUL within it and half a surrogate pair raise.
    """
    if not isinstance(text, str):
        raise TypeError(f"argument must be str, not {type(text).__name__}")
    if "\0" in text:
        raise ValueError("embedded null character")
    return text.encode()


def module(name: str, **contents: Any) -> ModuleType:
    """A module with these contents."""
    made = ModuleType(name)
    vars(made).update(contents)
    return made


def install(agent: DatadogAgent, aggregator: Aggregator) -> None:
    """Put the modules where imports find them; before the base package is imported.

    A process that has imported it already, and is to start faster for it, has others there: they
    become these.
    """
    for made in (agent, aggregator):
        there = sys.modules.setdefault(made.__name__, made)
        vars(there).update(vars(made))
    sys.modules["util"] = module("util", headers=agent.headers)
    sys.modules["_util"] = module(
        "_util",
        SubprocessOutputEmptyError=SubprocessOutputEmptyError,
        subprocess_output=subprocess_output,
        get_subprocess_output=subprocess_output,
    )
    sys.modules["tagger"] = module(
        "tagger",
        LOW=0,
        ORCHESTRATOR=1,
        HIGH=2,
        get_tags=lambda entity, high_card: [],  # noqa: ARG005
        tag=lambda entity, cardinality: [],  # noqa: ARG005
    )
    sys.modules["kubeutil"] = module("kubeutil", get_connection_info=dict)
    sys.modules["containers"] = module("containers", is_excluded=lambda *about: False)  # noqa: ARG005
