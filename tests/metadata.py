"""The metrics as they are described to Datadog."""

import csv
from pathlib import Path

FILE = Path(__file__).parents[1] / "assets/metadata.csv"


def metrics() -> dict[str, dict[str, str]]:
    """Each metric's row, by its whole name."""
    with FILE.open(newline="", encoding="ascii") as file:
        return {row["metric_name"]: row for row in csv.DictReader(file)}
