"""A process from outside: how long it took, its CPU, and the most memory it had."""

import os
import platform
import select
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
# What the bench installs and writes; git ignores it.
WORK = ROOT / "target" / "bench"
LOOK_UP_MS = 20


@dataclass
class Command:
    """How a contender is started."""

    words: list[str]
    env: dict[str, str] | None = None
    # Where its standard output is added to; nowhere, where it is only words.
    output: Path | None = None


@dataclass
class Cost:
    """What one process took, from its start to its end."""

    seconds: float
    cpu: float
    # Peak of resident memory, in MB.
    peak: float
    # For how long it may have held the GIL, where that is known.
    gil: float = 0.0


def started(command: Command) -> "subprocess.Popen[bytes]":
    """The process, at work."""
    out = command.output.open("ab") if command.output else subprocess.DEVNULL
    env = {**os.environ, **(command.env or {})}
    errors = (WORK / "errors.log").open("wb")
    return subprocess.Popen(command.words, stdout=out, stderr=errors, env=env)


def cost(command: Command) -> Cost:
    """Runs it to its end."""
    begun = time.perf_counter()
    process = started(command)
    ended = select.poll()
    ended.register(os.pidfd_open(process.pid), select.POLLIN)
    peak = 0
    # The peak in /proc is that of this program alone: what `wait4` says begins with its parent's.
    while not ended.poll(LOOK_UP_MS):
        peak = max(peak, high_water(process.pid))
    seconds = time.perf_counter() - begun
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        words = (WORK / "errors.log").read_text(errors="replace")
        sys.exit(f"{command.words} ended with {process.returncode}:\n{words[-2000:]}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, peak / 1024)


def high_water(pid: int) -> int:
    """The most memory the process has had, in KiB; none where it has just ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    sizes = (int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return next(sizes, 0)


def installed(name: str) -> Path:
    """The Python of an environment of its own with what a contender needs, at its pins."""
    home, pins = WORK / name, HERE / "requirements" / f"{name}.txt"
    stamp = home / "pins.txt"
    if not stamp.exists() or stamp.read_bytes() != pins.read_bytes():
        shutil.rmtree(home, ignore_errors=True)
        print(f"  installing {name}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        pip = [home / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "install", "--no-deps", "--requirement", pins], check=True)
        stamp.write_bytes(pins.read_bytes())
    return home / "bin" / "python"


def logwalk() -> str:
    """The command that was installed beside this Python."""
    beside = shutil.which("logwalk", path=Path(sys.executable).parent)
    found = os.environ.get("LOGWALK") or beside or shutil.which("logwalk")
    return found or sys.exit("there is no logwalk command; `make build` installs it")


def machine() -> str:
    """The machine this runs on, in words."""
    model = "unknown processor"
    for text in Path("/proc/cpuinfo").read_text().splitlines():
        if text.startswith("model name"):
            model = text.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}"
    )
