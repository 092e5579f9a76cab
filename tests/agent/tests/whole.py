"""What tests of whole Agents ask of them."""

import contextlib
import json
from pathlib import Path
from typing import Any

from agent.intake import Intake
from agent.running import Running

from .conftest import House, eventually


def numbers(intake: Intake) -> list[int]:
    return [json.loads(message)["number"] for message in intake.messages()]


def ran(running: Running, times: int = 1) -> None:
    eventually(lambda: running.check()["runs"] >= times, 30)


def registry(house: House) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((house.run_path / "registry.json").read_text())["Registry"]
    return found


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    return [int(word) for word in text.split()]


def state(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    return "Z"
