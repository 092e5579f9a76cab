"""Whole Agents: real processes, the real base package, and checks in checks.d."""

import contextlib
import json
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from agent.intake import Intake
from agent.running import Died, Running

from .checks import COUNTING
from .conftest import LOGS, House, eventually
from .whole import children, numbers, ran, registry, state


def test_what_a_check_sends_arrives_and_is_in_the_registry(house: House, intake: Intake) -> None:
    house.check(COUNTING)
    house.conf({"count": 100, "most": 100, "tags": ["team:x"]})
    running = house.start()
    ran(running)
    assert running.idle()
    assert numbers(intake) == list(range(100))
    assert intake.accepted()[0]["ddtags"] == "team:x"
    (path,) = house.files()
    assert registry(house)[f"file:{path}"]["Offset"] == str(path.stat().st_size)
    (metric,) = running.ask("metrics")["metrics"]
    assert (metric["name"], metric["last"]) == ("sent", 100.0)


def test_it_goes_on_after_it_was_killed_at_any_moment(house: House, intake: Intake) -> None:
    house.check(COUNTING)
    house.conf({"count": 500, "most": 5_000, "min_collection_interval": 1})
    for moment in range(6):
        running = house.start()
        time.sleep(0.05 * moment)
        running.kill()
    running = house.start()
    ran(running, 11)
    assert running.idle()
    # The documented way to send loses nothing of this, as long as the file is not full; it may
    # repeat the one log whose cursor was not kept, and what the registry had not noted.
    assert set(numbers(intake)) == set(range(5_000))


def test_nothing_is_left_of_an_agent_that_was_killed(house: House) -> None:
    house.check(COUNTING)
    house.conf({})
    running = house.start()
    (child,) = children(running.process.pid)
    running.kill()
    assert not Path(f"/proc/{child}").exists() or state(child) == "Z"


HOLDING = """
import ctypes
from datadog_checks.base import AgentCheck

class Holding(AgentCheck):
    def check(self, instance):
        self.gauge("holding", 1)
        ctypes.PyDLL(None).sleep(30)
"""


def test_native_code_that_holds_the_gil_dies_with_the_agent(house: House) -> None:
    house.check(HOLDING)
    house.conf({})
    running = house.start()
    eventually(lambda: running.ask("metrics")["metrics"])
    begun = time.monotonic()
    running.kill()
    assert time.monotonic() - begun < 10


def test_an_agent_whose_python_dies_dies_as_a_whole(house: House) -> None:
    house.check(COUNTING)
    house.conf({})
    running = house.start()
    (child,) = children(running.process.pid)
    os.kill(child, signal.SIGKILL)
    assert running.gone() == 2


def test_without_logs_enabled_logs_are_dropped_without_a_word(house: House, intake: Intake) -> None:
    house.check(COUNTING)
    house.conf({"most": 10})
    running = house.start(logs_enabled=False)
    ran(running)
    assert running.check()["error"] == ""
    assert "no receiver" in " ".join(running.ask("status")["warnings"])
    assert house.files() == []
    running.stop()
    again = house.start()
    ran(again)
    assert again.idle()
    assert numbers(intake) == []


def test_without_a_logs_block_logs_are_dropped_without_a_word(house: House, intake: Intake) -> None:
    house.check(COUNTING)
    house.conf({}, logs=[{"type": "file", "path": "/dev/null"}])
    running = house.start()
    ran(running)
    assert running.check()["error"] == ""
    assert "file is nil for integration ID" in " ".join(running.ask("status")["warnings"])
    assert house.files() == []
    assert numbers(intake) == []


def test_a_check_that_cannot_be_loaded_does_not_stop_the_others(
    house: House, intake: Intake
) -> None:
    house.check(COUNTING)
    house.conf({"most": 1})
    other = house.folder / "conf.d" / "absent.d"
    other.mkdir()
    (other / "conf.yaml").write_text("instances: [{}]")
    (other / "broken.yaml").write_text("instances: [")
    running = house.start()
    ran(running)
    assert running.idle()
    assert numbers(intake) == [0]
    assert "unable to load the check absent" in " ".join(running.ask("status")["warnings"])


def test_two_blocks_for_one_check_send_everything_twice(house: House, intake: Intake) -> None:
    house.check(COUNTING)
    house.conf({"most": 3}, logs=[LOGS, LOGS])
    running = house.start()
    ran(running)
    assert running.idle()
    assert sorted(numbers(intake)) == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("behaviour", ["recreate", "truncate"])
def test_a_burst_above_the_cap_is_lost_in_part(
    house: House, intake: Intake, behaviour: str
) -> None:
    house.check(COUNTING)
    house.conf({"count": 1500, "most": 1500, "filler": 100})
    running = house.start(
        stand_in__cap_behaviour=behaviour,
        logs_config__integrations_logs_files_max_size=0.0625,
        # A scan every three seconds: the burst is over before, on a busy machine too.
        stand_in__speed=3,
    )
    ran(running)
    assert running.idle()
    assert numbers_of_whole_lines(intake) < set(range(1500))


def numbers_of_whole_lines(intake: Intake) -> set[int]:
    found = set()
    for message in intake.messages():
        with contextlib.suppress(ValueError):
            found.add(json.loads(message)["number"])
    return found


def test_a_step_of_the_clock_is_seen_in_the_registry(house: House, intake: Intake) -> None:
    house.check(COUNTING)
    house.conf({"count": 1, "min_collection_interval": 1})
    running = house.start()
    eventually(intake.messages)
    assert running.ask("step_clock", seconds=-3600) == {"stepped": -3600.0}
    time.sleep(0.5)
    (entry,) = registry(house).values()
    stuck = entry["Offset"]
    sent = len(intake.messages())
    eventually(lambda: len(intake.messages()) > sent + 5)
    (entry,) = registry(house).values()
    assert entry["Offset"] == stuck


def test_a_command_that_is_not_known_is_answered(house: House) -> None:
    running = house.start()
    assert "expected one of" in running.ask("fly")["error"]
    assert "unexpected keyword" in running.ask("reload", fast=True)["error"]


def test_settings_that_are_wrong_are_refused(house: House) -> None:
    for wrong, said in (
        ({"stand_in__speed": "fast"}, b"expected a number"),
        ({"stand_in__speed": 0}, b"more than 0"),
        ({"stand_in__cap_behaviour": "keep"}, b"recreate, truncate"),
        ({"stand_in__sped": 5}, b"no such setting"),
        ({"logs_enabled": "perhaps"}, b"expected true or false"),
    ):
        flags = [f"-o{key.replace('__', '.')}={value}" for key, value in wrong.items()]
        log = house.folder / "refused.log"
        with pytest.raises(Died, match="exit status 2"):
            Running(*flags, log=log)
        assert said in log.read_bytes()


def test_an_expvar_port_that_is_taken_is_an_error(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Died):
        house.start(expvar_port=taken.getsockname()[1])
    assert b"Address already in use" in house.log.read_bytes()
