"""A file without a `logs:` section is found out by what does not appear on the Agent's disk."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from datadog_checks.base.stubs import datadog_agent

from datadog_checks.logwalk import agent as surroundings
from stubbed_agent import Agent, RunFailed
from vendor import Vendor


@pytest.fixture
def run_path(agent: Agent, tmp_path: Path) -> Path:
    """The run path of an Agent that has a registry, and may write integration files."""
    agent.config["logs_config.run_path"] = str(tmp_path)
    (tmp_path / "integrations").mkdir()
    (tmp_path / "registry.json").write_text('{"Version": 2, "Registry": {}}')
    return tmp_path


def write_from_now_on(run_path: Path, monkeypatch: pytest.MonkeyPatch, after: float = 0) -> None:
    """Have what is sent written where the Agent writes it, the first log a moment later."""
    send = datadog_agent.send_log
    begun = threading.Event()

    def write(line: str, check_id: str) -> None:
        begun.wait()
        path = run_path / "integrations" / f"{check_id.replace(':', '_')}.log"
        with path.open("ab") as file:
            file.write(f"{line}\n".encode())

    launcher = ThreadPoolExecutor(1)

    def send_and_write(line: str, check_id: str) -> None:
        send(line, check_id)  # type: ignore[no-untyped-call]
        launcher.submit(write, line, check_id)

    monkeypatch.setattr(datadog_agent, "send_log", send_and_write)
    threading.Timer(after, begun.set).start()


def test_where_no_file_appears_nothing_is_kept_and_the_section_to_add_is_said(
    agent: Agent,
    vendor: Vendor,
    instance: dict[str, Any],
    run_path: Path,
    monkeypatch: pytest.MonkeyPatch,
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

    write_from_now_on(run_path, monkeypatch)
    agent.run(check)
    assert agent.ids() == ids[:2] + ids


def test_a_file_that_appears_a_moment_later_is_enough(
    agent: Agent,
    vendor: Vendor,
    instance: dict[str, Any],
    run_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = vendor.add(3)
    write_from_now_on(run_path, monkeypatch, after=0.3)
    agent.run(agent.check(instance))

    assert agent.ids() == ids
    agent.run(agent.check(instance))
    assert agent.ids() == ids


def test_logs_that_the_agent_drops_keep_the_place_where_it_was(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], run_path: Path
) -> None:
    ids = vendor.add(3)
    (run_path / "integrations/logwalk_1f2e.log").touch()
    with pytest.raises(RunFailed, match=r"has 0 bytes where .* were expected"):
        agent.run(agent.check(instance))

    assert agent.ids() == ids[:2]
    assert agent.last("records.sent") == 0


def test_without_a_registry_logs_go_out_slowly_and_that_is_said_once(
    agent: Agent,
    vendor: Vendor,
    instance: dict[str, Any],
    run_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = vendor.add(3)
    (run_path / "registry.json").unlink()
    write_from_now_on(run_path, monkeypatch)
    check = agent.check(instance)
    agent.run(check)

    assert agent.ids() == ids
    assert any("registry.json" in words for words in check.warnings)
    check.warnings.clear()
    agent.run(check)
    assert check.warnings == []


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
