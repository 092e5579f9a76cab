"""A log is what the documentation shows, field by field."""

import itertools
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from datadog_checks.base.stubs import datadog_agent

from stubbed_agent import Agent
from vendor import Vendor

NOW = datetime.now(UTC).replace(microsecond=123_000)


def written(moment: datetime) -> str:
    """A time as the vendor writes it, and as `logwalk.event_time` has it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def record(hours_ago: float = 1, **more: Any) -> dict[str, Any]:
    """A tool call with all that the mapping lifts."""
    return {
        "id": str(uuid.uuid4()),
        "started_at": written(NOW - timedelta(hours=hours_ago)),
        "tool_name": "slack__post_message",
        "status": "success",
        "latency_ms": 812,
        "connector": {"slug": "slack"},
        "registered_user": {"id": "user-4821"},
        **more,
    }


def log_of(agent: Agent, vendor: Vendor, instance: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The log of one record."""
    vendor.records.append(record(**more))
    agent.run(agent.check(instance))
    (log,) = agent.logs()
    return log


def test_a_log_is_as_the_documentation_shows_it(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The base package's stand-in for the aggregator wants no check to name a tag `env` by itself.
    monkeypatch.setenv("DDEV_SKIP_GENERIC_TAGS_CHECK", "true")
    log = log_of(agent, vendor, {**instance, "tags": ["env:prod"]})

    (own,) = vendor.records
    happened = NOW - timedelta(hours=1)
    assert log == {
        "timestamp": round(happened.timestamp() * 1000),
        "status": "info",
        "service": "agent-handler",
        "ddsource": "agent_handler",
        "ddtags": "env:prod,connector:slack",
        "message": "slack__post_message success",
        "usr": {"id": "user-4821"},
        "evt": {"name": "slack__post_message", "outcome": "success"},
        "duration": 812_000_000,
        "agent_handler": own,
        "logwalk": {
            "id": own["id"],
            "source": "agent_handler/tool_calls",
            "event_time": written(happened),
        },
    }


@pytest.mark.parametrize(("option", "service"), [({}, "agents"), ({"service": "mine"}, "mine")])
def test_the_option_service_wins_over_that_of_the_mapping(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], option: dict[str, str], service: str
) -> None:
    log = log_of(agent, vendor, {**instance, "log": {"service": "agents"}, **option})

    assert log["service"] == service


def test_a_mapping_is_merged_key_by_key_over_the_sources(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    override = {
        "message": "{connector.slug}: {tool_name}",
        "attributes": {"evt.outcome": "id"},
        "status": {"map": {"success": "notice"}},
        "tags": {"tool": "tool_name"},
        "drop": ["registered_user"],
        "redact": ["latency_ms"],
    }
    log = log_of(agent, vendor, {**instance, "log": override})

    assert log["evt"]["name"] == "slack__post_message"
    assert log["evt"]["outcome"] == log["logwalk"]["id"]
    assert log["status"] == "notice"
    assert log["ddsource"] == "agent_handler"
    assert set(log["ddtags"].split(",")) == {"connector:slack", "tool:slack__post_message"}
    assert "registered_user" not in log["agent_handler"]
    assert log["agent_handler"]["latency_ms"] == "[redacted]"


@pytest.mark.parametrize(
    ("too_old", "has_time"), [(None, False), ("restamp", False), ("keep", True)]
)
def test_a_record_too_old_for_its_own_time_is_restamped_or_kept(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], too_old: str | None, *, has_time: bool
) -> None:
    option = {"too_old": too_old} if too_old else {}
    log = log_of(agent, vendor, {**instance, "start": "oldest", **option}, hours_ago=20)

    assert ("timestamp" in log) is has_time
    assert ("logwalk_late:true" in log["ddtags"].split(",")) is not has_time
    assert log["logwalk"]["event_time"] == vendor.records[0]["started_at"]
    assert agent.last("records.too_old") == 1
    assert agent.last("records.sent") == 1


