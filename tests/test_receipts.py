"""Through an Agent that empties its files and dies: what the intake has is what the vendor had."""

import collections
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.intake import Intake
from agent.power import Power
from agent.running import Running
from vendor import Vendor

# A file of 96 KiB holds some 130 logs; its scan is every half second, its batches wait a quarter.
SPEED = 20
CAP_MEGABYTES = 96 / 1024
LOGS = {
    "type": "integration",
    "source": "agent_handler",
    "service": "s",
    "start_position": "beginning",
}


class House:
    """The files of one Agent that runs the check, and the intake that it sends to."""

    def __init__(self, folder: Path, intake: Intake, instance: dict[str, Any]) -> None:
        """An Agent with one instance, not running yet."""
        self.folder = folder
        self.intake = intake
        self.instance: dict[str, Any] = {
            **instance,
            "page_size": 40,
            "min_collection_interval": 10,
            "limits": {"run_seconds": 5},
        }
        self.running: Running | None = None
        for name in ("run", "conf.d/logwalk.d", "checks.d"):
            (folder / name).mkdir(parents=True)
        self.conf()

    def conf(self, logs: list[dict[str, Any]] | None = None, **changed: Any) -> None:
        """Write the conf.d file."""
        self.instance |= changed
        written: dict[str, Any] = {"instances": [self.instance]}
        if logs != []:
            written["logs"] = logs or [LOGS]
        path = self.folder / "conf.d" / "logwalk.d" / "conf.yaml"
        path.write_text(yaml.safe_dump(written), encoding="utf-8")

    def start(self, cap: str = "truncate", power: Power | None = None, **more: Any) -> Running:
        """An Agent, running."""
        settings: dict[str, Any] = {
            "logs_enabled": True,
            "expvar_port": 0,
            "run_path": str(self.folder / "run"),
            "confd_path": str(self.folder / "conf.d"),
            "additional_checksd": str(self.folder / "checks.d"),
            "logs_config.logs_dd_url": self.intake.url,
            "logs_config.integrations_logs_disk_ratio": 1.0,
            "logs_config.integrations_logs_files_max_size": CAP_MEGABYTES,
            "stand_in.speed": SPEED,
            "stand_in.cap_behaviour": cap,
            **more,
        }
        flags = [f"-o{key}={json.dumps(value)}" for key, value in settings.items()]
        environment = None
        if power is not None:
            flags += power.flags
            environment = power.environment
        self.running = Running(*flags, environment=environment, log=self.folder / "agent.log")
        return self.running

    def ids(self) -> list[str]:
        """The record ids that the intake has accepted, in its order."""
        logs = (read(message) for message in self.intake.messages())
        return [log["logwalk"]["id"] for log in logs if "logwalk" in log]

    def repeated(self) -> int:
        """How many logs were accepted more than once."""
        return sum(times - 1 for times in collections.Counter(self.ids()).values())

    def arrives(self, ids: list[str], seconds: float = 60) -> None:
        """Wait until the intake has all of these."""
        eventually(lambda: set(self.ids()) >= set(ids), seconds, lambda: self.told(ids))

    def told(self, ids: list[str]) -> str:
        """What is missing, and what the Agent said."""
        missing = len(set(ids) - set(self.ids()))
        log = (self.folder / "agent.log").read_text(encoding="utf-8")
        return f"{missing} of {len(ids)} missing\n{log[-3000:]}"

    def metric(self, name: str) -> float:
        """The last value of a gauge, or the sum of a count; -1 before there is any."""
        assert self.running is not None
        metrics = self.running.ask("metrics")["metrics"]
        for metric in metrics:
            if metric["name"] == f"logwalk.{name}":
                return float(metric["last" if metric["kind"] == "gauge" else "sum"])
        return -1


def read(message: str) -> dict[str, Any]:
    """A log; none of it where the message is a piece of one."""
    try:
        log: dict[str, Any] = json.loads(message)
    except ValueError:
        return {}
    return log


def eventually(
    true: Callable[[], bool], seconds: float = 20.0, otherwise: Callable[[], str] = str
) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, otherwise()
        time.sleep(0.02)


