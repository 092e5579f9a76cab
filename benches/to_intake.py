"""Whole processes that walk the log to the intake: how fast, and what a kill does to them."""

import random
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from contenders import INTAKE, MORE, Contender, conf
from machinery import Command, Cost, cost, logwalk, started
from measured import Cell, Kills, Series
from vendor import INTAKE_KEY, KEY, Served, Vendor, vendor

# Slow contenders walk a part of the log, and less often.
SLOW_PART = 5
KILLED_WALK = Served(20_000, latency_ms=20, trusting=False)
FIRST_PAGE_S = 60.0
STREAMS = 1_000
SETTLED_S = 120.0


def cell(served: Served, rounds: int, names: set[str] | None = None) -> Cell:
    """All contenders, in turns, over the same pages."""
    chosen = [one for one in INTAKE if names is None or one.name in names]
    series: dict[str, Series] = {}
    part = replace(served, records=served.records // SLOW_PART)
    for share, slow, times in ((served, False, rounds), (part, True, min(rounds, 2))):
        mine = [one for one in chosen if one.slow == slow]
        if not mine:
            continue
        with vendor(share) as it:
            for _ in range(times):
                for one in mine:
                    series.setdefault(one.name, Series(one.name, share.records))
                    series[one.name].costs.append(walked(one, it, share.records))
    return Cell(served, series)


def walked(contender: Contender, it: Vendor, records: int) -> Cost:
    """One whole walk; it is an error where not every record was delivered once."""
    it.forget()
    folder = contender.folder()
    taken = cost(contender.command(it.url, folder))
    came = sum(contender.delivered(folder).values()) if contender.delivered else it.arrived()
    if came != contender.logs(records):
        sys.exit(f"of {contender.name} {came} logs came, not {contender.logs(records)}")
    return taken


def grown(small: int, large: int) -> Iterator[float]:
    """Peak memory at two backlogs, in MB."""
    for records in (small, large):
        # Not written ahead, and looked into at once: neither side keeps what passes.
        with vendor(Served(records, ahead=False, trusting=False)) as it:
            yield walked(INTAKE[0], it, records).peak


def many(streams: int = STREAMS) -> float:
    """Memory of so many streams that have nothing to do, in MB."""
    contender = INTAKE[0]
    with vendor(Served(1, ahead=False)) as it:
        folder = contender.folder()
        path = folder / "conf.yaml"
        text = conf(it.url, folder)
        for number in range(1, streams):
            text += MORE.format(
                number=number, url=it.url, key=KEY, intake_key=INTAKE_KEY, folder=folder
            )
        path.write_text(text)
        process = started(Command([logwalk(), "run", "-c", str(path)]))
        begun = time.monotonic()
        while it.arrived() < streams and time.monotonic() - begun < SETTLED_S:
            time.sleep(0.2)
        size = resident(process.pid)
        came = it.arrived()
        process.kill()
        process.wait()
    if came != streams:
        sys.exit(f"{came} of {streams} streams delivered their record in {SETTLED_S:.0f} s")
    return size


def resident(pid: int) -> float:
    """The memory a process has, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def kills(times: int, chance: random.Random, names: set[str] | None = None) -> Iterator[Kills]:
    """Each contender's walk killed at random moments and started again."""
    with vendor(KILLED_WALK) as it:
        expected = set(it.ids())
        for contender in INTAKE:
            if contender.is_floor() or (names is not None and contender.name not in names):
                continue
            lost = repeated = done = 0
            span = working_time(contender, it)
            while done < times:
                folder = contender.folder()
                it.forget()
                if not killed(contender, it, folder, chance.uniform(0.0, span)):
                    continue
                done += 1
                time.sleep(contender.pause)
                cost(contender.command(it.url, folder))
                came = contender.came(it, folder)
                lost += len(expected - set(came))
                repeated += sum(came.values()) - len(came)
            yield Kills(contender.name, times, KILLED_WALK.records, lost, repeated)


def working_time(contender: Contender, it: Vendor) -> float:
    """From the first page asked for to the end, in seconds."""
    it.forget()
    process = started(contender.command(it.url, contender.folder()))
    first_page(it)
    begun = time.monotonic()
    process.wait()
    return time.monotonic() - begun


def killed(contender: Contender, it: Vendor, folder: Path, after: float) -> bool:
    """Kills it dead so long after its first page; whether it was still at work."""
    process = started(contender.command(it.url, folder))
    first_page(it)
    time.sleep(after)
    at_work = process.poll() is None
    process.kill()
    process.wait()
    return at_work


def first_page(it: Vendor) -> None:
    """Waits until a page was asked for."""
    begun = time.monotonic()
    while it.pages() == 0:
        if time.monotonic() - begun > FIRST_PAGE_S:
            sys.exit("no page was asked for")
        time.sleep(0.005)
