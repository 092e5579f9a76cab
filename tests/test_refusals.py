"""What stops a run is said in words, moves nothing, and names no secret."""

import logging
import threading
import time
from datetime import date, datetime
from typing import Any

import pytest
from datadog_checks.base import ConfigurationError

from datadog_checks.logwalk import agent as surroundings
from stubbed_agent import Agent, RunFailed
from vendor import TOKEN, Vendor


def test_without_logs_enabled_nothing_is_read(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(3)
    agent.config["logs_enabled"] = False

    with pytest.raises(
        RunFailed, match=r"logs_enabled is false in datadog\.yaml: nothing was read"
    ):
        agent.run(agent.check(instance))
    assert vendor.requests == []
    assert agent.cache == {}


def test_agent_check_emits_but_keeps_nothing(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = vendor.add(3)
    check = agent.check(instance)
    with monkeypatch.context() as patch:
        patch.setattr(surroundings, "command_line", lambda: ["/usr/bin/datadog-agent", "check"])
        agent.run(check)
    assert agent.ids() == ids
    assert any("`agent check`" in warning for warning in check.warnings)
    assert agent.cache == {}

    agent.run(agent.check(instance))
    assert agent.ids() == ids + ids


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"source": "agent_handler/tool_cals"}, "agent_handler/tool_calls"),
        ({"credentials": {}}, "credentials.token"),
        ({"pagesize": 5}, "page_size"),
        ({"page_size": "many"}, "page_size"),
        ({"auth_type": "kerberos"}, "auth_type"),
        ({"tags": None}, "tags"),
        ({"tags": [1]}, "tags"),
        ({"start": float("nan")}, "the instance"),
        ({"start": b"18h"}, "bytes"),
    ],
)
def test_a_wrong_configuration_says_where_and_what_would_be_right(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], wrong: dict[str, Any], words: str
) -> None:
    vendor.add(3)
    check = agent.check({**instance, **wrong})

    with pytest.raises(RunFailed, match=words):
        agent.run(check)
    with pytest.raises(ConfigurationError, match=words):
        check.check(None)
    assert vendor.requests == []
    assert agent.cache == {}


@pytest.mark.parametrize(
    "start",
    [date(2026, 11, 1), datetime(2026, 11, 1, 12)],  # noqa: DTZ001 (as YAML reads it)
)
def test_a_date_that_yaml_made_an_object_of_is_read_as_written(
    agent: Agent, instance: dict[str, Any], start: date
) -> None:
    written = {**instance, "query": {"connector_id": start}}

    assert agent.check(written).persistent_cache_id()


def test_a_refused_key_says_which_and_what_to_do(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(3)
    check = agent.check({**instance, "credentials": {"token": "a-test-key"}})

    with pytest.raises(
        RunFailed,
        match=r"401 from 127\.0\.0\.1.*credentials\.token must be a production key",
    ):
        agent.run(check)
    assert agent.logs() == []


def test_a_plan_without_the_logs_is_named(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.fail(403, '{"error": {"code": "feature_not_enabled"}}')

    with pytest.raises(RunFailed, match=r"403.*Enterprise"):
        agent.run(agent.check(instance))


@pytest.mark.parametrize("body", ["<html>maintenance</html>", '{"results": 5}', "[1", "{}"])
def test_a_reply_of_another_shape_is_an_error_and_the_place_stays(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], body: str
) -> None:
    first = vendor.add(2)
    check = agent.check(instance)
    agent.run(check)
    second = vendor.add(2, minutes_ago=1)
    vendor.fail(200, body)
    with pytest.raises(RunFailed):
        agent.run(check)

    agent.run(check)
    assert agent.ids() == first + second


def test_no_secret_is_ever_said(
    agent: Agent,
    vendor: Vendor,
    instance: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = [TOKEN, "hunter2-of-the-gateway"]
    said: list[str] = []
    vendor.add(3)
    for status in (200, 401, 403, 404, 418, 500):
        if status != 200:
            # A vendor may well answer with what it was sent.
            vendor.fail(status, f'{{"error": "the key {TOKEN} is not good"}}', X_Echo=TOKEN)
        check = agent.check(
            {
                **instance,
                "limits": {"run_seconds": 1},
                "extra_headers": {"X-Gateway-Key": secrets[1]},
                "stream": str(status),
            }
        )
        try:
            agent.run(check)
        except RunFailed as error:
            said.append(str(error))
        said += [*check.warnings, repr(check.stream), str(check.stream)]
    for wrong in ({"credentials": [TOKEN]}, {"credentials": {"tokn": TOKEN}}, {"base_url": TOKEN}):
        with pytest.raises(RunFailed) as failure:
            agent.run(agent.check({**instance, **wrong}))
        said.append(str(failure.value))

    assert agent.logs()
    output = capfd.readouterr()
    everything = [
        *said,
        caplog.text,
        output.out,
        output.err,
        repr(agent.logs()),
        *agent.cache.values(),
    ]
    for secret in secrets:
        assert not [text for text in everything if secret in text]


def test_cancel_ends_a_run_that_waits_for_the_vendor(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(3)
    vendor.open.clear()
    check = agent.check(instance)
    run = threading.Thread(target=check.run)
    run.start()
    while not vendor.requests:
        time.sleep(0.01)
    check.cancel()
    run.join(timeout=1)

    assert not run.is_alive()
    assert agent.logs() == []


def test_cancel_before_the_first_run_is_harmless(agent: Agent, instance: dict[str, Any]) -> None:
    agent.check(instance).cancel()
