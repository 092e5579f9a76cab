"""Starts a tailer for every file, and another one when the file was rotated."""

import threading
from typing import TYPE_CHECKING

from .sources import Source
from .tailer import Tailer

if TYPE_CHECKING:
    from collections.abc import Callable

    from .clock import Clock
    from .journal import Journal
    from .pipeline import Chunk
    from .registry import Registry
    from .settings import Settings


class FileLauncher:
    """All tailers."""

    def __init__(
        self,
        settings: "Settings",
        clock: "Clock",
        registry: "Registry",
        put: "Callable[[Chunk], bool]",
        journal: "Journal",
    ) -> None:
        """Nothing is tailed yet."""
        self.settings = settings
        self.clock = clock
        self.registry = registry
        self.put = put
        self.journal = journal
        self.period = settings.period("logs_config.file_scan_period")
        # Scans and checks begin at moments that have nothing to do with each other.
        self.first = settings.period("stand_in.first_scan")
        self.lock = threading.Lock()
        self.sources: list[Source] = []
        self.tailers: list[Tailer] = []
        self.rotated: list[Tailer] = []
        # Fact: only the metric `logs.bytes_missed` tells of what was not read of rotated files.
        self.bytes_missed = 0
        self.stopped = threading.Event()

    def add(self, source: Source) -> None:
        """Tail a file from now on, at the place that the registry or the source says."""
        with self.lock:
            if not self.stopped.is_set():
                self.sources.append(source)
                self.start(source, self.position(source))

    def position(self, source: Source) -> int | None:
        """Where to begin; None is the end of the file.

        Fact: an offset of the registry comes first, whatever the file's size is; then the start
        position, which is the end unless the `logs:` block says `beginning`.
        """
        if source.start_position == "forceBeginning":
            return 0
        if source.start_position == "forceEnd":
            return None
        offset = self.registry.offset(source.identifier)
        if offset is not None:
            return offset
        return 0 if source.start_position == "beginning" else None

    def start(self, source: Source, offset: int | None) -> None:
        """Open a tailer; a file that is not there is tried again at the next scan."""
        try:
            tailer = Tailer(source, offset, self.settings, self.clock, self.put)
        except OSError as error:
            self.journal.warning(f"Could not tail {source.path}: {error}")
            return
        self.journal.info(f"Tailing {source.path} from {tailer.read_to}")
        self.tailers.append(tailer)
        tailer.start()

    def run(self) -> None:
        """Scan at an interval.

        Fact: only here a rotation is noticed; several between two scans lose whole files.
        """
        wait = self.first
        while not self.stopped.wait(wait):
            with self.lock:
                self.scan()
            wait = self.period

    def scan(self) -> None:
        """Give every source a tailer of the file that is now under its path."""
        for tailer in list(self.tailers):
            if tailer.did_rotate():
                self.journal.info(f"Log rotation happened to {tailer.source.path}")
                tailer.stop_after_rotation()
                self.tailers.remove(tailer)
                self.rotated.append(tailer)
                self.start(tailer.source, 0)
        for tailer in [tailer for tailer in self.rotated if not tailer.thread.is_alive()]:
            self.rotated.remove(tailer)
            self.bytes_missed += tailer.missed
        for source in self.sources:
            if not any(tailer.source is source for tailer in self.tailers):
                offset = self.registry.offset(source.identifier)
                self.start(source, 0 if offset is None else offset)

    def caught_up(self) -> bool:
        """Whether all that is in the files was read."""
        with self.lock:
            current = all(tailer.caught_up() and not tailer.did_rotate() for tailer in self.tailers)
            return current and all(
                tailer.caught_up() for tailer in self.rotated if tailer.thread.is_alive()
            )

    def status(self) -> list[dict[str, object]]:
        """What each tailer does."""
        with self.lock:
            return [
                {
                    "path": tailer.source.path,
                    "read": tailer.read_to,
                    "unread": tailer.unread(),
                    "rotated": tailer.rotated,
                }
                for tailer in (*self.tailers, *self.rotated)
            ]

    def stop(self) -> None:
        """Stop every tailer, and wait until it has passed on what it read."""
        self.stopped.set()
        with self.lock:
            tailers = [*self.tailers, *self.rotated]
        for tailer in tailers:
            tailer.stop()
        for tailer in tailers:
            tailer.thread.join(timeout=1)
