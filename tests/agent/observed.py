"""What the collector reported: how runs went, and the metrics that were submitted."""

import threading
from typing import Any

from .journal import Journal


class Observed:
    """The present state of every check, and of every metric the last value and the sum."""

    def __init__(self, journal: Journal) -> None:
        """Nothing was reported yet."""
        self.journal = journal
        self.lock = threading.Lock()
        self.checks: dict[str, dict[str, Any]] = {}
        self.metrics: dict[tuple[str, str, tuple[str, ...]], dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []

    def note(self, said: dict[str, Any]) -> None:
        """Take in one report."""
        event = said.pop("event")
        with self.lock:
            if event == "log":
                self.journal.say(said["level"], said["message"])
            elif event == "metric":
                self.metric(**said)
            elif event in {"scheduled", "unscheduled", "begun", "ran", "skipped", "cancel"}:
                self.check(event, said)
            elif event != "loaded":
                self.events.append({"event": event, **said})

    def metric(self, check_id: str, kind: str, name: str, value: float, tags: list[str]) -> None:
        """Count a metric."""
        key = (check_id, name, tuple(tags))
        found = self.metrics.setdefault(key, {"kind": kind, "sum": 0.0, "submitted": 0})
        found["last"] = value
        found["sum"] += value
        found["submitted"] += 1

    def check(self, event: str, said: dict[str, Any]) -> None:
        """Follow the life of a check."""
        check_id = said.pop("check_id")
        blank = {"runs": 0, "errors": 0, "skipped": 0, "running": 0, "error": "", "warnings": []}
        check = self.checks.setdefault(check_id, blank)
        if event == "begun":
            check["running"] += 1
        elif event == "ran":
            check["running"] -= 1
            check["runs"] += 1
            check["errors"] += bool(said["error"])
            check |= said
            self.complain(check_id, said)
        elif event == "skipped":
            check["skipped"] += 1
        elif event == "cancel":
            check["cancelled"] = True
        else:
            check["scheduled"] = event == "scheduled"
            check |= said

    def complain(self, check_id: str, said: dict[str, Any]) -> None:
        """Say in agent.log what a run ended with."""
        if said["error"]:
            self.journal.error(f"{check_id}: {said['error']}\n{said['traceback']}")
        for warning in said["warnings"]:
            self.journal.warning(f"{check_id}: {warning}")

    def running(self) -> bool:
        """Whether a check is being run."""
        with self.lock:
            return any(check["running"] for check in self.checks.values())

    def shown(self) -> dict[str, Any]:
        """The checks, as `agent status` shows them."""
        with self.lock:
            return {check_id: dict(check) for check_id, check in self.checks.items()}

    def shown_metrics(self) -> list[dict[str, Any]]:
        """All metrics."""
        with self.lock:
            return [
                {"check_id": check_id, "name": name, "tags": list(tags), **found}
                for (check_id, name, tags), found in self.metrics.items()
            ]
