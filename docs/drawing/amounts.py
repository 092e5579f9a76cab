"""Numbers as a dashboard shows them."""

SPANS = [("d", 86_400), ("h", 3_600), ("min", 60)]


def shown(value: float | None, unit: str = "", precision: int = 0) -> str:
    """A value in its unit, short."""
    if value is None:
        return "-"
    if unit == "nanosecond":
        return shown(value / 1e9, "second", precision) if value >= 1e9 else f"{value / 1e6:.0f} ms"
    if unit == "second":
        return of_time(value)
    if unit == "byte":
        return of_thousands(value, ["B", "kB", "MB", "GB"], " ")
    if unit == "percent":
        return f"{value:.{precision}f} %"
    return of_thousands(value, ["", "k", "M"], "")


def of_time(seconds: float) -> str:
    """A span in the largest unit that it has one of."""
    for name, length in SPANS:
        if seconds >= length:
            return f"{seconds / length:.1f} {name}"
    return f"{seconds:.1f} s" if seconds else "0 s"


def of_thousands(value: float, names: list[str], between: str) -> str:
    """A number with as few digits as it needs."""
    name = names[0]
    for name in names:  # noqa: B007 (the last one stays)
        if abs(value) < 1_000:
            break
        value /= 1_000
    text = f"{value:.0f}" if value == int(value) or value >= 100 else f"{value:.1f}"
    return f"{text}{between if name else ''}{name}"
