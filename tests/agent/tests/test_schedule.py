"""When checks run."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from agent.schedule import Schedule

from .conftest import eventually


class Heard:
    """What the schedule reports."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.reports: list[tuple[str, dict[str, Any]]] = []

    def report(self, event: str, **said: Any) -> None:
        """Take in a report."""
        self.reports.append((event, said))

    def say(self, level: str, message: str) -> None:
        """Take in a message."""
        self.report("log", level=level, message=message)

    def count(self, event: str) -> int:
        """How often something was reported."""
        return sum(name == event for name, _ in self.reports)


class Fake:
    """As much of a check as the schedule sees: it runs until it is told to end."""

    def __init__(self, check_id: str, interval: float = 1000, *, waits: bool = False) -> None:
        """A check that waits within its runs, or does not."""
        self.check_id = check_id
        self.instance = {"min_collection_interval": interval}
        self.end = threading.Event()
        if not waits:
            self.end.set()
        self.cancelled = threading.Event()
        self.running = 0
        self.runs = 0
        self.error = ""

    def run(self) -> str:
        """One run."""
        self.runs += 1
        self.running += 1
        self.end.wait(10)
        self.running -= 1
        return json.dumps([{"message": self.error, "traceback": ""}]) if self.error else ""

    def get_warnings(self) -> list[str]:
        """What it warned of."""
        return ["careful"]

    def cancel(self) -> None:
        """It is unscheduled."""
        self.cancelled.set()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def schedule(heard: Heard) -> Iterator[Schedule]:
    schedule = Schedule(4, lambda seconds: seconds, heard)
    yield schedule
    schedule.stop(0)


def test_a_check_runs_at_its_interval(schedule: Schedule, heard: Heard) -> None:
    check = Fake("a", 0.1)
    schedule.add(check)
    time.sleep(0.55)
    assert 4 <= check.runs <= 6
    assert heard.reports[1][1]["warnings"] == ["careful"]


def test_the_interval_is_15_seconds_by_default(schedule: Schedule) -> None:
    check = Fake("a")
    check.instance = {}
    schedule.add(check)
    assert schedule.jobs["a"].interval == 15


def test_four_run_at_once_and_the_others_wait(schedule: Schedule) -> None:
    checks = [Fake(str(number), waits=True) for number in range(6)]
    for check in checks:
        schedule.add(check)
    eventually(lambda: sum(check.running for check in checks) == 4)
    time.sleep(0.1)
    assert sum(check.running for check in checks) == 4
    for check in checks:
        check.end.set()
    eventually(lambda: all(check.runs == 1 for check in checks))


def test_a_check_that_still_runs_is_skipped(schedule: Schedule, heard: Heard) -> None:
    check = Fake("a", 0.05, waits=True)
    schedule.add(check)
    eventually(lambda: heard.count("skipped") >= 2)
    assert check.running == check.runs == 1
    check.end.set()
    eventually(lambda: check.runs > 1)


def test_a_run_that_raised_is_reported_and_runs_again(schedule: Schedule, heard: Heard) -> None:
    check = Fake("a", 0.05)
    check.error = "broken"
    schedule.add(check)
    eventually(lambda: heard.count("ran") >= 2)
    assert heard.reports[1][1]["error"] == "broken"


def test_the_successor_runs_beside_the_one_that_was_cancelled(schedule: Schedule) -> None:
    old, new = Fake("old", waits=True), Fake("new", waits=True)
    schedule.add(old)
    eventually(lambda: old.running)
    schedule.remove("old", 0.5)
    assert old.cancelled.is_set()
    schedule.add(new)
    eventually(lambda: new.running)
    assert old.running
    old.end.set()
    new.end.set()
    eventually(lambda: not old.running)
    schedule.now(None)
    eventually(lambda: new.runs == 2)
    assert old.runs == 1


def test_a_check_that_was_removed_while_it_waited_for_a_worker_does_not_run(
    schedule: Schedule,
) -> None:
    busy = [Fake(str(number), waits=True) for number in range(4)]
    for check in busy:
        schedule.add(check)
    eventually(lambda: all(check.running for check in busy))
    late, last = Fake("late"), Fake("last")
    schedule.add(late)
    # Long enough for the scheduler to have it in its hands.
    time.sleep(0.1)
    schedule.remove("late", 1)
    schedule.add(last)
    for check in busy:
        check.end.set()
    eventually(lambda: last.runs)
    assert not late.runs


def test_a_cancel_that_takes_too_long_is_left_alone(schedule: Schedule) -> None:
    check = Fake("a")
    stuck = threading.Event()
    check.cancel = lambda: stuck.wait(10)  # type: ignore[method-assign, assignment]
    schedule.add(check)
    begun = time.monotonic()
    schedule.remove("a", 0.1)
    assert time.monotonic() - begun < 5
    stuck.set()


def test_at_the_end_runs_are_waited_for_and_not_cancelled(schedule: Schedule) -> None:
    check = Fake("a", waits=True)
    schedule.add(check)
    eventually(lambda: check.running)
    begun = time.monotonic()
    schedule.stop(0.2)
    assert 0.2 <= time.monotonic() - begun < 5
    assert check.running
    assert not check.cancelled.is_set()
    check.end.set()
