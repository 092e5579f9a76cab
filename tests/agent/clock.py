"""The wall clock as the Agent sees it."""

import time
from datetime import UTC, datetime


class Clock:
    """A wall clock that can be stepped, as an administrator or NTP steps one.

    The Agent's periods do not notice: Go measures them by a clock that is never stepped.
    """

    def __init__(self) -> None:
        """A clock that is right."""
        self.stepped = 0.0

    def step(self, seconds: float) -> None:
        """Set the clock forward, or back where `seconds` is negative."""
        self.stepped += seconds

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.stepped

    def nanoseconds(self) -> int:
        """Nanoseconds since 1970, as the Agent notes the time at which it read a line."""
        return time.time_ns() + int(self.stepped * 1e9)

    def text(self) -> str:
        """The time as Go writes one into JSON."""
        now = datetime.fromtimestamp(self.now(), UTC)
        return now.isoformat(timespec="microseconds").replace("+00:00", "Z")
