"""`agent diagnose` says of each part on a record's way whether it is as it should be."""

import json
from pathlib import Path
from typing import Any

import pytest
from datadog_checks.base import ConfigurationError

from datadog_checks.logwalk import LogwalkCheck
from stubbed_agent import Agent, RunFailed
from vendor import TOKEN, Vendor

SUCCESS, FAIL, WARNING = 0, 1, 2


def diagnosed(check: LogwalkCheck) -> dict[str, tuple[int, str]]:
    """Each part's result, and all that is said of it."""
    text = check.get_diagnoses()
    assert TOKEN not in text
    return {
        one["name"]: (one["result"], f"{one['diagnosis']} {one['remediation']}")
        for one in json.loads(text)
    }


@pytest.fixture
def run_path(agent: Agent, tmp_path: Path) -> Path:
    """Where the Agent keeps logs and registry."""
    agent.config["logs_config.run_path"] = str(tmp_path)
    (tmp_path / "integrations").mkdir()
    (tmp_path / "registry.json").write_text('{"Version": 2, "Registry": {}}')
    return tmp_path


def test_all_is_well_before_the_first_run(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], run_path: Path
) -> None:
    vendor.add(3)
    found = diagnosed(agent.check(instance))

    assert set(found) == {
        *("configuration", "API", "logs_enabled", "logs section", "receipts", "place")
    }
    assert {result for result, _ in found.values()} == {SUCCESS}
    assert "the first page makes 2 logs" in found["API"][1]
    assert "none yet" in found["place"][1]
    assert str(run_path) in found["receipts"][1]
    assert agent.cache == {}


def test_to_ask_does_not_disturb_the_check_that_runs(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(5)
    check = agent.check(instance)
    agent.run(check)
    assert diagnosed(agent.check(instance))["place"] == (SUCCESS, "kept, and whole None")
    more = vendor.add(2, minutes_ago=1)
    diagnosed(check)
    agent.run(check)

    assert agent.ids() == ids + more


@pytest.mark.parametrize(
    ("status", "words"), [(401, "production key"), (403, "Enterprise"), (404, "EU key")]
)
def test_a_refused_credential_is_named_with_its_fix(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], status: int, words: str
) -> None:
    for _ in range(5):
        vendor.fail(status, json.dumps({"error": {"code": "no"}}))
    result, said = diagnosed(agent.check(instance))["API"]

    assert result == FAIL
    assert f"{status} from 127.0.0.1" in said
    assert words in said


def test_a_wrong_option_is_the_one_thing_that_is_said(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    found = diagnosed(agent.check({**instance, "pagesize": 5}))

    assert set(found) == {"configuration"}
    assert found["configuration"][0] == FAIL
    assert "pagesize" in found["configuration"][1]
    assert "did you mean `page_size`?" in found["configuration"][1]
    assert vendor.requests == []


def test_fips_mode_is_said(
    agent: Agent, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOFIPS", "1")
    result, said = diagnosed(agent.check(instance))["configuration"]

    assert result == FAIL
    assert "FIPS" in said


def test_logs_that_are_switched_off_are_said(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(1)
    agent.config["logs_enabled"] = False
    result, said = diagnosed(agent.check(instance))["logs_enabled"]

    assert result == FAIL
    assert "set it to true" in said


def test_a_missing_logs_section_is_said_once_something_was_sent(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], run_path: Path
) -> None:
    vendor.add(1)
    agent.config.pop("logs_config.run_path")
    check = agent.check(instance)
    agent.run(check)
    agent.config["logs_config.run_path"] = str(run_path)
    result, said = diagnosed(agent.check(instance))["logs section"]
    assert result == FAIL
    assert "type: integration" in said

    (run_path / "integrations/logwalk_1f2e.log").touch()
    assert diagnosed(agent.check(instance))["logs section"][0] == SUCCESS


def test_a_registry_that_cannot_be_read_is_said(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], run_path: Path
) -> None:
    vendor.add(1)
    (run_path / "registry.json").unlink()
    result, said = diagnosed(agent.check(instance))["receipts"]

    assert result == FAIL
    assert f"{run_path}/registry.json cannot be read (No such file or directory)" in said


def test_a_torn_place_is_a_warning(agent: Agent, vendor: Vendor, instance: dict[str, Any]) -> None:
    vendor.add(5)
    agent.run(agent.check(instance))
    newest = max(agent.cache, key=lambda key: len(agent.cache[key]))
    agent.cache[newest] = agent.cache[newest][:40]
    result, said = diagnosed(agent.check(instance))["place"]

    assert result == WARNING
    assert "cut short" in said


def test_the_intake_is_asked_about_its_key_where_logs_go_there(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(1)
    destination = {"type": "datadog", "url": vendor.address, "api_key": "an-api-key"}
    found = diagnosed(agent.check({**instance, "destination": destination}))

    assert "logs_enabled" not in found
    assert found["intake"][0] == FAIL
    assert "404" in found["intake"][1]
    assert "an-api-key" not in str(found)


@pytest.mark.parametrize(
    "more",
    [
        {"tls_ca_cert": "/etc/passwd"},
        {"tls_cert": "/etc/passwd"},
        {"store": {"type": "file", "path": "/etc"}},
        {"destination": {"type": "datadog", "site": "datadoghq.eu", "dead_letter": "/etc/x"}},
    ],
)
def test_configuration_that_the_agent_distrusts_may_not_name_files(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], more: dict[str, Any]
) -> None:
    agent.config["integration_ignore_untrusted_file_params"] = True
    check = agent.check({**instance, **more})
    check.provider = "kubernetes"

    with pytest.raises(ConfigurationError, match=r"kubernetes.*integration_file_paths_allowlist"):
        check.persistent_cache_id()
    with pytest.raises(RunFailed):
        agent.run(check)
    assert vendor.requests == []


def test_a_file_of_conf_d_may_and_so_may_an_allowed_path(
    agent: Agent, instance: dict[str, Any], tmp_path: Path
) -> None:
    agent.config["integration_ignore_untrusted_file_params"] = True
    stored = {**instance, "store": {"type": "file", "path": str(tmp_path / "places")}}
    of_conf_d = agent.check(stored)
    of_conf_d.provider = "file"
    assert of_conf_d.persistent_cache_id()

    agent.config["integration_file_paths_allowlist"] = [str(tmp_path)]
    allowed = agent.check(stored)
    allowed.provider = "kubernetes"
    assert allowed.persistent_cache_id()
