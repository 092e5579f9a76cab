"""Power cuts: what was synced is there afterwards, and what was not may be gone."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from agent.history import versions
from agent.power import Power

from .conftest import House, eventually

# A check that syncs its file and its cursor, in Python.
SYNCING = """
import os, time
from datadog_checks.base import AgentCheck
from datadog_checks.base.agent import datadog_agent

class Syncing(AgentCheck):
    def persistent_cache_id(self):
        return "own"

    def check(self, instance):
        folder = datadog_agent.get_config("logs_config.run_path")
        path = f"{folder}/integrations/{self.check_id.replace(':', '_')}.log"
        begin = (self.get_log_cursor() or {}).get("next", 0)
        for number in range(begin, begin + instance["count"]):
            self.send_log({"number": number})
        self.send_log({"number": -1})
        if instance["sync"]:
            self.sync(path)
        cursor = '{"next": %d}' % (begin + instance["count"])
        self.write_persistent_cache("log_cursor_default", cursor)
        if instance["sync"]:
            self.sync(f"{folder}/tiny/own_log_cursor_default")
        self.gauge("next", begin + instance["count"])

    def sync(self, path):
        with open(path) as file:
            os.fsync(file.fileno())
"""


@pytest.fixture
def power(tmp_path: Path) -> Power:
    return Power(tmp_path / "power", speed=1)


def cut_after_a_run(house: House, power: Power, seed: int, *, sync: bool) -> dict[str, str]:
    house.check(SYNCING)
    house.conf({"count": 100, "sync": sync})
    running = house.start(power.environment, stand_in__speed=1, stand_in__history=power.history)
    eventually(lambda: running.check()["runs"])
    running.kill()
    return power.cut(house.run_path, random.Random(seed))  # noqa: S311


def cursor(house: House) -> int:
    path = house.run_path / "tiny" / "own_log_cursor_default"
    try:
        return int(json.loads(path.read_text())["next"])
    except (FileNotFoundError, ValueError):
        return 0


def lines(house: House) -> int:
    (path,) = house.files()
    return path.read_bytes().count(b"\n")


def test_what_was_synced_survives(house: House, power: Power) -> None:
    for seed in range(5):
        cut_after_a_run(house, power, seed, sync=True)
        assert cursor(house) == 100 * (seed + 1)
        assert lines(house) >= 100 * (seed + 1)


def test_what_was_not_synced_may_be_gone(house: House, power: Power) -> None:
    lost = [cut_after_a_run(house, power, seed, sync=False) for seed in range(5)]
    said = " ".join(text for cut in lost for text in cut.values())
    assert "cut to" in said
    # The cursor is kept although the logs before it are not, or the other way round.
    assert cursor(house) != 500 or lines(house) < 500


def test_a_file_that_is_synced_is_noted_by_any_program(tmp_path: Path) -> None:
    power = Power(tmp_path / "power")
    path = tmp_path / "with a space"
    program = (
        f"import os; f = open({str(path)!r}, 'w'); f.write('kept'); f.flush(); os.%s(f.fileno())"
    )
    for call in ("fsync", "fdatasync"):
        path.unlink(missing_ok=True)
        subprocess.run([sys.executable, "-c", program % call], env=power.environment, check=True)
        sync = power.last_syncs()[str(path)]
        assert (sync.inode, sync.size) == (path.stat().st_ino, 4)
        assert (power.syncs / str(sync.inode)).read_text() == "kept"
        (power.syncs / "journal").unlink()


class Disk:
    """Files below a run path, cut off from power."""

    def __init__(self, folder: Path) -> None:
        """An empty run path."""
        self.power = Power(folder / "power", speed=1)
        self.run_path = folder / "run"
        self.log = self.run_path / "integrations" / "tiny_1.log"
        self.slot = self.run_path / "tiny" / "slot"
        for path in (self.log, self.slot):
            path.parent.mkdir(parents=True)
        self.power.history.mkdir()

    def seen(self, path: Path, now: str, *, times: int = 60) -> set[str | None]:
        """What a file can be after a cut."""
        found: set[str | None] = set()
        syncs = {note: note.read_bytes() for note in self.power.syncs.iterdir()}
        history = {note: note.read_bytes() for note in self.power.history.iterdir()}
        path.touch()
        inode = path.stat().st_ino
        for seed in range(times):
            path.write_text(now)
            assert path.stat().st_ino == inode
            for note in self.power.syncs.iterdir():
                note.unlink()
            for note, content in (syncs | history).items():
                note.write_bytes(content)
            self.power.cut(self.run_path, random.Random(seed))  # noqa: S311
            found.add(path.read_text() if path.exists() else None)
            if not path.exists():
                return found
        return found

    def write(self, path: Path, content: str) -> None:
        """Write and sync."""
        path.write_text(content)
        self.power.note(path)


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


def test_of_a_file_that_grew_the_synced_part_is_certain(disk: Disk) -> None:
    disk.write(disk.log, "one\n")
    seen = disk.seen(disk.log, "one\ntwo\n")
    assert {"one\n", "one\nt", "one\ntwo\n"} <= seen
    assert any(text and "\0" in text for text in seen)
    assert all(text and text.startswith("one\n") for text in seen)


def test_a_slot_is_what_it_was_or_what_it_should_be_or_torn(disk: Disk) -> None:
    disk.write(disk.slot, "before")
    assert {"before", "", "aft", "after"} <= disk.seen(disk.slot, "after")


def test_a_slot_that_was_synced_stays(disk: Disk) -> None:
    disk.write(disk.slot, "after")
    assert disk.seen(disk.slot, "after") == {"after"}


def test_a_file_that_was_never_synced_may_be_missing(disk: Disk) -> None:
    assert None in disk.seen(disk.slot, "after")


def test_of_a_file_that_was_emptied_since_the_old_one_may_come_back(disk: Disk) -> None:
    disk.write(disk.log, "old\n")
    (disk.power.history / "tiny_1.log.99999999999999999999").write_text("old\nmore\n")
    seen = disk.seen(disk.log, "new\n")
    assert {"old\nmore\n", "", "new\n"} <= seen


def test_the_registry_may_be_an_older_one(disk: Disk) -> None:
    (disk.power.history / "registry.json.1").write_text("older")
    registry = disk.run_path / "registry.json"
    assert disk.seen(registry, "newer") == {"older", "newer", ""}


def test_the_agent_keeps_what_a_power_cut_could_bring_back(house: House, power: Power) -> None:
    house.check(SYNCING)
    house.conf({"count": 1000, "sync": False})
    running = house.start(
        stand_in__history=power.history,
        logs_config__integrations_logs_files_max_size=0.01,
    )
    eventually(lambda: running.check()["runs"])
    assert running.idle()
    (path,) = house.files()
    (generation,) = versions(power.history, path.name)
    assert 0 < generation.stat().st_size <= 0.01 * 1024 * 1024
    eventually(lambda: versions(power.history, "registry.json"))
