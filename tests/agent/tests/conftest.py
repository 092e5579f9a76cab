"""Agents with checks of the tests' own."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.intake import Intake
from agent.journal import Journal
from agent.running import Running
from agent.settings import Settings

# What every test wants unless it says otherwise: quick, and no matter how full this disk is.
USUAL = {
    "logs_enabled": True,
    "expvar_port": 0,
    "logs_config.integrations_logs_disk_ratio": 1.0,
    "stand_in.speed": 50,
}
LOGS = {"type": "integration", "source": "tiny", "service": "s", "start_position": "beginning"}


class House:
    """The files of one Agent."""

    def __init__(self, folder: Path, intake: Intake) -> None:
        """An Agent that sends to `intake` and has no check yet."""
        self.folder = folder
        self.intake = intake
        self.run_path = folder / "run"
        self.log = folder / "agent.log"
        self.started: list[Running] = []
        for name in ("run", "conf.d", "checks.d"):
            (folder / name).mkdir()

    def check(self, source: str, name: str = "tiny") -> None:
        """Write a check into checks.d."""
        (self.folder / "checks.d" / f"{name}.py").write_text(source, encoding="utf-8")

    def conf(
        self, *instances: dict[str, Any], logs: list[dict[str, Any]] | None = None, **more: Any
    ) -> None:
        """Write the conf.d file of the check, with the usual `logs:` block."""
        folder = self.folder / "conf.d" / "tiny.d"
        folder.mkdir(exist_ok=True)
        written = {"instances": list(instances), "logs": [LOGS] if logs is None else logs, **more}
        (folder / "conf.yaml").write_text(yaml.safe_dump(written), encoding="utf-8")

    def settings(self, **changed: Any) -> Settings:
        """Settings; `logs_config__close_timeout` is `logs_config.close_timeout`."""
        paths = {
            "run_path": str(self.run_path),
            "confd_path": str(self.folder / "conf.d"),
            "additional_checksd": str(self.folder / "checks.d"),
            "logs_config.logs_dd_url": self.intake.url,
        }
        return Settings(USUAL | paths | dotted(changed))

    def start(self, environment: dict[str, str] | None = None, **changed: Any) -> Running:
        """An Agent, running, with all checks loaded."""
        flags = [f"-o{key}={value}" for key, value in self.settings(**changed).values.items()]
        running = Running(*flags, environment=environment, log=self.log)
        self.started.append(running)
        return running

    def files(self) -> list[Path]:
        """The integration files."""
        return sorted((self.run_path / "integrations").glob("*"))


def dotted(changed: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments as dotted keys."""
    return {key.replace("__", "."): value for key, value in changed.items()}


def eventually(true: Callable[[], Any], seconds: float = 10.0) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def intake() -> Iterator[Intake]:
    """An intake that takes everything."""
    with Intake() as intake:
        yield intake


@pytest.fixture
def house(tmp_path: Path, intake: Intake) -> Iterator[House]:
    """An Agent's files; what was started is killed at the end."""
    house = House(tmp_path, intake)
    yield house
    for running in house.started:
        running.kill()


@pytest.fixture
def journal() -> Journal:
    """An agent.log that shows errors only."""
    return Journal("error")
