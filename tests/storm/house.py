"""The files of the Agent in a storm, and the Agent itself, alive or not."""

import json
import random
from pathlib import Path
from typing import Any

from agent.intake import Intake
from agent.power import SOURCE, Power
from agent.running import Running

from .nursery import Nursery
from .schedule import Schedule
from .sink import id_of
from .vendor import Vendor
from .world import World, compiled

LOGS = {"type": "integration", "source": "storm", "service": "s", "start_position": "beginning"}
CHECKS = Path(__file__).with_name("checks.d")
# The two names under which the check keeps a place in turn.
SLOTS = ("a", "b")


class House:
    """One Agent with one check, `logwalk` or another, of which each stream is an instance."""

    def __init__(  # noqa: PLR0913, PLR0917 (who takes part)
        self,
        world: World,
        nursery: Nursery,
        schedule: Schedule,
        vendor: Vendor,
        intake: Intake,
        folder: Path,
        check: str,
    ) -> None:
        """Write conf.d; the Agent does not run yet."""
        self.world = world
        self.nursery = nursery
        self.schedule = schedule
        self.vendor = vendor
        self.intake = intake
        self.folder = folder
        self.check = check
        self.run_path = folder / "run"
        self.written = folder / "written"
        self.log = folder / "agent.log"
        self.edits = 0
        self.secret = 0
        self.running: Running | None = None
        (folder / "run").mkdir(parents=True)
        (folder / "conf.d" / f"{check}.d").mkdir(parents=True)
        self.power: Power | None = None
        if schedule.power:
            (folder / "power").mkdir()
            (folder / "power" / "syncs.so").symlink_to(compiled(SOURCE, folder.parent))
            self.power = Power(folder / "power", world.speed)
        self.conf()

    def conf(self) -> None:
        """Write conf.d and the secrets that it names."""
        instances = [
            {
                "source": stream,
                **self.vendor.streams[stream],
                "page_size": self.schedule.page_size,
                "start": "24h",
                # More than records are late.
                "overlap": "1m",
                "min_collection_interval": self.schedule.interval,
                "tags": [f"edit:{self.edits}"],
                "extra_headers": {"X-Secret": "ENC[secret]"},
            }
            for stream in self.schedule.streams
        ]
        written = {"instances": instances, "logs": [LOGS]}
        conf = self.folder / "conf.d" / f"{self.check}.d" / "conf.yaml"
        # JSON is YAML, and read faster.
        conf.write_text(json.dumps(written), encoding="utf-8")
        secrets = self.folder / "secrets.yaml"
        secrets.write_text(json.dumps({"secret": f"s{self.secret}"}), encoding="utf-8")

    def settings(self) -> dict[str, Any]:
        """What is in datadog.yaml."""
        usual = {
            "logs_enabled": True,
            "expvar_port": 0,
            "log_level": "info",
            "run_path": str(self.run_path),
            "confd_path": str(self.folder / "conf.d"),
            "additional_checksd": str(CHECKS),
            "secret_backend_config": {"file_path": str(self.folder / "secrets.yaml")},
            "logs_config.logs_dd_url": self.intake.url,
            "logs_config.use_compression": False,
            "logs_config.integrations_logs_disk_ratio": 1.0,
            "stand_in.speed": self.world.speed,
            "stand_in.origin": self.world.origin / 1e9,
            "stand_in.written": str(self.written),
        }
        return usual | self.schedule.settings

    def start(self) -> Running:
        """The Agent, running, with all checks loaded."""
        flags = [f"-o{key}={json.dumps(value)}" for key, value in self.settings().items()]
        environment = {"STAND_IN_SYNCS": ""}
        if self.power:
            flags += self.power.flags
            environment = {"STAND_IN_SYNCS": str(self.power.syncs)}
        child = self.nursery.child(
            "agent", "run", "--stop-at-end", *flags, environment=environment, log=self.log
        )
        self.running = Running.of(child)
        return self.running

    def sent(self) -> list[bytes]:
        """Every log that the Agent was handed and wrote, in order."""
        try:
            lines = self.written.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        # Before it: when, into which file, and where.
        return [line.split(b" ", 3)[3] for line in lines if line.count(b" ") > 2]

    def sent_ids(self) -> list[str]:
        """The ids of the records among them."""
        return [record for record in map(id_of, self.sent()) if record]

    def kill(self) -> None:
        """Kill the Agent, if it runs."""
        if self.running:
            self.running.kill()
            self.running = None

    def stop(self) -> None:
        """Stop it as a service is stopped."""
        if self.running:
            self.running.stop()
            self.running = None

    def tear(self, chance: random.Random) -> bool:
        """Tear or empty one copy of one place, as a crash in the middle of its writing does."""
        slots = sorted(path for path in self.run_path.glob(f"{self.check}/*") if path.is_file())
        if not slots:
            return False
        # The one that was written last: of the older one no crash could do that.
        slot = max(slots, key=lambda path: path.stat().st_mtime_ns)
        content = slot.read_bytes()
        slot.write_bytes(content[: chance.choice((0, len(content) // 2))])
        return True