def test_a_record_too_old_can_be_skipped_and_is_counted(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.records += [record(hours_ago=20), record()]
    agent.run(agent.check({**instance, "start": "oldest", "too_old": "skip"}))

    assert agent.ids() == [vendor.records[1]["id"]]
    assert agent.last("records.too_old") == 1
    assert agent.last("records.sent") == 1


def test_without_any_tags_numbers_pass_to_the_digit(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    """The Agent re-reads only logs that carry tags."""
    untagged = {**instance, "too_old": "keep", "source": inline(vendor)}
    del untagged["page_size"]
    log = log_of(agent, vendor, untagged, big=2**63 + 5, exact=0.1)

    assert "ddtags" not in log
    assert log["acme"]["big"] == 2**63 + 5


def test_a_line_is_as_long_as_it_was_counted_whatever_is_lifted(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = record(registered_user={"id": 'a"\\\n\u0001\u007fé😀'}, client_trace_id=0)
    body = json.dumps({"results": [odd], "has_more": False})
    vendor.fail(200, body.replace('"client_trace_id": 0', '"client_trace_id": -0'))
    lines: list[str] = []
    monkeypatch.setattr(datadog_agent, "send_log", lambda line, _: lines.append(line))
    agent.run(agent.check(instance))

    (line,) = lines
    assert json.loads(line)["usr"] == odd["registered_user"]
    assert '"trace_id":-0,' in line
    assert agent.last("bytes.sent") == len(line.encode()) + 1


def test_no_log_has_anything_of_another(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    optional = ("latency_ms", "registered_user", "connector", "client_trace_id")
    kinds = [
        {name for name, bit in zip(optional, bits, strict=True) if bit}
        for bits in itertools.product((0, 1), repeat=len(optional))
    ]
    for number, missing in enumerate(kind for kind in kinds * 2 for _ in range(3)):
        whole = record(status=("success", "error")[number % 3 // 2], client_trace_id=str(number))
        whole["connector"] = {"slug": f"slug-{number % 5}"}
        vendor.records.append({name: whole[name] for name in whole if name not in missing})
    agent.run(agent.check({**instance, "page_size": 100}))

    for own, log in zip(vendor.records, agent.logs(), strict=True):
        lifted = {
            "id": log["logwalk"]["id"],
            "status": {"info": "success", "error": "error"}[log["status"]],
            "latency_ms": log["duration"] // 1_000_000 if "duration" in log else None,
            "registered_user": log.get("usr"),
            "connector": {"slug": log["ddtags"][len("connector:") :]} if "ddtags" in log else None,
            "client_trace_id": log.get("trace_id"),
        }
        assert lifted == {name: own.get(name) for name in lifted}
        assert log["agent_handler"] == own


def test_with_tags_what_a_double_would_change_is_a_string(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    log = log_of(
        agent, vendor, {**instance, "tags": ["a:b"]}, big=2**63 + 5, small=2**53, exact=0.1
    )

    whole = log["agent_handler"]
    assert (whole["big"], whole["small"], whole["exact"]) == (str(2**63 + 5), 2**53, 0.1)


def test_a_record_that_is_no_mapping_is_sent_as_its_text_with_the_reason(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.fail(200, json.dumps({"results": ["just a text", record()], "has_more": False}))
    agent.run(agent.check(instance))

    odd, even = agent.logs()
    assert "just a text" in odd["message"]
    assert odd["logwalk"]["error"]
    assert even["message"] == "slack__post_message success"


def test_a_record_too_large_is_cut_stays_whole_and_says_what_was_cut(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    limited = {**instance, "limits": {"log_bytes": 5000}}
    log = log_of(agent, vendor, limited, result="x" * 100_000, note="short")

    assert 4900 < on_the_wire(log) <= 5000
    assert log["logwalk"]["truncated"] == ["agent_handler.result"]
    assert log["agent_handler"]["note"] == "short"
    assert agent.last("records.truncated") == 1


def test_the_agents_own_maximum_bounds_a_log(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    agent.config["logs_config.max_message_size_bytes"] = 9000
    log = log_of(agent, vendor, instance, result="x" * 100_000)

    assert 8900 < on_the_wire(log) <= 9000


def test_a_record_of_the_future_is_delivered_counted_and_moves_no_bound(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.records += [record(hours_ago=1), record(hours_ago=-1)]
    check = agent.check({**instance, "page_size": 100})
    agent.run(check)
    assert agent.last("records.future") == 1
    vendor.records.insert(1, record(hours_ago=0.01))
    agent.run(check)

    assert sorted(agent.ids()) == sorted(record["id"] for record in vendor.records)


def test_an_update_of_a_record_is_a_new_log_with_the_same_id(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.records.append(record(hours_ago=0.01, status="pending"))
    check = agent.check(instance)
    agent.run(check)
    vendor.records[0] = {**vendor.records[0], "status": "success"}
    agent.run(check)
    agent.run(check)

    assert [log["evt"]["outcome"] for log in agent.logs()] == ["pending", "success"]
    assert len(set(agent.ids())) == 1


def on_the_wire(log: dict[str, Any]) -> int:
    """The bytes of a log's line."""
    return len(json.dumps(log, separators=(",", ":"), ensure_ascii=False).encode())


def inline(vendor: Vendor) -> dict[str, Any]:
    """A source of the user's own that says only what differs from the defaults."""
    return {
        "name": "acme/events",
        "base_url": vendor.base_url,
        "request": {"path": "/logs/tool-calls/", "headers": {"Authorization": "Bearer {token}"}},
        "records": "results",
        "credentials": {"token": {"help": "a key"}},
        "next": {"from": "body.next_cursor", "to": "query.cursor"},
        "log": {"namespace": "acme"},
    }