@pytest.fixture
def intake() -> Iterator[Intake]:
    """An intake that takes everything."""
    with Intake() as intake:
        yield intake


@pytest.fixture
def house(tmp_path: Path, intake: Intake, instance: dict[str, Any]) -> Iterator[House]:
    """An Agent's files; what was started is killed at the end."""
    house = House(tmp_path, intake, instance)
    yield house
    if house.running:
        house.running.kill()


@pytest.mark.parametrize("cap", ["truncate", "recreate"])
@pytest.mark.parametrize("tags", [[], ["team:security", "region:eu"]])
def test_a_burst_of_many_times_the_files_cap_arrives_whole_and_once(
    house: House, vendor: Vendor, cap: str, tags: list[str]
) -> None:
    ids = vendor.add(700)
    house.conf(tags=tags)
    house.start(cap)
    house.arrives(ids)

    assert house.repeated() == 0
    assert all(read(message) for message in house.intake.messages())
    eventually(lambda: house.metric("bytes.unconfirmed") == 0)
    assert house.metric("records.resent") == house.metric("records.unconfirmed") == 0


@pytest.mark.parametrize("cap", ["truncate", "recreate"])
def test_killed_again_and_again_nothing_is_lost_and_at_most_a_page_a_kill_comes_twice(
    house: House, vendor: Vendor, cap: str
) -> None:
    ids = vendor.add(600)
    kills = 4
    for number in range(kills):
        running = house.start(cap)
        time.sleep(0.8 + 0.35 * number)
        running.kill()
    house.start(cap)
    house.arrives(ids)

    assert house.repeated() <= kills * 40


@pytest.mark.parametrize("cap", ["truncate", "recreate"])
def test_power_cut_again_and_again_takes_no_record_and_never_both_copies_of_the_place(
    house: House, vendor: Vendor, tmp_path: Path, cap: str
) -> None:
    power = Power(tmp_path / "power", speed=SPEED)
    ids = vendor.add(500)
    for number in range(6):
        running = house.start(cap, power)
        eventually(lambda: house.metric("run.duration_seconds") >= 0)
        time.sleep(0.2 * number)
        assert not any("damaged in both" in words for words in running.check()["warnings"])
        running.kill()
        power.cut(house.folder / "run", random.Random(number))  # noqa: S311
    house.start(cap, power)
    house.arrives(ids, seconds=120)


def test_while_the_intake_is_away_nothing_is_overwritten(house: House, vendor: Vendor) -> None:
    ids = vendor.add(400)
    house.intake.turn({"failing": 1.0})
    house.start()
    file_is_full = 90_000
    eventually(lambda: any(size > file_is_full for size in sizes(house)))
    time.sleep(1)
    eventually(lambda: house.metric("bytes.unconfirmed") > file_is_full)
    assert house.metric("behind") == 1
    house.intake.turn({})
    house.arrives(ids)

    assert house.repeated() == 0


def sizes(house: House) -> list[int]:
    """The lengths of the integration files."""
    return [file.stat().st_size for file in (house.folder / "run" / "integrations").glob("*.log")]


def test_a_file_that_somebody_removes_is_sent_again(house: House, vendor: Vendor) -> None:
    ids = vendor.add(60)
    house.intake.turn({"failing": 1.0})
    running = house.start()
    eventually(lambda: len(sizes(house)) == 1 and sizes(house)[0] > 0)
    eventually(lambda: house.metric("records.sent") > 0)
    running.kill()
    for file in (house.folder / "run" / "integrations").glob("*.log"):
        file.unlink()
    house.intake.turn({})
    house.start()
    house.arrives(ids)

    eventually(lambda: house.metric("records.resent") > 0)
    assert house.repeated() == 0


def test_a_torn_line_is_ended_before_anything_else(house: House, vendor: Vendor) -> None:
    first = vendor.add(5)
    running = house.start()
    house.arrives(first)
    assert running.idle()
    running.kill()
    (file,) = (house.folder / "run" / "integrations").glob("*.log")
    with file.open("ab") as torn:
        torn.write(b'{"timestamp":1763631000123,"mess')
    second = vendor.add(5, minutes_ago=1)
    house.start()
    house.arrives(first + second)

    assert house.repeated() == 0
    assert '{"timestamp":1763631000123,"mess{}' in house.intake.messages()


