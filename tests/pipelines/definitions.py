"""The pipelines and their cases as they stand in `assets/logs`, and as Datadog's API wants them."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "assets/logs"
# What every log passes first.
COMMON = "logwalk"
# The API's names for what files call otherwise.
NAMES = {"enabled": "is_enabled", "replaceMissing": "is_replace_missing", "encoded": "is_encoded"}


@cache
def names() -> list[str]:
    """Every pipeline, in the order in which a log passes them."""
    found = [path.stem for path in FOLDER.glob("*.yaml") if not path.stem.endswith("_tests")]
    return sorted(found, key=lambda name: (name != COMMON, name))


@cache
def definition(name: str) -> dict[str, Any]:
    """A pipeline's file."""
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    return loaded


@cache
def cases(name: str) -> list[dict[str, Any]]:
    """What has to become of which log."""
    loaded = yaml.safe_load((FOLDER / f"{name}_tests.yaml").read_text())
    assert loaded["id"] == name
    found: list[dict[str, Any]] = loaded["tests"]
    return found


def as_the_api_has_it(value: Any) -> Any:
    """A pipeline with the API's names."""
    if isinstance(value, list):
        return [as_the_api_has_it(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        NAMES.get(name, re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()): as_the_api_has_it(
            inner
        )
        for name, inner in value.items()
    }
