"""An Agent as a child process, for tests and other programs."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, Protocol, Self

# The folder that this package is in.
HOME = Path(__file__).parent.parent


class Died(Exception):
    """The Agent ended without an answer."""


class Process(Protocol):
    """What is done with the process of an Agent, whoever started it."""

    pid: int
    stdin: IO[bytes] | None
    stdout: IO[bytes] | None

    def kill(self) -> None:
        """Kill it with -9."""

    def send_signal(self, sig: int) -> None:
        """Send it a signal."""

    def wait(self) -> int:
        """Its exit status, once it is over."""


class Running:
    """A process of `python -m agent run`, which ends with the one that started it."""

    def __init__(
        self, *flags: str, environment: dict[str, str] | None = None, log: Path | None = None
    ) -> None:
        """Start it, and return when all checks are loaded; `log` is its agent.log."""
        surroundings = os.environ | {"PYTHONPATH": path_with_agent()} | (environment or {})
        with (log or Path(os.devnull)).open("ab") as stderr:
            self.process: Process = subprocess.Popen(
                [sys.executable, "-m", "agent", "run", "--stop-at-end", *flags],
                env=surroundings,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
            )
        self.ready = self.answer()

    @classmethod
    def of(cls, process: Process) -> Self:
        """The Agent that such a process is, once all checks are loaded."""
        running = cls.__new__(cls)
        running.process = process
        running.ready = running.answer()
        return running

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Leave nothing running."""
        self.kill()

    def ask(self, command: str, **parameters: Any) -> dict[str, Any]:
        """The answer to a command."""
        stdin = self.process.stdin
        try:
            if stdin is None:
                raise Died("no standard input")
            stdin.write((json.dumps({"command": command, **parameters}) + "\n").encode())
            stdin.flush()
        except BrokenPipeError:
            raise Died(f"no answer to {command}: exit status {self.gone()}") from None
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """The next line that it says."""
        line = self.process.stdout.readline() if self.process.stdout else b""
        if not line:
            raise Died(f"exit status {self.gone()}")
        said: dict[str, Any] = json.loads(line)
        return said

    def idle(self, timeout: float = 60.0) -> bool:
        """Whether all that was sent was read, done with and noted before the time was up."""
        return bool(self.ask("idle", timeout=timeout)["idle"])

    def check(self) -> dict[str, Any]:
        """The state of the one check there is."""
        checks = self.ask("status")["checks"]
        found = [check for check in checks.values() if check.get("scheduled")]
        if len(found) != 1:
            raise LookupError(f"expected one check, found {sorted(checks)}")
        only: dict[str, Any] = found[0]
        return only

    def kill(self) -> None:
        """Kill both halves with -9, and return when there is nothing left of them."""
        self.process.kill()
        self.gone()

    def stop(self) -> int:
        """Stop it as a service is stopped; the result is its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.gone()

    def reload(self) -> None:
        """Have conf.d read again."""
        self.ask("reload")

    def gone(self) -> int:
        """Wait until standard output ends, which both halves hold open."""
        if self.process.stdout and not self.process.stdout.closed:
            self.process.stdout.read()
            self.process.stdout.close()
        if self.process.stdin and not self.process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
        return self.process.wait()


def path_with_agent() -> str:
    """Where Python looks for modules, with this package among them."""
    return os.pathsep.join(filter(None, (str(HOME), os.environ.get("PYTHONPATH"))))
