"""The Agent check: pulls pages of logs out of the core, emits them, and keeps the place."""

import itertools
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from datadog_checks.base import AgentCheck, ConfigurationError

from . import agent
from .__about__ import __version__
from ._core import ConfigError, Run, RunError, Stream
from .issue import Issue

# After a reload the older check may begin its first run later than the newer one.
BIRTHS = itertools.count()


class LogwalkCheck(AgentCheck):
    """One stream of one log API: an instance in conf.d/logwalk.d."""

    __NAMESPACE__ = "logwalk"

    def __init__(
        self, name: str, init_config: dict[str, Any], instances: Sequence[dict[str, Any]]
    ) -> None:
        """Read nothing yet: the Agent says who this check is only after it is made."""
        super().__init__(name, init_config, instances)
        self.born = next(BIRTHS)
        self.stream: Stream | None = None
        self.diagnosable = False
        self.issue = Issue(self)

    def load_configuration_models(self, package_path: str | None = None) -> None:
        """Nothing: the core has read every option; models would cost 6 MB to read them again."""

    def opened(self) -> Stream:
        """The stream; its configuration is checked when it is first asked for, in the first run."""
        if self.stream is None:
            try:
                self.stream = self.made()
            except ConfigurationError as error:
                # The base class asks for the place's name before it calls `check`.
                self.issue.raised(error)
                raise
            self.set_metadata("version", __version__)
        return self.stream

    def made(self) -> Stream:
        """A stream of this configuration, which is checked by that."""
        if untrusted := agent.untrusted_paths(self):
            raise ConfigurationError(
                f"{', '.join(untrusted)}: this configuration is of `{self.provider}`, and may name "
                "no files here (integration_ignore_untrusted_file_params in datadog.yaml); put it "
                "into a file of conf.d, or the path into integration_file_paths_allowlist"
            )
        with configuration_errors():
            stream = Stream(
                agent.as_json("the instance", self.instance),
                agent.as_json("init_config", self.init_config),
                agent.facts(self),
            )
        for secret in stream.secrets:
            self.register_secret(secret)
        return stream

    def get_diagnoses(self) -> str:
        """What `agent diagnose` shows, as JSON."""
        if not self.diagnosable:
            # Only who asks pays for it.
            from .diagnose import diagnostics  # noqa: PLC0415

            self.diagnosis.register(*diagnostics(self))
            self.diagnosable = True
        return str(super().get_diagnoses())

    def persistent_cache_id(self) -> str:
        """What decides which records come: editing anything else does not move the place."""
        return self.opened().identity

    def check(self, _: Any) -> None:
        """One run, whose failure is an issue of this host until a later one goes well."""
        try:
            self.walk()
        except (ConfigurationError, RunError) as error:
            self.issue.raised(error)
            raise
        self.issue.over()

    def walk(self) -> None:
        """Emit what is new, a page at a time; a page's place is kept once its logs are out.

        Where logs go to the intake directly, the core delivers them and there is no page to emit.
        """
        stream = self.opened()
        if stream.through_agent and not self.logs_enabled:
            raise ConfigurationError(
                "logs_enabled is false in datadog.yaml: nothing was read; "
                "set `logs_enabled: true` and restart the Agent"
            )
        self.run_check_initializations()  # done already, unless somebody calls check() itself
        with configuration_errors():
            run = stream.run(self, not stream.through_agent or self.keeps_its_place())
            try:
                if run.line_is_open:
                    self.send_log({})
                for page in run:
                    for log in page:
                        self.send_log(log)
                    run.keep(page)
            finally:
                self.report(stream, run)

    def keeps_its_place(self) -> bool:
        """Whether what is emitted here is delivered, so that the place may move."""
        if not agent.is_agent_check(agent.command_line()):
            return True
        self.warning(
            "`agent check` delivers no logs: the place is not kept, "
            "and the running Agent will read these records again"
        )
        return False

    def report(self, stream: Stream, run: Run) -> None:
        """Submit what the run counted, and say what somebody should know."""
        tags = [f"log_source:{stream.source}"]
        if stream.stream is not None:
            tags.append(f"stream:{stream.stream}")
        tags.extend(self.instance.get("tags", []))
        for kind, name, value, more in run.metrics():
            submit = self.gauge if kind == "gauge" else self.count
            submit(name, value, tags=[*tags, *more])
        for warning in run.warnings():
            self.warning(warning)

    def cancel(self) -> None:
        """End the run that is under way, from any thread, without waiting for it."""
        if self.stream is not None:
            self.stream.cancel()


@contextmanager
def configuration_errors() -> Iterator[None]:
    """Raise the core's configuration errors as the Agent's own, which it shows as such."""
    try:
        yield
    except ConfigError as error:
        raise ConfigurationError(str(error)) from None


def load_encoder() -> None:
    """Load now what `send_log` would load at the first log: two first logs at once would race."""
    encode = getattr(getattr(sys.modules[AgentCheck.__module__], "json", None), "encode", None)
    if encode is not None:
        encode({})


load_encoder()
