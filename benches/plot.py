"""A bar chart as SVG."""

from html import escape

WIDTH, LABEL, BAR, GAP, HEAD = 760, 120, 14, 10, 44
COLOURS = ("#632ca6", "#b39ddb")
FONT = 'font-family="sans-serif" font-size="12"'


def bars(title: str, groups: dict[str, dict[str, float]]) -> str:
    """For each name a bar of every group, longest first."""
    first = next(iter(groups.values()))
    names = sorted(first, key=lambda name: -first[name])
    most = max(max(values.values()) for values in groups.values())
    row = len(groups) * BAR + GAP
    height = HEAD + row * len(names)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {FONT}>',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="8" y="18" font-weight="bold">{escape(title)}</text>',
    ]
    for place, (group, colour) in enumerate(zip(groups, COLOURS, strict=False)):
        x = LABEL + place * 120
        parts.append(f'<rect x="{x}" y="26" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{x + 14}" y="35">{escape(group)}</text>')
    for at, name in enumerate(names):
        top = HEAD + at * row
        middle = top + row / 2 - 1
        parts.append(f'<text x="{LABEL - 8}" y="{middle}" text-anchor="end">{escape(name)}</text>')
        for place, (values, colour) in enumerate(zip(groups.values(), COLOURS, strict=False)):
            y = top + place * BAR
            length = values[name] / most * (WIDTH - LABEL - 90)
            size = f'width="{length:.1f}" height="{BAR - 2}"'
            parts.append(f'<rect x="{LABEL}" y="{y}" {size} fill="{colour}"/>')
            parts.append(
                f'<text x="{LABEL + length + 6:.1f}" y="{y + 11}">{values[name]:,.0f}</text>'
            )
    return "\n".join([*parts, "</svg>", ""])
