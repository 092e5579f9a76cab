"""A stand-in for Datadog's intake of logs, which says no when it is told to."""

import json
import random
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from .intake_server import Server
from .signals import heard

# Fact: the limits of the intake: a payload above is refused, a log above is cut.
LARGEST_PAYLOAD = 5_000_000
LARGEST_LOG = 1_000_000


@dataclass
class Step:
    """How one request, or several in turn, are answered."""

    status: int = 202
    # Seconds until there is an answer.
    delay: float = 0.0
    # The connection is reset instead of an answer: before or after the logs are kept.
    reset: bool = False
    kept: bool = False
    times: int = 1


@dataclass
class Weather:
    """How requests are answered while there is no step to take: chances, by seed."""

    seed: int = 0
    failing: float = 0.0
    statuses: tuple[int, ...] = (500, 503, 429, 408)
    resetting: float = 0.0
    resetting_when_kept: float = 0.0
    slowest: float = 0.0


class Intake:
    """Accepted logs, in memory and perhaps in a file, and what will go wrong."""

    def __init__(
        self, port: int = 0, keep: Path | None = None, api_keys: list[str] | None = None
    ) -> None:
        """Take the port; 0 is any that is free. What `keep` holds was accepted before."""
        self.lock = threading.Lock()
        self.logs: list[dict[str, Any]] = []
        self.requests: list[int] = []
        self.api_keys = api_keys
        self.steps: list[Step] = []
        self.weather = Weather()
        self.random = random.Random(0)  # noqa: S311 (weather, not cryptography)
        self.keep = keep
        if keep and keep.exists():
            self.logs = [json.loads(line) for line in keep.read_bytes().splitlines()]
        self.server = Server(port, self)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Self:
        """Answer from now on."""
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        """Answer no more."""
        self.server.shutdown()
        self.server.server_close()

    def script(self, *steps: dict[str, Any]) -> None:
        """Answer the next requests so; each step has the fields of a Step."""
        with self.lock:
            self.steps.extend(Step(**step) for step in steps)

    def turn(self, weather: dict[str, Any]) -> None:
        """Answer by these chances from now on: the fields of a Weather."""
        with self.lock:
            self.weather = Weather(**weather)
            self.random.seed(self.weather.seed)

    def knows(self, api_key: str | None) -> bool:
        """Whether logs may be sent with this key."""
        return self.api_keys is None or api_key in self.api_keys

    def count(self, status: int) -> None:
        """Note how a request was answered; 0 is a reset."""
        with self.lock:
            self.requests.append(status)

    def accepted(self) -> list[dict[str, Any]]:
        """Every log, in the order of acceptance."""
        with self.lock:
            return list(self.logs)

    def messages(self) -> list[str]:
        """The text of every log, in the order of acceptance."""
        return [log["message"] for log in self.accepted()]

    def step(self) -> Step:
        """How the next request is answered."""
        with self.lock:
            if self.steps:
                step = self.steps[0]
                step.times -= 1
                if not step.times:
                    self.steps.pop(0)
                return step
            chance = self.random.random()
            weather = self.weather
            delay = self.random.uniform(0, weather.slowest)
            if chance < weather.failing:
                return Step(self.random.choice(weather.statuses), delay)
            if chance < weather.failing + weather.resetting:
                return Step(reset=True, delay=delay)
            if chance < weather.failing + weather.resetting + weather.resetting_when_kept:
                return Step(reset=True, kept=True, delay=delay)
            return Step(delay=delay)

    def take(self, body: bytes) -> int:
        """Accept a payload; the result is the status of the answer."""
        if len(body) > LARGEST_PAYLOAD:
            return 413
        try:
            payload = json.loads(body)
        except ValueError:
            return 400
        logs = payload if isinstance(payload, list) else [payload]
        if not all(isinstance(log, dict) for log in logs):
            return 400
        for log in logs:
            if isinstance(log.get("message"), str):
                log["message"] = log["message"][:LARGEST_LOG]
        with self.lock:
            if self.keep:
                with self.keep.open("a", encoding="utf-8") as file:
                    file.write("".join(f"{json.dumps(log)}\n" for log in logs))
            self.logs.extend(logs)
        return 202

    def stats(self) -> dict[str, Any]:
        """How much was accepted, and how requests were answered."""
        with self.lock:
            return {"logs": len(self.logs), "requests": list(self.requests)}


def serve(port: int, keep: Path | None, api_keys: list[str] | None) -> None:
    """Be an intake until stopped."""
    with Intake(port, keep, api_keys) as intake:
        sys.stdout.write(json.dumps({"ready": True, "url": intake.url}) + "\n")
        sys.stdout.flush()
        next(heard(signal.SIGTERM, signal.SIGINT))
