"""Where tailers begin, and what they notice of rotations. Scans happen when the test says so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.clock import Clock
from agent.file_launcher import FileLauncher
from agent.journal import Journal
from agent.pauses import Pauses
from agent.pipeline import Chunk, Mark, Payload
from agent.registry import Registry
from agent.sources import Source, source

from .conftest import LOGS, House, eventually


class Tailed:
    """A file that is tailed, and what was read of it."""

    def __init__(self, house: House, journal: Journal, **changed: Any) -> None:
        """An empty file."""
        settings = house.settings(**changed)
        clock = Clock()
        self.path = house.run_path / "tiny_1.log"
        self.path.touch()
        self.registry = Registry(settings, clock, journal, Pauses(settings, salt=0))
        self.chunks: list[Chunk] = []
        self.launcher = FileLauncher(settings, clock, self.registry, self.put, journal)

    def put(self, chunk: Chunk) -> bool:
        """Take in what was read."""
        self.chunks.append(chunk)
        return True

    def source(self, **block: Any) -> Source:
        """The source of the file, added."""
        made = source(str(self.path), LOGS | block)
        self.launcher.add(made)
        return made

    def append(self, text: str) -> None:
        """Write at the end of the file."""
        with self.path.open("a") as file:
            file.write(text)

    def recreate(self) -> None:
        """Another file under the same name."""
        self.path.unlink()
        self.path.touch()

    def read(self) -> list[str]:
        """All lines that were read so far."""
        eventually(self.launcher_is_at_the_end)
        return [line.content.decode() for chunk in self.chunks for line in chunk.lines]

    def launcher_is_at_the_end(self) -> bool:
        """Whether every tailer has read its own file to the end."""
        tailers = [*self.launcher.tailers, *self.launcher.rotated]
        return all(tailer.caught_up() for tailer in tailers)

    def note(self, offset: int) -> None:
        """Have an offset in the registry."""
        mark = Mark(f"file:{self.path}", offset, "beginning", 1)
        self.registry.done(Payload(self.registry.done_to + 1, [], [mark]))


@pytest.fixture
def tailed(house: House, journal: Journal) -> Iterator[Tailed]:
    tailed = Tailed(house, journal)
    yield tailed
    tailed.launcher.stop()


def test_without_a_start_position_what_was_there_is_skipped(tailed: Tailed) -> None:
    tailed.append("before\n")
    tailed.source(start_position=None)
    tailed.append("after\n")
    assert tailed.read() == ["after"]


def test_from_the_beginning_all_is_read(tailed: Tailed) -> None:
    tailed.append("before\n")
    tailed.source()
    tailed.append("after\n")
    eventually(lambda: tailed.read() == ["before", "after"])


def test_the_offset_of_the_registry_comes_first(tailed: Tailed) -> None:
    tailed.append("one\ntwo\n")
    tailed.note(4)
    tailed.source(start_position=None)
    assert tailed.read() == ["two"]


def test_a_line_without_an_end_waits_for_it(tailed: Tailed) -> None:
    tailed.source()
    tailed.append("torn")
    assert tailed.read() == []
    tailed.append(" line\n")
    eventually(lambda: tailed.read() == ["torn line"])


def test_an_empty_line_is_no_log_and_moves_no_offset(tailed: Tailed) -> None:
    tailed.source()
    tailed.append("a\n\n")
    assert tailed.read() == ["a"]
    assert tailed.chunks[-1].lines[-1].end == 2
    tailed.append("b\n")
    eventually(lambda: tailed.read() == ["a", "b"])
    assert tailed.chunks[-1].lines[-1].end == 5


def test_another_file_under_the_name_is_noticed_at_the_scan_only(tailed: Tailed) -> None:
    tailed.source()
    tailed.append("old\n")
    assert tailed.read() == ["old"]
    tailed.recreate()
    tailed.append("new\n")
    assert tailed.read() == ["old"]
    tailed.launcher.scan()
    assert tailed.read() == ["old", "new"]


def test_the_old_file_is_read_to_its_end_and_is_not_in_the_registry(tailed: Tailed) -> None:
    tailed.source()
    tailed.append("old\n")
    tailed.read()
    with tailed.path.open("a") as old:
        tailed.recreate()
        tailed.launcher.scan()
        old.write("late\n")
    tailed.append("new\n")
    eventually(lambda: sorted(tailed.read()) == ["late", "new", "old"])
    identifiers = {
        line.content: chunk.identifier for chunk in tailed.chunks for line in chunk.lines
    }
    known = f"file:{tailed.path}"
    assert identifiers == {b"old": known, b"late": "", b"new": known}


def test_the_old_file_is_given_up_after_close_timeout(house: House, journal: Journal) -> None:
    tailed = Tailed(house, journal, logs_config__close_timeout=0.01)
    tailed.source()
    (tailer,) = tailed.launcher.tailers
    with tailed.path.open("a") as old:
        tailed.recreate()
        tailed.launcher.scan()
        eventually(lambda: not tailer.thread.is_alive())
        old.write("lost\n")
    tailed.launcher.scan()
    assert tailed.read() == []
    assert tailed.launcher.rotated == []
    tailed.launcher.stop()


def test_two_rotations_between_scans_lose_the_file_between(tailed: Tailed) -> None:
    tailed.source()
    tailed.append("first\n")
    tailed.read()
    tailed.recreate()
    tailed.append("second\n")
    tailed.recreate()
    tailed.append("third\n")
    tailed.launcher.scan()
    assert tailed.read() == ["first", "third"]


def test_a_file_cut_in_place_is_read_from_its_beginning_if_it_is_shorter(tailed: Tailed) -> None:
    tailed.source()
    tailed.append("long line\n")
    tailed.read()
    tailed.path.write_text("short\n")
    tailed.launcher.scan()
    assert tailed.read() == ["long line", "short"]


def test_a_file_cut_in_place_that_grew_past_the_offset_is_not_noticed(tailed: Tailed) -> None:
    tailed.source()
    tailed.append("0123456\n")
    tailed.read()
    tailed.path.write_text("never read\n")
    tailed.launcher.scan()
    eventually(lambda: tailed.launcher.tailers[0].read_to == 11)
    assert tailed.read() == ["0123456", "ad"]


def test_an_offset_beyond_the_end_waits_for_the_scan(tailed: Tailed) -> None:
    tailed.append("one\ntwo\n")
    tailed.note(100)
    tailed.source()
    assert tailed.read() == []
    tailed.launcher.scan()
    assert tailed.read() == ["one", "two"]


def test_two_blocks_for_one_file_read_everything_twice(tailed: Tailed) -> None:
    tailed.source()
    tailed.source(service="other")
    tailed.append("twice\n")
    eventually(lambda: tailed.read() == ["twice", "twice"])


def test_a_file_that_is_missing_is_read_from_its_beginning_when_it_comes(tailed: Tailed) -> None:
    tailed.path.unlink()
    tailed.source(start_position=None)
    tailed.path.write_text("all of it\n")
    tailed.launcher.scan()
    assert tailed.read() == ["all of it"]


def test_only_some_options_of_a_block_reach_the_source(tmp_path: Path) -> None:
    block = {"source": "a", "service": "b", "tags": ["c:d"], "encoding": "utf-16-le"}
    made = source(str(tmp_path), block | {"log_processing_rules": [{"type": "exclude_at_match"}]})
    assert made == Source(str(tmp_path), "end", "a", "b", ("c:d",))
