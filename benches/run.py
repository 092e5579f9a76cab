"""logwalk beside what a user would pick instead; see README.md. Writes docs/benchmarks/."""

import argparse
import random
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version

import report
import through_agent
import to_intake
from machinery import HERE, ROOT, WORK, machine
from measured import TARGETS, Cell, Results, meets
from vendor import Served

SEED = 7
KILLS = 10
SAMPLE = 5_000
OURS_AND_PLAIN = {"logwalk", "logwalk gzip", "forwarder", "floor", "floor gzip"}
# The targets are about the plainest way of serving: that one is timed more often than the others.
OTHER_ROUNDS = 3
# A walk of the log has about as many bytes, whatever the size of a record.
KILOBYTES = 400_000
SLOWER = 4
# The plainest way is walked for longer: a command starts and ends in 40 ms, which is no rate.
LONGER = 2


def main() -> int:
    """Measure, write, and say where a target is missed."""
    options = arguments()
    WORK.mkdir(parents=True, exist_ok=True)
    build_floor()
    results = Results(about={"machine": machine(), "versions": versions(), "quick": options.quick})
    cells = [Served(options.kilobytes)] if options.quick else matrix(options.kilobytes)
    cells[0] = replace(cells[0], records=cells[0].records * LONGER)
    for number, served in enumerate(cells):
        rounds = min(options.rounds, OTHER_ROUNDS) if number else options.rounds
        say(f"through the Agent: {served.words()}")
        results.agent.append(through_agent.cell(served, rounds))
        say(f"to the intake: {served.words()}")
        # Everybody meets the first one; the peers are far enough away to be timed once.
        names = OURS_AND_PLAIN if number or options.quick else None
        results.intake.append(to_intake.cell(served, rounds, names))
    say("both checks make the same logs")
    through_agent.say_same(SAMPLE)
    say("idle")
    results.values.update(through_agent.idle())
    results.values["MB of 1 000 idle streams"] = to_intake.many()
    say("memory")
    small, large = to_intake.grown(options.small, options.large)
    results.values["memory at the large backlog, times that at the small"] = large / small
    results.about["backlogs"] = (options.small, small, options.large, large)
    say("kills")
    names = {"logwalk", "forwarder"} if options.quick else None
    for kills in to_intake.kills(options.kills, random.Random(SEED), names):  # noqa: S311 (repeatable)
        results.kills[kills.name] = kills
    results.values.update(summed(results))
    report.write(results, ROOT / options.out)
    return told(results)


def arguments() -> argparse.Namespace:
    """How much to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one way of serving, no slow peers")
    parser.add_argument("--kilobytes", type=int, help="of records in each timed walk")
    parser.add_argument("--rounds", type=int, help="timed walks of each contender")
    parser.add_argument("--small", type=int, default=100_000, help="the small backlog")
    parser.add_argument("--large", type=int, help="the large backlog")
    parser.add_argument("--kills", type=int, default=KILLS, help="kills of each contender")
    parser.add_argument("--out", help="the folder to write to")
    options = parser.parse_args()
    full = {"kilobytes": KILOBYTES, "rounds": 5, "large": 5_000_000, "out": "docs/benchmarks"}
    quick = {"kilobytes": 100_000, "rounds": 3, "large": 500_000, "out": "target/bench/quick"}
    for name, value in (quick if options.quick else full).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


def matrix(kilobytes: int) -> list[Served]:
    """Every way of serving; the plainest one first."""
    return [
        Served(kilobytes * 1_000 // size // (SLOWER if latency else 1), size, gzip, latency)
        for latency in (0, 50)
        for size in (1_000, 10_000)
        for gzip in (False, True)
    ]


def summed(results: Results) -> dict[str, float]:
    """What the targets are about."""
    agent, intake = results.agent[0], results.intake[0]
    ours = results.kills["logwalk"]
    peers = [one for name, one in intake.series.items() if not name.startswith(("log", "floor"))]
    return {
        "Agent: records/s, times the crawler's": ratio(agent, "crawler", "logwalk", "seconds"),
        "Agent: CPU, times the crawler's": ratio(agent, "logwalk", "crawler", "cpu"),
        "Agent: peak memory, times the crawler's": ratio(agent, "logwalk", "crawler", "peak"),
        "intake: records/s, times the forwarder's": ratio(
            intake, "forwarder", "logwalk", "seconds"
        ),
        "intake: time, times the floor's": ratio(intake, "logwalk", "floor", "seconds"),
        "intake: peak memory, times the least of a peer": intake.of("logwalk").peak()
        / min(peer.peak() for peer in peers),
        "records lost at kills": ours.lost,
        "records repeated a kill": ours.repeated / ours.kills,
    }


def ratio(cell: Cell, ours: str, theirs: str, what: str) -> float:
    """The middle ratio of two contenders."""
    return cell.ratio(ours, theirs, what).middle()


def build_floor() -> None:
    """The floor is a program of its own."""
    command = ["cargo", "build", "--locked", "--release", "--quiet"]
    command += ["--manifest-path", str(HERE / "floor" / "Cargo.toml")]
    subprocess.run([*command, "--target-dir", str(WORK / "floor")], check=True)


def versions() -> dict[str, str]:
    """What is compared, to the version."""
    found = {name: version(name) for name in ("datadog-checks-base", "requests", "orjson")}
    for name in ("grove", "dlt", "airbyte-cdk"):
        pins = (HERE / "requirements" / f"{name}.txt").read_text().splitlines()
        found[name] = next(pin for pin in pins if pin.startswith(f"{name}==")).split("==")[1]
    return found


def say(what: str) -> None:
    """What is measured now."""
    print(f"- {what}", flush=True)


def told(results: Results) -> int:
    """Every target and whether it is met."""
    print()
    for name, value in results.values.items():
        sign, target = TARGETS[name]
        verdict = "ok" if meets(name, value) else "missed"
        print(f"  {name:54} {value:9.2f}   target {sign} {target:<7g} {verdict}")
    return 1 if results.missed() else 0


if __name__ == "__main__":
    sys.exit(main())
