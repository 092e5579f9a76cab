"""The Agent's persistent cache: one file for each key."""

import contextlib
import re
from pathlib import Path

from .pauses import Pauses
from .registry import write_in_place

DELETED = re.compile(r"[^a-zA-Z0-9_-]")
FILE_MODE = 0o600
FOLDER_MODE = 0o700


class Cache:
    """What `read_persistent_cache` and `write_persistent_cache` do."""

    def __init__(self, run_path: Path, pauses: Pauses) -> None:
        """Below the Agent's run path."""
        self.run_path = run_path
        self.pauses = pauses

    def path(self, key: str) -> Path:
        """Where a key is kept.

        Fact: up to its first colon it is a folder, and every character that is not a letter, a
        digit, `_` or `-` is deleted, so that `a.b`, `a/b` and `ab` are one.
        """
        folder, colon, name = key.partition(":")
        parts = (folder, name) if colon else (folder,)
        return self.run_path.joinpath(*(DELETED.sub("", part) for part in parts))

    def write(self, key: str, value: str) -> None:
        """Keep a value.

        Fact: the file is emptied, then written, without fsync; that it failed is not said.
        """
        path = self.path(key)
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            write_in_place(path, value.encode(), FILE_MODE, self.pauses)

    def read(self, key: str) -> str:
        """The value that was kept, whole or torn; an empty text where there is none.

        Fact: any other failure to read it is a RuntimeError.
        """
        try:
            content = self.path(key).read_bytes()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise RuntimeError("failed to read data") from error
        # Go hands over bytes up to the first NUL, and Python takes them for UTF-8.
        return content.partition(b"\0")[0].decode()
