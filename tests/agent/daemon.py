"""`agent run`: both halves of the Agent, and what it is told while it runs."""

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any, NoReturn

from . import collector
from .clock import Clock
from .handover import Receiver
from .history import History
from .journal import Journal
from .logs_agent import LogsAgent
from .observed import Observed
from .settings import Settings

# The collector answers within this, or its GIL is held by a check that is stuck.
PATIENCE = 10.0
# Fact: checks are waited for at most so long; then the process ends, whatever they do.
STOP = 2.0


@dataclass
class Orders:
    """Commands on their way to the collector."""

    end: socket.socket
    lock: threading.Lock = field(default_factory=threading.Lock)
    number: int = 0
    waiting: dict[int, threading.Event] = field(default_factory=dict)

    def give(self, patience: float, **order: Any) -> bool:
        """Whether the collector did it in time."""
        with self.lock:
            self.number += 1
            number = self.number
            done = self.waiting[number] = threading.Event()
            try:
                self.end.sendall((json.dumps({"number": number, **order}) + "\n").encode())
            except OSError:
                return False
        return done.wait(patience)

    def done(self, number: int) -> None:
        """The collector did one."""
        with self.lock:
            self.waiting.pop(number).set()


class Daemon:
    """The running Agent."""

    def __init__(self, settings: Settings) -> None:
        """Take the port of the expvars, then part the process in two."""
        self.settings = settings
        self.clock = Clock(float(settings.get("stand_in.origin")), settings.speed)
        self.journal = Journal(str(settings.get("log_level")))
        self.observed = Observed(self.journal)
        self.history = History.of(settings)
        self.logs = LogsAgent(settings, self.clock, self.journal, self.history)
        self.expvars = self.logs.expvars(int(settings.get("expvar_port")))
        settings.values["expvar_port"] = self.expvars.port
        ours, theirs = socket.socketpair()
        receiving, sending = socket.socketpair()
        # Forked before there is a thread, and before this half opens anything that matters.
        self.collector = os.fork()
        if self.collector == 0:
            ours.close()
            receiving.close()
            self.expvars.server.socket.close()
            # Standard input is for commands, and standard output for the answers to them.
            os.close(0)
            # It stays open, so that who reads it knows when both halves are gone.
            os.dup(1)
            os.dup2(2, 1)
            collector.run(settings, theirs, sending)
        theirs.close()
        sending.close()
        self.receiving = receiving
        self.orders = Orders(ours)
        self.loaded = threading.Event()
        self.ending = threading.Lock()

    def start(self) -> None:
        """Run both halves until all checks are loaded."""
        # Threads that compute are not to keep the launcher waiting.
        sys.setswitchinterval(0.0005)
        self.logs.start(Receiver(self.receiving))
        if self.history:
            self.logs.run("history", self.history.run)
        self.expvars.start()
        threading.Thread(target=self.listen, name="listen", daemon=True).start()
        self.loaded.wait()

    def listen(self) -> None:
        """Take in what the collector reports; when it is gone, so is the Agent."""
        with (
            self.orders.end.makefile("r", encoding="utf-8") as lines,
            contextlib.suppress(ConnectionResetError),
        ):
            for line in lines:
                self.hear(json.loads(line))
        if self.ending.acquire(blocking=False):
            self.journal.error("the collector died")
            os._exit(2)

    def hear(self, said: dict[str, Any]) -> None:
        """Take in one report."""
        if said["event"] == "done":
            self.orders.done(said["number"])
        elif said["event"] == "loaded":
            self.loaded.set()
        else:
            self.observed.note(said)

    def reload(self) -> bool:
        """Read conf.d again."""
        return self.orders.give(PATIENCE, command="reload")

    def status(self) -> dict[str, Any]:
        """All there is to know."""
        return {
            "checks": self.observed.shown(),
            "expvar_port": self.expvars.port,
            "warnings": list(self.journal.remembered),
            "idle": self.idle(),
            **self.logs.status(),
        }

    def idle(self) -> bool:
        """Whether no check runs, and all that checks sent is done with and noted."""
        return not self.observed.running() and self.logs.idle()

    def become_idle(self, timeout: float) -> bool:
        """Whether that was so before the time was up."""
        until = time.monotonic() + timeout
        while not self.idle():
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        return True

    def stop(self) -> NoReturn:
        """End as `agent stop` does.

        Which half stops first is not known of every version, so it is a setting. Where it is the
        launcher, a check that sends meanwhile is stuck, and is ended with the process.
        """
        if not self.ending.acquire(blocking=False):
            threading.Event().wait()
        if self.settings.get("stand_in.stops_first") == "launcher":
            self.logs.receive_no_more()
        self.orders.give(self.settings.granted(STOP), command="stop")
        os.kill(self.collector, signal.SIGKILL)
        self.logs.stop()
        self.journal.info("the Agent stopped")
        sys.stdout.flush()
        os._exit(0)
