"""The configuration's specification as data: what Datadog's tools call templates is put in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
# The one template of options that ours uses; without one, Datadog's validator refuses a spec.
TEMPLATES = {"init_config/default": ["service"]}


@dataclass(frozen=True)
class Option:
    """An option of an instance or of `init_config`."""

    name: str
    value: dict[str, Any]
    hidden: bool
    required: bool


def options(section: str) -> dict[str, Option]:
    """Every option of `init_config` or `instances`, by its name."""
    spec = yaml.safe_load((ROOT / "assets/configuration/spec.yaml").read_text())
    whole = next(file for file in spec["files"] if file["name"] == "logwalk.yaml")
    part = next(part for part in whole["options"] if part["template"] == section)
    found = {}
    for option in part["options"]:
        if "template" in option:
            for name in TEMPLATES[option["template"]]:
                found[name] = Option(name, {"type": "string", "example": "x"}, False, False)
            continue
        assert option["name"] not in found
        found[option["name"]] = Option(
            option["name"],
            option["value"],
            option.get("hidden", False),
            option.get("required", False),
        )
    return found
