"""The half of the Agent that is Go: launcher, tailers, pipeline, sender, registry, expvars."""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from .clock import Clock
from .expvars import Expvars
from .file_launcher import FileLauncher
from .handover import Receiver
from .integration_files import IntegrationFiles, Losing
from .journal import Journal
from .launcher import Launcher
from .pauses import Pauses
from .pipeline import Payload, Pipeline
from .registry import Registry
from .sender import Counters, Sender
from .settings import Settings


class LogsAgent:
    """Everything between `send_log` and the intake."""

    def __init__(
        self, settings: Settings, clock: Clock, journal: Journal, losing: Losing | None
    ) -> None:
        """Recover what is on disk; nothing runs yet."""
        self.settings = settings
        self.journal = journal
        self.losing = losing
        self.counters = Counters()
        self.pipeline = Pipeline(settings)
        self.registry = Registry(settings, clock, journal, Pauses(settings, salt=2))
        self.files = FileLauncher(settings, clock, self.registry, self.pipeline.put, journal)
        self.sender = Sender(settings, self.pipeline, self.sent, self.counters, journal)
        self.launcher: Launcher | None = None
        self.threads: dict[str, threading.Thread] = {}

    def sent(self, payload: Payload) -> None:
        """A payload has left the sender: the registry moves, whatever the intake said."""
        self.registry.done(payload)
        self.pipeline.done(payload)

    def start(self, receiver: Receiver) -> None:
        """Run every routine."""
        pauses = Pauses(self.settings, salt=3)
        files = IntegrationFiles(self.settings, self.journal, pauses, self.losing)
        self.launcher = Launcher(receiver, files, self.files.add, self.journal)
        self.run("launcher", self.launcher.run)
        self.run("registry", self.registry.run)
        self.run("files", self.files.run)
        self.run("batch", self.pipeline.batch)
        for number in range(self.sender.threads):
            self.run(f"sender {number}", self.sender.run)

    def run(self, name: str, routine: Callable[[], None]) -> None:
        """Run a routine; where one fails, the whole Agent does, as Go does after a panic."""

        def whole() -> None:
            try:
                routine()
            except Exception as error:  # noqa: BLE001 (whatever it is, the Agent is broken)
                self.journal.error(f"{name} failed: {error!r}")
                os._exit(2)

        self.threads[name] = threading.Thread(target=whole, name=name, daemon=True)
        self.threads[name].start()

    def expvars(self, port: int) -> Expvars:
        """The server of `/debug/vars`; its port is taken, but it does not answer yet."""
        return Expvars(port, lambda: {"logs-agent": self.counters.shown()})

    def idle(self) -> bool:
        """Whether all that checks sent is read, done with, and in the registry."""
        return (
            self.launcher is not None
            and not self.launcher.busy
            and self.files.caught_up()
            and self.pipeline.unsent == 0
            and self.registry.idle()
        )

    def status(self) -> dict[str, Any]:
        """What `agent status` shows of logs."""
        return {
            "logs": self.counters.shown(),
            "received": self.launcher.receiver.received if self.launcher else 0,
            "unsent": self.pipeline.unsent,
            "bytes_missed": self.files.bytes_missed,
            "files": self.files.status(),
        }

    def receive_no_more(self) -> None:
        """Stop the launcher. Fact: a check that then sends is stuck, and holds the GIL."""
        if self.launcher:
            self.launcher.receiver.stopped.set()

    def stop(self) -> None:
        """End every routine in the order of the data, and write the registry a last time.

        Fact: a payload that the intake does not take within stop_grace_period is left; it is read
        again at the next start.
        """
        grace = self.settings.granted(float(self.settings.get("logs_config.stop_grace_period")))
        until = time.monotonic() + grace
        self.receive_no_more()
        self.files.stop()
        self.pipeline.stop()
        while self.pipeline.unsent and time.monotonic() < until:
            time.sleep(0.01)
        self.sender.stopped.set()
        self.registry.stopped.set()
        self.threads["registry"].join(1)
