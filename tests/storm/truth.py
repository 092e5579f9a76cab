"""Whether the metrics of the check say what is so."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from agent.running import Died

from . import traces
from .house import House
from .vendor import Vendor

# Seconds of the storm's in which metrics have to be true at last: some runs and what they wait for.
SETTLING = 150.0
RETENTION = {
    "agent_handler/tool_calls": timedelta(days=30),
    "agent_handler/api_calls": timedelta(days=30),
}
# The oldest record is not older than the storm and its backlog.
OLDEST = timedelta(days=1)


class Truth:
    """Looks at the metrics when they can be compared with what is so."""

    def __init__(self, house: House, vendor: Vendor) -> None:
        """Nothing is known to be untrue."""
        self.house = house
        self.vendor = vendor
        self.untrue: list[str] = []
        self.checked = 0
        self.calm_since = 0.0

    def disturbed(self) -> None:
        """Something happens to the Agent."""

    def look(self) -> None:
        """Compare at a moment at which nothing moves, if this is one."""

    def at_rest(self, arrived: bool) -> None:  # noqa: FBT001
        """Compare when all is over."""
        if not arrived:
            return
        until = time.monotonic() + self.house.world.seconds(SETTLING)
        wrong = ["nothing was looked at"]
        while wrong and time.monotonic() < until:
            time.sleep(self.house.world.seconds(2))
            wrong = self.wrong_at_rest()
        self.checked += 1
        self.untrue += wrong

    def wrong_at_rest(self) -> list[str]:
        """What the metrics say that is not so when everything has arrived."""
        wrong = []
        for stream, said in self.said().items():
            expected = {"bytes.unconfirmed": 0, "behind": 0, "lag_seconds": 0}
            if stream in RETENTION:
                expected["retention_left_seconds"] = int(RETENTION[stream].total_seconds())
            for name, value in expected.items():
                if said.get(name) != value:
                    wrong.append(f"{stream}: {name} is {said.get(name)}, not {value}")
        return wrong

    def said(self) -> dict[str, dict[str, Any]]:
        """The last value of each metric of each stream's present check."""
        found: dict[str, dict[str, Any]] = {stream: {} for stream in self.house.schedule.streams}
        if self.house.running is None:
            return found
        checks = self.house.running.ask("status")["checks"]
        for metric in self.house.running.ask("metrics")["metrics"]:
            if not checks.get(metric["check_id"], {}).get("scheduled"):
                continue
            stream = next(
                (tag[11:] for tag in metric["tags"] if tag.startswith("log_source:")), ""
            )
            kind = "last" if metric["kind"] == "gauge" else "sum"
            if stream in found:
                found[stream][metric["name"].removeprefix("logwalk.")] = metric[kind]
        return found
