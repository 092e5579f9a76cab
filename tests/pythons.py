"""The Pythons of this machine that an Agent may embed."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

MINORS = ("3.11", "3.12", "3.13")


class Python(NamedTuple):
    """An interpreter and the version it says it is."""

    path: str
    version: str


def found() -> list[Python]:
    """One interpreter of each version that is on the PATH or among pyenv's, and runs."""
    return [python for minor in MINORS if (python := first_that_runs(minor)) is not None]


def first_that_runs(minor: str) -> Python | None:
    """The first candidate that is what its name says: a version manager's stand-in may not be."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [
        shutil.which(f"python{minor}"),
        *pyenv.glob(f"versions/{minor}.*/bin/python"),
    ]
    for candidate in map(str, filter(None, candidates)):
        script = "import platform; print(platform.python_version())"
        run = subprocess.run([candidate, "-c", script], capture_output=True, text=True, check=False)
        version = run.stdout.strip()
        if run.returncode == 0 and version.startswith(minor):
            return Python(candidate, version)
    return None


PYTHONS = found()
