"""What a power cut could bring back: generations and versions of files that are gone."""

import os
import shutil
import threading
import time
from pathlib import Path

from .settings import Settings

# Linux writes out what nobody synced after about 30 seconds, and its own journal every 5.
UNWRITTEN = 35.0


class History:
    """A folder beside the run path, with what an Agent overwrote since the disk was up to date."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        """Keep it in a folder."""
        self.folder = folder
        self.registry = settings.path("logs_config.run_path") / "registry.json"
        self.period = settings.scaled(1.0)
        self.kept = settings.scaled(UNWRITTEN)
        self.stopped = threading.Event()
        folder.mkdir(parents=True, exist_ok=True)

    @classmethod
    def of(cls, settings: Settings) -> "History | None":
        """The history that the settings ask for."""
        folder = str(settings.get("stand_in.power_cuts"))
        return cls(settings, Path(folder)) if folder else None

    def before_emptying(self, path: Path) -> None:
        """Keep the last generation of an integration file."""
        kept = self.folder / path.name
        kept.unlink(missing_ok=True)
        if path.exists():
            shutil.copyfile(path, kept)
            os.utime(kept, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))

    def run(self) -> None:
        """Keep the versions of the registry of the last seconds."""
        while not self.stopped.wait(self.period):
            version = self.folder / f"registry.{time.time_ns()}"
            try:
                shutil.copyfile(self.registry, version)
            except FileNotFoundError:
                continue
            for old in self.folder.glob("registry.*"):
                if time.time_ns() - int(old.suffix[1:]) > self.kept * 1e9:
                    old.unlink(missing_ok=True)
