"""From the tailers to the intake: lines are collected into payloads, payloads are sent in turn."""

import queue
import threading
import time
from dataclasses import dataclass, field

from .lines import Line
from .settings import Settings
from .sources import Source

# How soon a routine that waits notices that the Agent stops.
NOTICE = 0.1


@dataclass(frozen=True)
class Chunk:
    """Lines of one file that were read together."""

    source: Source
    lines: list[Line]
    # The key in the registry; empty once a rotation of the file was noticed.
    identifier: str
    read_at: int


@dataclass(frozen=True)
class Mark:
    """How far into a file a payload reaches."""

    identifier: str
    offset: int
    tailing_mode: str
    read_at: int


@dataclass
class Payload:
    """What is sent in one request, and what the registry notes when it is done."""

    number: int
    logs: list[tuple[Source, Line, int]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    size: int = 0


class Pipeline:
    """Two channels that hold so much and no more, and the batch between them.

    Fact: a stalled intake fills the channels; then the tailers wait, and the checks do not.
    """

    def __init__(self, settings: Settings) -> None:
        """Empty channels."""
        chunks = max(1, int(settings.get("logs_config.message_channel_size")))
        payloads = max(1, int(settings.get("logs_config.payload_channel_size")))
        self.chunks: queue.Queue[Chunk] = queue.Queue(chunks)
        self.payloads: queue.Queue[Payload] = queue.Queue(payloads)
        self.wait = settings.period("logs_config.batch_wait")
        self.most_logs = int(settings.get("logs_config.batch_max_size"))
        self.most_bytes = int(settings.get("logs_config.batch_max_content_size"))
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.unsent = 0
        self.number = 0

    def put(self, chunk: Chunk) -> bool:
        """Pass on what was read, as soon as there is room; False when the Agent stops before."""
        with self.lock:
            self.unsent += len(chunk.lines)
        while not self.stopped.is_set():
            try:
                self.chunks.put(chunk, timeout=NOTICE)
            except queue.Full:
                continue
            return True
        return False

    def done(self, payload: Payload) -> None:
        """A payload has left the sender."""
        with self.lock:
            self.unsent -= len(payload.logs)

    def batch(self) -> None:
        """Collect lines until a payload is full, or until it is time."""
        payload = self.begin()
        due = time.monotonic() + self.wait
        while True:
            try:
                chunk = self.chunks.get(timeout=min(NOTICE, max(0.001, due - time.monotonic())))
            except queue.Empty:
                if self.stopped.is_set():
                    break
            else:
                payload = self.add(payload, chunk)
            if time.monotonic() >= due:
                due = time.monotonic() + self.wait
                payload = self.flush(payload)
        self.flush(payload)

    def begin(self) -> Payload:
        """The next payload."""
        self.number += 1
        return Payload(self.number)

    def add(self, payload: Payload, chunk: Chunk) -> Payload:
        """Put lines into a payload, and into the next where it is full."""
        # Fact: each message is read at a nanosecond of its own.
        for read_at, line in enumerate(chunk.lines, chunk.read_at):
            size = len(line.content)
            if payload.logs and (
                len(payload.logs) >= self.most_logs or payload.size + size > self.most_bytes
            ):
                payload = self.flush(payload)
            payload.logs.append((chunk.source, line, read_at))
            payload.size += size
            mark = Mark(chunk.identifier, line.end, chunk.source.start_position, read_at)
            if payload.marks and payload.marks[-1].identifier == mark.identifier:
                payload.marks[-1] = mark
            else:
                payload.marks.append(mark)
        if len(payload.logs) >= self.most_logs:
            payload = self.flush(payload)
        return payload

    def flush(self, payload: Payload) -> Payload:
        """Have a payload sent, if there is anything in it."""
        if not payload.logs:
            return payload
        while True:
            try:
                self.payloads.put(payload, timeout=NOTICE)
            except queue.Full:
                if self.stopped.is_set():
                    break
                continue
            break
        return self.begin()

    def stop(self) -> None:
        """Take nothing more; what is in a batch is still passed on, if there is room."""
        self.stopped.set()
