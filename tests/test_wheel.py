"""The wheel installs into every Python that an Agent embeds, and the check runs there."""

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest

from pythons import PYTHONS, Python
from vendor import Vendor

ROOT = Path(__file__).parents[1]

# What the base class and its stubs import, and what that imports.
IMPORTED = {
    *("annotated-types", "datadog-checks-base", "jellyfish", "lazy-loader", "orjson", "pydantic"),
    *("pydantic-core", "typing-extensions", "typing-inspection"),
}
RUN = """
import json, sys
from datadog_checks.base.stubs import datadog_agent
from datadog_checks.logwalk import LogwalkCheck
datadog_agent._config["logs_enabled"] = True
check = LogwalkCheck("logwalk", {}, [json.loads(sys.argv[1])])
check.check_id = "logwalk:1f2e"
sys.stderr.write(check.run())
print(json.dumps([log["logwalk"]["id"] for log in datadog_agent._sent_logs["logwalk:1f2e"]]))
"""


@pytest.fixture(scope="module")
def wheel() -> Path:
    """The wheel to try: the one named in LOGWALK_WHEEL, or the one this environment runs on."""
    if named := os.environ.get("LOGWALK_WHEEL"):
        return ROOT / named
    (built,) = (ROOT / ".venv/wheel").glob("*.whl")
    return built


def test_there_is_a_python_to_try() -> None:
    assert PYTHONS


@pytest.fixture(scope="module")
def installations(
    wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Python, Future[str]]]:
    """For each Python the interpreter of a fresh environment with the wheel in it; made at once."""
    with ThreadPoolExecutor(len(PYTHONS)) as pool:
        yield {
            python: pool.submit(installed, python, wheel, tmp_path_factory.mktemp(python.version))
            for python in PYTHONS
        }


def installed(python: Python, wheel: Path, folder: Path) -> str:
    """The interpreter of an environment that holds what an Agent's does, and the wheel."""
    subprocess.run([python.path, "-m", "venv", "--without-pip", folder], check=True)
    inside = str(folder / "bin/python")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    # As the Agent installs it: what it needs is there already, or never will be.
    install = [*pip, "--python", inside, "install", "--no-deps", "--no-compile"]
    subprocess.run([*install, *needed(), str(wheel)], check=True)
    return inside


def needed() -> list[str]:
    """The pins of what is imported: pip takes longer to find all of them than to try the wheel."""
    pins = (ROOT / "tests/requirements/agent.txt").read_text().splitlines()
    return [pin for pin in pins if pin.partition("==")[0] in IMPORTED]


@pytest.mark.parametrize("python", PYTHONS, ids=lambda python: python.version)
def test_the_wheel_installs_and_the_check_runs(
    python: Python,
    installations: dict[Python, Future[str]],
    vendor: Vendor,
    instance: dict[str, Any],
) -> None:
    inside = installations[python].result()
    ids = vendor.add(5)
    run = subprocess.run(
        [inside, "-c", RUN, json.dumps(instance)], capture_output=True, text=True, check=True
    )

    assert run.stderr == ""
    assert json.loads(run.stdout) == ids


def test_the_wheel_fits_every_python_from_3_11_on(wheel: Path) -> None:
    assert re.fullmatch(r"datadog_logwalk-[^-]+-cp311-abi3-\S+\.whl", wheel.name)


def test_the_wheel_asks_only_for_the_base_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())

    assert metadata["Name"] == "datadog-logwalk"
    assert metadata.get_all("Requires-Dist") == ["datadog-checks-base>=37.20"]


def test_the_wheel_holds_the_check_and_nothing_of_other_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    package = {name for name in names if not name.split("/")[0].endswith(".dist-info")}

    # This file belongs to the base package: a second one would replace it.
    assert "datadog_checks/__init__.py" not in names
    assert all(name.startswith("datadog_checks/logwalk/") for name in package)
    for name in ("__init__.py", "__about__.py", "check.py", "_core.pyi", "py.typed"):
        assert f"datadog_checks/logwalk/{name}" in package
    assert not [name for name in names if "__pycache__" in name or "config_models" in name]


def test_the_wheel_carries_the_examples_where_the_agent_looks_for_them(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = {
            Path(name).name: archive.read(name).decode()
            for name in archive.namelist()
            if name.startswith("datadog_checks/logwalk/data/")
        }
    masters = (ROOT / "conf.d/logwalk.d").glob("*.yaml.example")

    assert carried == {path.name: path.read_text() for path in masters}
