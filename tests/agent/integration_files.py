"""The files that the launcher writes the logs of checks to, and their caps."""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .journal import Journal
from .pauses import Pauses
from .settings import Settings

# Fact: everybody may read what a check sends.
FILE_MODE = 0o644
FOLDER_MODE = 0o755


@dataclass
class IntegrationFile:
    """A file as the launcher knows it: its size is counted in memory, never looked at again."""

    path: Path
    size: int
    written: int


class Losing(Protocol):
    """What is told of a file before the launcher empties it."""

    def before_emptying(self, path: Path) -> None:
        """Keep what a power cut could bring back."""


class IntegrationFiles:
    """`<logs_config.run_path>/integrations/`, with its caps."""

    def __init__(
        self, settings: Settings, journal: Journal, pauses: Pauses, losing: Losing | None
    ) -> None:
        """Find the files of earlier Agents, and delete the oldest of them above the total cap."""
        self.folder = settings.path("logs_config.run_path") / "integrations"
        self.cap = settings.size("logs_config.integrations_logs_files_max_size")
        self.recreates = settings.get("stand_in.cap_behaviour") == "recreate"
        self.journal = journal
        self.pauses = pauses
        self.losing = losing
        self.folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        self.budget = budget(settings, self.folder)
        if self.budget <= 0:
            journal.warning("No disk space for integration logs: they are dropped")
        self.journal_of_logs = str(settings.get("stand_in.written"))
        self.writes = 0
        self.files: dict[str, IntegrationFile] = {}
        for path in sorted(self.folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns):
            self.writes += 1
            self.files[id_of(path)] = IntegrationFile(path, path.stat().st_size, self.writes)
        while self.files and self.used() > self.budget:
            check_id, file = self.oldest()
            file.path.unlink(missing_ok=True)
            del self.files[check_id]

    def used(self) -> int:
        """The bytes of all files, as the launcher counts them."""
        return sum(file.size for file in self.files.values())

    def oldest(self) -> tuple[str, IntegrationFile]:
        """The file that was written to longest ago."""
        return min(self.files.items(), key=lambda item: item[1].written)

    def file(self, check_id: str) -> IntegrationFile:
        """The file of a check, made if the launcher does not know it.

        Fact: an id of three parts maps back wrongly at a restart, so that its file is not known
        and is emptied here, unread lines and all.
        """
        if check_id not in self.files:
            path = self.folder / f"{check_id.replace(':', '_')}.log"
            self.create(path)
            self.writes += 1
            self.files[check_id] = IntegrationFile(path, 0, self.writes)
        return self.files[check_id]

    def append(self, check_id: str, line: bytes) -> None:
        """Write a line, after making room for it."""
        file = self.files.get(check_id)
        if file is None:
            # Fact: what comes from a check without a `logs:` block is dropped.
            self.journal.warning(
                f"Failed to write log to file, file is nil for integration ID: {check_id}"
            )
            return
        size = len(line) + 1
        if size > self.cap or size > self.budget:
            # Fact: a log larger than a cap is skipped, and its full text is in agent.log.
            text = line.decode(errors="replace")
            self.journal.warning(f"Failed to write log of {size} bytes, above the cap: {text}")
            return
        # Fact: the file is emptied before the line that would go over the cap.
        if file.size + size > self.cap:
            self.empty(file)
        # Fact: over the total cap, the file that was written longest ago goes, whosever it is.
        while self.used() + size > self.budget:
            self.remove_and_create(self.oldest()[1])
        self.write(file, line)

    def write(self, file: IntegrationFile, line: bytes) -> None:
        """Open, append, close, without fsync: so the Agent does it for every log."""
        if self.journal_of_logs:
            told = f"{time.time_ns()} {file.path.name} {file.size} ".encode()
            append(Path(self.journal_of_logs), told + line + b"\n")
        try:
            descriptor = os.open(file.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
            try:
                write_all(descriptor, line)
                self.pauses.here()
                write_all(descriptor, b"\n")
            finally:
                os.close(descriptor)
        except OSError as error:
            self.journal.warning(f"Failed to write log to file: {error}")
            return
        self.writes += 1
        file.written = self.writes
        file.size += len(line) + 1

    def empty(self, file: IntegrationFile) -> None:
        """What happens at the cap of a file, read or not."""
        if self.recreates:
            # Fact: Agents since about 7.77 give it a new inode; the tailer can finish the old one.
            self.remove_and_create(file)
        else:
            # Fact: Agents before cut it in place, and what is unread is gone.
            if self.losing:
                self.losing.before_emptying(file.path)
            self.create(file.path)
            file.size = 0

    def remove_and_create(self, file: IntegrationFile) -> None:
        """Another file under the same name."""
        if self.losing:
            self.losing.before_emptying(file.path)
        file.path.unlink(missing_ok=True)
        self.create(file.path)
        file.size = 0
        self.writes += 1
        file.written = self.writes

    def create(self, path: Path) -> None:
        """An empty file, whatever was there."""
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE))


def write_all(descriptor: int, content: bytes) -> None:
    """Write, even where the disk takes only a part at a time."""
    while content:
        content = content[os.write(descriptor, content) :]


def append(path: Path, content: bytes) -> None:
    """Write behind what is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
    try:
        write_all(descriptor, content)
    finally:
        os.close(descriptor)


def id_of(path: Path) -> str:
    """The id that the launcher takes a file of an earlier Agent for: the last `_` was a colon."""
    name, _, number = path.stem.rpartition("_")
    return f"{name}:{number}"


def budget(settings: Settings, folder: Path) -> int:
    """The bytes that all files may have.

    Fact: the total cap, or what the disk has free above the share that must stay free.
    """
    disk = shutil.disk_usage(folder)
    ratio = float(settings.get("logs_config.integrations_logs_disk_ratio"))
    free = disk.free - int(disk.total * (1 - ratio))
    return min(settings.size("logs_config.integrations_logs_total_usage"), max(free, 0))
