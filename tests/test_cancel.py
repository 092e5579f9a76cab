"""cancel() ends a run within a second, whatever it is doing, and loses nothing."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from datadog_checks.logwalk import LogwalkCheck
from stubbed_agent import Agent
from vendor import Vendor


def cancelled(check: LogwalkCheck, when: Callable[[], bool]) -> float:
    """The seconds that a run takes to end once it is cancelled in that situation."""
    run = threading.Thread(target=check.run)
    run.start()
    deadline = time.monotonic() + 20
    while not when():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    began = time.monotonic()
    check.cancel()
    asked = time.monotonic() - began
    run.join(timeout=20)
    assert asked < 0.1
    return time.monotonic() - began


def test_while_the_vendor_says_nothing(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(3)
    vendor.open.clear()
    check = agent.check(instance)

    assert cancelled(check, lambda: bool(vendor.requests)) < 1
    assert agent.logs() == []
    vendor.open.set()
    agent.run(check)
    assert agent.ids() == ids


@pytest.mark.parametrize("status", [429, 503])
def test_while_a_wait_is_on(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], status: int
) -> None:
    vendor.add(3)
    vendor.fail(status, Retry_After="30")
    check = agent.check(instance)

    assert cancelled(check, lambda: bool(vendor.requests)) < 1
    assert agent.logs() == []
    assert len(vendor.requests) == 1


def test_while_logs_go_out_slowly(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = vendor.add(200)
    check = agent.check({**instance, "page_size": 100})
    send = check.send_log

    def slow(log: dict[str, Any]) -> None:
        time.sleep(0.03)
        send(log)

    with monkeypatch.context() as patch:
        patch.setattr(check, "send_log", slow)
        assert cancelled(check, lambda: len(agent.logs()) > 3) < 1
    sent = agent.ids()
    assert len(sent) < 100
    assert sent == ids[: len(sent)]

    # The page that was cut comes again, whole: its place was not kept.
    agent.run(check)
    assert agent.ids() == sent + ids


def test_a_page_that_is_nearly_out_is_finished_and_kept(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = vendor.add(200)
    check = agent.check({**instance, "page_size": 100})
    send = check.send_log

    def cancelling(log: dict[str, Any]) -> None:
        send(log)
        if len(agent.logs()) == 50:
            check.cancel()

    with monkeypatch.context() as patch:
        patch.setattr(check, "send_log", cancelling)
        agent.run(check)
    assert agent.ids() == ids[:100]

    agent.run(agent.check({**instance, "page_size": 100}))
    assert agent.ids() == ids


def test_an_instance_that_was_cancelled_is_no_duplicate(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(2)
    older = agent.check(instance, "logwalk:aaaa")
    agent.run(older)
    older.cancel()
    newer = agent.check(instance, "logwalk:bbbb")
    agent.run(newer)
    agent.run(newer)

    assert agent.logs("logwalk:bbbb") == []
    assert [log["logwalk"]["id"] for log in agent.logs("logwalk:aaaa")] == ids


def test_before_the_first_run_it_is_harmless(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(1)
    check = agent.check(instance)
    check.cancel()
    agent.run(check)

    assert agent.ids() == ids
