"""What dashboards, monitors, saved views and rules name: metrics, searches and facets."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "assets"
METRIC = re.compile(r"\b(?:avg|max|min|sum):([\w.]+)\{([^}]*)\}(?: by \{([^}]*)\})?")
LOGS = re.compile(r'logs\("((?:[^"\\]|\\.)*)"\)(.*)')
BY = re.compile(r'\.by\("([^"]*)"\)')
# What a list can show beside attributes.
COLUMNS = {"status_line", "timestamp", "content", "source"}


@dataclass(frozen=True)
class Metric:
    """A metric with the scope and the tags by which it is split."""

    name: str
    scope: tuple[str, ...]
    by: tuple[str, ...]


@cache
def files(kind: str) -> dict[str, Any]:
    """Every file of a kind, by its name."""
    return {path.stem: json.loads(path.read_text()) for path in (FOLDER / kind).glob("*.json")}


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping inside, from the outside in."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def metrics(value: Any) -> list[Metric]:
    """Every metric that is asked for."""
    found = []
    for node in nodes(value):
        query = node.get("query")
        for name, scope, by in METRIC.findall(query) if isinstance(query, str) else []:
            found.append(Metric(name, tuple(scope.split(",")), tuple(by.split(",")) if by else ()))
    return found


def searches(value: Any) -> list[str]:
    """Every search for logs, without the variables of its dashboard."""
    found = []
    for node in nodes(value):
        search, query = node.get("search"), node.get("query")
        if isinstance(search, dict):
            found.append(search["query"])
        if "query_string" in node:
            found.append(node["query_string"])
        if isinstance(query, str) and (monitor := LOGS.match(query)):
            found.append(monitor[1].replace('\\"', '"'))
        elif isinstance(query, str) and not METRIC.search(query):
            found.append(query)
    return [re.sub(r"\s*\$\w+", "", search) for search in found]


def facets(value: Any) -> set[str]:
    """Everything by which logs are split, measured or shown."""
    found = set()
    for node in nodes(value):
        found |= {node[key] for key in ("facet", "prefix") if isinstance(node.get(key), str)}
        found |= {node["metric"]} if isinstance(node.get("metric"), str) else set()
        found |= {column["field"] for column in node.get("columns", []) if isinstance(column, dict)}
        found |= {column for column in node.get("columns", []) if isinstance(column, str)}
        found |= set(node.get("visible_facets", []))
        found |= {*node.get("metrics", []), *node.get("groupByFields", [])}
        if isinstance(node.get("query"), str) and LOGS.match(node["query"]):
            found |= set(BY.findall(node["query"]))
    return found - COLUMNS
