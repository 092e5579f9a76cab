"""A stream that stands still is an issue of its host until a run goes well."""

import json
from typing import Any

import pytest
from datadog_checks.base.stubs import datadog_agent

from datadog_checks.logwalk.issue import Issue
from stubbed_agent import Agent, RunFailed
from vendor import TOKEN, Vendor


def reported() -> list[dict[str, Any]]:
    """Every issue that the Agent was told of."""
    issues: list[dict[str, Any]] = datadog_agent._sent_reported_issues["logwalk"]
    return issues


def test_a_refused_credential_is_an_issue_once_and_is_over_with_the_first_good_run(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(1)
    check = agent.check({**instance, "tags": ["team:security"]})
    for _ in range(2):
        vendor.fail(401, json.dumps({"error": {"code": "invalid_api_key"}}))
        with pytest.raises(RunFailed):
            agent.run(check)
    (issue,) = reported()
    assert issue["title"].startswith("401 from 127.0.0.1")
    assert "production key" in issue["remediation"]["summary"]
    assert issue["tags"] == ["team:security"]
    assert TOKEN not in json.dumps(issue)
    assert datadog_agent._sent_resolved_issues == []

    agent.run(check)
    agent.run(check)
    assert datadog_agent._sent_resolved_issues == [issue["id"]]


def test_a_wrong_configuration_is_an_issue(agent: Agent, instance: dict[str, Any]) -> None:
    with pytest.raises(RunFailed):
        agent.run(agent.check({**instance, "pagesize": 5}))

    (issue,) = reported()
    assert issue["description"].startswith("pagesize: unknown key")


def test_an_agent_that_knows_no_issues_is_told_none(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(type(datadog_agent), "report_issue")
    vendor.fail(401)
    check = agent.check(instance)
    with pytest.raises(RunFailed, match="401"):
        agent.run(check)

    assert not Issue(check)
    assert reported() == []
