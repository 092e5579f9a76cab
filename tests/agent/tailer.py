"""Reads one file to its end, and on as it grows."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .lines import Lines
from .pipeline import Chunk
from .settings import Settings
from .sources import Source

if TYPE_CHECKING:
    from .clock import Clock

READ = 4096
# Fact: the tailer looks for more once a second.
POLL = 1.0


class Tailer:
    """One open file, one thread."""

    def __init__(
        self,
        source: Source,
        offset: int | None,
        settings: Settings,
        clock: "Clock",
        put: Callable[[Chunk], bool],
    ) -> None:
        """Open the file and read from an offset, or from the end it has now."""
        self.source = source
        self.descriptor = os.open(source.path, os.O_RDONLY | os.O_CLOEXEC)
        start = os.fstat(self.descriptor).st_size if offset is None else offset
        self.read_to = start
        self.lines = Lines(start, int(settings.get("logs_config.max_message_size_bytes")))
        self.poll = settings.scaled(POLL)
        self.close_timeout = settings.period("logs_config.close_timeout")
        self.clock = clock
        self.put = put
        self.rotated = False
        self.busy = False
        self.missed = 0
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run, name=f"tail {source.path}", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self.thread.start()

    def run(self) -> None:
        """Read until stopped; what is then unread is not read by this tailer."""
        try:
            while not self.stopped.is_set():
                self.busy = True
                read = os.pread(self.descriptor, READ, self.read_to)
                if not read:
                    self.busy = False
                    self.stopped.wait(self.poll)
                    continue
                self.read_to += len(read)
                self.forward(read)
        finally:
            self.missed = self.unread()
            os.close(self.descriptor)
            self.descriptor = -1

    def forward(self, read: bytes) -> None:
        """Pass the lines on.

        Fact: an empty line is no log; the offset moves past it with the next line. After a
        rotation was noticed, what is read has no place in the registry.
        """
        lines = [line for line in self.lines.feed(read) if line.content]
        if lines:
            identifier = "" if self.rotated else self.source.identifier
            self.put(Chunk(self.source, lines, identifier, self.clock.nanoseconds()))

    def did_rotate(self) -> bool:
        """Whether the path leads to another file now, or to less than was read.

        Fact: a file that was cut and has outgrown what was read is not noticed; what it held up
        to there is never read.
        """
        try:
            there = Path(self.source.path).stat()
            here = os.fstat(self.descriptor)
        except OSError:
            return False
        other = (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino)
        return other or there.st_size < self.read_to

    def stop_after_rotation(self) -> None:
        """Read the old file on for close_timeout, and not longer."""
        self.rotated = True
        timer = threading.Timer(self.close_timeout, self.stop)
        timer.daemon = True
        timer.start()

    def stop(self) -> None:
        """Read nothing more."""
        self.stopped.set()

    def caught_up(self) -> bool:
        """Whether all there is was read and passed on."""
        return not self.unread() and not self.busy

    def unread(self) -> int:
        """The bytes of its file that were not read yet."""
        try:
            return max(0, os.fstat(self.descriptor).st_size - self.read_to)
        except OSError:
            return 0
