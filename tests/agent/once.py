"""`agent check NAME`: runs a check in a process of its own and sends nothing."""

import json
import sys
from typing import Any

from . import collector, loading
from .aggregator import Aggregator
from .cache import Cache
from .modules import DatadogAgent, install
from .pauses import Pauses
from .processes import be_called
from .settings import Settings


class Printed:
    """Reports as lines on standard output, messages on standard error."""

    def say(self, level: str, message: str) -> None:
        """A line for agent.log."""
        sys.stderr.write(f"{level.upper()} {message}\n")

    def report(self, event: str, **said: Any) -> None:
        """Something that a check submitted."""
        sys.stdout.write(json.dumps({"event": event, **said}, default=str) + "\n")


def check(settings: Settings, name: str, times: int) -> int:
    """Run the instances of a check; the result is the exit status.

    Fact: the same datadog.yaml, the same run path, cache and ids as the running Agent, but no
    receiver: logs are dropped, and what the check keeps is kept.
    """
    be_called("agent", "check", name)
    printed = Printed()
    cache = Cache(settings.path("run_path"), Pauses(settings, salt=4))
    install(DatadogAgent(settings, cache, None, printed), Aggregator(printed))
    loading.look_in(settings.path("additional_checksd"))
    configurations, errors = collector.read(settings)
    failed = bool(errors)
    for error in errors:
        printed.say("error", error)
    found = [configuration for configuration in configurations if configuration.name == name]
    if not any(configuration.instances for configuration in found):
        printed.say("error", f"no valid check found for {name}")
        return 1
    for configuration in found:
        for instance in configuration.instances:
            try:
                made = loading.check(loading.check_class(name), configuration, instance)
            except loading.NotLoaded as error:
                printed.say("error", str(error))
                return 1
            for _ in range(times):
                report = made.run()
                raised = json.loads(report)[0] if report else {}
                failed = failed or bool(raised)
                printed.report(
                    "ran",
                    check_id=made.check_id,
                    error=raised.get("message", ""),
                    warnings=[str(warning) for warning in made.get_warnings()],
                )
    return int(failed)
