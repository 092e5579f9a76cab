"""Writes that take their time, so that a kill or a reader finds them half done."""

import random
import time

from .settings import Settings


class Pauses:
    """Whether a write is slow at the place where it can be cut in two."""

    def __init__(self, settings: Settings, salt: int) -> None:
        """As slow and as often as the settings say; the same seed pauses the same writes."""
        self.seconds = float(settings.get("stand_in.write_pause"))
        self.chance = float(settings.get("stand_in.write_pause_chance"))
        self.random = random.Random(int(settings.get("stand_in.seed")) * 31 + salt)  # noqa: S311

    def here(self) -> None:
        """Perhaps wait, in the middle of a write."""
        if self.chance and self.random.random() < self.chance:
            time.sleep(self.seconds)
