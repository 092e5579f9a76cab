"""What the check understands of the Agent around it."""

import json
import os
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from datadog_checks.base import ConfigurationError

from datadog_checks.logwalk import agent as surroundings
from stubbed_agent import Agent


@pytest.mark.parametrize(
    "command_line",
    [
        ["agent", "check", "logwalk"],
        ["/opt/datadog-agent/bin/agent/agent", "check", "logwalk", "-r"],
        ["datadog-agent", "-c", "/etc/datadog-agent", "check", "logwalk"],
        ["datadog-agent", "--cfgpath", "run", "--no-color", "check", "logwalk"],
        ["datadog-agent", "--cfgpath=/etc/datadog-agent", "check", "logwalk"],
    ],
)
def test_the_agents_binary_with_the_subcommand_check_is_agent_check(
    command_line: list[str],
) -> None:
    assert surroundings.is_agent_check(command_line)


@pytest.mark.parametrize(
    "command_line",
    [
        [],
        [""],
        ["agent"],
        ["agent", "run", "-p", "/opt/datadog-agent/run/agent.pid"],
        ["agent", "-c", "check"],
        ["agent", "run", "check"],
        ["/usr/bin/python3", "check", "logwalk"],
        ["pytest", "check"],
    ],
)
def test_anything_else_is_not(command_line: list[str]) -> None:
    assert not surroundings.is_agent_check(command_line)


def test_the_command_line_is_that_of_this_process() -> None:
    assert "pytest" in " ".join(surroundings.command_line())


def test_the_facts_are_what_the_agent_says(
    agent: Agent, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "GOFIPS", "0")
    agent.config["proxy"] = {"https": "http://proxy:3128"}
    agent.config["logs_config.max_message_size_bytes"] = 900_000
    agent.config["logs_config.run_path"] = "/opt/datadog-agent/run"
    agent.config["logs_config.integrations_logs_files_max_size"] = 20
    agent.config["run_path"] = "/opt/datadog-agent/cache"
    agent.config["logs_config.file_scan_period"] = 10
    agent.config["logs_config.close_timeout"] = 60
    agent.config["logs_config.batch_max_concurrent_send"] = 0
    agent.config["logs_config.http_timeout"] = 10
    agent.config["logs_config.sender_backoff_base"] = 1.0
    agent.config["logs_config.sender_backoff_max"] = 120.0
    agent.config["expvar_port"] = 5001
    check = agent.check({**instance, "tags": ["team:security", "region:eu"]})

    assert json.loads(surroundings.facts(check)) == {
        "check_id": "logwalk:1f2e",
        "born": check.born,
        "version": "0.0.0",
        "tags": "region:eu,team:security",
        "proxy": {"https": "http://proxy:3128"},
        "max_message_size_bytes": 900_000,
        "run_path": "/opt/datadog-agent/run",
        "cache_path": "/opt/datadog-agent/cache",
        "integrations_logs_files_max_size": 20,
        "file_scan_period": 10,
        "close_timeout": 60,
        "batch_max_concurrent_send": 0,
        "http_timeout": 10,
        "sender_backoff_base": 1.0,
        "sender_backoff_max": 120.0,
        "expvar_port": 5001,
        "fips": False,
    }


def test_what_is_not_set_is_null(agent: Agent, instance: dict[str, Any]) -> None:
    facts = json.loads(surroundings.facts(agent.check(instance)))

    assert facts["proxy"] is facts["max_message_size_bytes"] is facts["run_path"] is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 11, 20), "2026-11-20"),
        (datetime(2026, 11, 20, 9, 30, tzinfo=UTC), "2026-11-20T09:30:00+00:00"),
        (datetime(2026, 11, 20, 9, 30), "2026-11-20T09:30:00Z"),  # noqa: DTZ001 (as YAML reads it)
        (
            datetime(2026, 11, 20, 9, 30, tzinfo=timezone(timedelta(hours=2))),
            "2026-11-20T09:30:00+02:00",
        ),
    ],
)
def test_a_date_is_written_as_somebody_wrote_it(value: date, text: str) -> None:
    assert json.loads(surroundings.as_json("the instance", {"start": value})) == {"start": text}


def loop() -> list[Any]:
    """A YAML anchor that holds itself."""
    anchor: list[Any] = []
    anchor.append(anchor)
    return anchor


@pytest.mark.parametrize("value", [float("inf"), b"secret", {1, 2}, {(1, 2): 3}, loop()])
def test_what_json_cannot_say_is_a_configuration_error_that_does_not_print_it(
    value: object,
) -> None:
    with pytest.raises(ConfigurationError, match=r"^the instance: ") as error:
        surroundings.as_json("the instance", value)
    assert "secret" not in str(error.value)
