"""What a dashboard's questions about metrics come to."""

from functools import cache
from typing import Any

from named import METRIC

from .story import series

Groups = dict[tuple[str, ...], list[float]]
COMBINED: dict[str, Any] = {
    "max": max,
    "min": min,
    "sum": sum,
    "avg": lambda values: sum(values) / len(values),
    "last": lambda values: values[-1],
}


@cache
def all_series() -> dict[str, dict[tuple[str, str, str], list[float]]]:
    """The story, told once."""
    return series()


def points(query: dict[str, Any]) -> Groups:
    """The points of a question, by its tags."""
    match = METRIC.search(query["query"])
    assert match is not None
    name, scope, by = match.groups()
    how = match[0].split(":")[0]
    statuses = [part.split(":")[1] for part in scope.split(",") if part.startswith("status:")]
    found: dict[tuple[str, ...], list[list[float]]] = {}
    for (source, stream, status), values in all_series()[name].items():
        if statuses and status not in statuses:
            continue
        tags = {"log_source": source, "stream": stream, "status": status}
        group = tuple(tags[tag] for tag in by.split(",")) if by else ()
        found.setdefault(group, []).append(values)
    return {
        group: [COMBINED[how](column) for column in zip(*rows, strict=True)]
        for group, rows in found.items()
    }


def scalars(query: dict[str, Any]) -> dict[tuple[str, ...], float]:
    """The same, as one number for each group."""
    how = COMBINED[query.get("aggregator", "avg")]
    return {group: how(values) for group, values in points(query).items()}
