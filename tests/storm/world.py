"""The time in which a storm takes place: the real one, many times as fast."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).parent
# The check's own code: what else is in its process is as fast as the stand-in Agent is told to be.
LIBRARY = "/_core.abi3.so"
COMPILE = ("cc", "-Wall", "-Werror", "-O2", "-shared", "-fPIC", "-o")


@dataclass(frozen=True)
class World:
    """One time for vendor, Agent and check."""

    speed: int
    # Nanoseconds since 1970.
    origin: int

    def now(self) -> float:
        """Seconds since 1970 as everybody in the storm sees it."""
        return (self.origin + (time.time_ns() - self.origin) * self.speed) / 1e9

    def seconds(self, span: float) -> float:
        """Real seconds that a span of the storm's takes."""
        return span / self.speed

    def sleep(self, span: float) -> None:
        """Let so much of its time pass."""
        if span > 0:
            time.sleep(self.seconds(span))

    def environment(self, folder: Path, *libraries: Path) -> dict[str, str]:
        """What a process is started with that lives in it."""
        hurry = compiled(HOME / "hurry.c", folder)
        return {
            "LD_PRELOAD": " ".join(str(library) for library in (hurry, *libraries)),
            "HURRY_LIBRARY": LIBRARY,
            "HURRY_SPEED": str(self.speed),
            "HURRY_ORIGIN": str(self.origin),
        }


def compiled(source: Path, folder: Path) -> Path:
    """The library of a C source."""
    library = folder / f"{source.stem}.so"
    if not library.exists():
        unfinished = folder / f"{source.stem}.{os.getpid()}"
        subprocess.run([*COMPILE, unfinished, source, "-ldl"], check=True)
        unfinished.replace(library)
    return library
