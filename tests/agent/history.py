"""What a power cut could bring back: generations and versions of files that are gone."""

import contextlib
import shutil
import threading
import time
from pathlib import Path

from .settings import Settings

# Linux writes what nobody synced to the disk after about 30 seconds, and its journal every 5.
UNWRITTEN = 35.0


class History:
    """A folder with what an Agent overwrote since the disk was up to date."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        """Keep it in a folder, which is not below the run path."""
        self.folder = folder
        self.registry = settings.path("logs_config.run_path") / "registry.json"
        self.period = settings.scaled(1.0)
        self.kept = settings.scaled(UNWRITTEN)
        self.stopped = threading.Event()
        folder.mkdir(parents=True, exist_ok=True)

    @classmethod
    def of(cls, settings: Settings) -> "History | None":
        """The history that the settings ask for."""
        folder = str(settings.get("stand_in.history"))
        return cls(settings, Path(folder)) if folder else None

    def before_emptying(self, path: Path) -> None:
        """Keep the last generation of an integration file."""
        with contextlib.suppress(FileNotFoundError):
            self.keep(path)

    def run(self) -> None:
        """Keep the versions of the registry of the last seconds."""
        while not self.stopped.wait(self.period):
            with contextlib.suppress(FileNotFoundError):
                self.keep(self.registry)
            self.forget(self.registry.name)

    def keep(self, path: Path) -> None:
        """Copy a file, under its name and the time."""
        copy = self.folder / f"{path.name}.{time.time_ns()}"
        unfinished = copy.with_name(f"unfinished.{path.name}")
        shutil.copyfile(path, unfinished)
        unfinished.replace(copy)
        if path != self.registry:
            for older in versions(self.folder, path.name)[:-1]:
                older.unlink()

    def forget(self, name: str) -> None:
        """Delete the versions that the disk has overtaken."""
        for version in versions(self.folder, name):
            if time.time_ns() - kept_at(version) > self.kept * 1e9:
                version.unlink()


def versions(folder: Path, name: str) -> list[Path]:
    """The copies of a file, oldest first."""
    found = [path for path in folder.glob(f"{name}.*") if path.suffix[1:].isdigit()]
    return sorted(found, key=kept_at)


def kept_at(version: Path) -> int:
    """When a copy was made, in nanoseconds since 1970."""
    return int(version.suffix[1:])
