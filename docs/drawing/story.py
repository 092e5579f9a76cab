"""A day of four streams, made up: one API is away for a while, another is short of quota."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

STEP = 300
STEPS = 288
DAY = STEP * STEPS
# When agent_handler/api_calls cannot be read, and when it has caught up again.
AWAY, BACK, CAUGHT_UP = 100, 121, 133


@dataclass(frozen=True)
class Stream:
    """A stream, and how much comes in five minutes at noon."""

    source: str
    label: str
    busy: float
    bytes_each: int
    retention: float


STREAMS = [
    Stream("agent_handler/tool_calls", "", 900, 1_450, 30 * 86_400),
    Stream("agent_handler/api_calls", "", 2_100, 1_250, 30 * 86_400),
    Stream("agent_handler/audit_log", "", 6, 620, 365 * 86_400),
    Stream("datadog/audit", "eu", 240, 1_900, 90 * 86_400),
]


def series() -> dict[str, dict[tuple[str, str, str], list[float]]]:
    """Each metric's points by source, stream and status."""
    found: dict[str, dict[tuple[str, str, str], list[float]]] = {}
    for number, stream in enumerate(STREAMS):
        chance = random.Random(number)  # noqa: S311 (a picture is no secret)
        for (metric, status), value in Day(stream, chance).metrics().items():
            points = [value(step) for step in range(STEPS)]
            found.setdefault(f"logwalk.{metric}", {})[stream.source, stream.label, status] = points
    return found


class Day:
    """A day of one stream: what its metrics say at each step."""

    def __init__(self, stream: Stream, chance: random.Random) -> None:
        """A day like others, but for what happens to two of the streams."""
        self.stream = stream
        self.hit = stream.source == "agent_handler/api_calls"
        self.short = stream.source == "datadog/audit"
        self.noise = [chance.uniform(0.75, 1.25) for _ in range(STEPS)]
        missed = sum(self.comes(step) for step in range(AWAY, BACK))
        self.missed = missed / (CAUGHT_UP - BACK) if self.hit else 0

    def away(self, step: int) -> bool:
        """Whether the API cannot be read."""
        return self.hit and AWAY <= step < BACK

    def comes(self, step: int) -> float:
        """What the vendor records."""
        return self.stream.busy * self.noise[step] * (0.15 + math.sin(math.pi * step / STEPS) ** 4)

    def sent(self, step: int) -> float:
        """What is delivered: what came, and what was missed."""
        if self.away(step):
            return 0
        return round(self.comes(step) + (self.missed if BACK <= step < CAUGHT_UP else 0))

    def lag(self, step: int) -> float:
        """How old the newest delivered record is, while behind."""
        if not self.hit or not AWAY <= step < CAUGHT_UP:
            return 0
        if step < BACK:
            return (step - AWAY + 1) * STEP
        return (BACK - AWAY) * STEP * (1 - (step - BACK + 1) / (CAUGHT_UP - BACK))

    def still(self, step: int) -> float:
        """How long the place has not moved."""
        return (step - AWAY + 1) * STEP if self.away(step) else 60 * self.noise[step]

    def throttled(self, step: int) -> float:
        """How long the vendor made it wait."""
        return 12 * self.noise[step] if self.short and 150 <= step < 190 else 0

    def good(self, step: int) -> float:
        """How many requests were answered."""
        return 0 if self.away(step) else max(5, round(self.sent(step) / 900))

    def retries(self, step: int) -> float:
        """How many had to be made again."""
        return 8 if self.away(step) else 3 if self.throttled(step) else 0

    def metrics(self) -> dict[tuple[str, str], Callable[[int], float]]:
        """Each metric, with its status where it has one."""
        noise, stream, sent = self.noise, self.stream, self.sent
        return {
            ("lag_seconds", ""): self.lag,
            ("behind", ""): lambda step: float(self.lag(step) > 0),
            ("retention_left_seconds", ""): lambda step: (
                stream.retention - self.lag(step) - 60 * noise[step]
            ),
            ("gap_seconds", ""): never,
            ("cursor.age_seconds", ""): self.still,
            ("bytes.unconfirmed", ""): lambda step: (
                sent(step) * stream.bytes_each * 0.02 * noise[-step]
            ),
            ("records.sent", ""): sent,
            ("bytes.sent", ""): lambda step: sent(step) * stream.bytes_each,
            ("records.duplicate", ""): lambda step: round(sent(step) * 0.9),
            ("records.rejected", ""): never,
            ("records.unconfirmed", ""): never,
            ("records.resent", ""): lambda step: 240 if step == 210 and stream.busy > 800 else 0,
            ("records.truncated", ""): lambda step: float(noise[step] > 1.24) * 2,
            ("records.too_old", ""): never,
            ("records.future", ""): lambda step: float(self.short and noise[step] > 1.245),
            ("pages.read", ""): self.good,
            ("requests", "2xx"): self.good,
            ("requests", "4xx"): lambda step: 3 if self.throttled(step) else 0,
            ("requests", "5xx"): lambda step: 8 if self.away(step) else 0,
            ("requests", "error"): lambda step: 2 if self.away(step) and step % 3 == 0 else 0,
            ("retries", ""): self.retries,
            ("api.can_connect", ""): lambda step: float(not self.away(step)),
            ("throttled_seconds", ""): self.throttled,
            ("run.duration_seconds", ""): lambda step: (
                0.4 + sent(step) / 1_500 + self.throttled(step)
            ),
        }


def never(_: int) -> float:
    """What did not happen that day."""
    return 0
