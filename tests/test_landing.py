"""A file without a `logs:` section is found out by what does not appear on the Agent's disk."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.logwalk import agent as surroundings
from stubbed_agent import Agent, RunFailed
from vendor import Vendor


@pytest.fixture
def run_path(agent: Agent, tmp_path: Path) -> Path:
    """The run path of an Agent that writes integration files."""
    agent.config["logs_config.run_path"] = str(tmp_path)
    (tmp_path / "integrations").mkdir()
    return tmp_path


def test_where_no_file_appears_nothing_is_kept_and_the_section_to_add_is_said(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], run_path: Path
) -> None:
    ids = vendor.add(5)
    check = agent.check(instance)

    with pytest.raises(RunFailed) as failure:
        agent.run(check)

    words = str(failure.value)
    assert f"{run_path}/integrations/logwalk_1f2e.log" in words
    assert "conf.d" in words
    assert (
        "logs: [{type: integration, source: agent_handler, service: agent-handler, "
        "start_position: beginning}]"
    ) in words
    # The first page, which nobody got, and nothing after it.
    assert agent.ids() == ids[:2]
    assert agent.last("records.sent") == 0

    (run_path / "integrations/logwalk_1f2e.log").touch()
    agent.run(check)
    assert agent.ids() == ids[:2] + ids


def test_a_file_that_appears_a_moment_later_is_enough(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], run_path: Path
) -> None:
    ids = vendor.add(3)
    file = run_path / "integrations/logwalk_1f2e.log"
    timer = threading.Timer(0.3, file.touch)
    timer.start()
    agent.run(agent.check(instance))
    timer.join()

    assert agent.ids() == ids
    agent.run(agent.check(instance))
    assert agent.ids() == ids


def test_a_run_that_sends_nothing_misses_nothing(
    agent: Agent, instance: dict[str, Any], run_path: Path
) -> None:
    check = agent.check(instance)
    agent.run(check)

    assert check.warnings == []
    assert list((run_path / "integrations").iterdir()) == []


def test_without_an_agent_no_file_is_looked_for(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(3)
    agent.config["logs_config.run_path"] = ""
    agent.run(agent.check(instance))

    assert agent.ids() == ids


@pytest.mark.usefixtures("run_path")
def test_agent_check_which_delivers_nothing_looks_for_no_file(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = vendor.add(3)
    monkeypatch.setattr(surroundings, "command_line", lambda: ["/usr/bin/datadog-agent", "check"])
    agent.run(agent.check(instance))

    assert agent.ids() == ids


@pytest.mark.usefixtures("run_path")
def test_cancel_ends_the_wait_for_the_file(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(1)
    check = agent.check(instance)
    run = threading.Thread(target=check.run)
    run.start()
    while not agent.logs():
        time.sleep(0.01)
    check.cancel()
    run.join(timeout=1)

    assert not run.is_alive()
