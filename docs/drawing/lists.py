"""What is shown line by line: the largest, a table, the newest logs."""

from typing import Any

from pipelines.query import values

from . import of_logs
from .amounts import shown
from .formulas import fill, result, unit
from .frame import Frame
from .svg import INK, LINE, MONO, PAPER, SOFT, box, cut, path, words

STATUSES = {"error": "#d9534f", "warn": "#e0a128", "info": "#3598d4", "ok": "#2fa56c"}


def toplist(widget: dict[str, Any], frame: Frame) -> list[str]:
    """Bars, the longest first."""
    (request,) = widget["requests"]
    (formula,) = request["formulas"]
    rows = sorted(result(formula, request["queries"]).items(), key=lambda row: -row[1])
    room = int(frame.height // 19)
    most = max((value for _, value in rows), default=1) or 1
    shapes = []
    for number, (group, value) in enumerate(rows[:room]):
        y = frame.y + number * 19
        text = shown(value, unit(formula))
        shapes += [
            box(frame.x + 58, y, (frame.width - 58) * value / most, 16, "#cfe3f3", "", 2),
            words(frame.x + 52, y + 12, text, 11, INK, "600", "end"),
            words(frame.x + 64, y + 12, cut(" ".join(group), frame.width - 66, 11), 11),
        ]
    return shapes


def query_table(widget: dict[str, Any], frame: Frame) -> list[str]:
    """A line for each group, a column for each formula."""
    (request,) = widget["requests"]
    columns = [(formula, result(formula, request["queries"])) for formula in request["formulas"]]
    groups = list(columns[0][1])
    first = frame.width * 0.26
    width = (frame.width - first) / len(columns)
    shapes = []
    for number, (formula, _) in enumerate(columns):
        x = frame.x + first + number * width
        shapes.append(
            words(x + width - 8, frame.y + 10, formula["alias"], 10.5, SOFT, "600", "end")
        )
    for row, group in enumerate(groups[: int((frame.height - 16) // 21)]):
        y = frame.y + 18 + row * 21
        shapes.append(path([(frame.x, y - 2), (frame.x + frame.width, y - 2)], LINE, 1))
        shapes.append(words(frame.x, y + 13, cut(" ".join(filter(None, group)), first, 11.5), 11.5))
        for number, (formula, cells) in enumerate(columns):
            x = frame.x + first + number * width
            value = cells.get(group)
            shapes += cell(formula, value, max(cells.values(), default=1), Frame(x, y, width, 19))
    return shapes


def cell(formula: dict[str, Any], value: float | None, most: float, frame: Frame) -> list[str]:
    """One number of a table, with a bar or a colour behind it."""
    behind, ink = [], INK
    if formula.get("cell_display_mode") == "bar" and value:
        behind.append(
            box(frame.x + 8, frame.y + 1, (frame.width - 12) * value / most, 17, "#cfe3f3", "", 2)
        )
    if colour := fill(formula, value):
        behind.append(box(frame.x + 8, frame.y, frame.width - 12, 18, colour, "", 2))
        ink = PAPER
    text = shown(value, unit(formula))
    return [*behind, words(frame.x + frame.width - 8, frame.y + 13, text, 11.5, ink, "", "end")]


def list_stream(widget: dict[str, Any], frame: Frame) -> list[str]:
    """The newest logs, a line each."""
    (request,) = widget["requests"]
    fields = [column["field"] for column in request["columns"] if column["field"] != "status_line"]
    logs = sorted(
        of_logs.found(request["query"]["query_string"]), key=lambda log: -(log.timestamp or 0)
    )
    if not logs:
        middle = frame.x + frame.width / 2
        return [words(middle, frame.y + frame.height / 2, "none", 12, SOFT, "", "middle")]
    widths = [
        0.6 if field == "timestamp" else 2.0 if field == "content" else 1.0 for field in fields
    ]
    shapes = []
    for row, log in enumerate(logs[: int(frame.height // 19)]):
        y, x = frame.y + row * 19, frame.x + 8
        shapes.append(box(frame.x, y, 3, 15, STATUSES.get(log.status or "", SOFT), "", 1))
        for field, share in zip(fields, widths, strict=True):
            width = (frame.width - 8) * share / sum(widths)
            shapes.append(
                words(
                    x,
                    y + 12,
                    cut(shown_of(log, field), width - 6, 10.5, 0.602),
                    10.5,
                    INK,
                    family=MONO,
                )
            )
            x += width
    return shapes


def shown_of(log: Any, field: str) -> str:
    """A log's field as a list shows it."""
    if field == "timestamp":
        seconds = (log.timestamp or 0) // 1000 % 86_400
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if field == "content":
        return str(log.message)
    return " ".join(str(value) for value in values(log, field))
