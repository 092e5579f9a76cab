"""`logwalk assets install` sends what Datadog's API takes, judged by Datadog's own client."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from datadog_api_client.v1.model.dashboard import Dashboard
from datadog_api_client.v1.model.logs_pipeline import LogsPipeline
from datadog_api_client.v1.model.monitor import Monitor
from datadog_api_client.v2.model.security_monitoring_standard_rule_create_payload import (
    SecurityMonitoringStandardRuleCreatePayload as Rule,
)

from api_models import problems
from named import files
from pipelines.definitions import definition, names

# What the simulated Datadog adds of its own; Datadog's own client knows each where it belongs.
ADDED = {"id", "created_at", "author_handle"}
KEYS = {"DD_API_KEY": "sim-api-key", "DD_APP_KEY": "sim-application-key"}


@pytest.fixture
def installed(simulated: dict[str, dict[str, Any]]) -> str:
    """The URL of an organisation into which all was put."""
    url = str(simulated["datadog/audit"]["base_url"])
    command = [str(Path(sys.executable).with_name("logwalk")), "assets", "install", "--rules"]
    subprocess.run([*command, "--url", url], check=True, env={**os.environ, **KEYS})
    return url


def there(url: str, path: str) -> Any:
    """What the organisation has."""
    headers = {"dd-api-key": KEYS["DD_API_KEY"], "dd-application-key": KEYS["DD_APP_KEY"]}
    with urlopen(Request(url + path, headers=headers), timeout=10) as reply:  # noqa: S310
        return json.loads(reply.read())


def sent(body: dict[str, Any]) -> dict[str, Any]:
    """What was sent of what came back."""
    return {name: value for name, value in body.items() if name not in ADDED}


def test_the_api_would_take_all_that_is_sent(installed: str) -> None:
    pipelines = there(installed, "/api/v1/logs/config/pipelines")
    listed = there(installed, "/api/v1/dashboard")["dashboards"]
    dashboards = [there(installed, f"/api/v1/dashboard/{one['id']}") for one in listed]
    monitors = there(installed, "/api/v1/monitor")
    rules = there(installed, "/api/v2/security_monitoring/rules")["data"]

    for model, bodies in (
        (LogsPipeline, pipelines),
        (Dashboard, dashboards),
        (Monitor, monitors),
        (Rule, rules),
    ):
        for body in bodies:
            assert problems(model, sent(body)) == []
    assert [one["name"] for one in pipelines] == [
        definition(n)["pipeline"]["name"] for n in names()
    ]
    assert len(dashboards) == len(files("dashboards"))
    assert len(monitors) == len(files("monitors"))
    assert len(rules) == len(files("security"))
