"""The package is what the Agent's loader and the command expect."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

from datadog_checks.base import AgentCheck

import datadog_checks.logwalk
from datadog_checks.logwalk import LogwalkCheck, __version__

ROOT = Path(__file__).parents[1]


def found_by_the_loader(module: ModuleType) -> list[type]:
    """The Agent's way: every attribute that is a subclass of AgentCheck without one of its own."""
    attributes = [getattr(module, name) for name in dir(module)]
    return [
        attribute
        for attribute in attributes
        if isinstance(attribute, type)
        and issubclass(attribute, AgentCheck)
        and attribute is not AgentCheck
        and not attribute.__subclasses__()
    ]


def test_the_loader_finds_the_check_in_the_package() -> None:
    assert found_by_the_loader(datadog_checks.logwalk) == [LogwalkCheck]


def test_the_loader_finds_the_same_check_dropped_into_checks_d() -> None:
    path = ROOT / "python/checks.d/logwalk.py"
    spec = importlib.util.spec_from_file_location("logwalk", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert found_by_the_loader(module) == [LogwalkCheck]
    assert module.__version__ == __version__


def test_the_version_is_the_same_wherever_it_stands() -> None:
    crate = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert crate == __version__
    assert newest is not None
    assert newest[1] == __version__


def test_the_command_needs_nothing_of_the_agents() -> None:
    script = (
        "import sys, datadog_checks.logwalk.command as command; "
        "assert 'datadog_checks.base' not in sys.modules; "
        "sys.argv = ['logwalk', '--version']; sys.exit(command.main())"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert run.stdout.split() == ["logwalk", __version__]


def test_a_wrong_usage_exits_with_2_and_says_so() -> None:
    command = Path(sys.executable).with_name("logwalk")
    run = subprocess.run([command, "wlak"], capture_output=True, text=True, check=False)

    assert run.returncode == 2
    assert "wlak" in run.stderr
