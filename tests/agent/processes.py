"""What the two processes of the stand-in do so as to look like the one of an Agent."""

import ctypes
import os
import signal
from pathlib import Path

DIE_WITH_PARENT = 1
# Which words of /proc/self/stat say where the command line is.
ARGUMENTS_START, ARGUMENTS_END = 47, 48


def die_with_parent() -> None:
    """Be killed when the other half is: in an Agent it is one process that is killed."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def be_called(*words: str) -> None:
    """Have `ps` and /proc/self/cmdline show a command line of the real Agent.

    Fact: nothing but its command line tells a check that it runs under `agent check`.
    """
    # The name of the program stands in brackets and may have spaces in it.
    stat = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    start, end = (int(stat[index - 2]) for index in (ARGUMENTS_START, ARGUMENTS_END))
    line = b"\0".join(os.fsencode(word) for word in words) + b"\0"
    if len(line) <= end - start:
        ctypes.memmove(start, line.ljust(end - start, b"\0"), end - start)
