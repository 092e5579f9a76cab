"""What was measured, and what is made of it: medians, ratios, targets."""

from dataclasses import dataclass, field
from statistics import median
from typing import Any

from machinery import Cost
from vendor import Served

TARGETS = {
    "Agent: records/s, times the crawler's": (">=", 6.0),
    "Agent: CPU, times the crawler's": ("<=", 0.2),
    "Agent: peak memory, times the crawler's": ("<=", 0.7),
    "intake: records/s, times the forwarder's": (">=", 6.0),
    "intake: time, times the floor's": ("<=", 1.5),
    "intake: peak memory, times the least of a peer": ("<", 1.0),
    "memory at the large backlog, times that at the small": ("<=", 1.1),
    "records lost at kills": ("<=", 0),
    "records repeated a kill": ("<=", 1_000),
    "requests of an idle poll": ("<=", 1.0),
    "CPU ms of an idle poll beyond the request": ("<=", 1.0),
    "MB of 1 000 idle streams": ("<=", 150.0),
    "MB of the check and one idle run": ("<=", 25.0),
}


@dataclass
class Series:
    """The runs of one contender over the same records."""

    name: str
    records: int
    costs: list[Cost] = field(default_factory=list)

    def rate(self) -> float:
        """Records per second, the median."""
        return self.records / median(cost.seconds for cost in self.costs)

    def per_cpu(self) -> float:
        """Records per second of CPU, the median."""
        return self.records / median(cost.cpu for cost in self.costs)

    def peak(self) -> float:
        """Peak memory in MB, the median."""
        return median(cost.peak for cost in self.costs)

    def gil(self) -> float:
        """Seconds for which the GIL may have been held, the median."""
        return median(cost.gil for cost in self.costs)


@dataclass
class Cell:
    """All contenders over the same records, served in the same way."""

    served: Served
    series: dict[str, Series]

    def of(self, name: str) -> Series:
        """The runs of one of them."""
        return self.series[name]

    def ratio(self, ours: str, theirs: str, what: str) -> "Ratio":
        """One contender's times another's, round by round: both met the same moment."""
        pairs = zip(self.series[ours].costs, self.series[theirs].costs, strict=False)
        return Ratio([getattr(mine, what) / getattr(other, what) for mine, other in pairs])


@dataclass
class Ratio:
    """A ratio of each round."""

    rounds: list[float]

    def middle(self) -> float:
        """The median."""
        return median(self.rounds)

    def inverse(self) -> "Ratio":
        """The other way round."""
        return Ratio([1 / one for one in self.rounds])

    def __str__(self) -> str:
        """The median and the spread."""
        return f"{self.middle():.2f} ({min(self.rounds):.2f} to {max(self.rounds):.2f})"


@dataclass
class Kills:
    """What came of walks that were killed and started again."""

    name: str
    kills: int
    records: int
    lost: int
    repeated: int


@dataclass
class Results:
    """Everything that one bench measured."""

    agent: list[Cell] = field(default_factory=list)
    intake: list[Cell] = field(default_factory=list)
    kills: dict[str, Kills] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def missed(self) -> list[str]:
        """The targets that were measured and not met."""
        return [name for name, value in self.values.items() if not meets(name, value)]


def meets(name: str, value: float) -> bool:
    """Whether a value reaches its target."""
    sign, target = TARGETS[name]
    if sign == ">=":
        return value >= target
    return value < target if sign == "<" else value <= target
