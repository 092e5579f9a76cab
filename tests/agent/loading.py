"""Finds the class of a check, and makes checks of it."""

import importlib
import sys
from pathlib import Path
from typing import Any

import yaml

from .confd import Configuration


class NotLoaded(Exception):
    """A check that the Agent cannot load; the text says where it looked and what it found."""


def look_in(folder: Path) -> None:
    """Have checks found in checks.d too, after those that are installed."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def check_class(name: str) -> type[Any]:
    """The class of a check.

    Fact: `datadog_checks.<name>` comes first, then `<name>`, from checks.d. The class is the
    AgentCheck of the module that no other class extends.
    """
    base = importlib.import_module("datadog_checks.base").AgentCheck
    errors = []
    for module_name in (f"datadog_checks.{name}", name):
        try:
            module = importlib.import_module(module_name)
        except Exception as error:  # noqa: BLE001 (a check may raise anything when it is imported)
            errors.append(f"{module_name}: {error!r}")
            continue
        # In the order of their names, and those too that the module makes when they are asked for.
        values = [getattr(module, member) for member in dir(module)]
        found = [
            value
            for value in values
            if isinstance(value, type)
            and issubclass(value, base)
            and value is not base
            and not value.__subclasses__()
        ]
        if found:
            return found[0]
        errors.append(f"{module_name}: no class that extends AgentCheck")
    raise NotLoaded(f"unable to load the check {name}: " + "; ".join(errors))


def check(kind: type[Any], configuration: Configuration, instance: str) -> Any:
    """A check of one instance, as the Agent makes it; a NotLoaded where its class refuses.

    Fact: the id is set after the class was called, so that `__init__` does not know it.
    """
    try:
        made = kind(
            name=configuration.name,
            init_config=yaml.safe_load(configuration.init_config),
            instances=[yaml.safe_load(instance)],
        )
    except Exception as error:
        raise NotLoaded(f"could not configure the check {configuration.name}: {error}") from error
    made.check_id = configuration.check_id(instance)
    return made
