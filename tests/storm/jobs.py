"""Several storms at once, each job with a time and a nursery of its own."""

import math
import multiprocessing
import shutil
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.power import SOURCE

from .nursery import Nursery
from .schedule import schedule
from .storm import Broken, Outcome, Storm
from .world import World, compiled

if TYPE_CHECKING:
    Results = multiprocessing.Queue["Outcome | Broken | None"]

# How many times as fast as ours the storm's time is: a second of the check's is then longer than
# what a busy machine lets a process wait for its turn.
SPEED = 50


@dataclass(frozen=True)
class Plan:
    """Which storms are played, and where their files are."""

    seeds: range
    checks: tuple[str, ...]
    folder: Path
    cap: str | None = None
    scale: int = 1
    jobs: int = 2
    speed: int = SPEED
    keep: bool = False
    # No storm begins after so many seconds.
    seconds: float = math.inf


def play(plan: Plan) -> Iterator[Outcome | Broken]:
    """All storms of a plan, as they end."""
    results: Results = multiprocessing.Queue()
    jobs = [
        multiprocessing.Process(target=work, args=(number, plan, results))
        for number in range(plan.jobs)
    ]
    for job in jobs:
        job.start()
    going = len(jobs)
    while going:
        outcome = results.get()
        if outcome is None:
            going -= 1
        else:
            yield outcome
    for job in jobs:
        job.join()


def work(number: int, plan: Plan, results: "Results") -> None:
    """Every so manieth storm of a plan."""
    folder = plan.folder / f"job-{number}"
    folder.mkdir(parents=True, exist_ok=True)
    world = World(plan.speed, time.time_ns())
    end = time.monotonic() + plan.seconds
    try:
        nursery = Nursery(world, folder, compiled(SOURCE, folder))
        for seed in plan.seeds[number :: plan.jobs]:
            if time.monotonic() > end:
                break
            for check in plan.checks:
                results.put(storm(world, nursery, seed, check, plan, folder / f"{seed}-{check}"))
        nursery.close()
    finally:
        results.put(None)


def storm(  # noqa: PLR0913, PLR0917 (what a storm is made of)
    world: World, nursery: Nursery, seed: int, check: str, plan: Plan, folder: Path
) -> Outcome | Broken:
    """One storm; what it leaves is kept where it failed."""
    try:
        outcome = Storm(world, nursery, schedule(seed, plan.cap, plan.scale), check, folder).play()
    except Exception:  # noqa: BLE001 (one storm that breaks is not to end all others)
        return Broken(seed, check, traceback.format_exc())
    if not (plan.keep or outcome.failed):
        shutil.rmtree(folder, ignore_errors=True)
    return outcome
