"""The command line of the storm."""

import argparse
import multiprocessing
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from agent.power import SOURCE

from .nursery import Nursery
from .schedule import schedule
from .storm import Broken, Outcome, Storm
from .world import World, compiled

Results = "multiprocessing.Queue[Outcome | Broken | None]"
SPEED = 50
CHECKS = {"logwalk": ("logwalk",), "crawler": ("crawler",), "both": ("logwalk", "crawler")}


def parser() -> argparse.ArgumentParser:
    """Everything that can be said on the command line."""
    words = argparse.ArgumentParser(prog="storm", description=__doc__)
    words.add_argument("--seeds", default="0-40", help="such as 0-40: the last is not one of them")
    words.add_argument("--seed", type=int, help="one seed only")
    words.add_argument("--jobs", type=int, default=2, help="how many storms at once")
    words.add_argument("--speed", type=int, default=SPEED, help="how many times as fast as time")
    words.add_argument("--check", choices=CHECKS, default="logwalk")
    words.add_argument("--cap", choices=("truncate", "recreate"), help="instead of the seed's")
    words.add_argument("--keep", action="store_true", help="leave the files of every storm")
    words.add_argument("--folder", type=Path, help="where to put them")
    return words


def line(outcome: Outcome) -> str:
    """A storm in one line."""
    verdict, plan = outcome.verdict, outcome.schedule
    state = "FAILED" if outcome.failed else "ok"
    return (
        f"seed {plan.seed:5} {plan.cap_behaviour:8} {outcome.check:7} {state:6} "
        f"held {verdict.held:5} lost {len(verdict.lost):4} "
        f"repeated {verdict.repeated:4} of {verdict.excused:4} excused "
        f"(+{verdict.repeated_by_agent} by the Agent) pieces {verdict.pieces} "
        f"{outcome.seconds:.1f} s, {outcome.lasted:.0f} of its own"
    )


def replay(outcome: Outcome, arguments: argparse.Namespace) -> str:
    """What went wrong, and how to see it again."""
    verdict = outcome.verdict
    lines = [f"  {outcome.schedule}", f"  happened: {outcome.told}"]
    if verdict.lost:
        lines.append(f"  lost, {verdict.lost_by_agent} of them after send_log: {verdict.lost[:5]}")
    if verdict.unexplained:
        lines.append(f"  {verdict.unexplained} repeats that nothing explains")
    lines += [f"  untrue: {untrue}" for untrue in outcome.untrue]
    cap = f" --cap {arguments.cap}" if arguments.cap else ""
    lines.append(f"  replay: python -m storm --seed {outcome.schedule.seed}{cap} --keep")
    return "\n".join(lines)


def storms(job: int, arguments: argparse.Namespace, folder: Path) -> Iterator["Outcome | Broken"]:
    """The storms of one job, one after the other."""
    world = World(arguments.speed, time.time_ns())
    nursery = Nursery(world, folder, compiled(SOURCE, folder))
    first, last = 0, 0
    if arguments.seed is not None:
        first, last = arguments.seed, arguments.seed + 1
    else:
        first, last = map(int, arguments.seeds.split("-"))
    for seed in range(first + job, last, arguments.jobs):
        for check in CHECKS[arguments.check]:
            here = folder / f"{seed}-{check}"
            plan = schedule(seed, arguments.cap)
            try:
                outcome = Storm(world, nursery, plan, check, here).play()
            except Exception:  # noqa: BLE001 (one storm that breaks is not to end all others)
                yield Broken(seed, check, traceback.format_exc())
                continue
            yield outcome
            if not (arguments.keep or outcome.failed):
                shutil.rmtree(here, ignore_errors=True)
    nursery.close()


def work(job: int, arguments: argparse.Namespace, folder: Path, results: "Results") -> None:
    """Play the storms of one job."""
    here = folder / f"job-{job}"
    here.mkdir(parents=True, exist_ok=True)
    try:
        for outcome in storms(job, arguments, here):
            results.put(outcome)
    finally:
        results.put(None)


def main(words: list[str]) -> int:
    """Play storms; the exit status says whether logwalk kept its word in all of them."""
    arguments = parser().parse_args(words)
    if arguments.seed is not None:
        arguments.jobs = 1
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="storm-"))
    results: Results = multiprocessing.Queue()
    jobs = [
        multiprocessing.Process(target=work, args=(job, arguments, folder, results))
        for job in range(arguments.jobs)
    ]
    for job in jobs:
        job.start()
    outcomes: list[Outcome] = []
    broken: list[Broken] = []
    going = len(jobs)
    while going:
        outcome = results.get()
        if outcome is None:
            going -= 1
            continue
        if isinstance(outcome, Broken):
            broken.append(outcome)
            print(f"seed {outcome.seed:5} {outcome.check} BROKE OFF\n{outcome.why}", flush=True)
            continue
        outcomes.append(outcome)
        print(line(outcome), flush=True)
        if outcome.failed:
            print(replay(outcome, arguments), flush=True)
    for job in jobs:
        job.join()
    if arguments.keep:
        print(f"files: {folder}")
    else:
        print(f"files of those that failed: {folder}")
    failed = [outcome for outcome in outcomes if outcome.failed]
    print(f"{len(outcomes)} storms, {len(failed)} failed, {len(broken)} broke off")
    return int(bool(failed or broken))
