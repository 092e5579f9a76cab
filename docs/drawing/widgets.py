"""Each kind of widget that our dashboards have, drawn into a rectangle."""

import re
from collections.abc import Callable
from typing import Any

from .amounts import shown
from .charts import timeseries
from .formulas import fill, result, unit
from .frame import Frame
from .lists import list_stream, query_table, toplist
from .svg import INK, LINE, PAPER, box, cut, words, wrapped


def drawn(widget: dict[str, Any], frame: Frame) -> list[str]:
    """A widget with its title."""
    if widget["type"] == "note":
        return note(widget, frame)
    shapes = [
        box(frame.x, frame.y, frame.width, frame.height, PAPER, LINE),
        words(
            frame.x + 10,
            frame.y + 19,
            cut(widget["title"], frame.width - 16, 12.5),
            12.5,
            INK,
            "600",
        ),
    ]
    inside = Frame(frame.x + 10, frame.y + 28, frame.width - 20, frame.height - 36)
    return [*shapes, *KINDS[widget["type"]](widget, inside)]


def note(widget: dict[str, Any], frame: Frame) -> list[str]:
    """Text; what is between asterisks is bold."""
    shapes = [box(frame.x, frame.y, frame.width, frame.height, PAPER, LINE)]
    y = frame.y + 26
    for paragraph in widget["content"].split("\n\n"):
        bold = re.match(r"\*\*(.+?)\*\*", paragraph)
        plain = re.sub(r"[*`]", "", paragraph)
        for number, line in enumerate(wrapped(plain, frame.width - 32, 13)):
            weight = "600" if bold and number == 0 and len(bold[1]) > len(line) - 2 else ""
            shapes.append(words(frame.x + 16, y, line, 13, INK, weight))
            y += 19
        y += 9
    return shapes


def query_value(widget: dict[str, Any], frame: Frame) -> list[str]:
    """One large number."""
    (request,) = widget["requests"]
    (formula,) = request["formulas"]
    value = result(formula, request["queries"]).get((), 0)
    colour = fill(formula, value)
    text = shown(value, unit(formula), widget.get("precision", 0))
    size = min(34, frame.width / (len(text) * 0.6))
    behind = (
        [box(frame.x - 4, frame.y, frame.width + 8, frame.height + 2, colour)] if colour else []
    )
    middle = frame.x + frame.width / 2
    ink = PAPER if colour else INK
    return [
        *behind,
        words(middle, frame.y + frame.height / 2 + size / 3, text, size, ink, "600", "middle"),
    ]


KINDS: dict[str, Callable[[dict[str, Any], Frame], list[str]]] = {
    "query_value": query_value,
    "timeseries": timeseries,
    "toplist": toplist,
    "query_table": query_table,
    "list_stream": list_stream,
}
