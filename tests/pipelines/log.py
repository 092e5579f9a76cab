"""A log as a pipeline sees it: attributes, and beside them what is official."""

import json
from dataclasses import dataclass, field
from typing import Any

# What the names of levels become; anything else is `info`.
OFFICIAL = ("emergency", "alert", "critical", "error", "warn", "notice", "info", "debug", "ok")
STATUSES = dict(zip(OFFICIAL, OFFICIAL, strict=True)) | {
    "warning": "warn",
    "success": "ok",
    "err": "error",
}


@dataclass
class Log:
    """A log under way."""

    custom: dict[str, Any]
    message: str
    tags: list[str] = field(default_factory=list)
    source: str = ""
    status: str | None = None
    timestamp: int | None = None

    def get(self, path: str) -> Any:
        """The value at a path of attributes; None where there is none."""
        return value_at(self.custom, path)

    def put(self, path: str, value: Any) -> None:
        """Set the value at a path, making the attributes on the way."""
        *outer, last = path.split(".")
        at = self.custom
        for name in outer:
            at = at.setdefault(name, {})
        at[last] = value

    def remove(self, path: str) -> None:
        """Take the value at a path away."""
        *outer, last = path.split(".")
        at = value_at(self.custom, ".".join(outer)) if outer else self.custom
        at.pop(last, None)


def value_at(attributes: Any, path: str) -> Any:
    """The value at a path; a name with a dot in it wins over a nested one."""
    if not isinstance(attributes, dict):
        return None
    if path in attributes:
        return attributes[path]
    head, _, rest = path.partition(".")
    return value_at(attributes.get(head), rest) if rest else attributes.get(head)


def taken(sample: str, source: str, tags: list[str]) -> Log:
    """A log as the intake takes it: a JSON object's message, status and time become official."""
    custom = json.loads(sample)
    message = custom.pop("message", None)
    status, timestamp = custom.get("status"), custom.get("timestamp")
    return Log(
        custom=custom,
        message=sample if message is None else message,
        tags=list(tags),
        source=source,
        status=STATUSES.get(str(status).lower(), "info") if status is not None else None,
        timestamp=timestamp if isinstance(timestamp, int) else None,
    )
