"""The Agent's own log, agent.log."""

import sys
import threading
from datetime import UTC, datetime

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


class Journal:
    """Lines on standard error, from a level on; the warnings and errors are also remembered."""

    KEPT = 1000

    def __init__(self, level: str) -> None:
        """Say what is at least as grave as `level`."""
        self.level = LEVELS.get(level.lower(), LEVELS["info"])
        self.lock = threading.Lock()
        self.remembered: list[str] = []

    def say(self, level: str, message: str) -> None:
        """Write a line."""
        if LEVELS[level] >= LEVELS["warning"]:
            with self.lock:
                self.remembered = [*self.remembered[1 - self.KEPT :], message]
        if LEVELS[level] >= self.level:
            time = datetime.now(UTC).strftime("%H:%M:%S.%f")
            sys.stderr.write(f"{time} {level.upper()} {message}\n")

    def debug(self, message: str) -> None:
        """Say what only a developer of the Agent wants to know."""
        self.say("debug", message)

    def info(self, message: str) -> None:
        """Say what goes well."""
        self.say("info", message)

    def warning(self, message: str) -> None:
        """Say what somebody should look at."""
        self.say("warning", message)

    def error(self, message: str) -> None:
        """Say what does not work."""
        self.say("error", message)
