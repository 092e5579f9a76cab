"""The peer without an Agent: what a good engineer writes in an afternoon and runs from cron.

`forwarder.py ADDRESS KEY INTAKE_KEY FOLDER` pulls a page, posts it to the intake (orjson, gzip
level 1), keeps the cursor once that answered 202, and ends with the log.
"""

import gzip
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import requests

import record

RETENTION = timedelta(days=30)
PAYLOAD_BYTES = 5_000_000
LEVEL = 1


def main() -> None:
    """Walk from the kept cursor to the end of the log."""
    address, key, intake_key, folder = sys.argv[1:]
    place = Path(folder) / "cursor.json"
    vendor, intake = requests.Session(), requests.Session()
    vendor.headers["Authorization"] = f"Bearer {key}"
    intake.headers.update(
        {
            "DD-API-KEY": intake_key,
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }
    )
    params = orjson.loads(place.read_bytes()) if place.exists() else {"created_after": oldest()}
    while True:
        page = fetched(vendor, f"{address}/api/v1/logs/tool-calls/", params)
        post(intake, f"{address}/api/v2/logs", [line(one) for one in page["results"]])
        following = page["next_cursor"]
        if following is not None:
            params = {"cursor": following}
        elif page["results"]:
            params = {"created_after": page["results"][-1]["started_at"]}
        keep(place, params)
        if following is None or not page["has_more"]:
            return


def fetched(vendor: requests.Session, url: str, params: dict[str, str]) -> dict[str, Any]:
    """One page."""
    answer = vendor.get(url, params={"page_size": "1000", **params}, timeout=30)
    answer.raise_for_status()
    return orjson.loads(answer.content)


def line(one: dict[str, Any]) -> bytes:
    """A record's log as JSON."""
    log = record.log(one)
    log["timestamp"] = int(log["timestamp"] * 1_000)
    return orjson.dumps(log)


def post(intake: requests.Session, url: str, lines: list[bytes]) -> None:
    """The logs, in as many payloads as the intake's limit asks for."""
    while lines:
        size, count = 2, 0
        while count < len(lines) and size + len(lines[count]) < PAYLOAD_BYTES:
            size += len(lines[count]) + 1
            count += 1
        count = max(count, 1)
        body = gzip.compress(b"[" + b",".join(lines[:count]) + b"]", LEVEL)
        answer = intake.post(url, data=body, timeout=30)
        answer.raise_for_status()
        lines = lines[count:]


def keep(place: Path, params: dict[str, str]) -> None:
    """The cursor, so that a crash leaves the old one or the new one."""
    beside = place.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(orjson.dumps(params))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place)


def oldest() -> str:
    """The oldest moment of which the API still has records."""
    return (datetime.now(UTC) - RETENTION).isoformat()


if __name__ == "__main__":
    main()
