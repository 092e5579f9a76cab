"""The log that a record of Agent Handler's tool calls becomes, as a person would write it by hand.

It is the same log that the source `agent_handler/tool_calls` makes; `run.py` looks that it is.
"""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson

JSON_IN_STRINGS = ("tool_args", "result", "headers")
STATUSES = {
    "success": "info",
    "pending": "info",
    "error": "error",
    "failure": "error",
    "failed": "error",
    "blocked": "warn",
    "blocked_by_rule": "warn",
    "blocked-by-rule": "warn",
    "blocked_by_security_rule": "warn",
}


def log(record: dict[str, Any]) -> dict[str, Any]:
    """The log, its timestamp in seconds."""
    for field in JSON_IN_STRINGS:
        text = record.get(field)
        if isinstance(text, str):
            with suppress(orjson.JSONDecodeError):
                record[field] = orjson.loads(text)
    moment = datetime.fromisoformat(record["started_at"])
    name, status = record["tool_name"], record["status"]
    user = record.get("registered_user") or {}
    made = {
        "timestamp": moment.timestamp(),
        "status": STATUSES.get(status, "info"),
        "service": "agent-handler",
        "ddsource": "agent_handler",
        "ddtags": f"connector:{record['connector']['slug']}",
        "message": f"{name} {status}",
        "usr": {key: user[key] for key in ("id", "name", "email") if key in user},
        "evt": {"name": name, "outcome": status},
        "duration": record["latency_ms"] * 1_000_000,
        "trace_id": record["client_trace_id"],
        "agent_handler": record,
        "logwalk": {
            "id": record["id"],
            "source": "agent_handler/tool_calls",
            "event_time": written(moment),
        },
    }
    if record["error_reason"] is not None:
        made["error"] = {"kind": record["error_reason"]}
    return made


def written(moment: datetime) -> str:
    """A moment in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
