"""The simulated vendor and intake that every contender meets, in a process of their own."""

import json
import subprocess
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from machinery import logwalk

KEY = "sim-production-key"
INTAKE_KEY = "sim-api-key"
PAGE = 1_000
OK = 200
# A busy customer's log: two million records a day.
RATE = 23.0


@dataclass
class Served:
    """What the vendor holds, and how it answers."""

    records: int
    record_bytes: int = 1_000
    gzip: bool = False
    latency_ms: int = 0
    rate: float = RATE
    # The intake looks into what comes only afterwards: its work is not the sender's.
    trusting: bool = True
    ahead: bool = True

    def words(self) -> str:
        """It in words, for a table."""
        size = f"{self.record_bytes // 1_000} KB"
        return f"{size}, {'gzip' if self.gzip else 'plain'}, {self.latency_ms} ms"


@dataclass
class Vendor:
    """The simulator at an address."""

    url: str

    def call(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """What one of the simulator's own endpoints answers."""
        return json.loads(self.text(path, method, body))

    def text(self, path: str, method: str = "GET", body: Any = None) -> str:
        """The same as it is."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/sim/{path}", data=data, method=method)
        with urllib.request.urlopen(request) as answer:
            return answer.read().decode()

    def arrived(self) -> int:
        """How many logs came to the intake."""
        return self.call("arrived?count")["count"]

    def forget(self) -> None:
        """Nothing was asked and nothing came."""
        self.call("arrived", "DELETE")
        self.call("requests", "DELETE")

    def pages(self) -> int:
        """How many pages were asked for."""
        asked = self.call("requests")
        return sum(1 for one in asked if one["method"] == "GET" and one["status"] == OK)

    def ids(self) -> list[str]:
        """The ids of all records that the log holds."""
        return self.text("ledger?stream=agent_handler/tool_calls").split()

    def came(self) -> "Counter[str]":
        """How often each record came to the intake, by its id."""
        lines = self.text("arrived").splitlines()
        return Counter(record_id(json.loads(line)) for line in lines)


def record_id(log: dict[str, Any]) -> str:
    """The vendor's id in a log, or in a record as it was."""
    return log.get("agent_handler", log)["id"]


@contextmanager
def vendor(served: Served) -> Iterator[Vendor]:
    """A simulated vendor, ready to answer."""
    total = str(served.records)
    words = [logwalk(), "sim", "--listen", "127.0.0.1:0", "--json", "--until-stdin-closes"]
    words += ["--backlog", total, "--total", total, "--rate", str(served.rate)]
    words += ["--record-bytes", str(served.record_bytes)]
    words += [] if served.gzip else ["--no-gzip"]
    words += ["--trusting"] if served.trusting else []
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if process.stdout is None:
            raise RuntimeError("there is a pipe: it was asked for")
        it = Vendor(json.loads(process.stdout.readline())["url"])
        if served.ahead:
            pages = -(-served.records // PAGE)
            it.call(f"prerender?stream=tool_calls&pages={pages}", "POST")
        if served.latency_ms:
            delay = {"do": {"delay": {"ms": served.latency_ms}}, "times": None}
            it.call("faults", "POST", delay)
        yield it
    finally:
        if process.stdin:
            process.stdin.close()
        process.wait()
