"""Logs go to the intake directly: none crosses into Python, and the place follows the intake."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from datadog_checks.base.stubs import aggregator

from datadog_checks.logwalk import LogwalkCheck
from stubbed_agent import Agent, RunFailed
from vendor import Vendor


class Intake:
    """A simulated intake in a process of its own."""

    def __init__(self, url: str) -> None:
        """At a URL."""
        self.url = url

    def ask(self, path: str, body: Any = None) -> str:
        """The simulator's own endpoints."""
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.url + path, data=data), timeout=10) as reply:  # noqa: S310
            return str(reply.read().decode())

    def logs(self) -> list[dict[str, Any]]:
        """What has come, in order."""
        return [json.loads(line) for line in self.ask("/sim/arrived").splitlines()]

    def ids(self) -> list[str]:
        """The record ids of those logs."""
        return [log["logwalk"]["id"] for log in self.logs()]


def value(metric: str) -> float:
    """The one value of a metric."""
    (only,) = aggregator.metrics(metric)
    return float(only.value)


@pytest.fixture
def intake() -> Iterator[Intake]:
    """An intake that has taken nothing yet."""
    command = [str(Path(sys.executable).with_name("logwalk")), "sim", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(
        [*command, "--json", "--until-stdin-closes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Intake(json.loads(process.stdout.readline())["url"])
        process.stdin.close()


@pytest.fixture
def direct(instance: dict[str, Any], intake: Intake, tmp_path: Path) -> dict[str, Any]:
    """An instance that sends to it."""
    destination = {
        "type": "datadog",
        "url": intake.url,
        "api_key": "sim-api-key",
        "dead_letter": str(tmp_path / "dead.jsonl"),
    }
    return {**instance, "destination": destination}


def test_every_record_arrives_once_and_none_through_python(
    agent: Agent,
    vendor: Vendor,
    direct: dict[str, Any],
    intake: Intake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(LogwalkCheck, "send_log", refused)
    first = vendor.add(5)
    check = agent.check({**direct, "tags": ["team:security"]})
    agent.run(check)
    second = vendor.add(3, minutes_ago=1)
    agent.run(check)
    agent.run(agent.check({**direct, "tags": ["team:security"]}))

    assert intake.ids() == first + second
    log = intake.logs()[0]
    assert set(log["ddtags"].split(",")) == {"connector:slack", "team:security"}
    assert log["timestamp"] > 10**12
    assert agent.logs() == []


def test_the_metrics_are_the_same(
    agent: Agent, vendor: Vendor, direct: dict[str, Any], intake: Intake
) -> None:
    ids = vendor.add(5)
    bad = {"do": {"refuse_with": {"text": ids[2]}}, "times": None}
    intake.ask("/sim/faults", bad)
    agent.run(agent.check(direct))

    assert value("logwalk.records.sent") == 4
    assert value("logwalk.records.rejected") == 1
    assert value("logwalk.behind") == 0
    assert value("logwalk.api.can_connect") == 1
    letter = json.loads(Path(direct["destination"]["dead_letter"]).read_text())
    assert letter["log"]["logwalk"]["id"] == ids[2]


def test_a_refused_key_is_said_with_the_fix_and_the_place_stays(
    agent: Agent, vendor: Vendor, direct: dict[str, Any], intake: Intake
) -> None:
    ids = vendor.add(3)
    wrong = {**direct["destination"], "api_key": "hunter2-hunter2"}
    with pytest.raises(RunFailed, match=r"API key is invalid; `destination\.api_key`") as failed:
        agent.run(agent.check({**direct, "destination": wrong}))
    assert "hunter2" not in str(failed.value)
    assert value("logwalk.records.sent") == 0

    agent.run(agent.check(direct))
    assert intake.ids() == ids


def test_the_agents_own_logs_need_not_be_enabled(
    agent: Agent, vendor: Vendor, direct: dict[str, Any], intake: Intake
) -> None:
    ids = vendor.add(1)
    agent.config["logs_enabled"] = False
    agent.run(agent.check(direct))
    assert intake.ids() == ids
