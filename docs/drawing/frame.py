"""Where something is drawn."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Frame:
    """Where a widget's inside is."""

    x: float
    y: float
    width: float
    height: float
