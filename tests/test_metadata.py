"""What is described to Datadog is what the check submits, and the documents say the same."""

import json
import re
from pathlib import Path
from typing import Any

from datadog_checks.base.stubs import aggregator

from metadata import FILE, metrics
from stubbed_agent import Agent
from vendor import Vendor

ROOT = Path(__file__).parents[1]


def test_every_metric_that_is_described_is_submitted_with_its_type_and_no_other(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], tmp_path: Path
) -> None:
    vendor.add(3)
    vendor.fail(503)
    agent.run(agent.check(instance))
    # With a registry there are receipts, and with these what is not acknowledged.
    agent.config["logs_config.run_path"] = str(tmp_path)
    (tmp_path / "registry.json").write_text('{"Version": 2, "Registry": {}}')
    agent.run(agent.check(instance))
    names = {aggregator.COUNT: "count", aggregator.GAUGE: "gauge"}
    submitted = {
        (name, names[metric.type])
        for name in aggregator.metric_names
        for metric in aggregator.metrics(name)
    }

    assert submitted == {(name, row["metric_type"]) for name, row in metrics().items()}


def test_the_rows_are_sorted_and_say_what_a_metric_is() -> None:
    rows = metrics()

    assert list(rows) == sorted(rows)
    assert len(FILE.read_text().splitlines()) == len(rows) + 1
    for name, row in rows.items():
        assert row["description"], name
        assert (row["unit_name"] == "second") == name.endswith("_seconds"), name


def test_the_readme_names_every_metric() -> None:
    table = (ROOT / "README.md").read_text().partition("\n## Metrics")[2].partition("\n## ")[0]
    named = {
        name
        for cell in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`([^`]+)`", cell)
    }

    assert {f"logwalk.{name}" for name in named} == set(metrics())


def test_the_manifest_points_at_what_is_there() -> None:
    manifest = json.loads((ROOT / "assets/manifest.json").read_text())
    integration = manifest["assets"]["integration"]
    named = [
        integration["configuration"]["spec"],
        integration["service_checks"]["metadata_path"],
        *manifest["assets"]["dashboards"].values(),
        *manifest["assets"]["monitors"].values(),
        *manifest["assets"]["saved_views"].values(),
    ]

    assert integration["metrics"]["check"] in metrics()
    for kind in ("dashboards", "monitors", "saved_views"):
        there = {f"assets/{kind}/{path.name}" for path in (ROOT / "assets" / kind).iterdir()}
        assert set(manifest["assets"][kind].values()) == there
    for name in named:
        assert (ROOT / name).is_file(), name
