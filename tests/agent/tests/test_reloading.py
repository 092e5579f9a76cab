"""Edits of conf.d while an Agent runs, and how it ends."""

import signal
import time
from pathlib import Path

import pytest

from agent.intake import Intake
from agent.running import Running

from .checks import COUNTING
from .conftest import House, eventually
from .whole import children, numbers, ran, registry, state


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


def test_when_the_agent_stops_what_was_read_is_sent_at_once(house: House, intake: Intake) -> None:
    house.check(COUNTING)
    house.conf({"count": 5, "most": 5})
    running = house.start(logs_config__batch_wait=5000)
    eventually(lambda: running.ask("status")["unsent"] == 5)
    assert intake.messages() == []
    assert running.stop() == 0
    assert numbers(intake) == list(range(5))
    (path,) = house.files()
    assert registry(house)[f"file:{path}"]["Offset"] == str(path.stat().st_size)


def test_checks_are_gone_while_the_agent_still_tries_to_send(house: House, intake: Intake) -> None:
    intake.script({"status": 503, "times": 100_000})
    house.check(OVERLAPPING.replace('self.gauge("begun", 1)', "self.send_log({})"))
    house.conf({"seconds": 60})
    running = house.start(logs_config__stop_grace_period=20)
    eventually(lambda: intake.stats()["requests"])
    (child,) = children(running.process.pid)
    running.process.send_signal(signal.SIGTERM)
    eventually(lambda: state(child) == "Z")
    assert running.process.poll() is None
