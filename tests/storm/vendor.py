"""The vendor of a storm: `logwalk sim`, and what it holds."""

import json
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any

from .nursery import Nursery
from .schedule import Schedule


class Vendor:
    """A simulated vendor, which lives in the storm's time."""

    def __init__(self, nursery: Nursery, schedule: Schedule, log: Path) -> None:
        """Start it, with the records that the schedule says."""
        self.child = nursery.child(
            *("logwalk", "sim", "--listen", "127.0.0.1:0", "--json", "--until-stdin-closes"),
            *("--seed", str(schedule.seed), "--total", str(schedule.total), "--no-gzip"),
            *("--backlog", str(schedule.backlog), "--rate", f"{schedule.rate:.6f}"),
            *("--record-bytes", str(schedule.record_bytes), "--late-by", "30s"),
            *("--late-share", str(schedule.late_share)),
            log=log,
        )
        stdout = self.child.stdout
        self.said: dict[str, Any] = json.loads(stdout.readline() if stdout else b"")
        self.streams: dict[str, dict[str, Any]] = self.said["streams"]

    def ids(self, stream: str) -> list[str]:
        """What can be seen now, oldest first."""
        return self.asked(f"ledger?stream={stream}").split()

    def clock(self) -> float:
        """What time it is for the vendor, in seconds since 1970."""
        now: str = json.loads(self.asked("clock"))["now"]
        return datetime.fromisoformat(now).timestamp()

    def asked(self, what: str) -> str:
        """What the simulator says of itself."""
        with urllib.request.urlopen(f"{self.said['url']}/sim/{what}") as reply:  # noqa: S310 (our own)
            found: bytes = reply.read()
        return found.decode()

    def close(self) -> None:
        """End it."""
        self.child.kill()
        self.child.close()
