"""A stand-in for the Agent, as far as `logwalk demo` needs one.

It runs the real check on the Agent's own base package, writes logs where the Agent writes them,
keeps the cache as the Agent keeps it, and notes in its registry that all was sent. It sends
nothing, rotates nothing and reads no datadog.yaml.
"""

import argparse
import hashlib
import importlib
import json
import re
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

# As many checks run at once in an Agent.
RUNNERS = 4
NO_PART_OF_A_FILE_NAME = re.compile(r"[^a-zA-Z0-9_-]")


class DatadogAgent(ModuleType):
    """The module `datadog_agent`, which the Agent gives to the checks it runs."""

    def __init__(self, run_path: Path, pace: float) -> None:
        """Logs and cache go below `run_path`; after each log the check waits for `pace`."""
        super().__init__("datadog_agent")
        self.run_path = run_path
        self.pace = pace
        self.settings = {"logs_enabled": True, "logs_config.run_path": str(run_path)}
        # In the Agent, one routine writes the logs of all checks.
        self.launcher = threading.Lock()
        self.begun: set[Path] = set()

    def send_log(self, line: str, check_id: str) -> None:
        """Open, append, close: so the Agent does it for every log."""
        path = self.run_path / "integrations" / f"{check_id.replace(':', '_')}.log"
        with self.launcher:
            if path not in self.begun:
                self.begun.add(path)
                self.begin(path)
            with path.open("ab", buffering=0) as file:
                file.write(f"{line}\n".encode())
        time.sleep(self.pace)

    def begin(self, path: Path) -> None:
        """End the piece of a line that a kill may have left; the Agent itself would not."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.read_bytes().endswith(b"\n"):
            with path.open("ab") as file:
                file.write(b"\n")

    def note_all_as_sent(self) -> None:
        """Write the registry as the logs pipeline does, whose intake takes everything at once."""
        entries = {
            f"file:{path}": {
                "Offset": str(path.stat().st_size),
                "IngestionTimestamp": time.time_ns(),
            }
            for path in (self.run_path / "integrations").glob("*.log")
        }
        beside = self.run_path / "registry.json.tmp"
        beside.write_text(json.dumps({"Version": 2, "Registry": entries}), encoding="utf-8")
        beside.replace(self.run_path / "registry.json")

    def cached(self, key: str) -> Path:
        """Where the Agent keeps the value of a key."""
        folder, _, name = key.partition(":")
        parts = [NO_PART_OF_A_FILE_NAME.sub("", part) for part in (folder, name) if part]
        return self.run_path.joinpath(*parts)

    def write_persistent_cache(self, key: str, value: str) -> None:
        """Empty the file, then write it: a kill in between leaves it empty or torn."""
        path = self.cached(key)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(value, encoding="utf-8")

    def read_persistent_cache(self, key: str) -> str:
        """The value of a key; an empty text where there is none."""
        try:
            return self.cached(key).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def get_config(self, name: str) -> Any:
        """A setting of datadog.yaml; None is what the Agent says of one that is not set."""
        return self.settings.get(name)

    def get_hostname(self) -> str:
        """The host that this would run on."""
        return "stand-in"

    def get_version(self) -> str:
        """No Agent, no version."""
        return "0.0.0"

    def log(self, message: str, level: int) -> None:
        """Pass on what goes wrong; the rest is the Agent's own log, which nobody reads here."""
        if level >= 30:  # noqa: PLR2004 (warnings and worse, as the Agent numbers them)
            sys.stderr.write(f"{message}\n")

    def tracemalloc_enabled(self) -> bool:
        """Whether memory is being traced."""
        return False

    def set_check_metadata(self, check_id: str, name: str, value: str) -> None:
        """Forget what would be shown in the Agent's status."""


class Aggregator(ModuleType):
    """The module `aggregator`: metrics go nowhere."""

    GAUGE, RATE, COUNT, MONOTONIC_COUNT, COUNTER, HISTOGRAM, HISTORATE = range(7)

    def __init__(self) -> None:
        """Know the kinds of metrics by their numbers."""
        super().__init__("aggregator")

    def submit_metric(self, *metric: Any) -> None:
        """Forget a metric."""


def checks(conf: Path) -> list[Any]:
    """A check for each instance of a conf.d file, as the Agent's loader makes them."""
    written = yaml.safe_load(conf.read_text(encoding="utf-8"))
    init_config = written.get("init_config") or {}
    # Only here is all in place that the base package looks for when it is imported.
    check_class = importlib.import_module("datadog_checks.logwalk").LogwalkCheck
    made = []
    for instance in written["instances"]:
        check = check_class("logwalk", init_config, [instance])
        digest = hashlib.sha256(json.dumps([instance, init_config]).encode()).hexdigest()
        check.check_id = f"logwalk:{digest[:16]}"
        made.append(check)
    return made


def interval(runners: ThreadPoolExecutor, loaded: list[Any]) -> None:
    """One run of every check; a line on standard output says how they ended."""
    reports = list(runners.map(lambda check: check.run(), loaded))
    errors = [json.loads(report)[0]["message"] for report in reports if report]
    sys.stdout.write(json.dumps({"errors": errors}) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the checks at an interval, until standard input ends."""
    parser = argparse.ArgumentParser(prog="stand_in", description=__doc__)
    parser.add_argument("--conf", type=Path, required=True, help="a file as in conf.d")
    parser.add_argument("--run-path", type=Path, required=True, help="where logs and cache go")
    parser.add_argument("--interval", type=float, default=15, help="seconds between two runs")
    parser.add_argument("--pace", type=float, default=0, help="seconds to wait after each log")
    arguments = parser.parse_args()
    # Ctrl-c reaches a whole group of processes; whoever started this one ends its standard input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    agent = DatadogAgent(arguments.run_path, arguments.pace)
    sys.modules["datadog_agent"] = agent
    sys.modules["aggregator"] = Aggregator()
    loaded = checks(arguments.conf)
    stopped = threading.Event()

    def stop_when_told() -> None:
        sys.stdin.buffer.read()
        stopped.set()
        for check in loaded:
            check.cancel()

    def note_every_second() -> None:
        while not stopped.wait(1):
            agent.note_all_as_sent()

    agent.run_path.mkdir(parents=True, exist_ok=True)
    agent.note_all_as_sent()
    threading.Thread(target=stop_when_told, daemon=True).start()
    threading.Thread(target=note_every_second, daemon=True).start()
    with ThreadPoolExecutor(RUNNERS) as runners:
        while not stopped.is_set():
            interval(runners, loaded)
            stopped.wait(arguments.interval)


if __name__ == "__main__":
    main()