@pytest.mark.parametrize("restarted", [False, True])
def test_an_edited_configuration_leaves_nothing_behind(
    house: House, vendor: Vendor, *, restarted: bool
) -> None:
    ids = vendor.add(300)
    running = house.start()
    eventually(lambda: bool(house.ids()))
    house.conf(tags=["team:security"])
    if restarted:
        running.kill()
        house.start()
    else:
        running.reload()
    house.arrives(ids)
    if not restarted:
        assert house.repeated() <= 40


def test_what_the_intake_refuses_is_sent_again_and_the_usual_cause_is_named(
    house: House, vendor: Vendor
) -> None:
    ids = vendor.add(30)
    house.intake.api_keys = []
    running = house.start()
    eventually(lambda: 403 in house.intake.stats()["requests"])
    eventually(lambda: any("api_key" in words for words in running.check()["warnings"]))
    house.intake.api_keys = None
    house.arrives(ids)


def test_without_a_logs_section_nothing_is_kept_and_the_section_is_named(
    house: House, vendor: Vendor
) -> None:
    ids = vendor.add(10)
    house.conf(logs=[])
    running = house.start()
    eventually(lambda: "start_position: beginning" in running.check()["error"])
    house.conf()
    running.kill()
    house.start()
    house.arrives(ids)
    assert house.repeated() == 0


def test_where_requests_overtake_each_other_a_kill_loses_nothing(
    house: House, vendor: Vendor
) -> None:
    ids = vendor.add(240)
    house.intake.turn({"failing": 0.5, "slowest": 0.3})
    overtaking: dict[str, Any] = {
        "stand_in.audit_sequence": False,
        "logs_config.batch_max_concurrent_send": 6,
        "logs_config.batch_max_size": 8,
        "logs_config.http_timeout": 1,
        "logs_config.sender_backoff_max": 5,
    }
    for number in range(5):
        running = house.start(**overtaking)
        time.sleep(1.2 + 0.2 * number)
        running.kill()
    house.intake.turn({})
    house.start(**overtaking)
    house.arrives(ids)


def test_an_agent_that_looks_more_often_is_waited_for_less(house: House, vendor: Vendor) -> None:
    ids = vendor.add(60)
    house.intake.turn({"failing": 1.0})
    settings: dict[str, Any] = {"logs_config.file_scan_period": 1}
    running = house.start(**settings)
    eventually(lambda: house.metric("bytes.unconfirmed") > 0)
    for file in (house.folder / "run" / "integrations").glob("*.log"):
        file.unlink()
    eventually(lambda: house.metric("records.resent") > 0)
    assert running.ask("status")["checks"]
    # Of an Agent that looks every ten seconds it would take half a minute to be sure.
    eventually(lambda: sum(sizes(house)) > 0, 15)
    house.intake.turn({})
    house.arrives(ids)


def test_what_is_left_of_the_retention_counts_from_what_is_acknowledged(
    house: House, vendor: Vendor
) -> None:
    month = 30 * 86400
    first = vendor.add(5)
    house.start()
    house.arrives(first)
    eventually(lambda: house.metric("bytes.unconfirmed") == 0)
    eventually(lambda: house.metric("retention_left_seconds") == month)
    house.intake.turn({"failing": 1.0})
    second = vendor.add(5, minutes_ago=0)
    eventually(lambda: house.metric("bytes.unconfirmed") > 0)
    begun = time.monotonic()
    eventually(lambda: house.metric("retention_left_seconds") <= month - 2)
    assert month - house.metric("retention_left_seconds") < time.monotonic() - begun + 5
    assert house.metric("behind") == house.metric("lag_seconds") == 0
    for file in (house.folder / "run" / "integrations").glob("*.log"):
        file.unlink()
    eventually(lambda: house.metric("behind") == 1)
    eventually(lambda: house.metric("lag_seconds") > 0)
    house.intake.turn({})
    house.arrives(first + second)
