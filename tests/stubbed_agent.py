"""The base package's stand-in for the Agent, with the few things that tests do with it."""

import json
from typing import Any

from datadog_checks.base.stubs import aggregator, datadog_agent

from datadog_checks.logwalk import LogwalkCheck


class RunFailed(Exception):
    """What the Agent shows for a run that raised: its message and its traceback."""


class Agent:
    """An Agent that loads the check, runs it, and holds what it sent and kept."""

    def __init__(self) -> None:
        """An Agent that was just installed, with logs enabled."""
        datadog_agent.reset()
        aggregator.reset()
        self.config: dict[str, Any] = datadog_agent._config
        self.config["logs_enabled"] = True
        self.cache: dict[str, str] = datadog_agent._cache

    def check(self, instance: dict[str, Any], check_id: str = "logwalk:1f2e") -> LogwalkCheck:
        """The check as the Agent loads it; a second one of the same instance is a restart."""
        check = LogwalkCheck(name="logwalk", init_config={}, instances=[instance])
        check.check_id = check_id
        return check

    def run(self, check: LogwalkCheck) -> None:
        """One scheduled run."""
        if report := check.run():
            error = json.loads(report)[0]
            raise RunFailed(f"{error['message']}\n{error['traceback']}")

    def logs(self, check_id: str = "logwalk:1f2e") -> list[dict[str, Any]]:
        """All that went through send_log, in order."""
        sent: list[dict[str, Any]] = datadog_agent._sent_logs[check_id]
        return sent

    def ids(self) -> list[str]:
        """The record ids of those logs."""
        return [log["logwalk"]["id"] for log in self.logs()]

    def metric(self, name: str) -> list[tuple[float, set[str]]]:
        """Value and tags of each submission of a metric."""
        return [
            (metric.value, set(metric.tags)) for metric in aggregator.metrics(f"logwalk.{name}")
        ]

    def last(self, name: str) -> float:
        """The value a metric was last submitted with."""
        return self.metric(name)[-1][0]
