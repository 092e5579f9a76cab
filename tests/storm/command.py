"""The command line of the storm."""

import argparse
import math
import shutil
import sys
import tempfile
from pathlib import Path

from . import jobs, report
from .storm import Outcome

CHECKS = {"logwalk": ("logwalk",), "crawler": ("crawler",), "both": ("logwalk", "crawler")}


def parser() -> argparse.ArgumentParser:
    """Everything that can be said on the command line."""
    words = argparse.ArgumentParser(prog="storm", description=__doc__)
    words.add_argument("--seeds", default="0-40", help="such as 0-40; 40 is then not one of them")
    words.add_argument("--seed", type=int, help="one seed only")
    words.add_argument("--jobs", type=int, default=2, help="how many storms at once")
    words.add_argument("--speed", type=int, default=jobs.SPEED, help="how fast time goes")
    words.add_argument("--check", choices=CHECKS, default="logwalk", help="whom they are about")
    words.add_argument("--cap", choices=("truncate", "recreate"), help="instead of the seed's")
    words.add_argument("--scale", type=int, default=1, help="files that many times as large")
    words.add_argument("--keep", action="store_true", help="leave the files of every storm")
    words.add_argument("--folder", type=Path, help="where to put them")
    words.add_argument("--seconds", type=float, default=math.inf, help="begin none after these")
    words.add_argument("--quiet", action="store_true", help="tell only of storms that failed")
    return words


def seeds(arguments: argparse.Namespace) -> range:
    """The seeds that are asked for."""
    if arguments.seed is not None:
        return range(arguments.seed, arguments.seed + 1)
    first, _, end = arguments.seeds.partition("-")
    return range(int(first), int(end))


def say(text: str) -> None:
    """A line on standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: list[str]) -> int:
    """Play storms; the exit status says whether logwalk kept its word in all of them."""
    arguments = parser().parse_args(words)
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="storm-"))
    plan = jobs.Plan(
        seeds=seeds(arguments),
        checks=CHECKS[arguments.check],
        folder=folder,
        cap=arguments.cap,
        scale=arguments.scale,
        jobs=1 if arguments.seed is not None else arguments.jobs,
        speed=arguments.speed,
        keep=arguments.keep,
        seconds=arguments.seconds,
    )
    outcomes: list[Outcome] = []
    broken = failed = 0
    for outcome in jobs.play(plan):
        if isinstance(outcome, Outcome):
            outcomes.append(outcome)
            failed += outcome.failed
        else:
            broken += 1
        if not arguments.quiet or not isinstance(outcome, Outcome) or outcome.failed:
            say(report.line(outcome))
    say(report.table(outcomes))
    compared = sum(outcome.quiet_checks for outcome in outcomes)
    say(
        f"{len(outcomes)} storms, {failed} failed, {broken} broke off; "
        f"metrics were compared with what was so {compared} times"
    )
    wanted = len(plan.seeds) * len(plan.checks) if arguments.seconds == math.inf else 1
    missing = len(outcomes) < wanted
    if arguments.keep or failed or broken:
        say(f"files: {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return int(bool(failed or missing))
