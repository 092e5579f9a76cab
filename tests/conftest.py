"""What the tests of the check share: a vendor to read from and an Agent to run in."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pythons import PYTHONS
from stubbed_agent import Agent
from vendor import TOKEN, Server, Vendor


def pytest_report_header() -> str:
    """Which Pythons the wheel is tried on: those this machine has."""
    return "wheel tried on: " + ", ".join(python.version for python in PYTHONS)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """An API with no records yet."""
    vendor = Vendor()
    with Server(vendor) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield vendor
        vendor.open.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def agent() -> Agent:
    """A fresh Agent."""
    return Agent()


@pytest.fixture
def instance(vendor: Vendor) -> dict[str, Any]:
    """The instance that most tests run: two records a page."""
    return {
        "source": "agent_handler/tool_calls",
        "base_url": vendor.base_url,
        "credentials": {"token": TOKEN},
        "page_size": 2,
        "min_collection_interval": 60,
    }


@pytest.fixture
def simulated() -> Iterator[dict[str, dict[str, Any]]]:
    """Base URL and credentials of each log of `logwalk sim`: 500 records in each, and no more."""
    command = [str(Path(sys.executable).with_name("logwalk")), "sim", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(
        [*command, "--backlog", "500", "--total", "500", "--json", "--until-stdin-closes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["streams"]
        process.stdin.close()
