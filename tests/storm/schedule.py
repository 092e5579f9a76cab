"""What a seed decides: who takes part in a storm, and what happens when."""

import random
from dataclasses import dataclass, field, replace
from typing import Any

STREAMS = ("agent_handler/tool_calls", "agent_handler/api_calls", "agent_handler/audit_log")
# A log's line is so much longer than the record as it came.
LINE = 1.6
# The largest page that the vendor gives.
MOST_RECORDS = 1000
# Seconds after which the weather clears up and nothing happens any more.
CALM = 80.0
# What can happen, and how often it does.
HAPPENINGS = {
    "kill": 6,
    "power": 3,
    "edit": 2,
    "edit_and_kill": 1,
    "rotate": 1,
    "clock": 1,
    "tear": 2,
    "restart": 1,
}


@dataclass(frozen=True)
class Happening:
    """One thing that happens."""

    at: float
    what: str
    # How long it lasts, or how far it goes.
    extent: float = 0.0


@dataclass(frozen=True)
class Schedule:
    """All of it; times are seconds of the storm's."""

    seed: int
    cap_behaviour: str
    # The bytes of an integration file.
    cap: int
    streams: tuple[str, ...]
    # Of each stream: records in all, those that are there at the beginning, and a second.
    total: int
    backlog: int
    rate: float
    record_bytes: int
    page_size: int
    late_share: float
    interval: int
    audit_sequence: bool
    concurrent: int
    atomic: bool
    pauses: bool
    # What the intake does until it calms down, as its weather; times are real seconds per speed.
    weather: dict[str, Any]
    # Between these moments it takes nothing.
    outage: tuple[float, float] | None
    refusing: tuple[float, float] | None
    happenings: tuple[Happening, ...] = field(default_factory=tuple)
    # When the Agent first looks for rotated files.
    first_scan: float = 10.0

    @property
    def power(self) -> bool:
        """Whether the power will be cut."""
        return any(happening.what == "power" for happening in self.happenings)

    @property
    def disturbed(self) -> bool:
        """Whether anything happens to the Agent itself."""
        return any(happening.what != "look" for happening in self.happenings)

    @property
    def settings(self) -> dict[str, Any]:
        """What of it is said in datadog.yaml."""
        return {
            "stand_in.cap_behaviour": self.cap_behaviour,
            "stand_in.audit_sequence": self.audit_sequence,
            "stand_in.seed": self.seed,
            "stand_in.first_scan": self.first_scan,
            "stand_in.write_pause": 0.002 if self.pauses else 0,
            "stand_in.write_pause_chance": 0.05 if self.pauses else 0,
            "logs_config.integrations_logs_files_max_size": self.cap / 1024 / 1024,
            "logs_config.batch_max_concurrent_send": self.concurrent,
            "logs_config.atomic_registry_write": self.atomic,
        }


def schedule(seed: int, cap_behaviour: str | None = None, scale: int = 1) -> Schedule:
    """The schedule of a seed; even seeds have Agents that cut files in place.

    With a scale of 32 files are as large as those of real Agents, from 1 to 10 MB, and so many more
    records come in the same time.
    """
    plan = unscaled(seed, cap_behaviour)
    return replace(
        plan,
        cap=plan.cap * scale,
        total=plan.total * scale,
        backlog=plan.backlog * scale,
        rate=plan.rate * scale,
        page_size=min(plan.page_size * scale, MOST_RECORDS) if scale > 1 else plan.page_size,
    )


def unscaled(seed: int, cap_behaviour: str | None) -> Schedule:
    """The schedule of a seed whose files are small."""
    chance = random.Random(seed)  # noqa: S311 (it is weather)
    behaviour = cap_behaviour or ("truncate" if seed % 2 == 0 else "recreate")
    cap = chance.choice((32, 32, 48, 64, 96, 160, 320)) * 1024
    record_bytes = chance.choice((400, 700, 1000, 1500))
    streams = tuple(chance.sample(STREAMS, chance.choice((1, 1, 1, 2, 2, 3))))
    fillings = chance.uniform(0.5, 9.0) / len(streams)
    a_file = cap / (record_bytes * LINE)
    total = max(30, min(int(a_file * fillings), 1200 // len(streams)))
    # From a fifth of what a file can take between two scans to fifty times as much.
    rate = a_file / 10 * 50 ** chance.uniform(-0.4, 1.0)
    audit_sequence = chance.random() < 0.8
    happenings = tuple(happened(chance))
    outage = refusing = None
    if chance.random() < 0.2:
        begin = chance.uniform(0, CALM - 60)
        outage = (begin, begin + 60.0)
    if not happenings and outage:
        # When nothing else happens it can be seen whether metrics are true meanwhile.
        happenings = (Happening(outage[0] + 20, "look"),)
    elif not happenings and chance.random() < 0.5:
        begin = chance.uniform(0, CALM - 20)
        refusing = (begin, begin + chance.uniform(2, 20))
    return Schedule(
        seed=seed,
        cap_behaviour=behaviour,
        cap=cap,
        streams=streams,
        total=total,
        backlog=chance.choice((0, total // 3, total)),
        rate=rate,
        record_bytes=record_bytes,
        # A page takes as long as it takes, however fast all else goes.
        page_size=max(chance.choice((10, 20, 50, 100, 250)), total // 8),
        late_share=chance.choice((0.0, 0.0, 0.05)),
        interval=chance.choice((10, 15, 15)),
        audit_sequence=audit_sequence,
        concurrent=chance.choice((0, 0, 4)),
        atomic=chance.random() < 0.7,
        pauses=chance.random() < 0.5,
        weather=weather(chance),
        outage=outage,
        refusing=refusing,
        happenings=happenings,
    )


def happened(chance: random.Random) -> list[Happening]:
    """What happens, in order; in one storm in six, nothing."""
    count = chance.choice((0, 1, 2, 3, 4, 5))
    kinds = chance.choices(list(HAPPENINGS), list(HAPPENINGS.values()), k=count)
    moments = sorted(chance.uniform(0, CALM) for _ in kinds)
    extents = {
        # How long the Agent is away.
        "kill": lambda: chance.choice((0.0, 0.0, 5.0)),
        "power": lambda: chance.choice((0.0, 10.0)),
        "edit_and_kill": lambda: 0.0,
        "clock": lambda: chance.choice((-20.0, -5.0, -1.0, 5.0, 120.0, 3600.0)),
        "tear": lambda: 0.0,
        "restart": lambda: chance.choice((0.0, 20.0)),
    }
    return [
        Happening(at, what, extents.get(what, lambda: 0.0)())
        for at, what in zip(moments, kinds, strict=True)
    ]


def weather(chance: random.Random) -> dict[str, Any]:
    """How the intake answers."""
    kind = chance.choice(("clear", "clear", "slow", "failing", "resetting"))
    rough: dict[str, Any] = {
        "clear": {},
        "slow": {"slowest": 4.0},
        "failing": {"failing": 0.4, "slowest": 1.0},
        "resetting": {"resetting": 0.2, "resetting_when_kept": 0.1, "failing": 0.1},
    }[kind]
    return {"seed": chance.randrange(1 << 30), **rough}
