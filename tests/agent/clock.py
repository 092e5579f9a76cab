"""The wall clock as the Agent sees it."""

import time
from datetime import UTC, datetime

NANOSECONDS = 1_000_000_000


class Clock:
    """A wall clock that can be stepped, as an administrator or NTP steps one.

    The Agent's periods do not notice: Go measures them by a clock that is never stepped.
    """

    def __init__(self, origin: float = 0.0, speed: float = 1.0) -> None:
        """A clock that is right; one with an origin goes so much faster since then."""
        self.stepped = 0.0
        self.origin = int(origin * NANOSECONDS)
        self.speed = speed if origin else 1.0

    def step(self, seconds: float) -> None:
        """Set the clock forward, or back where `seconds` is negative."""
        self.stepped += seconds

    def now(self) -> float:
        """Seconds since 1970."""
        return self.nanoseconds() / NANOSECONDS

    def nanoseconds(self) -> int:
        """Nanoseconds since 1970, as the Agent notes the time at which it read a line."""
        since = time.time_ns() - self.origin
        return self.origin + int(since * self.speed) + int(self.stepped * NANOSECONDS)

    def text(self) -> str:
        """The time as Go writes one into JSON."""
        now = datetime.fromtimestamp(self.now(), UTC)
        return now.isoformat(timespec="microseconds").replace("+00:00", "Z")
