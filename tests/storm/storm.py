"""One storm from its beginning to its verdict."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from .happenings import Happenings
from .house import House
from .nursery import Nursery
from .schedule import CALM, Happening, Schedule
from .sink import Sink
from .truth import Truth
from .vendor import Vendor
from .verdict import Excuse, Verdict, verdict
from .world import World

# Seconds of the storm's without anything new, after which what is missing is missing: more than
# any wait that the check allows itself.
LONG = 700.0
# A check that keeps no receipts has nothing to wait for: some of its intervals.
SOON = 60.0
FAILING: dict[str, object] = {"failing": 1.0}
REFUSING: dict[str, object] = {"statuses": (403, 400, 413)}
# Seconds of the storm's after which it hangs.
STUCK = 4500.0


@dataclass(frozen=True)
class Outcome:
    """How a storm went for one check."""

    schedule: Schedule
    check: str
    verdict: Verdict
    # What of its metrics was not true.
    untrue: list[str]
    quiet_checks: int
    told: list[str]
    seconds: float
    # Seconds of the storm's.
    lasted: float

    @property
    def failed(self) -> bool:
        """Whether logwalk did not keep its word."""
        wrong = self.verdict.lost or self.verdict.unexplained or self.untrue
        return self.check == "logwalk" and bool(wrong)


@dataclass(frozen=True)
class Broken:
    """A storm that came to no verdict."""

    seed: int
    check: str
    why: str


class Storm:
    """One schedule, one check."""

    def __init__(
        self, world: World, nursery: Nursery, schedule: Schedule, check: str, folder: Path
    ) -> None:
        """Start the vendor; the Agent and the intake begin with `play`."""
        self.world = world
        self.schedule = schedule
        self.check = check
        self.folder = folder
        folder.mkdir(parents=True)
        self.vendor = Vendor(nursery, schedule, folder / "vendor.log")
        self.sink = Sink()
        self.excuse = Excuse()
        self.house = House(world, nursery, schedule, self.vendor, self.sink, folder / "a", check)
        self.happenings = Happenings(self.house, self.sink, self.excuse)
        self.truth = Truth(self.house, self.sink)
        self.began = 0.0

    def play(self) -> Outcome:
        """Everything, until all has arrived or nothing more will."""
        began = time.monotonic()
        watchdog = threading.Timer(self.world.seconds(STUCK), self.end_what_is_stuck)
        watchdog.start()
        try:
            with self.sink:
                self.began = time.monotonic()
                self.house.start()
                self.blow()
                self.calm_down()
                return self.outcome(began)
        finally:
            watchdog.cancel()
            self.house.kill()
            self.vendor.close()

    def end_what_is_stuck(self) -> None:
        """Kill the Agent, so that whoever waits for its answer learns that there is none."""
        if self.house.running:
            self.house.running.process.kill()
        self.vendor.close()

    def at(self) -> float:
        """Seconds of the storm's since it began."""
        return (time.monotonic() - self.began) * self.world.speed

    def until(self, moment: float) -> None:
        """Wait for a moment of the storm's."""
        self.world.sleep(moment - self.at())

    def blow(self) -> None:
        """All that the schedule has."""
        weather = self.schedule.weather
        slowest = weather.get("slowest", 0.0) / self.world.speed
        usual = {**weather, "slowest": slowest}
        self.sink.turn(usual)
        turns = [(self.schedule.outage, FAILING), (self.schedule.refusing, FAILING | REFUSING)]
        events: list[tuple[float, int, Happening | dict[str, object]]] = [
            (happening.at, 1, happening) for happening in self.schedule.happenings
        ]
        for span, rough in turns:
            if span:
                events += [(span[0], 0, rough), (span[1], 0, usual)]
        for moment, _, event in sorted(events, key=lambda event: event[:2]):
            self.until(moment)
            if not isinstance(event, Happening):
                self.sink.turn(event)
            elif event.what != "look":
                self.happenings.happen(event)
            elif self.check == "logwalk":
                self.truth.in_an_outage()
        self.until(CALM)

    def calm_down(self) -> None:
        """Wait until everything has arrived, or it is certain that it never will."""
        self.sink.turn({})
        calm = time.monotonic()
        patience = LONG if self.check == "logwalk" else SOON
        while True:
            held = self.held()
            if self.is_whole(held) and self.sink.has(held):
                break
            quiet = min(self.sink.quiet(), time.monotonic() - calm)
            if quiet > self.world.seconds(patience):
                break
            time.sleep(0.02)
        if self.check == "logwalk" and self.sink.has(self.held()):
            self.truth.at_rest()

    def held(self) -> set[str]:
        """The ids of all that the vendor has now."""
        return {record for stream in self.schedule.streams for record in self.vendor.ids(stream)}

    def is_whole(self, held: set[str]) -> bool:
        """Whether the vendor will get no more."""
        return len(held) >= self.schedule.total * len(self.schedule.streams)

    def outcome(self, began: float) -> Outcome:
        """Compare what there is."""
        self.happenings.count()
        resent = self.truth.resent()
        if self.schedule.refusing:
            # The Agent counts refused logs of all checks: each sends again what it had there.
            self.excuse.add("refused by the intake", resent)
        lasted = self.at()
        self.house.kill()
        written = self.house.sent_ids()
        arrivals = self.sink.arrivals()
        came = zip(self.sink.times, arrivals.ids, strict=False)
        text = "".join(f"{at} {record}\n" for at, record in came)
        (self.folder / "arrived").write_text(text, encoding="utf-8")
        found = verdict(self.held(), arrivals.ids, written, self.excuse, arrivals.pieces)
        if self.check == "logwalk" and not self.schedule.disturbed:
            failed = self.excuse.reasons["failed run"]
            self.truth.of_resent(resent, found.repeated, failed)
        return Outcome(
            schedule=self.schedule,
            check=self.check,
            verdict=found,
            untrue=self.truth.untrue,
            quiet_checks=self.truth.checked,
            told=[*self.happenings.done, *(f"{k}: {v}" for k, v in self.excuse.reasons.items())],
            seconds=time.monotonic() - began,
            lasted=lasted,
        )
