"""Both checks through the Agent API, up to the base package's own `send_log`."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from machinery import HERE, Cost
from measured import Cell, Series
from vendor import PAGE, Served, Vendor, vendor

NAMES = ("logwalk", "crawler")
POLLS = 50
# A log whose overlap (5 minutes) holds a few dozen records.
QUIET_RATE = 0.1


def cell(served: Served, rounds: int) -> Cell:
    """Both checks, in turns, over the same pages."""
    series = {name: Series(name, served.records) for name in NAMES}
    with vendor(served) as it:
        for _ in range(rounds):
            for name in NAMES:
                it.forget()
                run = measured(name, it, "walk")
                pages = it.pages()
                if not served.records <= pages * PAGE <= served.records + PAGE:
                    sys.exit(f"{name} asked for {pages} pages, not for {served.records} records")
                cost = Cost(run["seconds"], run["cpu"], run["peak"] / 1024, run["gil"])
                series[name].costs.append(cost)
    return Cell(served, series)


def idle() -> Iterator[tuple[str, float]]:
    """Polls that find nothing new, and what the check weighs then."""
    quiet = Served(PAGE // 2, rate=QUIET_RATE, ahead=False)
    with vendor(quiet) as it:
        base = measured("logwalk", it, "import")["rss"]
        it.forget()
        polled = measured("logwalk", it, "idle", str(POLLS))
        yield "requests of an idle poll", (it.pages() - 1) / POLLS
        bare = measured("request", it, "idle", str(POLLS))
        beyond = polled["poll_cpu"] - bare["poll_cpu"]
        yield "CPU ms of an idle poll beyond the request", beyond * 1_000
    with vendor(Served(1, rate=QUIET_RATE, ahead=False)) as it:
        once = measured("logwalk", it, "walk")
    yield "MB of the check and one idle run", (once["rss"] - base) / 1024


def say_same(records: int) -> None:
    """Whether both checks make the same logs of the same records."""
    with vendor(Served(records)) as it:
        ours, theirs = (
            [json.loads(line) for line in measured(name, it, "lines")["lines"]] for name in NAMES
        )
    if len(ours) != records or len(theirs) != records:
        sys.exit(f"of {records} records logwalk sent {len(ours)} and the crawler {len(theirs)}")
    for mine, peers in zip(ours, theirs, strict=True):
        if mine != peers:
            sys.exit(f"the logs differ:\n{json.dumps(mine)}\n{json.dumps(peers)}")


def measured(name: str, it: Vendor, mode: str, *more: str) -> dict[str, Any]:
    """What a check measured of itself in a fresh process."""
    program = str(HERE / "agent" / "contender.py")
    command = [sys.executable, program, name, it.url, mode, *more]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(f"{name} failed in mode {mode}")
    return json.loads(done.stdout)
