"""Whether the metrics of the check say what is so."""

import time
from datetime import timedelta
from typing import Any

from . import traces
from .house import House
from .sink import Sink

# Seconds of the storm's in which metrics have to be true at last: the longest that a run waits for
# what an earlier one sent, and some runs.
SETTLING = 420.0
RETENTION = {
    "agent_handler/tool_calls": timedelta(days=30),
    "agent_handler/api_calls": timedelta(days=30),
}
START = 24 * 3600


class Truth:
    """Looks at the metrics when they can be compared with what is so."""

    def __init__(self, house: House, sink: Sink) -> None:
        """Nothing is known to be untrue."""
        self.house = house
        self.sink = sink
        self.untrue: list[str] = []
        self.checked = 0

    def in_an_outage(self) -> None:
        """Compare at the end of an outage, if nothing moves: the file is full or all is read."""
        before, files = self.runs(), self.sizes()
        self.house.world.sleep(2.5 * self.house.schedule.interval)
        said, after = self.said(), self.runs()
        if files != self.sizes() or any(after.get(c, 0) < n + 2 for c, n in before.items()):
            return
        self.checked += 1
        for stream, metrics in said.items():
            unread, unconfirmed = self.unread(metrics["file"]), metrics.get("bytes.unconfirmed")
            # Of an Agent that makes several requests at once not every receipt is believed so far.
            most = files.get(metrics["file"], 0) if self.house.schedule.concurrent else unread
            if unconfirmed is None or not unread <= unconfirmed <= most:
                self.untrue.append(f"{stream}: bytes.unconfirmed is {unconfirmed}, not {unread}")
            held = set(self.house.vendor.ids(stream)) - set(self.written())
            if held and metrics.get("behind") != 1:
                self.untrue.append(f"{stream}: behind is {metrics.get('behind')} in an outage")
            # Before the first page is kept, it is since where the walk began.
            longest = START + self.house.world.now() - self.house.world.origin / 1e9
            if not 0 <= metrics.get("lag_seconds", -1) <= longest:
                self.untrue.append(f"{stream}: lag_seconds is {metrics.get('lag_seconds')}")

    def at_rest(self) -> None:
        """Compare when everything has arrived."""
        until = time.monotonic() + self.house.world.seconds(SETTLING)
        wrong = ["nothing was looked at"]
        while (wrong or self.ends_by_time()) and time.monotonic() < until:
            self.house.world.sleep(2)
            wrong = self.wrong_at_rest()
        if self.ends_by_time():
            # Vendor or check are slow beyond measure on a machine that is busy with other things:
            # no run sees the end of the log, and each says so.
            return
        self.checked += 1
        self.untrue += wrong

    def ends_by_time(self) -> bool:
        """Whether the last run of a stream ended because its time was over."""
        longest = 0.7 * self.house.schedule.interval
        return any(said.get("run.duration_seconds", 0) > longest for said in self.said().values())

    def resent(self) -> int:
        """How many records the checks of this Agent say that they sent again."""
        if self.house.running is None:
            return 0
        metrics = self.house.running.ask("metrics")["metrics"]
        return int(sum(m["sum"] for m in metrics if m["name"] == "logwalk.records.resent"))

    def of_resent(self, said: int, repeated: int, failed: int) -> None:
        """Compare what was said to be sent again with what was, where no Agent died in between.

        A run that failed sends so much again without knowing how much of it had come through.
        """
        self.checked += 1
        if not said <= repeated <= said + failed:
            self.untrue.append(f"records.resent is {said}, not {repeated}")

    def wrong_at_rest(self) -> list[str]:
        """What the metrics say that is not so when everything has arrived."""
        self.untrue, before = [], self.untrue
        for stream, said in self.said().items():
            expected: dict[str, int] = {
                "bytes.unconfirmed": self.unread(said.get("file", "")),
                "behind": 0,
                "lag_seconds": 0,
            }
            if stream in RETENTION:
                expected["retention_left_seconds"] = int(RETENTION[stream].total_seconds())
            if any(happening.what == "clock" for happening in self.house.schedule.happenings):
                # The registry may stand still for as long as the clock was wrong.
                del expected["bytes.unconfirmed"]
                expected.pop("retention_left_seconds", None)
            self.compare(stream, said, expected)
        self.untrue, wrong = before, self.untrue
        return wrong

    def compare(self, stream: str, said: dict[str, Any], expected: dict[str, int]) -> None:
        """Note what is not as it should be."""
        for name, value in expected.items():
            if said.get(name) != value:
                self.untrue.append(f"{stream}: {name} is {said.get(name)}, not {value}")

    def unread(self, name: str) -> int:
        """The bytes of a file that the intake has not acknowledged."""
        path = self.house.run_path / "integrations" / name
        offset = traces.offsets(self.house.run_path).get(str(path), 0)
        size = path.stat().st_size if path.is_file() else 0
        return size - offset if offset <= size else size

    def sizes(self) -> dict[str, int]:
        """How long each integration file is."""
        found = (self.house.run_path / "integrations").glob("*.log")
        return {path.name: path.stat().st_size for path in found}

    def written(self) -> list[str]:
        """The ids of what the Agent was handed."""
        return self.house.sent_ids()

    def status(self) -> dict[str, Any]:
        """The checks that are scheduled."""
        if self.house.running is None:
            return {}
        checks = self.house.running.ask("status")["checks"]
        return {check_id: check for check_id, check in checks.items() if check.get("scheduled")}

    def runs(self) -> dict[str, int]:
        """How often each check has run."""
        return {check_id: check["runs"] for check_id, check in self.status().items()}

    def said(self) -> dict[str, dict[str, Any]]:
        """The last value of each metric of each stream's present check, and its file."""
        found: dict[str, dict[str, Any]] = {stream: {} for stream in self.house.schedule.streams}
        checks = self.status()
        if self.house.running is None:
            return found
        for metric in self.house.running.ask("metrics")["metrics"]:
            stream = next((tag[11:] for tag in metric["tags"] if tag.startswith("log_source:")), "")
            if metric["check_id"] in checks and stream in found:
                kind = "last" if metric["kind"] == "gauge" else "sum"
                found[stream][metric["name"].removeprefix("logwalk.")] = metric[kind]
                found[stream]["file"] = f"{metric['check_id'].replace(':', '_')}.log"
        return found
