"""`logwalk demo`, run for real: what it says is compared with the files that it leaves."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

COMMAND = [str(Path(sys.executable).with_name("logwalk")), "demo", "--json"]
PAGE = 100


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the demo leaves its files."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def outcome(folder: Path) -> Any:
    """What the demo says of itself; it takes some ten seconds."""
    demo = subprocess.run(
        [*COMMAND, "--keep", str(folder)], capture_output=True, text=True, check=False, timeout=120
    )
    assert (demo.returncode, demo.stderr) == (0, "")
    return json.loads(demo.stdout)


def arrived(folder: Path) -> dict[str, Counter[str]]:
    """How often each record id stands in the integration files, by source."""
    sources: dict[str, Counter[str]] = {}
    for file in (folder / "run" / "integrations").iterdir():
        for line in file.read_text(encoding="utf-8").splitlines():
            own = json.loads(line)["logwalk"]
            sources.setdefault(own["source"], Counter())[own["id"]] += 1
    return sources


def test_both_logs_arrive_whole_across_a_restart_and_a_kill(outcome: Any) -> None:
    assert [chapter["ended"] for chapter in outcome["chapters"]] == ["stopped", "killed", "stopped"]
    assert [stream["source"] for stream in outcome["streams"]] == [
        "agent_handler/tool_calls",
        "agent_handler/api_calls",
    ]
    for stream in outcome["streams"]:
        # The backlog, but for the few records of it that become visible late.
        assert stream["arrived"] == stream["held"] > 3900
        assert (stream["missing"], stream["unknown"]) == ([], [])


def test_only_the_page_that_the_kill_interrupted_comes_again(outcome: Any) -> None:
    for stream in outcome["streams"]:
        assert 0 < stream["repeated"] <= PAGE
        assert stream["unexplained"] == []


def test_each_life_of_the_agent_delivers_a_part(outcome: Any) -> None:
    for chapter in outcome["chapters"]:
        assert all(done["logs"] > 0 and done["requests"] > 0 for done in chapter["streams"])


def test_what_the_demo_says_is_what_its_files_hold(outcome: Any, folder: Path) -> None:
    files = arrived(folder)
    for stream in outcome["streams"]:
        times = files[stream["source"]]
        assert len(times) >= stream["held"]
        assert times.total() - len(times) == stream["repeated"]
        assert set(times.values()) <= {1, 2}


def test_an_interrupted_demo_leaves_no_file_and_no_process(tmp_path: Path) -> None:
    with subprocess.Popen(
        COMMAND,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as demo:
        deadline = time.monotonic() + 30
        while not list(tmp_path.glob("*/run/integrations/*.log")):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        demo.send_signal(signal.SIGINT)
        # Both pipes end only when every process that writes to them is gone.
        _, errors = demo.communicate(timeout=30)
    assert (demo.returncode, errors) == (1, "error: interrupted\n")
    assert list(tmp_path.iterdir()) == []
