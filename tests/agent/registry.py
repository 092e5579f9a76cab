"""registry.json: how far into each file the pipeline is done. Its keeper is called the auditor."""

import json
import os
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .pipeline import Mark, Payload

if TYPE_CHECKING:
    from .clock import Clock
    from .journal import Journal
    from .pauses import Pauses
    from .settings import Settings

VERSION = 2
# Fact: written once a second, changed or not.
FLUSH = 1.0
EXPIRY = 300.0
FILE_MODE = 0o644


class Registry:
    """The entries in memory, and the file they are written to."""

    def __init__(
        self, settings: "Settings", clock: "Clock", journal: "Journal", pauses: "Pauses"
    ) -> None:
        """Begin with what an earlier Agent left."""
        self.path = settings.path("logs_config.run_path") / "registry.json"
        self.atomic = bool(settings.get("logs_config.atomic_registry_write"))
        self.in_order = bool(settings.get("stand_in.audit_sequence"))
        self.lifetime = float(settings.get("logs_config.auditor_ttl")) * 3600 / settings.speed
        self.lifetime *= clock.speed
        self.period = settings.scaled(FLUSH)
        self.expiry = settings.scaled(EXPIRY)
        self.clock = clock
        self.journal = journal
        self.pauses = pauses
        self.lock = threading.Lock()
        self.entries: dict[str, dict[str, Any]] = self.recovered()
        self.done_to = 0
        self.done_early: dict[int, Payload] = {}
        self.changes = 0
        self.written = 0
        self.stopped = threading.Event()
        self.expire()

    def recovered(self) -> dict[str, dict[str, Any]]:
        """The entries on disk that are not too old; none where the file is torn or missing."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            entries: dict[str, dict[str, Any]] = found["Registry"]
            if found["Version"] == VERSION and all(parsed(entry) for entry in entries.values()):
                return entries
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            self.journal.error(f"Could not recover the registry: {error}")
        return {}

    def expire(self) -> None:
        """Forget the files that nothing was read from for long.

        Fact: after 23 hours, looked at every 300 seconds and at the start.
        """
        with self.lock:
            now = self.clock.now()
            for key in [
                key for key, entry in self.entries.items() if now - parsed(entry) > self.lifetime
            ]:
                del self.entries[key]
                self.changes += 1

    def offset(self, identifier: str) -> int | None:
        """How far the pipeline is done with a file; None where it has no entry."""
        with self.lock:
            entry = self.entries.get(identifier)
        try:
            return int(entry["Offset"]) if entry else None
        except (KeyError, TypeError, ValueError):
            return None

    def done(self, payload: Payload) -> None:
        """Note a payload that left the sender: accepted, or refused for good.

        Fact: newer Agents (`AuditSequence`) keep an offset behind every payload that is not done
        yet. Older ones note each as it comes, so that an offset passes one that is still retried.
        """
        with self.lock:
            if not self.in_order:
                self.note(payload)
                return
            self.done_early[payload.number] = payload
            while self.done_to + 1 in self.done_early:
                self.done_to += 1
                self.note(self.done_early.pop(self.done_to))

    def note(self, payload: Payload) -> None:
        """Move the offsets to the ends of a payload."""
        for mark in payload.marks:
            if mark.identifier:
                self.move(mark)

    def move(self, mark: Mark) -> None:
        """Move one offset.

        Fact: unless what was read later is noted already. A clock that was set back so stops the
        offset until the clock has caught up.
        """
        entry = self.entries.get(mark.identifier)
        if entry and entry.get("IngestionTimestamp", 0) > mark.read_at:
            return
        self.changes += 1
        self.entries[mark.identifier] = {
            "LastUpdated": self.clock.text(),
            "Offset": str(mark.offset),
            "TailingMode": mark.tailing_mode,
            "IngestionTimestamp": mark.read_at,
            "Fingerprint": None,
        }

    def run(self) -> None:
        """Write the file once a second, and a last time at the end."""
        expiry = time.monotonic() + self.expiry
        while not self.stopped.wait(self.period):
            self.flush()
            if time.monotonic() > expiry:
                expiry += self.expiry
                self.expire()
        self.flush()

    def flush(self) -> None:
        """Write the file: in one move, or so that a reader and a kill find it torn."""
        with self.lock:
            text = json.dumps({"Version": VERSION, "Registry": self.entries})
            changes = self.changes
        try:
            if self.atomic:
                temporary = self.path.with_name(f"registry.json.{os.getpid()}")
                temporary.write_text(text, encoding="utf-8")
                self.pauses.here()
                temporary.replace(self.path)
            else:
                write_in_place(self.path, text.encode(), FILE_MODE, self.pauses)
        except OSError as error:
            self.journal.warning(f"Could not write the registry: {error}")
        else:
            self.written = changes

    def idle(self) -> bool:
        """Whether all that was done is in the file."""
        with self.lock:
            return self.written == self.changes and not self.done_early


def write_in_place(path: Path, content: bytes, mode: int, pauses: "Pauses") -> None:
    """Empty a file, then write it, without fsync: a kill in between leaves it empty or torn."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        pauses.here()
        half = len(content) // 2
        os.write(descriptor, content[:half])
        pauses.here()
        os.write(descriptor, content[half:])
    finally:
        os.close(descriptor)


def parsed(entry: dict[str, Any]) -> float:
    """When an entry was made, in seconds since 1970."""
    whole, _, fraction = str(entry["LastUpdated"]).removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{whole}.{fraction[:6]:0<6}+00:00").timestamp()
