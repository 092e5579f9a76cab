"""Whole Agents: real processes, the real base package, and checks in checks.d."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from agent.intake import Intake
from agent.running import HOME, Died, Running

from .checks import COUNTING, SAYING
from .conftest import LOGS, House, eventually


def numbers(intake: Intake) -> list[int]:
    return [json.loads(message)["number"] for message in intake.messages()]


def ran(running: Running, times: int = 1) -> None:
    eventually(lambda: running.check()["runs"] >= times, 30)


def registry(house: House) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((house.run_path / "registry.json").read_text())["Registry"]
    return found


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
    house.conf({"count": 1000, "most": 10_000, "min_collection_interval": 1})
    for moment in range(6):
        running = house.start()
        time.sleep(0.05 * moment)
        running.kill()
    running = house.start()
    ran(running, 11)
    assert running.idle()
    # The documented way to send loses nothing of this, as long as the file is not full; it may
    # repeat the one log whose cursor was not kept, and what the registry had not noted.
    assert set(numbers(intake)) == set(range(10_000))


def test_nothing_is_left_of_an_agent_that_was_killed(house: House) -> None:
    house.check(COUNTING)
    house.conf({})
    running = house.start()
    (child,) = children(running.process.pid)
    running.kill()
    assert not Path(f"/proc/{child}").exists() or state(child) == "Z"


def test_an_agent_whose_python_dies_dies_as_a_whole(house: House) -> None:
    house.check(COUNTING)
    house.conf({})
    running = house.start()
    (child,) = children(running.process.pid)
    os.kill(child, signal.SIGKILL)
    assert running.gone() == 2


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    return [int(word) for word in text.split()]


def state(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    return "Z"


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


def test_an_edit_makes_another_check_that_has_lost_its_cursor(house: House, intake: Intake) -> None:
    house.check(COUNTING)
    house.conf({"most": 5})
    running = house.start()
    ran(running)
    house.conf({"most": 5, "tags": ["new:tag"]})
    running.process.send_signal(signal.SIGHUP)
    eventually(lambda: len(running.ask("status")["checks"]) == 2)
    ran(running)
    assert running.idle()
    assert numbers(intake) == [*range(5), *range(5)]
    # The old file is read on until the Agent ends.
    assert len(house.files()) == len(running.ask("status")["files"]) == 2
    again = [check["scheduled"] for check in running.ask("status")["checks"].values()]
    assert again == [False, True]


def test_the_unread_end_of_an_old_file_is_never_sent_after_a_restart(
    house: House, intake: Intake
) -> None:
    intake.script({"status": 503, "times": 100_000})
    house.check(COUNTING)
    house.conf({"most": 5})
    running = house.start()
    ran(running)
    running.kill()
    intake.steps.clear()
    house.conf({"most": 5, "tags": ["new:tag"]})
    running = house.start()
    ran(running)
    assert running.idle()
    assert len(house.files()) == 2
    assert numbers(intake) == list(range(5))


def test_a_rotated_secret_makes_another_check(house: House, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.yaml"
    secrets.write_text("key: one")
    house.check(COUNTING)
    house.conf({"password": "ENC[key]"})
    running = house.start(secret_backend_config__file_path=str(secrets))
    ran(running)
    running.reload()
    assert len(running.ask("status")["checks"]) == 1
    secrets.write_text("key: two")
    running.reload()
    assert len(running.ask("status")["checks"]) == 2


OVERLAPPING = """
import time
from datadog_checks.base import AgentCheck

class Overlapping(AgentCheck):
    def check(self, instance):
        self.gauge("begun", 1)
        until = time.monotonic() + instance["seconds"]
        while time.monotonic() < until:
            time.sleep(0.01)
        self.gauge("ended", 1)

    def cancel(self):
        self.gauge("cancelled", 1)
