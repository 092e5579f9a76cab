"""What a running Agent is told on its standard input, a line each, and answers as JSON."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from .daemon import Daemon

Command = Callable[..., dict[str, Any]]


def commands(daemon: Daemon) -> dict[str, Command]:
    """Each command by its name; its parameters are the other keys of the line."""

    def step_clock(seconds: float) -> dict[str, Any]:
        daemon.clock.step(seconds)
        return {"stepped": daemon.clock.stepped}

    def idle(timeout: float = 60.0) -> dict[str, Any]:
        return {"idle": daemon.become_idle(timeout)}

    def run_now(check_id: str | None = None) -> dict[str, Any]:
        return {"done": daemon.orders.give(10.0, command="run_now", check_id=check_id)}

    return {
        "reload": lambda: {"done": daemon.reload()},
        "run_now": run_now,
        "status": daemon.status,
        "metrics": lambda: {"metrics": daemon.observed.shown_metrics()},
        "events": lambda: {"events": list(daemon.observed.events)},
        "idle": idle,
        "step_clock": step_clock,
        "stop": daemon.stop,
    }


def answer(known: dict[str, Command], line: str) -> dict[str, Any]:
    """The answer to one line: a command's name, or an object with `command` and parameters."""
    try:
        order = json.loads(line) if line.startswith("{") else {"command": line}
        command = known[order.pop("command")]
    except (ValueError, KeyError):
        return {"error": f"expected one of {', '.join(sorted(known))}, found {line!r}"}
    try:
        return command(**order)
    except TypeError as error:
        return {"error": str(error)}


def obey(daemon: Daemon, *, stop_at_end: bool) -> None:
    """Do what standard input says until it ends, and perhaps end with it."""
    known = commands(daemon)
    for line in sys.stdin:
        if text := line.strip():
            say(answer(known, text))
    if stop_at_end:
        os._exit(0)


def say(said: dict[str, Any]) -> None:
    """A line on standard output."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
