"""`/debug/vars`, where the Agent shows its counters."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Expvars:
    """A server on the loopback interface."""

    def __init__(self, port: int, shown: Callable[[], dict[str, object]]) -> None:
        """Take the port; 0 is any that is free."""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = self.path.partition("?")[0] == "/debug/vars"
                body = json.dumps(shown()).encode() if known else b"not found"
                self.send_response(200 if known else 404)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
                """Say nothing of requests."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True

    @property
    def port(self) -> int:
        """The port it has."""
        return int(self.server.server_address[1])

    def start(self) -> None:
        """Answer from now on."""
        serve = self.server.serve_forever
        threading.Thread(target=serve, name="expvars", daemon=True).start()
