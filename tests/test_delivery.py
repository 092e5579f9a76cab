"""Records come out of send_log as logs, each once, and the place follows them."""

import json
from datetime import datetime
from typing import Any

import pytest
from datadog_checks.base.stubs import datadog_agent

from stubbed_agent import Agent, RunFailed
from vendor import Vendor


def test_a_record_arrives_as_a_log(agent: Agent, vendor: Vendor, instance: dict[str, Any]) -> None:
    vendor.add(2)
    agent.run(agent.check({**instance, "tags": ["team:security"]}))

    record, log = vendor.records[1], agent.logs()[1]
    happened = datetime.fromisoformat(record["started_at"])
    assert log["timestamp"] == round(happened.timestamp() * 1000)
    assert log["message"] == "slack__post_message success"
    assert log["status"] == "info"
    assert log["ddsource"] == "agent_handler"
    assert log["service"] == "agent-handler"
    assert log["evt"] == {"name": "slack__post_message", "outcome": "success"}
    assert log["duration"] == 812_000_000
    assert set(log["ddtags"].split(",")) == {"connector:slack", "team:security"}
    assert log["logwalk"] == {
        "id": record["id"],
        "source": "agent_handler/tool_calls",
        "event_time": record["started_at"],
    }


def test_the_record_sits_whole_under_its_namespace(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(1)
    agent.run(agent.check(instance))

    record, whole = vendor.records[0], agent.logs()[0]["agent_handler"]
    assert whole["tool_args"] == json.loads(record["tool_args"])
    assert whole["result"] == record["result"]
    # The Agent would round it: it passes a log with tags through floating point.
    assert whole["sequence"] == str(record["sequence"])
    for key in ("id", "started_at", "connector", "latency_ms"):
        assert whole[key] == record[key]


def test_every_record_arrives_once_and_in_order(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    first = vendor.add(5)
    check = agent.check(instance)
    agent.run(check)
    second = vendor.add(3, minutes_ago=1)
    agent.run(check)
    agent.run(check)

    assert agent.ids() == first + second


def test_a_restart_goes_on_where_the_last_run_stood(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    first = vendor.add(5)
    agent.run(agent.check(instance))
    second = vendor.add(2, minutes_ago=1)
    agent.run(agent.check(instance))

    assert agent.ids() == first + second


def test_the_place_is_kept_after_each_page_and_never_before_its_logs(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.add(5)
    check = agent.check(instance)
    sent_at_each_write: list[int] = []
    write = datadog_agent.write_persistent_cache

    def noted(key: str, value: str) -> None:
        sent_at_each_write.append(len(agent.logs()))
        write(key, value)

    monkeypatch.setattr(datadog_agent, "write_persistent_cache", noted)
    agent.run(check)

    assert {2, 4, 5} <= set(sent_at_each_write) <= {0, 2, 4, 5}


def test_a_send_that_fails_repeats_its_page_and_no_other(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = vendor.add(6)
    check = agent.check(instance)
    send = check.send_log

    def full(log: dict[str, Any]) -> None:
        if log["logwalk"]["id"] == ids[3]:
            raise OSError("no space left on device")
        send(log)

    with monkeypatch.context() as patch:
        patch.setattr(check, "send_log", full)
        with pytest.raises(RunFailed, match="no space left on device"):
            agent.run(check)
    assert agent.ids() == ids[:3]

    agent.run(check)
    assert agent.ids() == ids[:3] + ids[2:]


def test_a_poll_that_finds_nothing_costs_one_request(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(3)
    check = agent.check({**instance, "page_size": 100})
    agent.run(check)
    before = len(vendor.requests)
    agent.run(check)

    assert len(vendor.requests) == before + 1
    assert len(agent.logs()) == 3


def test_a_run_that_reaches_its_bytes_stops_and_the_next_goes_on(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(9)
    check = agent.check({**instance, "page_size": 100, "limits": {"run_bytes": 3000}})
    agent.run(check)
    assert 0 < len(agent.ids()) < len(ids)
    assert agent.last("behind") == 1

    for _ in ids:
        agent.run(check)
    assert agent.ids() == ids
    assert agent.last("behind") == 0


@pytest.mark.parametrize(
    "source",
    [
        *("agent_handler/tool_calls", "agent_handler/api_calls", "agent_handler/audit_log"),
        *("datadog/audit", "datadog/logs"),
    ],
)
def test_each_simulated_log_is_walked_to_its_end(
    agent: Agent, simulated: dict[str, dict[str, Any]], source: str
) -> None:
    check = agent.check({"source": source, "start": "oldest", "page_size": 90, **simulated[source]})
    agent.run(check)
    agent.run(check)

    assert len(agent.ids()) == len(set(agent.ids())) == 500
