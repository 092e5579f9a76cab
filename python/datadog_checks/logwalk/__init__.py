"""logwalk: walks cursor-paginated HTTP log APIs and hands every record to the Agent."""

from typing import TYPE_CHECKING, Any

from .__about__ import __version__

if TYPE_CHECKING:
    from .check import LogwalkCheck

__all__ = ["LogwalkCheck", "__version__"]


def __getattr__(name: str) -> Any:
    """Import the check only when somebody asks for it.

    The command runs where there is no Agent, and there the Agent's base package lacks what it
    needs to be imported. The Agent's loader lists this module and asks for each name.
    """
    if name != "LogwalkCheck":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .check import LogwalkCheck  # noqa: PLC0415 (that is the point)

    return LogwalkCheck


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
