"""Sends payloads to the intake, again and again until it is done with them."""

import gzip
import http.client
import json
import queue
import random
import threading
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .pipeline import NOTICE, Payload, Pipeline

if TYPE_CHECKING:
    from .journal import Journal
    from .settings import Settings

# Fact: these are refusals for good. The payload is dropped, counted, and done.
REFUSED = {400, 401, 403, 413}
SHOWN = ("LogsSent", "BytesSent", "EncodedBytesSent", "DestinationErrors", "RetryCount")
MILLISECOND = 1_000_000


class Counters:
    """The `logs-agent` part of the Agent's expvars."""

    def __init__(self) -> None:
        """Nothing sent."""
        self.lock = threading.Lock()
        self.numbers: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()

    def add(self, name: str, count: int = 1) -> None:
        """Count something."""
        with self.lock:
            self.numbers[name] += count

    def drop(self, host: str, count: int) -> None:
        """Count logs that an intake refused."""
        with self.lock:
            self.dropped[host] += count

    def shown(self) -> dict[str, object]:
        """As expvars."""
        with self.lock:
            return {name: self.numbers[name] for name in SHOWN} | {
                "DestinationLogsDropped": dict(self.dropped)
            }


class Backoff:
    """How long to wait after errors."""

    def __init__(self, settings: "Settings") -> None:
        """As the settings say."""
        self.base = settings.period("logs_config.sender_backoff_base")
        self.factor = float(settings.get("logs_config.sender_backoff_factor"))
        self.most = settings.period("logs_config.sender_backoff_max")
        self.recovery = int(settings.get("logs_config.sender_recovery_interval"))
        self.random = random.Random(int(settings.get("stand_in.seed")))  # noqa: S311
        self.errors = 0

    def failed(self) -> float:
        """The seconds to wait after one more error."""
        self.errors = min(self.errors + 1, 32)
        longest: float = min(self.most, self.base * 2.0**self.errors)
        if longest == self.most:
            return longest
        return self.random.uniform(longest / self.factor, longest)

    def worked(self) -> None:
        """Forget some of the errors."""
        self.errors = max(0, self.errors - self.recovery)


class Sender:
    """The connection to one intake; as many threads as requests may run at once."""

    def __init__(
        self,
        settings: "Settings",
        pipeline: Pipeline,
        done: Callable[[Payload], None],
        counters: Counters,
        journal: "Journal",
    ) -> None:
        """Send what comes out of the pipeline."""
        url = str(settings.get("logs_config.logs_dd_url"))
        parts = urlsplit(url if "://" in url else f"https://{url}")
        self.secure = parts.scheme == "https"
        self.host = parts.hostname or ""
        self.port = parts.port
        self.path = f"{parts.path.rstrip('/')}/api/v2/logs"
        self.pipeline = pipeline
        self.done = done
        self.counters = counters
        self.journal = journal
        self.settings = settings
        self.timeout = float(settings.get("logs_config.http_timeout"))
        self.compressed = bool(settings.get("logs_config.use_compression"))
        # Fact: 0 is one request at a time.
        self.threads = max(1, int(settings.get("logs_config.batch_max_concurrent_send")))
        self.backoff = Backoff(settings)
        self.stopped = threading.Event()

    def run(self) -> None:
        """Send payload after payload, until the Agent stops."""
        kind = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        # It opens with its first request, and again after it was closed.
        connection = kind(self.host, self.port, timeout=self.timeout)
        while not self.stopped.is_set():
            try:
                payload = self.pipeline.payloads.get(timeout=NOTICE)
            except queue.Empty:
                continue
            body = self.encoded(payload)
            while not self.stopped.is_set():
                if self.over(self.post(connection, body), payload):
                    break
        connection.close()

    def over(self, status: int | None, payload: Payload) -> bool:
        """Whether the intake is done with a payload; if not, wait before the next attempt.

        Fact: network errors, 408, 429, other 4xx and 5xx are tried again without limit.
        """
        count = len(payload.logs)
        if status in REFUSED:
            self.counters.add("DestinationErrors")
            self.counters.drop(self.host, count)
            self.journal.warning(f"The intake refused a payload of {count} logs: {status}")
        elif status is None or not 200 <= status < 300:
            self.counters.add("DestinationErrors")
            self.counters.add("RetryCount")
            self.stopped.wait(self.backoff.failed())
            return False
        else:
            self.counters.add("LogsSent", count)
            self.backoff.worked()
        self.done(payload)
        return True

    def post(self, connection: http.client.HTTPConnection, body: bytes) -> int | None:
        """The status of a reply; None without one."""
        headers = {
            "DD-API-KEY": str(self.settings.get("api_key")),
            "DD-PROTOCOL": "agent-json",
            "Content-Type": "application/json",
            "User-Agent": f"datadog-agent/{self.settings.get('stand_in.version')}",
        }
        if self.compressed:
            headers["Content-Encoding"] = "gzip"
        try:
            connection.request("POST", self.path, body, headers)
            reply = connection.getresponse()
            reply.read()
        except (OSError, http.client.HTTPException) as error:
            self.journal.debug(f"Could not send payload: {error!r}")
            connection.close()
            return None
        return reply.status

    def encoded(self, payload: Payload) -> bytes:
        """A payload as it is sent.

        Fact: source and service are those of the `logs:` block, the host is the Agent's and the
        time is when the line was read. What the line says of these stays within the message.
        """
        hostname = self.settings.get("hostname")
        logs = [
            {
                "message": line.content.decode(errors="replace"),
                "status": "info",
                "timestamp": read_at // MILLISECOND,
                "hostname": hostname,
                "service": source.service,
                "ddsource": source.source,
                "ddtags": ",".join((*source.tags, *line.tags)),
            }
            for source, line, read_at in payload.logs
        ]
        body = json.dumps(logs).encode()
        self.counters.add("BytesSent", len(body))
        body = gzip.compress(body, 6) if self.compressed else body
        self.counters.add("EncodedBytesSent", len(body))
        return body
