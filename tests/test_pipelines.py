"""The log pipelines do what their cases say, and their facets are attributes that logs have."""

from pathlib import Path
from typing import Any

import pytest
from datadog_api_client.v1.model.logs_pipeline import LogsPipeline

from api_models import problems
from pipelines.definitions import COMMON, as_the_api_has_it, cases, definition, names
from pipelines.log import Log, taken
from pipelines.mapped import logs
from pipelines.processors import processed
from pipelines.query import Query

CASES = [(name, number) for name in names() for number in range(len(cases(name)))]
# Aegis posts its events itself: no log of logwalk's goes that way.
WALKED = [name for name in names() if name != "aegis"]
# What Datadog looks up in maps of its own, and what no simulated record has.
NOT_SIMULATED = {
    *("network.client.geoip.country.name", "http.useragent_details.browser.family"),
    *("logwalk.error", "logwalk_late"),
    # The real ones name the dashboard, the monitor and so on that was touched.
    *("asset.type", "asset.name"),
}


def shown(log: Log) -> dict[str, Any]:
    """A log as a case writes it down."""
    result = {
        "custom": log.custom,
        "message": log.message,
        "tags": ["source:LOGS_SOURCE", *log.tags],
        "status": log.status,
        "timestamp": log.timestamp,
    }
    return {name: value for name, value in result.items() if value is not None}


@pytest.mark.parametrize(("name", "number"), CASES)
def test_a_log_becomes_what_the_case_says(name: str, number: int) -> None:
    case = cases(name)[number]
    log = taken(case["sample"], name, case.get("tags", []))
    processed(log, definition(name)["pipeline"])

    assert shown(log) == case["result"]


@pytest.mark.parametrize("name", names())
def test_a_pipeline_is_one_that_the_api_takes(name: str) -> None:
    body = as_the_api_has_it(definition(name)["pipeline"])
    assert problems(LogsPipeline, body) == []

    body["processors"][0]["type"] = "category-procesor"
    assert problems(LogsPipeline, body) != []


@pytest.mark.parametrize("name", names())
def test_every_processor_of_a_pipeline_changes_something_in_one_of_its_cases(name: str) -> None:
    pipeline = definition(name)["pipeline"]
    for number, processor in enumerate(pipeline["processors"]):
        fewer = [one for at, one in enumerate(pipeline["processors"]) if at != number]
        results = []
        for case in cases(name):
            log = taken(case["sample"], name, case.get("tags", []))
            processed(log, {**pipeline, "processors": fewer})
            results.append(shown(log))
        assert results != [case["result"] for case in cases(name)], processor["name"]


@pytest.mark.parametrize("name", names())
def test_a_pipeline_and_its_facets_are_written_as_integrations_write_them(name: str) -> None:
    file = definition(name)
    paths = [(facet["source"], facet["path"]) for facet in file["facets"]]

    assert (file["id"], file["metric_id"], file["backend_only"]) == (name, name, False)
    assert len(set(paths)) == len(paths)
    for facet in file["facets"]:
        assert set(facet) >= {"groups", "name", "path", "source"}
        if "facetType" in facet:
            assert facet["facetType"] in {"list", "range"}
            assert facet["type"] in {"string", "integer", "double", "boolean"}
    if name != COMMON:
        assert Query(file["pipeline"]["filter"]["query"]).names[0] == "source"


def test_each_facet_is_an_attribute_or_a_tag_of_simulated_logs(
    simulated: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    sent = logs(simulated, tmp_path)
    tags = {tag.partition(":")[0] for log in sent for tag in log.tags}
    for name in WALKED:
        file = definition(name)
        query = Query(file["pipeline"]["filter"]["query"])
        own = [log for log in sent if query.matches(log)]
        assert own
        for facet in file["facets"]:
            path = facet["path"]
            if path in NOT_SIMULATED:
                continue
            if facet["source"] == "tag":
                assert path in tags, path
            else:
                values = [value for log in own if (value := log.get(path)) is not None]
                assert values, f"{name}: no log has {path}"
                if facet.get("type") == "integer":
                    assert all(isinstance(value, int) for value in values), path


def test_a_query_is_understood_or_refused() -> None:
    log = Log({"a": {"b": 5}, "t": "x y"}, "Hello world", ["k:v"], "s", "warn")
    for text, expected in {
        "": True,
        "source:s @a.b:5 k:v status:warn": True,
        "@a.b:[1 TO 5]": True,
        "@a.b:>5": False,
        "@a.b:>=5 -source:other": True,
        "-source:s": False,
        "source:other OR @t:x*": True,
        '@t:"x y" hello': True,
        "@a.b:(4 OR 5)": True,
        "@none:*": False,
        "NOT (k:v AND source:s)": False,
    }.items():
        assert Query(text).matches(log) is expected, text
    with pytest.raises(ValueError, match="parenthesis"):
        Query("(source:s")
