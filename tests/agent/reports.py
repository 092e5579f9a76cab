"""Where a check's metrics and messages go."""

from typing import Any, Protocol


class Reports(Protocol):
    """What takes them in."""

    def say(self, level: str, message: str) -> None:
        """A line for agent.log."""

    def report(self, event: str, **said: Any) -> None:
        """Something that a check submitted."""
