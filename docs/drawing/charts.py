"""Lines, areas and bars over a day."""

from typing import Any

from .amounts import shown
from .formulas import label, source, unit
from .frame import Frame
from .svg import LINE, SOFT, box, path, words

PALETTES = {
    "dog_classic": [
        "#3598d4",
        "#f3a73a",
        "#7a52c7",
        "#2fa56c",
        "#d9534f",
        "#8a9ba8",
        "#e377c2",
        "#17a2b8",
    ],
    "cool": ["#2a9d8f", "#457b9d", "#6aaed6", "#8fd3c1", "#264653"],
    "warm": ["#d9534f", "#f0803c", "#f7c04a", "#b5651d", "#8c2d04", "#e8a2a2"],
    "purple": ["#7a52c7", "#b08be8", "#4b2e83", "#d5c3f2"],
    "orange": ["#f0803c", "#f7b267", "#b5651d", "#f9d9b0"],
}
# Words that have colours of their own.
MEANT = {
    "success": "#2fa56c",
    "2xx": "#2fa56c",
    "OK": "#2fa56c",
    "notice": "#3598d4",
    "3xx": "#3598d4",
    "blocked": "#f3a73a",
    "4xx": "#f3a73a",
    "warning": "#f3a73a",
    "failure": "#d9534f",
    "5xx": "#d9534f",
    "error": "#9c2a2a",
    "pending": "#8a9ba8",
}
MOMENTS = ["24 h ago", "18 h", "12 h", "6 h", "now"]


def timeseries(widget: dict[str, Any], frame: Frame) -> list[str]:
    """Lines, or bars and areas on top of each other."""
    rows: list[tuple[str, list[float]]] = []
    (request,) = widget["requests"]
    queries = {query["name"]: query for query in request["queries"]}
    for formula in request["formulas"]:
        query = queries[formula["formula"]]
        rows += [
            (label(group, formula), line) for group, line in source(query).points(query).items()
        ]
    rows = [row for row in rows if any(row[1])] or rows[:1]
    formula = request["formulas"][0]
    colours = coloured([name for name, _ in rows], request["style"]["palette"])
    plot = Frame(frame.x + 48, frame.y + 4, frame.width - 48, frame.height - 34)
    stacked = request["display_type"] in {"bars", "area"}
    bars = request["display_type"] == "bars"
    lines = [in_fewer(line) if bars else line for _, line in rows]
    columns = [sum(column) for column in zip(*lines, strict=True)]
    top = nice(max(columns if stacked else [max(line) for line in lines], default=0))
    shapes = axes(plot, top, unit(formula))
    floor = [0.0] * max(map(len, lines), default=0)
    for line, colour in zip(lines, colours, strict=True):
        roof = [low + value for low, value in zip(floor, line, strict=True)] if stacked else line
        shapes += piece(plot, floor, roof, top, colour, request["display_type"])
        floor = roof if stacked else floor
    return [*shapes, *legend(frame, [name for name, _ in rows], colours)]


def in_fewer(line: list[float]) -> list[float]:
    """Sums of neighbours, so that bars can be told apart."""
    together = max(len(line) // 48, 1)
    return [sum(line[at : at + together]) for at in range(0, len(line), together)]


def piece(
    plot: Frame, floor: list[float], roof: list[float], top: float, colour: str, kind: str
) -> list[str]:
    """One line, one area, or one colour of all bars."""
    step = plot.width / max(len(roof) - (kind != "bars"), 1)

    def at(number: int, value: float) -> tuple[float, float]:
        return plot.x + number * step, plot.y + plot.height * (1 - value / top)

    if kind == "bars":
        return [
            box(
                at(n, 0)[0] + 0.5,
                at(n, high)[1],
                step - 1,
                at(n, low)[1] - at(n, high)[1],
                colour,
                "",
                0,
            )
            for n, (low, high) in enumerate(zip(floor, roof, strict=True))
            if high > low
        ]
    over = [at(n, value) for n, value in enumerate(roof)]
    if kind == "area":
        under = [at(n, value) for n, value in enumerate(floor)]
        return [path([*over, *reversed(under)], colour, fill=colour)]
    return [path(over, colour)]


def axes(plot: Frame, top: float, of: str) -> list[str]:
    """Three levels and their values, and moments of the day that is shown."""
    shapes = []
    for share in (0, 0.5, 1):
        y = plot.y + plot.height * (1 - share)
        shapes.append(path([(plot.x, y), (plot.x + plot.width, y)], LINE, 1))
        shapes.append(words(plot.x - 6, y + 3.5, shown(top * share, of), 9.5, SOFT, "", "end"))
    for number, moment in enumerate(MOMENTS):
        share = number / (len(MOMENTS) - 1)
        anchor = "start" if share == 0 else "end" if share == 1 else "middle"
        x, y = plot.x + plot.width * share, plot.y + plot.height + 13
        shapes.append(words(x, y, moment, 9, SOFT, "", anchor))
    return shapes


def legend(frame: Frame, names: list[str], colours: list[str]) -> list[str]:
    """As many names as fit below."""
    shapes, x = [], frame.x
    y = frame.y + frame.height + 1
    for name, colour in zip(names, colours, strict=True):
        width = len(name) * 9.5 * 0.56 + 26
        if x + width > frame.x + frame.width:
            break
        shapes += [box(x, y - 8, 9, 9, colour, "", 2), words(x + 13, y, name, 9.5, SOFT)]
        x += width
    return shapes


def coloured(names: list[str], palette: str) -> list[str]:
    """A colour for each name: its own where it has one."""
    own = PALETTES.get(palette, PALETTES["dog_classic"])
    return [MEANT.get(name, own[number % len(own)]) for number, name in enumerate(names)]


def nice(value: float) -> float:
    """The next round number above."""
    if value <= 0:
        return 1
    size = 10 ** (len(str(int(value))) - 1) if value >= 1 else 0.1
    return next(step * size for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * size >= value)
