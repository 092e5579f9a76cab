"""What was measured as Markdown tables, and a plot."""

from datetime import UTC, datetime
from pathlib import Path

import plot
from contenders import INTAKE
from measured import TARGETS, Cell, Results, meets


def write(results: Results, folder: Path) -> None:
    """The report and its plots."""
    folder.mkdir(parents=True, exist_ok=True)
    first = results.intake[0]
    bars = {name: one.rate() for name, one in first.series.items()}
    cpu = {name: one.per_cpu() for name, one in first.series.items()}
    title = f"To the intake, {first.served.words()}"
    (folder / "intake.svg").write_text(plot.bars(title, {"records/s": bars, "per CPU s": cpu}))
    lines = [
        *head(results),
        *targets(results),
        *main_table(results),
        *intake_cells(results.intake),
        *agent_cells(results.agent),
        *memory(results),
    ]
    (folder / "README.md").write_text("\n".join(lines) + "\n")
    print(f"\nwritten: {folder / 'README.md'}")


def head(results: Results) -> list[str]:
    """What this is and where it was made."""
    versions = ", ".join(f"{name} {one}" for name, one in results.about["versions"].items())
    made = f"make bench{'-quick' if results.about['quick'] else ''}"
    how = "../../benches/README.md"
    return [
        "# Benchmarks",
        "",
        f"Made by `{made}` on {datetime.now(UTC):%Y-%m-%d}. How: [benches/README.md]({how}).",
        "",
        f"- Machine: {results.about['machine']}.",
        "- The server side shares the machine; its work is in no figure of CPU or memory.",
        f"- Versions: {versions}.",
        "- A ratio is the median of the rounds' own ratios, its spread in brackets.",
        "",
    ]


def targets(results: Results) -> list[str]:
    """Every target beside what was measured."""
    rows = [
        [
            name,
            f"{TARGETS[name][0]} {TARGETS[name][1]:g}",
            f"{value:.2f}",
            "yes" if meets(name, value) else "**no**",
        ]
        for name, value in results.values.items()
    ]
    return ["## Targets", "", *table(["", "target", "measured", "met"], rows)]


def main_table(results: Results) -> list[str]:
    """All contenders: speed, CPU, memory, and what kills did."""
    first = results.intake[0]
    rows = []
    for contender in INTAKE:
        one = first.series.get(contender.name)
        if one is None:
            continue
        kills = results.kills.get(contender.name)
        exact = [f"{kills.lost:,}", f"{kills.repeated:,}"] if kills else ["", ""]
        speed = [f"{one.rate():,.0f}", f"{one.per_cpu():,.0f}", f"{one.peak():.0f}"]
        rows.append([contender.name, contender.what, *speed, *exact])
    kills = next(iter(results.kills.values()))
    return [
        f"## All contenders, {first.served.words()}",
        "",
        *table(
            ["", "delivers", "records/s", "records per CPU s", "peak MB", "lost", "repeated"], rows
        ),
        f"Lost and repeated: {kills.kills} walks of {kills.records:,} records, each killed with",
        "-9 once at a random moment and started again, summed.",
        "Speed, CPU and memory are of whole processes, start included.",
        "",
        "![](intake.svg)",
        "",
    ]


def intake_cells(cells: list[Cell]) -> list[str]:
    """Each way of serving, to the intake."""
    names = ["served", "records/s", "times the forwarder's", "CPU, times the forwarder's"]
    rows = [
        [
            cell.served.words(),
            f"{cell.of('logwalk').rate():,.0f}",
            str(cell.ratio("forwarder", "logwalk", "seconds")),
            str(cell.ratio("logwalk", "forwarder", "cpu")),
            str(cell.ratio("logwalk", "floor", "seconds")),
            str(cell.ratio("logwalk", "floor", "cpu")),
            f"{cell.of('logwalk').peak():.0f} / {cell.of('forwarder').peak():.0f}",
        ]
        for cell in cells
    ]
    head = [*names, "time, times the floor's", "CPU, times the floor's", "peak MB, both"]
    return ["## To the intake, beside a plain forwarder and the floor", "", *table(head, rows)]


def agent_cells(cells: list[Cell]) -> list[str]:
    """Each way of serving, through the Agent."""
    rows = [
        [
            cell.served.words(),
            f"{cell.of('logwalk').rate():,.0f}",
            str(cell.ratio("crawler", "logwalk", "seconds")),
            str(cell.ratio("logwalk", "crawler", "cpu")),
            str(cell.ratio("logwalk", "crawler", "gil")),
            f"{cell.of('logwalk').peak():.0f} / {cell.of('crawler').peak():.0f}",
        ]
        for cell in cells
    ]
    head = ["served", "records/s", "times the crawler's", "CPU, times the crawler's"]
    head += ["GIL held, times the crawler's", "peak MB, both"]
    return ["## Through the Agent, beside a plain LogCrawlerCheck", "", *table(head, rows)]


def memory(results: Results) -> list[str]:
    """Peak memory at two backlogs."""
    small, at_small, large, at_large = results.about["backlogs"]
    return [
        "## Memory",
        "",
        f"The peak of `logwalk run` over {small:,} records: {at_small:.0f} MB.",
        f"Over {large:,}: {at_large:.0f} MB.",
    ]


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return [*("| " + " | ".join(line) + " |" for line in lines), ""]
