"""registry.json."""

import json
import threading
import time
from typing import Any

from agent.clock import Clock
from agent.journal import Journal
from agent.pauses import Pauses
from agent.pipeline import Mark, Payload
from agent.registry import Registry

from .conftest import House

FILE = "file:/run/integrations/tiny_1.log"


def registry(house: House, journal: Journal, clock: Clock, **changed: Any) -> Registry:
    settings = house.settings(**changed)
    return Registry(settings, clock, journal, Pauses(settings, salt=0))


def payload(number: int, offset: int, read_at: int, identifier: str = FILE) -> Payload:
    return Payload(number, [], [Mark(identifier, offset, "beginning", read_at)])


def written(house: House) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((house.run_path / "registry.json").read_text())
    return found


def test_an_entry_has_the_agents_form(house: House, journal: Journal) -> None:
    kept = registry(house, journal, Clock())
    kept.done(payload(1, 12, 34))
    kept.flush()
    found = written(house)
    assert found["Version"] == 2
    entry = found["Registry"].pop(FILE)
    assert entry.pop("LastUpdated").endswith("Z")
    assert entry == {
        "Offset": "12",
        "TailingMode": "beginning",
        "IngestionTimestamp": 34,
        "Fingerprint": None,
    }
    assert found["Registry"] == {}


def test_it_is_known_again_after_a_restart(house: House, journal: Journal) -> None:
    kept = registry(house, journal, Clock())
    kept.done(payload(1, 12, 34))
    kept.flush()
    assert registry(house, journal, Clock()).offset(FILE) == 12


def test_a_torn_one_is_forgotten(house: House, journal: Journal) -> None:
    for torn in ("", '{"Version": 2, "Regi', "[]", '{"Version": 2, "Registry": {"a": 5}}'):
        (house.run_path / "registry.json").write_text(torn)
        assert registry(house, journal, Clock()).entries == {}
        assert "Could not recover the registry" in journal.remembered[-1]


def test_what_a_rotated_file_still_held_is_not_noted(house: House, journal: Journal) -> None:
    kept = registry(house, journal, Clock())
    kept.done(payload(1, 12, 34, identifier=""))
    assert kept.entries == {}


def test_an_offset_may_fall(house: House, journal: Journal) -> None:
    kept = registry(house, journal, Clock())
    kept.done(payload(1, 12, 1))
    kept.done(payload(2, 3, 2))
    assert kept.offset(FILE) == 3


def test_with_the_audit_sequence_an_offset_waits_for_payloads_before_it(
    house: House, journal: Journal
) -> None:
    kept = registry(house, journal, Clock())
    kept.done(payload(2, 20, 2))
    assert kept.offset(FILE) is None
    assert not kept.idle()
    kept.done(payload(1, 10, 1))
    assert kept.offset(FILE) == 20


def test_without_it_an_offset_passes_a_payload_that_is_still_retried(
    house: House, journal: Journal
) -> None:
    kept = registry(house, journal, Clock(), stand_in__audit_sequence=False)
    kept.done(payload(2, 20, 2))
    assert kept.offset(FILE) == 20
    kept.done(payload(1, 10, 1))
    assert kept.offset(FILE) == 20


def test_a_clock_that_was_set_back_stops_the_offset_until_it_has_caught_up(
    house: House, journal: Journal
) -> None:
    clock = Clock()
    kept = registry(house, journal, clock)
    kept.done(payload(1, 10, clock.nanoseconds()))
    clock.step(-60)
    kept.done(payload(2, 20, clock.nanoseconds()))
    assert kept.offset(FILE) == 10
    clock.step(61)
    kept.done(payload(3, 30, clock.nanoseconds()))
    assert kept.offset(FILE) == 30


def test_an_entry_is_forgotten_after_23_hours(house: House, journal: Journal) -> None:
    clock = Clock()
    kept = registry(house, journal, clock, stand_in__speed=1)
    kept.done(payload(1, 10, 1))
    kept.flush()
    clock.step(23 * 3600 - 60)
    assert registry(house, journal, clock, stand_in__speed=1).offset(FILE) == 10
    clock.step(120)
    assert registry(house, journal, clock, stand_in__speed=1).offset(FILE) is None


def seen_while_written(house: House, journal: Journal, *, atomic: bool) -> set[str]:
    kept = registry(
        house,
        journal,
        Clock(),
        logs_config__atomic_registry_write=atomic,
        stand_in__write_pause=0.1,
        stand_in__write_pause_chance=1,
    )
    kept.path.write_text("before")
    writing = threading.Thread(target=kept.flush)
    writing.start()
    seen = set()
    while writing.is_alive():
        seen.add(kept.path.read_text())
        time.sleep(0.01)
    return seen


def test_written_atomically_it_is_never_torn(house: House, journal: Journal) -> None:
    whole = '{"Version": 2, "Registry": {}}'
    assert seen_while_written(house, journal, atomic=True) <= {"before", whole}


def test_written_in_place_it_is_empty_and_torn(house: House, journal: Journal) -> None:
    assert {"", '{"Version": 2, '} <= seen_while_written(house, journal, atomic=False)
