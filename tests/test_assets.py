"""Dashboards, monitors, rules and views name what there is, and find what logwalk sends."""

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from datadog_api_client.v1.model.dashboard import Dashboard
from datadog_api_client.v1.model.monitor import Monitor
from datadog_api_client.v2.model.security_monitoring_standard_rule_create_payload import (
    SecurityMonitoringStandardRuleCreatePayload as Rule,
)

import metadata
from api_models import problems
from named import Metric, facets, files, metrics, searches
from pipelines.definitions import cases, definition, names
from pipelines.log import Log, taken
from pipelines.mapped import logs
from pipelines.processors import processed
from pipelines.query import Query, judged

ALL = [
    pytest.param(body, id=f"{kind}/{name}")
    for kind in ("dashboards", "monitors", "security", "saved_views")
    for name, body in files(kind).items()
]
# The tags of every metric, and those that only `requests` has.
TAGS = {"log_source", "stream", "host"}
STATUSES = {"2xx", "3xx", "4xx", "5xx", "error"}
OFFICIAL = {"source", "status", "service", "host"}
# Logs as the core makes them of what simulated vendors do not send: no object, and older than 18 h.
UNUSUAL = [
    Log({"logwalk": {"id": "1", "source": "acme/events", "error": "no object"}}, "text"),
    Log({"logwalk": {"id": "2", "source": "acme/events"}}, "late", ["logwalk_late:true"]),
]


def known_facets() -> set[str]:
    """What a search may name: each pipeline's facets, and what every log has."""
    found = set(OFFICIAL)
    for name in names():
        for facet in definition(name)["facets"]:
            found.add(facet["path"] if facet["source"] == "tag" else f"@{facet['path']}")
    return found


def of_aegis() -> list[Log]:
    """What Aegis posts, after its pipeline."""
    posted = [taken(case["sample"], "aegis", []) for case in cases("aegis")]
    for log in posted:
        processed(log, definition("aegis")["pipeline"])
    return posted


@pytest.mark.parametrize(
    ("kind", "model"), [("dashboards", Dashboard), ("monitors", Monitor), ("security", Rule)]
)
def test_the_api_takes_them(kind: str, model: Any) -> None:
    assert files(kind)
    for name, body in files(kind).items():
        assert problems(model, body["definition"] if kind == "monitors" else body) == [], name


@pytest.mark.parametrize("body", ALL)
def test_they_name_metrics_that_there_are_with_tags_that_they_have(body: Any) -> None:
    for metric in metrics(body):
        assert metric.name in metadata.metrics()
        tags = [scope for scope in metric.scope if scope != "*" and not scope.startswith("$")]
        for tag in tags:
            name, _, value = tag.partition(":")
            assert (metric.name, name) == ("logwalk.requests", "status")
            assert value in STATUSES
        of_requests = {"status"} if metric.name == "logwalk.requests" else set()
        assert set(metric.by) <= TAGS | of_requests
        variables = {variable["name"] for variable in body.get("template_variables", [])}
        assert {scope[1:] for scope in metric.scope if scope.startswith("$")} <= variables


@pytest.mark.parametrize("body", ALL)
def test_they_name_facets_that_there_are(body: Any) -> None:
    of_metrics = {variable["prefix"] for variable in body.get("template_variables", [])} & TAGS
    named = facets(body) | {name for search in searches(body) for name in Query(search).names}

    assert named - of_metrics <= known_facets()


def test_each_search_finds_logs_that_logwalk_or_aegis_sends(
    simulated: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    sent = [*logs(simulated, tmp_path), *of_aegis(), *UNUSUAL]
    for name, body in [(p.id, p.values[0]) for p in ALL]:
        for search in searches(body):
            query = Query(search)
            assert any(query.matches(log) for log in sent), f"{name}: {search}"
            for term in query.terms():
                assert any(judged(term, log) for log in sent), f"{name}: {term}"


def test_the_measures_of_logs_are_numbers(
    simulated: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    sent = logs(simulated, tmp_path)
    for body in files("dashboards").values():
        for measure in measures(body):
            values = [value for log in sent if (value := log.get(measure[1:])) is not None]
            assert values
            assert all(isinstance(value, int | float) for value in values), measure


def measures(body: Any) -> set[str]:
    """Facets of which percentiles and sums are taken."""
    found = set()
    for widget in widgets(body):
        for request in widget["definition"].get("requests", []):
            for query in request.get("queries", []):
                compute = query.get("compute", {})
                if compute.get("aggregation") not in {None, "count", "cardinality"}:
                    found.add(compute["metric"])
    return found


def widgets(body: Any) -> list[dict[str, Any]]:
    """Every widget, those in groups as well."""
    found = []
    for widget in body["widgets"]:
        found += [widget, *widget["definition"].get("widgets", [])]
    return found


def test_a_dashboard_shows_every_metric() -> None:
    shown = {metric.name for metric in metrics(files("dashboards")["logwalk_is_it_working"])}

    assert shown == set(metadata.metrics())


@pytest.mark.parametrize("name", files("dashboards"))
def test_the_widgets_of_a_dashboard_fit_into_twelve_columns_beside_each_other(name: str) -> None:
    body = files("dashboards")[name]
    ids = [widget["id"] for widget in widgets(body)]
    assert len(set(ids)) == len(ids)
    for inside in [body["widgets"], *(w["definition"].get("widgets", []) for w in body["widgets"])]:
        for one, other in combinations([widget["layout"] for widget in inside], 2):
            apart_in_x = (
                one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            )
            apart_in_y = (
                one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
            )
            assert apart_in_x or apart_in_y
        assert all(w["layout"]["x"] + w["layout"]["width"] <= 12 for w in inside)
    for widget in body["widgets"]:
        inner = [w["layout"] for w in widget["definition"].get("widgets", [])]
        if inner:
            rows = max(layout["y"] + layout["height"] for layout in inner)
            assert widget["layout"]["height"] == rows + 1


@pytest.mark.parametrize("name", files("monitors"))
def test_a_monitor_says_why_it_matters_and_alerts_where_its_query_says(name: str) -> None:
    body = files("monitors")[name]
    definition = body["definition"]
    threshold = float(definition["query"].rsplit(" ", 1)[1])

    assert set(body) >= {"version", "created_at", "last_updated_at", "title", "description", "tags"}
    assert body["title"] == definition["name"]
    assert definition["options"]["thresholds"]["critical"] == threshold
    assert definition["message"]
    grouped = metrics(body)[0].by if metrics(body) else tuple(facets(body))
    for variable in grouped if "{{" in body["title"] else ():
        text = body["title"] + definition["message"]
        assert f"{{{{{variable}.name}}}}" in text, variable


def test_a_metric_is_read_with_its_scope_and_its_tags() -> None:
    query = {"query": "min(last_5m):max:logwalk.a{$x,status:4xx} by {p,q} * sum:logwalk.b{*} > 1"}

    assert metrics(query) == [
        Metric("logwalk.a", ("$x", "status:4xx"), ("p", "q")),
        Metric("logwalk.b", ("*",), ()),
    ]
