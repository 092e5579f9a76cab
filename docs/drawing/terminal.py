"""A terminal's text as a picture."""

from .svg import LETTER_MONO, MONO, box, words

SIZE = 12.5
LEAD = 18
GROUND = "#161b22"
INK = "#d6dde4"
COLOURS = {"$": "#7ee787"}


def terminal(command: str, output: str) -> str:
    """A command and what it said."""
    lines = [f"$ {command}", *output.rstrip().splitlines()]
    wide = max(len(line) for line in lines)
    width, height = wide * SIZE * LETTER_MONO + 44, len(lines) * LEAD + 54
    shapes = [box(0, 0, width, height, GROUND, "", 8)]
    shapes += [
        f'<circle cx="{18 + n * 18}" cy="17" r="5.5" fill="{colour}"/>'
        for n, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    ]
    for number, line in enumerate(lines):
        colour = COLOURS.get(line[:1], INK)
        y = 48 + number * LEAD
        shapes.append(
            words(20, y, line, SIZE, colour, family=MONO).replace(
                "<text", '<text xml:space="preserve"'
            )
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}">\n' + "\n".join(shapes) + "\n</svg>\n"
    )
