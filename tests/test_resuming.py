"""A run ends within its bounds, and the next goes on there: nothing is missing, nothing twice."""

import json
import time
from typing import Any

import pytest

from stubbed_agent import Agent, RunFailed
from vendor import Vendor


def test_a_page_is_cut_at_run_bytes_and_goes_on_there(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(50)
    limited = {**instance, "page_size": 100, "limits": {"run_bytes": 5000}}
    sizes = []
    for _ in range(50):
        before = len(agent.ids())
        # Each run is another process: only the cache is left of the one before.
        agent.run(agent.check(limited))
        new = agent.logs()[before:]
        sizes.append(sum(len(json.dumps(log, separators=(",", ":"))) + 1 for log in new))
        assert agent.last("behind") == (len(agent.ids()) < 50)
        if len(agent.ids()) == 50:
            break

    assert agent.ids() == ids
    assert max(sizes) <= 5000
    assert agent.last("lag_seconds") == 0


def test_a_log_larger_than_run_bytes_goes_alone(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(3)
    check = agent.check({**instance, "limits": {"run_bytes": 1}})
    for count in (1, 2, 3):
        agent.run(check)
        assert agent.ids() == ids[:count]


def test_what_is_sent_counts_as_bytes_on_the_wire(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(5)
    agent.run(agent.check(instance))

    lines = [json.dumps(log, separators=(",", ":"), ensure_ascii=False) for log in agent.logs()]
    assert agent.last("bytes.sent") == sum(len(line.encode()) + 1 for line in lines)


def test_a_run_ends_at_run_seconds_and_the_next_goes_on(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(40)
    vendor.delay = 0.2
    check = agent.check({**instance, "limits": {"run_seconds": 0.7}})
    began = time.monotonic()
    agent.run(check)

    assert time.monotonic() - began < 2
    assert 0 < len(agent.ids()) < 40
    assert agent.last("behind") == 1
    assert agent.last("lag_seconds") > 60
    vendor.delay = 0
    for _ in range(20):
        agent.run(check)
    assert agent.ids() == ids


def test_a_run_lasts_eighty_percent_of_the_interval_at_most(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(40)
    vendor.delay = 0.2
    began = time.monotonic()
    agent.run(agent.check({**instance, "min_collection_interval": 1}))

    assert time.monotonic() - began < 2
    assert 0 < len(agent.ids()) < 40


def test_no_request_is_made_before_the_moment_the_vendor_named(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(4)
    check = agent.check({**instance, "limits": {"run_seconds": 1}})
    agent.run(check)
    late = vendor.add(1, minutes_ago=1)
    vendor.fail(429, Retry_After="3")
    agent.run(check)
    asked = len(vendor.requests)
    told = time.monotonic()
    while time.monotonic() < told + 1.5:
        again = agent.check({**instance, "limits": {"run_seconds": 0.2}})
        agent.run(again)
        assert len(vendor.requests) == asked
        assert any("wait" in warning for warning in again.warnings)
        time.sleep(0.3)
    time.sleep(max(0, told + 3.2 - time.monotonic()))
    agent.run(agent.check(instance))

    assert agent.ids() == ids + late


def test_where_the_first_run_began_is_kept_also_when_nothing_came(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    agent.run(agent.check({**instance, "start": "now"}))
    first = vendor.requests[0]["created_after"]
    ids = vendor.add(1, minutes_ago=0)
    agent.run(agent.check({**instance, "start": "now"}))

    assert agent.ids() == ids
    assert vendor.requests[1]["created_after"] == first


def test_a_vendor_that_fails_in_the_first_run_does_not_move_the_start(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.fail(401)
    with pytest.raises(RunFailed, match="401"):
        agent.run(agent.check({**instance, "start": "now"}))
    ids = vendor.add(1, minutes_ago=0)
    time.sleep(0.05)
    agent.run(agent.check({**instance, "start": "now"}))

    assert agent.ids() == ids


def test_a_record_that_becomes_visible_late_is_found_within_the_overlap(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    first = vendor.add(2, minutes_ago=3)
    check = agent.check(instance)
    agent.run(check)
    late = vendor.add(1, minutes_ago=5)
    agent.run(check)
    agent.run(check)

    assert agent.ids() == first + late


def test_a_cursor_that_the_vendor_forgot_is_a_warning_and_nothing_is_repeated(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(9)
    agent.run(agent.check({**instance, "limits": {"run_bytes": 3000}}))
    assert 0 < len(agent.ids()) < 9
    vendor.fail(400, '{"error": "unknown cursor"}')
    check = agent.check(instance)
    agent.run(check)

    assert agent.ids() == ids
    assert any("refused" in warning for warning in check.warnings)


def test_an_edited_configuration_goes_on_where_the_old_one_stood(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    first = vendor.add(3)
    agent.run(agent.check(instance))
    second = vendor.add(2, minutes_ago=1)
    edited = {
        **instance,
        "tags": ["team:security"],
        "page_size": 50,
        "timeout": 30,
        "log": {"message": "{tool_name}"},
        "too_old": "keep",
        "limits": {"run_seconds": 5},
        "start": "oldest",
    }
    agent.run(agent.check(edited, "logwalk:9999"))

    assert agent.ids() == first
    assert [log["logwalk"]["id"] for log in agent.logs("logwalk:9999")] == second


def test_without_a_logs_pipeline_nothing_moves_and_all_comes_later(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(3)
    agent.config["logs_enabled"] = False
    with pytest.raises(RunFailed, match="logs_enabled"):
        agent.run(agent.check(instance))
    agent.config["logs_enabled"] = True
    agent.run(agent.check(instance))

    assert agent.ids() == ids
