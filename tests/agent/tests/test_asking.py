"""What a check can tell of the Agent around it: `send_log`, settings, expvars, `agent check`."""

import json
import subprocess
import sys
import urllib.request

from agent.intake import Intake
from agent.running import HOME

from .checks import COUNTING, SAYING
from .conftest import House
from .whole import numbers, ran, registry

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
