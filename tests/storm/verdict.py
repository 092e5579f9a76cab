"""What the vendor holds, beside what the intake has."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Excuse:
    """How many records may be sent twice, and for which reasons."""

    records: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    # Both copies of a place are gone: everything may be sent again.
    place_lost: bool = False

    def add(self, reason: str, records: int) -> None:
        """One more reason."""
        self.records += records
        self.reasons[reason] += records


@dataclass(frozen=True)
class Verdict:
    """How a storm went for one check."""

    held: int
    arrived: int
    lost: list[str]
    # Lost after they had been handed to the Agent, and never handed to it.
    lost_by_agent: int
    # Sent twice by the check, and twice by the Agent what the check sent once.
    repeated: int
    repeated_by_agent: int
    excused: int
    pieces: int

    @property
    def unexplained(self) -> int:
        """Repeats of the check that nothing explains."""
        return max(0, self.repeated - self.excused)


def verdict(
    held: set[str], arrived: list[str], written: list[str], excuse: Excuse, pieces: int
) -> Verdict:
    """Compare them; `written` is what the Agent was handed, in order."""
    came, sent = Counter(arrived), Counter(written)
    lost = sorted(held - came.keys())
    return Verdict(
        held=len(held),
        arrived=len(came),
        lost=lost,
        lost_by_agent=sum(1 for record in lost if record in sent),
        repeated=sum(times - 1 for times in sent.values()),
        repeated_by_agent=sum(
            max(0, times - sent.get(record, 1)) for record, times in came.items()
        ),
        excused=sum(sent.values()) if excuse.place_lost else excuse.records,
        pieces=pieces,
    )
