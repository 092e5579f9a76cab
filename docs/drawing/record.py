"""The way of a record, from the vendor's API to what a person looks at."""

from .svg import INK, LINE, PAPER, SOFT, box, path, picture, words

# Each stop: its name, what happens there, and where in the picture.
STOPS = [
    ("The API", ["pages, a cursor,", "a retention"], "#8a9ba8"),
    ("walk", ["what to ask next;", "no I/O, only rules"], "#3598d4"),
    ("fetch", ["TLS, proxy, Retry-After,", "quotas, retries"], "#3598d4"),
    ("log", ["record to log: standard", "names, redaction, id"], "#3598d4"),
    ("deliver", ["counts each byte,", "waits for receipts"], "#3598d4"),
    ("The Agent", ["file, logs pipeline,", "registry.json"], "#7a52c7"),
    ("Datadog", ["pipelines, facets,", "dashboards, monitors"], "#7a52c7"),
]
WIDTH, HEIGHT, GAP, TOP = 146, 92, 26, 74


def way_of_a_record() -> str:
    """The picture."""
    shapes = [
        words(24, 34, "The way of a record", 20, INK, "700"),
        words(24, 54, "A place is kept only behind records that were delivered.", 12.5, SOFT),
    ]
    for number, (name, lines, colour) in enumerate(STOPS):
        x = 24 + number * (WIDTH + GAP)
        shapes += [
            box(x, TOP, WIDTH, HEIGHT, PAPER, LINE, 6),
            box(x, TOP, WIDTH, 6, colour, "", 3),
            words(x + 12, TOP + 32, name, 14, INK, "600"),
        ]
        shapes += [words(x + 12, TOP + 54 + 17 * n, line, 11, SOFT) for n, line in enumerate(lines)]
        if number:
            shapes += arrow(x - GAP + 3, TOP + HEIGHT / 2, x - 4, TOP + HEIGHT / 2, "#3598d4")
    shapes += kept(TOP + HEIGHT + 24)
    return picture(24 * 2 + len(STOPS) * WIDTH + (len(STOPS) - 1) * GAP, TOP + HEIGHT + 150, shapes)


def kept(top: float) -> list[str]:
    """The way back: receipts, and the place."""
    left = [24 + number * (WIDTH + GAP) for number in range(len(STOPS))]
    y = top + 30
    shapes = [
        box(left[1], top + 56, WIDTH * 2 + GAP, 56, "#e8f5ee", "#2fa56c", 6),
        words(left[1] + 12, top + 78, "keep", 14, INK, "600"),
        words(left[1] + 12, top + 98, "two slots, each with a checksum", 11, SOFT),
        box(left[4], top + 56, WIDTH * 3 + GAP * 2, 56, "#fdf3e3", "#e0a128", 6),
        words(left[4] + 12, top + 78, "receipts", 14, INK, "600"),
        words(
            left[4] + 12,
            top + 98,
            "up to where the intake has acknowledged; what is lost is sent again",
            11,
            SOFT,
        ),
    ]
    middle = left[5] + WIDTH / 2
    shapes += arrow(middle, TOP + HEIGHT + 3, middle, top + 52, "#e0a128")
    shapes += arrow(left[4] + WIDTH / 2, top + 52, left[4] + WIDTH / 2, TOP + HEIGHT + 4, "#e0a128")
    end = left[1] + WIDTH * 2 + GAP
    shapes += arrow(left[4] - 4, top + 84, end + 4, top + 84, "#2fa56c")
    shapes.append(words(end + 16, top + 76, "delivered: keep", 11, SOFT))
    place = left[1] + WIDTH / 2
    shapes += arrow(place, top + 52, place, TOP + HEIGHT + 4, "#2fa56c")
    shapes.append(words(place + 8, y + 6, "the next run begins here", 11, SOFT))
    return shapes


def arrow(x: float, y: float, to_x: float, to_y: float, colour: str) -> list[str]:
    """A line with a head, along one of the two directions."""
    along = (1 if to_x > x else -1, 0) if y == to_y else (0, 1 if to_y > y else -1)
    back = (to_x - along[0] * 7, to_y - along[1] * 7)
    side = (along[1] * 4.5, along[0] * 4.5)
    head = [
        (to_x, to_y),
        (back[0] + side[0], back[1] + side[1]),
        (back[0] - side[0], back[1] - side[1]),
    ]
    return [path([(x, y), back], colour, 2), path(head, colour, fill=colour)]