"""


def names(running: Running) -> list[tuple[str, str]]:
    return [(metric["check_id"], metric["name"]) for metric in running.ask("metrics")["metrics"]]


def test_after_a_reload_old_and_new_run_at_once(house: House) -> None:
    house.check(OVERLAPPING)
    house.conf({"seconds": 1.0})
    running = house.start()
    (old,) = running.ask("status")["checks"]
    eventually(lambda: names(running) == [(old, "begun")])
    house.conf({"seconds": 0.9})
    running.reload()
    new = next(check_id for check_id in running.ask("status")["checks"] if check_id != old)
    eventually(lambda: (new, "begun") in names(running))
    assert (old, "cancelled") in names(running)
    assert (old, "ended") not in names(running)
    eventually(lambda: {(old, "ended"), (new, "ended")} <= set(names(running)))


def test_when_the_agent_stops_a_run_is_ended_after_two_seconds_and_not_cancelled(
    house: House,
) -> None:
    house.check(OVERLAPPING.replace('self.gauge("cancelled", 1)', "open('cancelled', 'w')"))
    house.conf({"seconds": 60})
    running = house.start()
    eventually(lambda: names(running))
    begun = time.monotonic()
    assert running.stop() == 0
    assert 1.9 < time.monotonic() - begun < 6
    assert not Path("cancelled").exists()


ENDLESS = """
from datadog_checks.base import AgentCheck

class Endless(AgentCheck):
    def check(self, instance):
        number = 0
        while True:
            self.send_log({"number": number})
            number += 1
"""


@pytest.mark.parametrize("first", ["launcher", "checks"])
def test_a_check_that_sends_while_the_agent_stops_is_stuck_or_killed(
    house: House, intake: Intake, first: str
) -> None:
    house.check(ENDLESS)
    house.conf({})
    running = house.start(stand_in__stops_first=first)
    eventually(intake.messages)
    assert running.stop() == 0, house.log.read_text()
    # What was in the file and was not sent is sent after the next start.
    (path,) = house.files()
    lines = path.read_bytes().count(b"\n")
    house.check(COUNTING)
    running = house.start(stand_in__speed=500)
    eventually(lambda: len(set(numbers(intake))) >= lines, 30)


STUCK = """
import threading, time
from datadog_checks.base import AgentCheck

class Stuck(AgentCheck):
    ticks = 0

    def tick(self):
        while True:
            time.sleep(0.01)
            self.ticks += 1

    def check(self, instance):
        threading.Thread(target=self.tick, daemon=True).start()
        times = [time.monotonic()]
        ticks = []
        for number in range(2):
            self.send_log({"number": number})
            times.append(time.monotonic())
            ticks.append(self.ticks)
        self.gauge("first", times[1] - times[0])
        self.gauge("second", times[2] - times[1])
        self.gauge("ticks", ticks[1] - ticks[0])
"""


def test_a_send_returns_when_it_was_received_and_holds_the_gil_meanwhile(house: House) -> None:
    house.check(STUCK)
    house.conf({})
    # The launcher takes a second for a log: between its text and the end of its line.
    running = house.start(stand_in__write_pause=1.0, stand_in__write_pause_chance=1)
    ran(running)
    seen = {metric["name"]: metric["last"] for metric in running.ask("metrics")["metrics"]}
    assert seen["first"] < 0.5
    assert 0.9 < seen["second"] < 3
    assert seen["ticks"] <= 1


def test_raw_lines_go_as_they_are(house: House, intake: Intake) -> None:
    house.check(SAYING)
    house.conf({"lines": ["one\ntwo", "", " three ", "é"]})
    running = house.start()
    ran(running)
    assert running.idle()
    assert intake.messages() == ["one", "two", "three", "é"]


def test_what_c_cannot_take_raises(house: House) -> None:
    house.check(SAYING)
    for line, said in (("a\0b", "embedded null"), ("\ud800", "surrogates"), (5, "must be str")):
        house.conf({"lines": [line]})
        running = house.start()
        ran(running)
        assert said in running.check()["error"]
        running.kill()


ASKING = """
from datadog_checks.base import AgentCheck
from datadog_checks.base.agent import AGENT_RUNNING, datadog_agent

class Base(AgentCheck):
    pass

