"""A dashboard drawn from its JSON."""

from typing import Any

from .frame import Frame
from .svg import INK, PAPER, SOFT, box, picture, words
from .widgets import drawn

COLUMN = 100
ROW = 58
GAP = 6
HEAD = 64
COLOURS = {
    "vivid_green": "#2fa56c",
    "vivid_blue": "#3598d4",
    "vivid_purple": "#7a52c7",
    "vivid_orange": "#f0803c",
    "gray": "#8a9ba8",
}


def frame(layout: dict[str, Any], top: float) -> Frame:
    """Where a widget is, in points."""
    x, y = layout["x"] * COLUMN + GAP + 10, top + layout["y"] * ROW
    return Frame(x, y, layout["width"] * COLUMN - GAP * 2, layout["height"] * ROW - GAP * 2)


def dashboard(body: dict[str, Any]) -> str:
    """The whole picture."""
    variables = "   ".join(f"${variable['name']}: *" for variable in body["template_variables"])
    shapes = [
        words(18, 30, body["title"], 20, INK, "700"),
        words(18, 50, variables + "      one day, simulated", 11.5, SOFT),
    ]
    for widget in body["widgets"]:
        definition = widget["definition"]
        outer = frame(widget["layout"], HEAD)
        if definition["type"] != "group":
            shapes += drawn(definition, outer)
            continue
        colour = COLOURS[definition["background_color"]]
        shapes.append(box(outer.x - 4, outer.y, outer.width + 8, outer.height, "#e6ebef"))
        shapes.append(box(outer.x - 4, outer.y, outer.width + 8, 30, colour))
        shapes.append(words(outer.x + 8, outer.y + 20, definition["title"], 14, PAPER, "600"))
        for inner in definition["widgets"]:
            shapes += drawn(inner["definition"], frame(inner["layout"], outer.y + 38))
    rows = max(widget["layout"]["y"] + widget["layout"]["height"] for widget in body["widgets"])
    return picture(12 * COLUMN + 20, HEAD + rows * ROW + GAP, shapes)
