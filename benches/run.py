"""logwalk beside a plain Python crawler: speed, CPU and memory, as ratios. See README.md."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
PAGE = 1_000
# A busy customer's log: two million records a day.
RATE = 23
# A quiet one, whose overlap holds a few dozen records.
QUIET_RATE = 0.1
# Close enough to 1 KB with what the vendor puts around it.
RECORD_BYTES = 1_000
POLLS = 50
SAMPLE = 5_000

TARGETS = {
    "records per second": (">=", 4.0),
    "CPU": ("<=", 0.3),
    "peak memory": ("<=", 0.7),
    "memory at the large backlog": ("<=", 1.1),
    "requests of an idle poll": ("<=", 1.0),
    "CPU ms of an idle poll": ("<=", 2.0),
    "MB of the check and one idle run": ("<=", 25.0),
}


def main() -> int:
    """Measure everything and say where a target is missed."""
    options = arguments()
    measured = {
        **compared(options.records, options.rounds),
        **grown(options.small, options.large),
        **idle(),
    }
    say_same(SAMPLE)
    print()
    missed = [name for name, value in measured.items() if not meets(name, value)]
    for name, value in measured.items():
        sign, target = TARGETS[name]
        verdict = "missed" if name in missed else "ok"
        print(f"  {name:34} {value:8.2f}   target {sign} {target:<5} {verdict}")
    return 1 if missed else 0


def arguments() -> argparse.Namespace:
    """How much to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200_000, help="records of each timed walk")
    parser.add_argument("--rounds", type=int, default=5, help="timed walks of each contender")
    parser.add_argument("--small", type=int, default=100_000, help="the small backlog")
    parser.add_argument("--large", type=int, default=2_000_000, help="the large backlog")
    return parser.parse_args()


def compared(records: int, rounds: int) -> dict[str, float]:
    """Both contenders, in turns, over the same pages."""
    print(f"{records:,} records of about 1 KB, pages of {PAGE}, medians of {rounds}:")
    runs: dict[str, list[dict[str, Any]]] = {"logwalk": [], "crawler": []}
    with vendor(records, RATE) as url:
        call(f"{url}/sim/prerender?stream=tool_calls&pages={records // PAGE}", "POST")
        for _ in range(rounds):
            for name, results in runs.items():
                call(f"{url}/sim/requests", "DELETE")
                results.append(contender(name, url, "walk"))
                pages = len(call(f"{url}/sim/requests", "GET"))
                if not records <= pages * PAGE <= records + PAGE:
                    sys.exit(f"{name} asked for {pages} pages, so it did not read {records} records")
    middle = {}
    for name, results in runs.items():
        seconds = median(result["seconds"] for result in results)
        cpu = median(result["cpu"] for result in results)
        peak = median(result["peak"] for result in results) / 1024
        middle[name] = (records / seconds, cpu, peak)
        print(f"  {name:8} {records / seconds:9,.0f} records/s  {cpu:6.2f} s CPU  {peak:6.1f} MB peak")
    ours, theirs = middle["logwalk"], middle["crawler"]
    names = ("records per second", "CPU", "peak memory")
    return {name: a / b for name, a, b in zip(names, ours, theirs, strict=True)}


def grown(small: int, large: int) -> dict[str, float]:
    """Peak memory at two backlogs."""
    peaks = []
    for records in (small, large):
        with vendor(records, RATE) as url:
            peaks.append(contender("logwalk", url, "walk")["peak"] / 1024)
        print(f"  {records:9,} records: {peaks[-1]:6.1f} MB peak")
    return {"memory at the large backlog": peaks[1] / peaks[0]}


def idle() -> dict[str, float]:
    """Polls that find nothing new, and what the check weighs then."""
    with vendor(PAGE // 2, QUIET_RATE) as url:
        base = contender("logwalk", url, "import")["rss"]
        polled = contender("logwalk", url, "idle", str(POLLS))
        requests = len(call(f"{url}/sim/requests", "GET"))
    with vendor(1, QUIET_RATE) as url:
        once = contender("logwalk", url, "walk")
    return {
        "requests of an idle poll": (requests - 1) / POLLS,
        "CPU ms of an idle poll": polled["poll_cpu"] * 1_000,
        "MB of the check and one idle run": (once["rss"] - base) / 1024,
    }


def say_same(records: int) -> None:
    """Whether both contenders make the same logs of the same records."""
    with vendor(records, RATE) as url:
        ours, theirs = (
            [json.loads(line) for line in contender(name, url, "lines")["lines"]]
            for name in ("logwalk", "crawler")
        )
    if len(ours) != records or len(theirs) != records:
        sys.exit(f"of {records} records logwalk sent {len(ours)} and the crawler {len(theirs)}")
    for mine, peers in zip(ours, theirs, strict=True):
        if mine != peers:
            sys.exit(f"the logs differ:\n{json.dumps(mine)}\n{json.dumps(peers)}")
    print(f"  both make the same {records:,} logs of the same records")


def meets(name: str, value: float) -> bool:
    """Whether a value reaches its target."""
    sign, target = TARGETS[name]
    return value >= target if sign == ">=" else value <= target


@contextmanager
def vendor(records: int, rate: float) -> Iterator[str]:
    """A simulated vendor with so many records, in a process of its own."""
    command = [logwalk(), "sim", "--json", "--until-stdin-closes", "--no-gzip"]
    command += ["--listen", "127.0.0.1:0", "--rate", str(rate), "--record-bytes", str(RECORD_BYTES)]
    command += ["--backlog", str(records), "--total", str(records)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if process.stdin is None or process.stdout is None:
            sys.exit("the simulator has no pipes")
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.stdin.close()


def logwalk() -> str:
    """The command that was installed beside this Python."""
    beside = shutil.which("logwalk", path=os.path.dirname(sys.executable))
    found = os.environ.get("LOGWALK") or beside or shutil.which("logwalk")
    return found or sys.exit("there is no logwalk command; `make build` installs it")


def contender(name: str, url: str, mode: str, *more: str) -> dict[str, Any]:
    """What a contender measured of itself in a fresh process."""
    command = [sys.executable, str(HERE / "contender.py"), name, url, mode, *more]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(f"{name} failed in mode {mode}")
    return json.loads(done.stdout)


def call(url: str, method: str) -> Any:
    """What one of the simulator's own endpoints answers."""
    with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
        return json.load(answer)


if __name__ == "__main__":
    sys.exit(main())