class Asking(Base):
    def __init__(self, name, init_config, instances):
        super().__init__(name, init_config, instances)
        self.id_at_first = getattr(self, "check_id", "")

    def check(self, instance):
        for key in instance["keys"]:
            self.set_metadata("version", "1.2.3")
            value = repr(datadog_agent.get_config(key))
            datadog_agent.set_check_metadata(self.check_id, key, value)
        assert AGENT_RUNNING
        assert self.id_at_first == ""
        assert self.logs_enabled is True
        assert datadog_agent.get_version() == "7.78.0"
        assert datadog_agent.get_hostname() == self.hostname == "stand-in"
        assert open("/proc/self/cmdline").read().split("\\0")[:2] == ["agent", "run"]
"""


def test_a_check_can_ask_the_agent(house: House) -> None:
    house.check(ASKING)
    keys = [
        "logs_enabled",
        "logs_config.run_path",
        "logs_config.integrations_logs_files_max_size",
        "logs_config.max_message_size_bytes",
        "expvar_port",
        "proxy",
        "no.such.key",
    ]
    house.conf({"keys": keys})
    running = house.start(proxy={"https": "http://proxy:3128"})
    ran(running)
    assert running.check()["error"] == ""
    said = {event.get("name"): event.get("value") for event in running.ask("events")["events"]}
    port = running.ready["expvar_port"]
    assert [said[key] for key in keys] == [
        "True",
        repr(str(house.run_path)),
        "10",
        "900000",
        str(port),
        "{'https': 'http://proxy:3128'}",
        "None",
    ]


def test_the_expvars_tell_of_refused_logs(house: House, intake: Intake) -> None:
    intake.api_keys = ["another"]
    house.check(COUNTING)
    house.conf({"count": 3, "most": 3})
    running = house.start()
    ran(running)
    assert running.idle()
    url = f"http://127.0.0.1:{running.ready['expvar_port']}/debug/vars"
    with urllib.request.urlopen(url) as reply:
        shown = json.load(reply)["logs-agent"]
    assert shown["DestinationLogsDropped"] == {"127.0.0.1": 3}
    assert shown["LogsSent"] == 0
    # The offset has moved all the same.
    (path,) = house.files()
    assert registry(house)[f"file:{path}"]["Offset"] == str(path.stat().st_size)


def agent_check(house: House) -> subprocess.CompletedProcess[str]:
    flags = [f"-o{key}={value}" for key, value in house.settings().values.items()]
    return subprocess.run(
        [sys.executable, "-m", "agent", "check", "tiny", *flags],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
    )


def test_agent_check_sends_nothing_and_moves_the_cursor_of_the_running_agent(
    house: House, intake: Intake
) -> None:
    house.check(
        COUNTING.replace(
            "def check(self, instance):",
            "def check(self, instance):\n        self.warning(open('/proc/self/cmdline').read())",
        )
    )
    house.conf({"count": 5, "most": 10})
    printed = agent_check(house)
    assert printed.returncode == 0, printed.stderr
    assert "no receiver" in printed.stderr
    last = json.loads(printed.stdout.splitlines()[-1])
    assert last["warnings"][0].split("\0")[:3] == ["agent", "check", "tiny"]
    running = house.start()
    ran(running)
    assert running.idle()
    assert numbers(intake) == [5, 6, 7, 8, 9]


def test_agent_check_of_a_check_that_fails_fails(house: House) -> None:
    assert "no valid check found" in agent_check(house).stderr
    house.check("raise ImportError('broken')")
    house.conf({})
    assert "broken" in agent_check(house).stderr
    house.check(SAYING)
    printed = agent_check(house)
    assert printed.returncode == 1
    assert "lines" in json.loads(printed.stdout.splitlines()[-1])["error"]


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
    house.conf({"count": 3000, "most": 3000, "filler": 100})
    running = house.start(
        stand_in__cap_behaviour=behaviour,
        logs_config__integrations_logs_files_max_size=0.0625,
        stand_in__speed=5,
    )
    ran(running)
    assert running.idle()
    assert numbers_of_whole_lines(intake) < set(range(3000))


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
