"""A stand-in for Datadog's intake of logs, which says no when it is told to."""

import gzip
import json
import random
import signal
import socket
import struct
import sys
import threading
import time
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PATHS = {"/api/v2/logs", "/v1/input"}
# Fact: the limits of the intake: a payload above is refused, a log above is cut.
LARGEST_PAYLOAD = 5_000_000
LARGEST_LOG = 1_000_000
# Makes the kernel answer with a reset when a socket is closed.
NO_LINGER = struct.pack("ii", 1, 0)


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
        self.server = Server(("127.0.0.1", port), handler(self))

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> "Intake":
        """Answer from now on."""
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        """Answer no more."""
        self.server.shutdown()
        self.server.server_close()

    def script(self, *steps: Step) -> None:
        """Answer the next requests so."""
        with self.lock:
            self.steps.extend(steps)

    def turn(self, weather: Weather) -> None:
        """Answer by these chances from now on."""
        with self.lock:
            self.weather = weather
            self.random.seed(weather.seed)

    def messages(self) -> list[str]:
        """The text of every log, in the order of acceptance."""
        with self.lock:
            return [log["message"] for log in self.logs]

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


class Server(ThreadingHTTPServer):
    """A server that says nothing of clients that went away."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


def handler(intake: Intake) -> type[BaseHTTPRequestHandler]:
    """The handler of the requests to an intake."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            if path in PATHS:
                self.take(body)
            elif path == "/script":
                intake.script(*(Step(**step) for step in json.loads(body)))
                self.reply(200, {})
            elif path == "/weather":
                intake.turn(Weather(**json.loads(body)))
                self.reply(200, {})
            else:
                self.reply(404, {"errors": ["Not found"]})

        def do_GET(self) -> None:
            if self.path == "/logs":
                with intake.lock:
                    self.reply(200, list(intake.logs))
            elif self.path == "/stats":
                self.reply(200, intake.stats())
            elif self.path == "/weather":
                self.reply(200, asdict(intake.weather))
            else:
                self.reply(404, {"errors": ["Not found"]})

        def take(self, body: bytes) -> None:
            step = intake.step()
            time.sleep(step.delay)
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            key = self.headers.get("DD-API-KEY")
            known = intake.api_keys is None or key in intake.api_keys
            status = step.status if known else 403
            if step.reset:
                status = intake.take(body) if step.kept and known else 0
            elif 200 <= status < 300:
                status = intake.take(body)
            with intake.lock:
                intake.requests.append(0 if step.reset else status)
            if step.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
                self.connection.close()
                self.close_connection = True
            else:
                self.reply(status, {} if 200 <= status < 300 else {"errors": [f"{status}"]})

        def reply(self, status: int, said: Any) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Say nothing of requests."""

    return Handler


def serve(port: int, keep: Path | None, api_keys: list[str] | None) -> None:
    """Be an intake until stopped."""
    with Intake(port, keep, api_keys) as intake:
        sys.stdout.write(json.dumps({"ready": True, "url": intake.url}) + "\n")
        sys.stdout.flush()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        stop.wait()
