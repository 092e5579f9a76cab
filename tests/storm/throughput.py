"""How fast logs go through an Agent with its own default caps, beside what these caps allow.

A file is emptied when all of it is acknowledged, and what is written after that is read when the
Agent notices, at its next scan. So of each file's worth of logs at most one goes through a scan:
10 MB in 10 seconds.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .house import House
from .nursery import Nursery
from .schedule import Schedule
from .sink import Sink
from .vendor import Vendor
from .world import World

MEGABYTE = 1 << 20
CAP = 10 * MEGABYTE
SCAN = 10.0
# The real Agent is compiled; this one is Python, and needs time that goes slower.
SPEED = 5
RECORD = 1000
# Real seconds without anything new after which nothing more will come.
PATIENCE = 60.0


@dataclass(frozen=True)
class Measured:
    """How a burst went through."""

    held: int
    arrived: int
    arrivals: int
    # Of the storm's time.
    seconds: float
    # Bytes a second between the first and the last time that the file was begun anew.
    steady: float

    @property
    def share(self) -> float:
        """The part of what caps and scan allow."""
        return self.steady / (CAP / SCAN)


def burst(
    megabytes: float, behaviour: str, folder: Path, speed: int, first_scan: float
) -> Measured:
    """Put so much into a vendor at once and see how it arrives."""
    world = World(speed, time.time_ns())
    nursery = Nursery(world, folder)
    sink = Sink()
    schedule = plan(megabytes, behaviour, first_scan)
    vendor = Vendor(nursery, schedule, folder / "vendor.log")
    house = House(world, nursery, schedule, vendor, sink, folder / "a", "logwalk")
    with sink:
        began = world.now()
        house.start()
        while sink.different() < schedule.total and sink.quiet() < PATIENCE:
            time.sleep(0.05)
        seconds = world.now() - began
        house.kill()
    held = {record for stream in schedule.streams for record in vendor.ids(stream)}
    vendor.close()
    nursery.close()
    arrived = sink.arrivals().ids
    return Measured(
        held=len(held),
        arrived=len(held & set(arrived)),
        arrivals=len(arrived),
        seconds=seconds,
        steady=steady(house, speed),
    )


def plan(megabytes: float, behaviour: str, first_scan: float) -> Schedule:
    """Nothing but a burst, through an Agent with all its defaults."""
    total = int(megabytes * MEGABYTE / (RECORD * 1.45))
    return Schedule(
        seed=1,
        cap_behaviour=behaviour,
        cap=CAP,
        streams=("agent_handler/tool_calls",),
        total=total,
        backlog=total,
        rate=1000.0,
        record_bytes=RECORD,
        page_size=1000,
        late_share=0.0,
        interval=15,
        audit_sequence=True,
        concurrent=0,
        atomic=True,
        pauses=False,
        weather={},
        outage=None,
        refusing=None,
        first_scan=first_scan,
    )


def steady(house: House, speed: int) -> float:
    """Bytes a second of its time, between the first and the last time the file was begun anew."""
    begun: list[int] = []
    bytes_before: list[int] = []
    total = 0
    with house.written.open("rb") as lines:
        for line in lines:
            at, _, size, log = line.split(b" ", 3)
            if size == b"0" and total:
                begun.append(int(at))
                bytes_before.append(total)
            total += len(log)
    if len(begun) < 2:
        return 0.0
    return (bytes_before[-1] - bytes_before[0]) / ((begun[-1] - begun[0]) / 1e9 * speed)


def main(words: list[str]) -> int:
    """Measure; the exit status says whether all arrived, and fast enough."""
    parser = argparse.ArgumentParser(prog="storm.throughput", description=__doc__)
    parser.add_argument("--megabytes", type=float, default=80)
    parser.add_argument("--gigabyte", action="store_true", help="a burst of 1 GB")
    parser.add_argument("--cap", choices=("truncate", "recreate"), default="truncate")
    parser.add_argument("--speed", type=int, default=SPEED)
    parser.add_argument("--first-scan", type=float, default=SCAN, help="after so many seconds")
    parser.add_argument("--least", type=float, default=0.8, help="of what caps and scan allow")
    options = parser.parse_args(words)
    megabytes = 1024 if options.gigabyte else options.megabytes
    with tempfile.TemporaryDirectory(prefix="throughput-") as folder:
        measured = burst(megabytes, options.cap, Path(folder), options.speed, options.first_scan)
    sys.stdout.write(
        f"{options.cap}: {measured.arrived} of {measured.held} logs arrived "
        f"({measured.arrivals - measured.arrived} more than once) in {measured.seconds:.0f} s; "
        f"{measured.steady / MEGABYTE:.2f} MB/s, {measured.share:.0%} of what caps and scan allow\n"
    )
    return int(measured.arrived < measured.held or measured.share < options.least)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
