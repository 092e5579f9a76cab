"""The intake's requests and replies."""

import gzip
import json
import socket
import struct
import time
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from .intake import Intake

PATHS = {"/api/v2/logs", "/v1/input"}
# Makes the kernel answer with a reset when a socket is closed.
NO_LINGER = struct.pack("ii", 1, 0)


class Server(ThreadingHTTPServer):
    """A server that says nothing of clients that went away."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, intake: "Intake") -> None:
        """Take the port."""
        super().__init__(("127.0.0.1", port), Handler)
        self.intake = intake

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Logs, or how requests for logs are answered from now on."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        try:
            if path in PATHS:
                self.take(body)
            elif path == "/script":
                self.server.intake.script(*json.loads(body))
                self.reply(200, {})
            elif path == "/weather":
                self.server.intake.turn(json.loads(body))
                self.reply(200, {})
            else:
                self.reply(404, {"errors": ["Not found"]})
        except (ValueError, TypeError, OSError) as error:
            self.reply(400, {"errors": [str(error)]})

    def do_GET(self) -> None:
        """What was accepted, and what happened."""
        intake = self.server.intake
        known: dict[str, Callable[[], Any]] = {
            "/logs": intake.accepted,
            "/stats": intake.stats,
            "/weather": lambda: asdict(intake.weather),
        }
        if self.path in known:
            self.reply(200, known[self.path]())
        else:
            self.reply(404, {"errors": ["Not found"]})

    def take(self, body: bytes) -> None:
        """Answer a payload as the next step says."""
        intake = self.server.intake
        step = intake.step()
        time.sleep(step.delay)
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        status = step.status
        if not intake.knows(self.headers.get("DD-API-KEY")):
            status = 403
        elif step.kept if step.reset else 200 <= status < 300:
            status = intake.take(body)
        intake.count(0 if step.reset else status)
        if step.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            self.connection.close()
            self.close_connection = True
        else:
            self.reply(status, {} if 200 <= status < 300 else {"errors": [f"{status}"]})

    def reply(self, status: int, said: Any) -> None:
        """Send JSON."""
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing of requests."""
