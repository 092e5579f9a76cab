"""The intake of a storm: what arrived, and when."""

import json
import time
from dataclasses import dataclass
from typing import Any

from agent.intake import Intake


@dataclass(frozen=True)
class Arrivals:
    """What arrived so far."""

    ids: list[str]
    # Messages that are no log: what a crash left of one.
    pieces: int


class Sink(Intake):
    """An intake that reads the ids of what it accepts as it comes."""

    def __init__(self) -> None:
        """On any free port."""
        super().__init__()
        self.ids: list[str] = []
        self.times: list[int] = []
        self.distinct: set[str] = set()
        self.pieces = 0
        self.last = time.monotonic()

    def take(self, body: bytes) -> int:
        """Accept a payload."""
        status = super().take(body)
        with self.lock:
            logs, self.logs = self.logs, []
            for log in logs:
                self.note(log["message"])
        return status

    def note(self, message: str) -> None:
        """Note one log."""
        found = id_of(message)
        if found is None:
            self.pieces += message not in {"{}", ""}
            return
        if found not in self.distinct:
            self.last = time.monotonic()
        self.ids.append(found)
        self.times.append(time.time_ns())
        self.distinct.add(found)

    def has(self, ids: set[str]) -> bool:
        """Whether all of these arrived."""
        with self.lock:
            return ids <= self.distinct

    def arrivals(self) -> Arrivals:
        """Everything, in the order of acceptance."""
        with self.lock:
            return Arrivals(list(self.ids), self.pieces)

    def quiet(self) -> float:
        """Real seconds since something new came."""
        return time.monotonic() - self.last


def id_of(line: str | bytes) -> str | None:
    """The id of the record that a log was made of; None where it is no log, or a part of one."""
    try:
        log: Any = json.loads(line)
    except ValueError:
        return None
    about = log.get("logwalk") if isinstance(log, dict) else None
    return about.get("id") if isinstance(about, dict) else None
