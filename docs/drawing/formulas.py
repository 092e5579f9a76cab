"""What the formulas of a widget come to, and how a number is shown."""

from collections.abc import Callable
from typing import Any

from . import of_logs, of_metrics

FILLS = {"white_on_red": "#d9534f", "white_on_yellow": "#e0a128", "white_on_green": "#2fa56c"}
COMPARED: dict[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}
Scalars = dict[tuple[str, ...], float]


def source(query: dict[str, Any]) -> Any:
    """Who answers a question."""
    return of_metrics if query["data_source"] == "metrics" else of_logs


def result(formula: dict[str, Any], queries: list[dict[str, Any]]) -> Scalars:
    """A formula's numbers by group."""
    found = {query["name"]: source(query).scalars(query) for query in queries}
    text = formula["formula"]
    if text in found:
        return dict(found[text])
    for name, groups in found.items():
        counts = {
            "count_nonzero": sum(v != 0 for v in groups.values()),
            "count_not_null": len(groups),
        }
        for function, count in counts.items():
            text = text.replace(f"{function}({name})", str(count))
        text = text.replace(name, str(groups.get((), 0) or 0))
    return {(): calculated(text)}


def calculated(text: str) -> float:
    """Numbers joined by operators, from left to right."""
    first, *rest = text.split()
    value = float(first)
    for operator, operand in zip(rest[::2], rest[1::2], strict=True):
        number = float(operand)
        if operator == "/":
            value = value / number if number else 0.0
        else:
            value = {"*": value * number, "+": value + number, "-": value - number}[operator]
    return value


def unit(formula: dict[str, Any]) -> str:
    """In what a formula is."""
    named: str = formula.get("number_format", {}).get("unit", {}).get("unit_name", "")
    return named


def fill(formula: dict[str, Any], value: float | None) -> str:
    """The colour behind a number that means something."""
    for condition in formula.get("conditional_formats", []):
        if value is not None and COMPARED[condition["comparator"]](value, condition["value"]):
            return FILLS[condition["palette"]]
    return ""


def label(group: tuple[str, ...], formula: dict[str, Any]) -> str:
    """What a line or a bar is called."""
    return " ".join([*filter(None, group), *filter(None, [formula.get("alias", "")])]) or "all"
