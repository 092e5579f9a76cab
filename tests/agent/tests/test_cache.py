"""The persistent cache."""

import threading
import time
from pathlib import Path

import pytest

from agent.cache import Cache
from agent.pauses import Pauses

from .conftest import House


@pytest.fixture
def cache(house: House) -> Cache:
    return Cache(house.run_path, Pauses(house.settings(), salt=0))


def test_the_key_up_to_its_first_colon_is_a_folder(cache: Cache) -> None:
    cache.write("tiny:a/../b.c:d é_-", "kept")
    path = cache.run_path / "tiny" / "abcd_-"
    assert path.read_text() == "kept"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_keys_that_differ_in_other_characters_only_are_one(cache: Cache) -> None:
    cache.write("tiny:a.b", "kept")
    assert cache.read("tiny:a/b") == cache.read("tiny:ab") == "kept"


def test_what_was_never_kept_is_empty(cache: Cache) -> None:
    assert cache.read("tiny:missing") == ""


def test_a_write_that_fails_says_nothing(cache: Cache) -> None:
    cache.write("tiny:" + "n" * 300, "lost")
    (cache.run_path / "file").write_text("in the way")
    cache.write("file:a", "lost")


def test_a_read_that_fails_is_an_error(cache: Cache) -> None:
    (cache.run_path / "tiny" / "a").mkdir(parents=True)
    with pytest.raises(RuntimeError, match="failed to read data"):
        cache.read("tiny:a")


def test_a_value_is_empty_and_then_torn_while_it_is_written(house: House, tmp_path: Path) -> None:
    slow = house.settings(stand_in__write_pause=0.1, stand_in__write_pause_chance=1)
    cache = Cache(tmp_path, Pauses(slow, salt=0))
    cache.path("tiny:a").parent.mkdir()
    cache.path("tiny:a").write_text("before")
    writing = threading.Thread(target=cache.write, args=("tiny:a", "12345678"))
    writing.start()
    seen = []
    while writing.is_alive():
        seen.append(cache.read("tiny:a"))
        time.sleep(0.01)
    assert {"", "1234"} <= set(seen)
    assert cache.read("tiny:a") == "12345678"
