"""Each run reports what it did and how far behind it is."""

import time
from typing import Any

import pytest
from datadog_checks.base.stubs import aggregator, datadog_agent

from datadog_checks.logwalk import __version__
from stubbed_agent import Agent, RunFailed
from vendor import Vendor

COUNTS = (
    "records.sent",
    "records.duplicate",
    "records.truncated",
    "records.too_old",
    "records.future",
    "records.unconfirmed",
    "records.resent",
    "records.rejected",
    "bytes.sent",
    "pages.read",
    "requests",
    "retries",
)
GAUGES = (
    "api.can_connect",
    "lag_seconds",
    "behind",
    "retention_left_seconds",
    "gap_seconds",
    "cursor.age_seconds",
    "throttled_seconds",
    "run.duration_seconds",
)


def test_what_was_read_and_sent_is_counted(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(5)
    agent.run(agent.check(instance))

    assert agent.last("records.sent") == 5
    assert agent.last("pages.read") == 3
    assert agent.last("bytes.sent") > 1000
    assert agent.last("api.can_connect") == 1
    assert agent.last("behind") == 0
    assert agent.last("lag_seconds") == 0
    assert agent.last("run.duration_seconds") > 0
    assert sum(v for v, tags in agent.metric("requests") if "status:2xx" in tags) == len(
        vendor.requests
    )


def test_each_metric_has_its_documented_type(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(3)
    vendor.fail(503)
    agent.run(agent.check(instance))
    types = {
        name.removeprefix("logwalk."): {metric.type for metric in aggregator.metrics(name)}
        for name in aggregator.metric_names
    }

    assert set(types) == {*GAUGES, *COUNTS}
    for name, seen in types.items():
        assert seen == {aggregator.COUNT if name in COUNTS else aggregator.GAUGE}, name


def test_metrics_carry_source_stream_and_the_tags_of_the_instance(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(1)
    agent.run(agent.check({**instance, "stream": "prod", "tags": ["team:security"]}))

    for name in ("records.sent", "api.can_connect", "requests"):
        for _, tags in agent.metric(name):
            assert {
                "log_source:agent_handler/tool_calls",
                "stream:prod",
                "team:security",
            } <= tags


def test_a_record_that_was_sent_already_is_counted_as_a_duplicate(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(3)
    check = agent.check({**instance, "page_size": 100})
    agent.run(check)
    agent.run(check)

    assert agent.last("records.duplicate") == 3
    assert sum(value for value, _ in agent.metric("records.sent")) == 3


def test_a_vendor_that_cannot_be_reached_is_reported_and_raised(
    agent: Agent, instance: dict[str, Any]
) -> None:
    check = agent.check(
        {**instance, "base_url": "http://127.0.0.1:9/api/v1", "limits": {"run_seconds": 1}}
    )

    with pytest.raises(RunFailed, match=r"127\.0\.0\.1"):
        agent.run(check)
    assert agent.last("api.can_connect") == 0


def test_a_failed_answer_that_a_retry_mends_is_counted_and_not_raised(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(2)
    vendor.fail(503)
    agent.run(agent.check(instance))

    assert agent.ids() == ids
    assert agent.last("retries") == 1
    assert (1, {"log_source:agent_handler/tool_calls", "status:5xx"}) in agent.metric("requests")


def test_a_wait_that_the_vendor_asks_for_is_a_warning_and_survives_a_restart(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(2)
    vendor.fail(429, Retry_After="3600")
    check = agent.check(instance)
    agent.run(check)
    asked = len(vendor.requests)
    agent.run(agent.check(instance))

    assert any("429" in warning for warning in check.warnings)
    assert len(vendor.requests) == asked
    assert agent.logs() == []


def test_lag_and_retention_follow_the_newest_delivered_record_while_behind(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(9, minutes_ago=60)
    check = agent.check({**instance, "limits": {"run_bytes": 1500}})
    agent.run(check)

    month = 30 * 24 * 3600
    assert agent.last("behind") == 1
    assert agent.last("lag_seconds") == pytest.approx(3600, abs=30)
    assert agent.last("retention_left_seconds") == pytest.approx(month - 3600, abs=30)
    assert agent.last("gap_seconds") == 0

    for _ in range(9):
        agent.run(check)
    assert agent.last("behind") == agent.last("lag_seconds") == 0
    assert agent.last("retention_left_seconds") == month


def test_the_age_of_the_cursor_is_since_a_record_last_moved_it(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(1)
    check = agent.check(instance)
    agent.run(check)
    assert agent.last("cursor.age_seconds") < 1
    time.sleep(1.1)
    agent.run(check)

    assert agent.last("cursor.age_seconds") > 1


def test_what_is_read_but_not_kept_is_not_reported_as_caught_up(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk must not look like a stream that is up to date."""
    vendor.add(3, minutes_ago=60)
    check = agent.check(instance)
    agent.run(check)
    time.sleep(1.1)
    vendor.add(3, minutes_ago=40)
    monkeypatch.setattr(datadog_agent, "write_persistent_cache", lambda _key, _value: None)
    with pytest.raises(RunFailed, match="did not stick"):
        agent.run(check)

    assert agent.last("records.sent") == 0
    assert agent.last("behind") == 1
    assert agent.last("lag_seconds") == pytest.approx(3600, abs=30)
    assert agent.last("cursor.age_seconds") > 1


def test_requests_are_counted_by_their_class_of_status(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.fail(403)
    with pytest.raises(RunFailed):
        agent.run(agent.check(instance))

    assert (1, {"log_source:agent_handler/tool_calls", "status:4xx"}) in agent.metric("requests")


def test_a_wait_within_the_run_is_counted_as_throttled(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(1)
    vendor.fail(429, Retry_After="1")
    check = agent.check(instance)
    agent.run(check)

    assert agent.ids() == ids
    assert agent.last("throttled_seconds") == pytest.approx(1, abs=0.5)
    assert agent.last("behind") == 0


def test_what_aged_out_at_the_source_is_a_gap_in_seconds_and_in_words(
    agent: Agent, instance: dict[str, Any]
) -> None:
    source = {"extends": "agent_handler/tool_calls", "retention": "2s", "overlap": "0s"}
    agent.run(agent.check({**instance, "source": source, "start": "now"}))
    time.sleep(3.5)
    late = agent.check({**instance, "source": source, "start": "now"})
    agent.run(late)

    assert agent.last("gap_seconds") == pytest.approx(1.5, abs=0.5)
    assert any("aged out" in warning for warning in late.warnings)


def test_the_check_says_its_version(agent: Agent, vendor: Vendor, instance: dict[str, Any]) -> None:
    vendor.add(1)
    agent.run(agent.check(instance))

    datadog_agent.assert_metadata("logwalk:1f2e", {"version.raw": __version__})
