"""A process that has imported all that Agents need, so that each starts within milliseconds.

It takes orders over the socket that is its standard input: words of a command line, changes of the
environment, and three files for the standard streams of the child that it then forks.
"""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from pathlib import Path
from typing import IO, NoReturn

from .world import World

# An order fits into one message.
LARGEST = 1 << 16
HOME = Path(__file__).parent.parent


class Nursery:
    """The process, from outside."""

    def __init__(self, world: World, folder: Path, *libraries: Path) -> None:
        """Start it; children have the libraries loaded before all others."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = os.environ | world.environment(folder, *libraries)
        environment["PYTHONPATH"] = str(HOME)
        self.end = ours
        self.process = subprocess.Popen(
            [sys.executable, "-m", "storm.nursery"], stdin=theirs.fileno(), env=environment
        )
        theirs.close()

    def child(self, *words: str, environment: dict[str, str] | None = None, log: Path) -> "Child":
        """A child that does what a command line says, with its standard error appended to a log."""
        take, told = os.pipe()
        hear, said = os.pipe()
        with log.open("ab") as stderr:
            order = json.dumps({"words": words, "environment": environment or {}})
            socket.send_fds(self.end, [order.encode()], [take, said, stderr.fileno()])
        os.close(take)
        os.close(said)
        pid = int(self.end.recv(LARGEST))
        return Child(pid, os.fdopen(told, "wb"), os.fdopen(hear, "rb"))

    def close(self) -> None:
        """End it; what children are left end with their standard input."""
        self.end.close()
        self.process.wait()


class Child:
    """A child of the nursery."""

    def __init__(self, pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        """With the other ends of its standard streams."""
        self.pid = pid
        self.stdin: IO[bytes] | None = stdin
        self.stdout: IO[bytes] | None = stdout

    def kill(self) -> None:
        """Kill it with -9."""
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Let go of its standard streams."""
        for stream in (self.stdin, self.stdout):
            if stream is not None:
                stream.close()

    def send_signal(self, sig: int) -> None:
        """Send it a signal, if it is still there."""
        try:
            os.kill(self.pid, sig)
        except ProcessLookupError:
            return

    def poll(self) -> int | None:
        """Nought, if it is gone."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int:
        """Nothing: whoever reads its standard output to the end knows that it is gone."""
        return 0


def child(words: list[str], environment: dict[str, str], files: list[int]) -> NoReturn:
    """Become what the words say."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(environment)
    status = 1
    try:
        if words[0] == "logwalk":
            from datadog_checks.logwalk import _core  # noqa: PLC0415 (it is loaded already)

            status = _core.main(words, sys.executable)
        else:
            from agent.command import main  # noqa: PLC0415 (the same)

            status = main(words[1:])
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:  # noqa: BLE001 (it is the end of the process)
        traceback.print_exc()
    finally:
        os._exit(status)


def prepare() -> None:
    """Import what children need, before there is any thread."""
    from agent import commands, daemon, modules  # noqa: F401, PLC0415
    from agent.aggregator import Aggregator  # noqa: PLC0415
    from agent.cache import Cache  # noqa: PLC0415
    from agent.once import Printed  # noqa: PLC0415
    from agent.pauses import Pauses  # noqa: PLC0415
    from agent.settings import Settings  # noqa: PLC0415

    settings, printed = Settings({}), Printed()
    cache = Cache(Path(os.devnull), Pauses(settings, salt=0))
    modules.install(modules.DatadogAgent(settings, cache, None, printed), Aggregator(printed))
    import datadog_checks.base.checks.logs.crawler.base  # noqa: PLC0415
    import requests  # noqa: F401, PLC0415

    import datadog_checks.logwalk  # noqa: F401, PLC0415


def main() -> None:
    """Fork until nobody asks any more."""
    prepare()
    gc.freeze()
    # Nobody waits for children here.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    end = socket.socket(fileno=os.dup(0))
    while True:
        order, files, _, _ = socket.recv_fds(end, LARGEST, 3)
        if not order:
            return
        pid = os.fork()
        if pid == 0:
            end.close()
            child(**json.loads(order), files=files)
        for file in files:
            os.close(file)
        end.send(str(pid).encode())


if __name__ == "__main__":
    main()
