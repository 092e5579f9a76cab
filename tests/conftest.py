"""What the tests of the check share: a vendor to read from and an Agent to run in."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from datadog_checks.base.stubs import aggregator, datadog_agent

from datadog_checks.logwalk import LogwalkCheck
from pythons import PYTHONS
from vendor import TOKEN, Server, Vendor


def pytest_report_header() -> str:
    """Which Pythons the wheel is tried on: those this machine has."""
    return "wheel tried on: " + ", ".join(python.version for python in PYTHONS)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """An API with no records yet."""
    vendor = Vendor()
    with Server(vendor) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield vendor
        vendor.open.set()
        server.shutdown()
        thread.join()


class RunFailed(Exception):
    """What the Agent shows for a run that raised: its message and its traceback."""


class Agent:
    """The base package's stand-in for the Agent, with the few things that tests do with it."""

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


@pytest.fixture
def agent() -> Agent:
    """A fresh Agent."""
    return Agent()


@pytest.fixture
def instance(vendor: Vendor) -> dict[str, Any]:
    """The instance that most tests run: two records a page."""
    return {
        "source": "agent_handler/tool_calls",
        "base_url": vendor.base_url,
        "credentials": {"token": TOKEN},
        "page_size": 2,
        "min_collection_interval": 60,
    }


@pytest.fixture
def simulator() -> Iterator[str]:
    """The address of `logwalk sim`, as a process of its own."""
    command = [str(Path(sys.executable).with_name("logwalk")), "sim"]
    with subprocess.Popen(
        [*command, "--listen", "127.0.0.1:0", "--json"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["address"])
        process.terminate()
