"""A power cut: what nobody synced may be gone, in part or whole, and what was synced is not.

A process that is killed leaves its writes in the page cache; only the machine can lose them. So the
cut is imitated after a kill, on the files that are left. What was synced is known from syncs.c,
what was overwritten from history.py. Each file that was changed since it was last synced becomes,
by chance, one of the things that it may have been on the disk at that moment.
"""

import random
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .history import UNWRITTEN, kept_at, versions

SOURCE = Path(__file__).with_name("syncs.c")
COMPILE = ("cc", "-Wall", "-Werror", "-O2", "-shared", "-fPIC", "-o")
# How much of a file's lost end may be there as zeros: its length was written, its bytes were not.
ZEROS = 4096


@dataclass(frozen=True)
class Sync:
    """The last time that a file was synced."""

    at: int
    inode: int
    size: int


class Power:
    """The power of the machine that an Agent runs on."""

    def __init__(self, folder: Path, speed: float = 1.0) -> None:
        """Keep notes in a folder, which is not below the Agent's run path."""
        self.folder = folder
        self.syncs = folder / "syncs"
        self.history = folder / "history"
        self.syncs.mkdir(parents=True, exist_ok=True)
        self.written_after = UNWRITTEN / speed
        self.library = folder / "syncs.so"
        if not self.library.exists():
            # The C compiler is the one that cargo links with and Python was built with.
            subprocess.run([*COMPILE, self.library, SOURCE, "-ldl"], check=True)

    @property
    def environment(self) -> dict[str, str]:
        """What the Agent is started with, so that its syncs are noted."""
        return {"LD_PRELOAD": str(self.library), "STAND_IN_SYNCS": str(self.syncs)}

    @property
    def flags(self) -> tuple[str, ...]:
        """The setting of the Agent that keeps what it overwrites."""
        return ("-o", f"stand_in.history={self.history}")

    def cut(self, run_path: Path, chance: random.Random) -> dict[str, str]:
        """Lose what may be lost of the files below a run path, after everything was killed.

        The result says of each file that is not what it was, what became of it.
        """
        last = self.last_syncs()
        lost: dict[str, str] = {}
        for path in sorted(path for path in run_path.rglob("*") if path.is_file()):
            possible = self.outcomes(path, last.get(str(path)), chance)
            if possible:
                said, content = chance.choice(possible)
                if content is None:
                    path.unlink()
                elif content != path.read_bytes():
                    path.write_bytes(content)
                else:
                    continue
                lost[str(path.relative_to(run_path))] = said
        for note in (*self.syncs.iterdir(), *self.history.glob("*")):
            note.unlink()
        # What is there now is on the disk.
        for path in run_path.rglob("*"):
            if path.is_file():
                self.note(path)
        return lost

    def note(self, path: Path) -> None:
        """Note a file as synced."""
        found = path.stat()
        with (self.syncs / "journal").open("a", encoding="utf-8") as journal:
            journal.write(f"{time.time_ns()} {found.st_ino} {found.st_size} {path}\n")
        if path.parent.name != "integrations":
            (self.syncs / str(found.st_ino)).write_bytes(path.read_bytes())

    def last_syncs(self) -> dict[str, Sync]:
        """When each file was synced last, by its path."""
        try:
            lines = (self.syncs / "journal").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return {}
        found: dict[str, Sync] = {}
        for line in lines:
            at, inode, size, path = line.split(" ", 3)
            found[path] = Sync(int(at), int(inode), int(size))
        return found

    def outcomes(
        self, path: Path, sync: Sync | None, chance: random.Random
    ) -> list[tuple[str, bytes | None]]:
        """What a file may be after the cut: how that came about, and its content or None.

        Nothing where it is certainly on the disk as it is.
        """
        found = path.stat()
        age = time.time() - found.st_mtime
        content = path.read_bytes()
        if sync and sync.inode != found.st_ino:
            sync = None
        if path.name == "registry.json":
            return self.registry(content, chance)
        if path.parent.name == "integrations":
            if age > self.written_after:
                return []
            return self.integration(path, content, sync, chance)
        synced = self.syncs / str(found.st_ino)
        if sync and synced.exists():
            before = synced.read_bytes()
            return [] if before == content else [("not written", before), *torn(content, chance)]
        return [] if age > self.written_after else [("never written", None), *torn(content, chance)]

    def registry(self, content: bytes, chance: random.Random) -> list[tuple[str, bytes | None]]:
        """The Agent never syncs it: any version of the last seconds, or nothing."""
        older = [version.read_bytes() for version in versions(self.history, "registry.json")]
        possible: list[tuple[str, bytes | None]] = [("as it was", content), ("empty", b"")]
        if older:
            possible += [("an older version", chance.choice(older))] * 3
        return possible

    def integration(
        self, path: Path, content: bytes, sync: Sync | None, chance: random.Random
    ) -> list[tuple[str, bytes | None]]:
        """The Agent only appends to it: what a check synced is there, and some of the rest."""
        generations = versions(self.history, path.name)
        emptied = bool(generations) and (sync is None or kept_at(generations[-1]) > sync.at)
        certain = 0 if emptied or sync is None else min(sync.size, len(content))
        possible: list[tuple[str, bytes | None]] = []
        if certain < len(content):
            end = chance.randint(certain, len(content))
            zeros = b"\0" * min(len(content) - end, chance.randint(1, ZEROS))
            possible += [(f"cut to {end} bytes", content[:end])]
            possible += [(f"cut to {end} bytes and zeros", content[:end] + zeros)]
        if emptied and (time.time_ns() - kept_at(generations[-1])) / 1e9 < self.written_after:
            possible += [("the file before it was emptied", generations[-1].read_bytes())]
        return possible


def torn(content: bytes, chance: random.Random) -> list[tuple[str, bytes | None]]:
    """A file that was written in place, at some moment of the writing."""
    half = content[: chance.randint(0, len(content))]
    return [("as it was", content), ("empty", b""), ("torn", half)]
