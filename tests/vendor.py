"""A vendor in this process: Agent Handler's log of tool calls, as small as it can be.

It runs on a thread of the same interpreter as the check, so a core that held the GIL while it waits
for a reply would wait for ever.
"""

import base64
import json
import threading
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "ah-production-7f3d9c1e5b"
PATH = "/api/v1/logs/tool-calls/"


def tool_call(number: int, at: datetime) -> dict[str, Any]:
    """A record as the vendor writes it."""
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))),
        "started_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "tool_name": "slack__post_message",
        "status": "success" if number % 5 else "error",
        "latency_ms": 812,
        "connector": {"slug": "slack"},
        "tool_args": json.dumps({"channel": "C024BE91L", "number": number}),
        "result": "not JSON: {",
        "sequence": 9_007_199_254_740_993 + number,
    }


@dataclass
class Vendor:
    """What the API holds, what it was asked, and how it is to answer."""

    records: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    faults: deque[tuple[int, dict[str, str], str]] = field(default_factory=deque)
    open: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    def __post_init__(self) -> None:
        """Answer at once until somebody clears `open`."""
        self.open.set()

    @property
    def base_url(self) -> str:
        """What an instance's `base_url` has to be to read from here."""
        return f"{self.address}/api/v1"

    def add(self, count: int, *, minutes_ago: float = 30) -> list[str]:
        """More records, a second apart; their ids in order."""
        began = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        first = len(self.records)
        new = [
            tool_call(first + number, began + timedelta(seconds=number)) for number in range(count)
        ]
        self.records.extend(new)
        self.records.sort(key=lambda record: str(record["started_at"]))
        return [record["id"] for record in new]

    def fail(self, status: int, body: str = "", **headers: str) -> None:
        """Answer one request that comes next like this."""
        self.faults.append((status, headers, body))

    def page(self, query: dict[str, str]) -> dict[str, Any]:
        """One page, oldest first: after the cursor, or from `created_after` on, itself included."""
        size = int(query.get("page_size", "100"))
        if "cursor" in query:
            last = base64.urlsafe_b64decode(query["cursor"]).decode()
            begin = 1 + next(i for i, record in enumerate(self.records) if record["id"] == last)
        else:
            after = datetime.fromisoformat(query.get("created_after", "1970-01-01T00:00:00Z"))
            times = [datetime.fromisoformat(str(r["started_at"])) for r in self.records]
            begin = sum(time < after for time in times)
        results = self.records[begin : begin + size]
        has_more = begin + size < len(self.records)
        cursor = base64.urlsafe_b64encode(results[-1]["id"].encode()) if has_more else None
        return {"results": results, "next_cursor": cursor and cursor.decode(), "has_more": has_more}

    def answer(self, path: str, authorization: str) -> tuple[int, dict[str, str], str]:
        """The status, headers and body for a GET."""
        url = urlsplit(path)
        query = dict(parse_qsl(url.query))
        self.requests.append(query)
        self.open.wait()
        if self.faults:
            return self.faults.popleft()
        if authorization != f"Bearer {TOKEN}":
            return 401, {}, json.dumps({"error": {"code": "invalid_api_key"}})
        if url.path != PATH:
            return 404, {}, json.dumps({"error": {"code": "not_found"}})
        return 200, {}, json.dumps(self.page(query))


class Server(ThreadingHTTPServer):
    """Serves one vendor on a free port of the loopback."""

    daemon_threads = True

    def __init__(self, vendor: Vendor) -> None:
        """Listen; requests are answered once `serve_forever` runs."""
        self.vendor = vendor
        super().__init__(("127.0.0.1", 0), Handler)
        vendor.address = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is part of some tests."""


class Handler(BaseHTTPRequestHandler):
    """Turns a request into a question to the vendor."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """Answer, or fail as told."""
        status, headers, body = self.server.vendor.answer(
            self.path, self.headers.get("Authorization", "")
        )
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing on the test's standard error."""
