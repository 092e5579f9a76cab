"""What the launcher does to files, and at their caps."""

import os
from pathlib import Path
from typing import Any

import pytest

from agent.integration_files import IntegrationFiles
from agent.journal import Journal
from agent.pauses import Pauses

from .conftest import House

KILOBYTE = 1 / 1024


def files(house: House, journal: Journal, **changed: Any) -> IntegrationFiles:
    settings = house.settings(**changed)
    return IntegrationFiles(settings, journal, Pauses(settings, salt=0), None)


def one(house: House, journal: Journal, **changed: Any) -> tuple[IntegrationFiles, Path]:
    made = files(house, journal, **changed)
    return made, made.file("tiny:1").path


def test_a_log_is_a_line_of_a_file_that_everybody_may_read(house: House, journal: Journal) -> None:
    made, path = one(house, journal)
    made.append("tiny:1", b"a")
    made.append("tiny:1", b"b")
    assert path == house.run_path / "integrations" / "tiny_1.log"
    assert path.read_bytes() == b"a\nb\n"
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(("behaviour", "same_inode"), [("recreate", False), ("truncate", True)])
def test_a_full_file_is_emptied_before_the_line_that_does_not_fit(
    house: House,
    journal: Journal,
    behaviour: str,
    same_inode: bool,  # noqa: FBT001
) -> None:
    made, path = one(
        house,
        journal,
        stand_in__cap_behaviour=behaviour,
        logs_config__integrations_logs_files_max_size=KILOBYTE,
    )
    made.append("tiny:1", b"x" * 511)
    made.append("tiny:1", b"y" * 511)
    assert path.stat().st_size == 1024
    with path.open("rb") as old:
        made.append("tiny:1", b"")
        assert path.read_bytes() == b"\n"
        assert (path.stat().st_ino == os.fstat(old.fileno()).st_ino) == same_inode
        assert (old.read() == b"\n") == same_inode


def test_the_size_is_counted_and_not_looked_at(house: House, journal: Journal) -> None:
    made, path = one(house, journal, logs_config__integrations_logs_files_max_size=KILOBYTE)
    made.append("tiny:1", b"x" * 1000)
    path.write_bytes(b"")
    made.append("tiny:1", b"y" * 22)
    made.append("tiny:1", b"z")
    assert path.read_bytes() == b"z\n"


def test_the_count_begins_with_the_size_of_the_file_at_the_start(
    house: House, journal: Journal
) -> None:
    made, path = one(house, journal)
    made.append("tiny:1", b"x" * 1000)
    again, _ = one(house, journal, logs_config__integrations_logs_files_max_size=KILOBYTE)
    again.append("tiny:1", b"y" * 22)
    assert path.stat().st_size == 1024
    again.append("tiny:1", b"z")
    assert path.read_bytes() == b"z\n"


def test_a_log_above_the_cap_is_skipped_and_shown_in_agent_log(
    house: House, journal: Journal
) -> None:
    made, path = one(house, journal, logs_config__integrations_logs_files_max_size=KILOBYTE)
    made.append("tiny:1", b"kept")
    made.append("tiny:1", b"secret" * 1000)
    assert path.read_bytes() == b"kept\n"
    assert "secretsecret" in journal.remembered[-1]


def test_a_check_without_a_file_is_warned_of_and_its_log_dropped(
    house: House, journal: Journal
) -> None:
    made = files(house, journal)
    made.append("tiny:1", b"a")
    assert house.files() == []
    assert "file is nil for integration ID: tiny:1" in journal.remembered[-1]


def test_above_the_total_cap_the_file_written_longest_ago_goes(
    house: House, journal: Journal
) -> None:
    made = files(house, journal, logs_config__integrations_logs_total_usage=2 * KILOBYTE)
    for check_id in ("new:2", "old:1"):
        made.file(check_id)
    for check_id in ("old:1", "new:2"):
        made.append(check_id, b"x" * 999)
    made.append("new:2", b"y" * 99)
    assert made.files["old:1"].path.read_bytes() == b""
    assert made.files["new:2"].path.stat().st_size == 1100


def test_above_the_total_cap_the_oldest_files_are_deleted_at_the_start(
    house: House, journal: Journal
) -> None:
    made = files(house, journal)
    for number, check_id in enumerate(("old:1", "new:2")):
        path = made.file(check_id).path
        made.append(check_id, b"x" * 999)
        os.utime(path, (number, number))
    files(house, journal, logs_config__integrations_logs_total_usage=1.5 * KILOBYTE)
    assert [path.name for path in house.files()] == ["new_2.log"]


def test_on_a_full_disk_everything_is_dropped_with_one_warning(
    house: House, journal: Journal
) -> None:
    made, path = one(house, journal, logs_config__integrations_logs_disk_ratio=0.0)
    assert len(journal.remembered) == 1
    made.append("tiny:1", b"x")
    assert path.read_bytes() == b""


def test_the_file_of_a_plain_id_is_known_again_after_a_restart(
    house: House, journal: Journal
) -> None:
    made = files(house, journal)
    made.file("my_check:1f")
    made.append("my_check:1f", b"unread")
    path = files(house, journal).file("my_check:1f").path
    assert path.read_bytes() == b"unread\n"


def test_the_file_of_an_id_of_three_parts_is_emptied_at_a_restart(
    house: House, journal: Journal
) -> None:
    made = files(house, journal)
    made.file("tiny:name:1f")
    made.append("tiny:name:1f", b"unread")
    path = files(house, journal).file("tiny:name:1f").path
    assert path.read_bytes() == b""


def test_a_disk_that_is_full_is_warned_of(house: House, journal: Journal) -> None:
    made, path = one(house, journal)
    path.unlink()
    path.symlink_to("/dev/full")
    made.append("tiny:1", b"a")
    assert "No space left" in journal.remembered[-1]
    assert made.files["tiny:1"].size == 0
