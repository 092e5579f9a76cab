"""The half of the Agent that has Python in it: loads checks and runs them."""

import json
import os
import signal
import socket
import threading
from pathlib import Path
from typing import Any

from . import confd, loading, modules
from .aggregator import Aggregator
from .cache import Cache
from .handover import LOG, REGISTER, Sender
from .pauses import Pauses
from .processes import die_with_parent
from .schedule import Schedule
from .settings import Settings

# Fact: a check that is unscheduled has half a second for `cancel()`; at its end the Agent waits
# for running checks for two.
STOP = 2.0


class Line:
    """JSON lines to the other half: what checks report, and answers to commands."""

    def __init__(self, end: socket.socket) -> None:
        """Write to a socket."""
        self.end = end
        self.lock = threading.Lock()

    def report(self, event: str, **said: Any) -> None:
        """Tell of something."""
        text = json.dumps({"event": event, **said}, default=str) + "\n"
        try:
            with self.lock:
                self.end.sendall(text.encode(errors="replace"))
        except OSError:
            os._exit(1)

    def say(self, level: str, message: str) -> None:
        """A line for agent.log."""
        self.report("log", level=level, message=message)


class Collector:
    """The checks of conf.d."""

    def __init__(self, settings: Settings, line: Line, sender: Sender | None) -> None:
        """Give Python the Agent's modules; then checks can be loaded."""
        self.settings = settings
        self.line = line
        self.sender = sender
        run_path = settings.path("run_path")
        cache = Cache(run_path, Pauses(settings, salt=1))
        hand_over = None
        if sender is not None and settings.get("logs_enabled"):
            hand_over = self.hand_over
        agent = modules.DatadogAgent(settings, cache, hand_over, line)
        modules.install(agent, Aggregator(line))
        loading.look_in(settings.path("additional_checksd"))
        self.loaded: set[str] = set()
        self.schedule = Schedule(int(settings.get("check_runners")), settings.scaled, line)

    def hand_over(self, check_id: bytes, log: bytes) -> None:
        """Hand a log over to the launcher."""
        if self.sender is not None:
            self.sender.hand_over(LOG, check_id, log)

    def reload(self) -> None:
        """Do what conf.d says now.

        Fact: a check whose id is not there any more is cancelled, and its successor may run while
        it still does.
        """
        configurations, errors = read(self.settings)
        for error in errors:
            self.line.say("error", error)
        wanted = {
            configuration.check_id(instance): (configuration, instance)
            for configuration in configurations
            for instance in configuration.instances
        }
        patience = self.settings.granted(float(self.settings.get("check_cancel_timeout")))
        for check_id in self.loaded - wanted.keys():
            self.loaded.remove(check_id)
            self.schedule.remove(check_id, patience)
            self.line.report("unscheduled", check_id=check_id)
        for check_id in sorted(wanted.keys() - self.loaded):
            self.load(check_id, *wanted[check_id])

    def load(self, check_id: str, configuration: confd.Configuration, instance: str) -> None:
        """Load a check and schedule it.

        Fact: its `logs:` blocks go to the launcher over the same blocking channel as logs, before
        its first run.
        """
        try:
            check = loading.check(loading.check_class(configuration.name), configuration, instance)
        except loading.NotLoaded as error:
            self.line.say("error", str(error))
            return
        if configuration.logs and self.sender and self.settings.get("logs_enabled"):
            blocks = json.dumps(configuration.logs, default=str).encode()
            self.sender.hand_over(REGISTER, check_id.encode(), blocks)
        self.loaded.add(check_id)
        self.line.report("scheduled", check_id=check_id, file=str(configuration.path))
        self.schedule.add(check)

    def obey(self, order: dict[str, Any]) -> None:
        """Do what the other half of the Agent wants."""
        if order["command"] == "reload":
            self.reload()
        elif order["command"] == "run_now":
            self.schedule.now(order.get("check_id"))
        elif order["command"] == "stop":
            self.schedule.stop(self.settings.granted(STOP))
        self.line.report("done", number=order["number"])


def read(settings: Settings) -> tuple[list[confd.Configuration], list[str]]:
    """What is in conf.d, with the secrets as they are now."""
    options = settings.get("secret_backend_config") or {}
    file = options.get("file_path")
    try:
        secrets = confd.secrets(Path(file) if file else None)
    except (OSError, ValueError) as error:
        return [], [f"secrets: {error}"]
    return confd.read(settings.path("confd_path"), secrets)


def run(settings: Settings, line_end: socket.socket, sending_end: socket.socket) -> None:
    """The whole life of the process: load everything, then do as told."""
    die_with_parent()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    collector = Collector(settings, Line(line_end), Sender(sending_end))
    collector.reload()
    collector.line.report("loaded")
    with line_end.makefile("r", encoding="utf-8") as orders:
        for order in orders:
            collector.obey(json.loads(order))
    os._exit(0)
