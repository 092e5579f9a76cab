"""What tests of whole Agents ask of them."""

import json
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
