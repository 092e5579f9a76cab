"""How each thing that can happen is done to an Agent, and what it excuses."""

import random
from pathlib import Path
from typing import TYPE_CHECKING

from . import traces
from .house import House
from .schedule import Happening
from .sink import Sink
from .verdict import Excuse

if TYPE_CHECKING:
    from collections.abc import Callable


class Happenings:
    """Everything that happens to one house."""

    def __init__(self, house: House, sink: Sink, excuse: Excuse) -> None:
        """Note in `excuse` what may be repeated for it."""
        self.house = house
        self.sink = sink
        self.excuse = excuse
        self.schedule = house.schedule
        self.chance = random.Random(house.schedule.seed)  # noqa: S311 (it is weather)
        self.done: list[str] = []
        self.fallen = False
        # Integration files of earlier configurations.
        self.old: set[str] = set()
        # A page of each stream: what a run that is cut off had sent and not kept.
        self.page = self.schedule.page_size * len(self.schedule.streams)

    def happen(self, happening: Happening) -> None:
        """Let it happen."""
        known: dict[str, Callable[[Happening], None]] = {
            "kill": self.kill,
            "power": self.power,
            "edit": self.edit,
            "edit_and_kill": self.edit_and_kill,
            "rotate": self.rotate,
            "clock": self.step,
            "tear": self.tear,
            "restart": self.restart,
        }
        self.done.append(f"{happening.at:.1f}:{happening.what}")
        known[happening.what](happening)

    def away(self, happening: Happening) -> None:
        """Start the Agent again, after a while."""
        self.house.world.sleep(happening.extent)
        self.house.start()

    def fall(self) -> None:
        """Kill it with -9."""
        self.count()
        self.house.kill()
        self.excuse.add("kill", self.page)
        self.leave_old_files()
        self.doubt()
        self.fallen = True

    def doubt(self) -> None:
        """Nobody knows which requests came through of an Agent that made several at once."""
        if self.schedule.concurrent:
            taken = traces.taken(self.files(), traces.offsets(self.house.run_path))
            self.excuse.add("acknowledged, perhaps too early", taken)

    def leave_old_files(self) -> None:
        """What lies unread in files of earlier configurations is read by no new Agent."""
        old = {path: text for path, text in self.files().items() if Path(path).name in self.old}
        if unread := traces.unread(old, traces.offsets(self.house.run_path)):
            self.excuse.add("unread under the old id", unread)

    def kill(self, happening: Happening) -> None:
        """It is killed, and started again."""
        self.fall()
        self.away(happening)

    def edit_and_kill(self, happening: Happening) -> None:
        """It is killed, and started with another configuration: nobody reads the old file on."""
        self.fall()
        files, offsets = self.files(), traces.offsets(self.house.run_path)
        self.excuse.add("unread under the old id", traces.unread(files, offsets))
        self.house.edits += 1
        self.house.conf()
        self.away(happening)

    def power(self, happening: Happening) -> None:
        """The power is cut."""
        self.fall()
        house = self.house
        files, places = self.files(), self.places()
        if house.power is None:
            raise LookupError("power is cut only where it was foreseen")
        lost = house.power.cut(house.run_path, self.chance)
        self.done.extend(f"{name} {what}" for name, what in lost.items())
        if self.chance.random() < 0.5:
            self.save_one_copy(places)
        if not traces.has_place(house.run_path, house.check, len(self.schedule.streams)):
            self.excuse.place_lost = True
        offsets = traces.offsets(house.run_path)
        self.excuse.add("unread at the power cut", traces.unread(files, offsets))
        # The place may be the one of the page before.
        self.excuse.add("power", self.page)
        self.away(happening)

    def save_one_copy(self, places: dict[Path, tuple[int, bytes]]) -> None:
        """Have the older copy of each place on the disk, as file systems mostly do."""
        older: dict[str, Path] = {}
        for path, (written, _) in sorted(places.items(), key=lambda item: -item[1][0]):
            older[path.name.rpartition("_")[0]] = path
            del written
        for path in older.values():
            path.write_bytes(places[path][1])

    def places(self) -> dict[Path, tuple[int, bytes]]:
        """The copies of places, and when each was written."""
        found = (self.house.run_path / self.house.check).glob("*")
        return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in found}

    def files(self) -> dict[str, bytes]:
        """The integration files."""
        return traces.contents(self.house.run_path)

    def edit(self, _: Happening) -> None:
        """A tag is added: another check id, whose first run may begin in the last of the old."""
        self.house.edits += 1
        self.reload()

    def rotate(self, _: Happening) -> None:
        """A secret is rotated, which is another check id too."""
        self.house.secret += 1
        self.reload()

    def reload(self) -> None:
        """Have the Agent read conf.d again."""
        self.house.conf()
        self.excuse.add("reload", self.page)
        if self.fallen:
            # The new check may come before the old one has judged what the crash left.
            files, offsets = self.files(), traces.offsets(self.house.run_path)
            self.excuse.add("unread at a reload after a crash", traces.unread(files, offsets))
        if self.house.running:
            self.house.running.reload()

    def step(self, happening: Happening) -> None:
        """Somebody sets the clock of the machine on which the Agent's pipeline runs."""
        if self.house.running:
            self.house.running.ask("step_clock", seconds=happening.extent)

    def tear(self, happening: Happening) -> None:
        """A crash in the middle of the writing of a place."""
        self.fall()
        if self.house.tear(self.chance):
            self.excuse.add("tear", self.page)
        self.away(happening)

    def restart(self, happening: Happening) -> None:
        """It is stopped, as for an update, and started again."""
        self.count()
        self.house.stop()
        self.excuse.add("restart", self.page)
        self.leave_old_files()
        self.doubt()
        self.away(happening)

    def count(self) -> None:
        """Note what the Agent has to say before it is gone."""
        if self.house.running is None:
            return
        status = self.house.running.ask("status")
        current = {
            f"{check_id.replace(':', '_')}.log"
            for check_id, check in status["checks"].items()
            if check.get("scheduled")
        }
        self.old = {Path(path).name for path in self.files()} - current
        for check in status["checks"].values():
            if check["errors"]:
                self.done.append(f"error: {check['error']}")
                self.excuse.add("failed run", self.schedule.page_size * check["errors"])
