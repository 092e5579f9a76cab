"""Storms: short ones, each a whole Agent that is killed, cut off and reloaded; see storm/."""

import time
from pathlib import Path

import pytest

from storm import report
from storm.jobs import Plan, play
from storm.nursery import Nursery
from storm.schedule import schedule
from storm.storm import Outcome
from storm.vendor import Vendor
from storm.verdict import Excuse, verdict
from storm.world import World


def played(seeds: range, folder: Path) -> list[Outcome]:
    """How storms of logwalk's went, none of which broke off or lost anything."""
    outcomes = []
    for outcome in play(Plan(seeds, ("logwalk",), folder, jobs=2)):
        assert isinstance(outcome, Outcome), report.line(outcome)
        assert not outcome.verdict.lost, report.line(outcome)
        outcomes.append(outcome)
    assert len(outcomes) == len(seeds)
    return outcomes


def test_in_no_storm_anything_is_lost_or_repeated_without_a_reason(tmp_path: Path) -> None:
    for outcome in played(range(20), tmp_path):
        if not outcome.failed:
            continue
        # On a machine that is busy with other things a process may stand still for seconds of the
        # storm's at any moment, which no seed decides: what is wrong with the check is so again.
        seed = outcome.schedule.seed
        (again,) = played(range(seed, seed + 1), tmp_path / f"again-{seed}")
        assert not again.failed, f"{report.line(outcome)}\n{report.line(again)}"


def test_in_the_same_storms_a_plain_crawler_loses(tmp_path: Path) -> None:
    outcomes = list(play(Plan(range(1, 7), ("crawler",), tmp_path, jobs=3)))
    lost = 0
    for outcome in outcomes:
        assert isinstance(outcome, Outcome), report.line(outcome)
        lost += len(outcome.verdict.lost)
    assert lost > 100
    assert "| crawler |" in report.table(o for o in outcomes if isinstance(o, Outcome))


def test_a_seed_decides_everything() -> None:
    assert schedule(7) == schedule(7)
    assert schedule(7) != schedule(8)
    assert {schedule(seed).cap_behaviour for seed in (4, 5)} == {"truncate", "recreate"}
    assert schedule(4, "recreate").cap_behaviour == "recreate"


def test_files_can_be_as_large_as_those_of_real_agents() -> None:
    megabyte = 1024 * 1024
    for seed in range(50):
        small, large = schedule(seed), schedule(seed, scale=32)
        assert megabyte <= large.cap <= 10 * megabyte
        assert (large.cap, large.total) == (32 * small.cap, 32 * small.total)
        assert large.happenings == small.happenings


def test_the_verdict_tells_who_lost_and_who_repeated() -> None:
    excuse = Excuse()
    excuse.add("kill", 1)
    found = verdict(
        held={"a", "b", "c", "d"},
        arrived=["a", "a", "b", "b", "b"],
        written=["a", "a", "b", "b", "c"],
        excuse=excuse,
        pieces=0,
    )
    assert (found.lost, found.lost_by_agent) == (["c", "d"], 1)
    assert (found.repeated, found.repeated_by_agent, found.unexplained) == (2, 1, 1)


def test_where_both_copies_of_a_place_are_gone_everything_may_come_again() -> None:
    excuse = Excuse(place_lost=True)
    found = verdict({"a"}, ["a", "a"], ["a", "a"], excuse, 0)
    assert found.unexplained == 0


@pytest.mark.parametrize("speed", [10, 50])
def test_the_time_of_a_storm_goes_as_fast_as_it_should(tmp_path: Path, speed: int) -> None:
    world = World(speed, time.time_ns())
    nursery = Nursery(world, tmp_path)
    plan = schedule(1)
    vendor = Vendor(nursery, plan, tmp_path / "log")
    expected = world.now()
    assert abs(vendor.clock() - expected) < 0.2 * speed
    world.sleep(30)
    assert 29 < vendor.clock() - expected < 30 + 0.5 * speed
    vendor.close()
    nursery.close()
