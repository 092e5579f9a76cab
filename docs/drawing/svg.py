"""The few shapes that the pictures are made of."""

from html import escape

INK = "#1c2b34"
SOFT = "#6a7783"
LINE = "#d8dee4"
PAPER = "#ffffff"
GROUND = "#f3f5f7"
SANS = "Inter, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif"
MONO = "'JetBrains Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"
# An average letter is so wide, in its own height.
LETTER = 0.56
LETTER_MONO = 0.602


def picture(width: float, height: float, shapes: list[str]) -> str:
    """A whole picture."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" font-family="{SANS}">\n'
        f'<rect width="{width:g}" height="{height:g}" fill="{GROUND}"/>\n'
        + "\n".join(shapes)
        + "\n</svg>\n"
    )


def box(
    x: float,
    y: float,
    width: float,
    height: float,
    fill: str = PAPER,
    line: str = "",
    radius: float = 4,
) -> str:
    """A rectangle."""
    stroke = f' stroke="{line}"' if line else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" '
        f'rx="{radius:g}" fill="{fill}"{stroke}/>'
    )


def words(
    x: float,
    y: float,
    text: str,
    size: float = 12,
    fill: str = INK,
    weight: str = "",
    anchor: str = "start",
    family: str = "",
) -> str:
    """A line of text; `y` is its base."""
    more = f' font-weight="{weight}"' if weight else ""
    more += f' text-anchor="{anchor}"' if anchor != "start" else ""
    more += f' font-family="{family}"' if family else ""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}"'
    return f'<text {place} fill="{fill}"{more}>{escape(text)}</text>'


def path(
    points: list[tuple[float, float]], colour: str, width: float = 1.5, fill: str = "none"
) -> str:
    """A line through points, closed where it is filled."""
    steps = " ".join(f"{'ML'[n > 0]}{x:.1f} {y:.1f}" for n, (x, y) in enumerate(points))
    if fill != "none":
        return f'<path d="{steps}Z" fill="{fill}" fill-opacity="0.75"/>'
    return f'<path d="{steps}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'


def cut(text: str, width: float, size: float, letter: float = LETTER) -> str:
    """As much of a text as fits."""
    room = int(width / (size * letter))
    return text if len(text) <= room else text[: max(room - 1, 0)] + "…"


def wrapped(text: str, width: float, size: float) -> list[str]:
    """A text in lines that fit."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and len(longer) * size * LETTER > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
