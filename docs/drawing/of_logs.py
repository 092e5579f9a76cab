"""What a dashboard's questions about logs come to, asked of logs that logwalk made."""

import re
import statistics
from collections.abc import Iterable
from functools import cache
from typing import Any

from pipelines.log import Log
from pipelines.query import Query, judged, values

Groups = dict[tuple[str, ...], list[float]]
BUCKETS = 48
# Of fewer there are no quantiles.
TWO = 2
LOGS: list[Log] = []


@cache
def found(search: str) -> tuple[Log, ...]:
    """The logs that a search finds, the variables of its dashboard left out."""
    query = Query(re.sub(r"\s*\$\w+", "", search))
    return tuple(log for log in LOGS if judged(query.root, log))


def grouped(query: dict[str, Any]) -> dict[tuple[str, ...], list[Log]]:
    """Those logs, by the facets of the question; the largest groups only."""
    facets = [group["facet"] for group in query.get("group_by", [])]
    groups: dict[tuple[str, ...], list[Log]] = {}
    for log in found(query["search"]["query"]):
        keys = [values(log, facet) for facet in facets]
        if all(keys):
            groups.setdefault(tuple(str(key[0]) for key in keys), []).append(log)
    if not facets:
        return {(): groups.get((), [])}
    limit = query["group_by"][0]["limit"]
    ranked = sorted(groups, key=lambda group: -measured(query, groups[group]))
    return {group: groups[group] for group in ranked[:limit]}


def measured(query: dict[str, Any], logs: Iterable[Log]) -> float:
    """One number for some logs."""
    how, metric = query["compute"]["aggregation"], query["compute"].get("metric")
    if how == "count":
        return len(list(logs))
    numbers = [value for log in logs for value in values(log, metric)]
    if how == "cardinality":
        return len(set(numbers))
    if len(numbers) < TWO or how == "sum":
        return float(sum(numbers))
    percent = 50 if how == "median" else int(how.removeprefix("pc"))
    return float(statistics.quantiles(numbers, n=100)[percent - 1])


def scalars(query: dict[str, Any]) -> dict[tuple[str, ...], float]:
    """A number for each group."""
    return {group: measured(query, logs) for group, logs in grouped(query).items()}


def points(query: dict[str, Any]) -> Groups:
    """A number for each group and span of time."""
    times = [log.timestamp for log in LOGS if log.timestamp is not None]
    begin, width = min(times), (max(times) - min(times)) / BUCKETS + 1
    result = {}
    for group, logs in grouped(query).items():
        buckets: list[list[Log]] = [[] for _ in range(BUCKETS)]
        for log in logs:
            if log.timestamp is not None:
                buckets[int((log.timestamp - begin) / width)].append(log)
        result[group] = [measured(query, bucket) for bucket in buckets]
    return result
