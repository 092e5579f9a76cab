"""The plain check beside logwalk: the base package's crawler, written the way its documentation shows.

A stream yields records, each page's last one with the cursor behind it; the base class sends them
and keeps the cursor. Nothing here is clumsy on purpose: what it loses, `send_log` loses.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from datadog_checks.base.checks.logs.crawler.base import LogCrawlerCheck
from datadog_checks.base.checks.logs.crawler.stream import LogRecord, LogStream

PATHS = {
    "agent_handler/tool_calls": ("/logs/tool-calls/", "started_at"),
    "agent_handler/api_calls": ("/logs/api-calls/", "started_at"),
    "agent_handler/audit_log": ("/audit-log/", "created_at"),
}


class Records(LogStream):
    """One log of the vendor."""

    def __init__(self, check: "CrawlerCheck") -> None:
        """One session for all requests."""
        super().__init__(check=check, name=check.instance["source"])
        path, self.time = PATHS[self.name]
        self.url = check.instance["base_url"] + path
        self.size = check.instance["page_size"]
        self.session = requests.Session()
        token = check.instance["credentials"]["token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def records(self, *, cursor: dict[str, Any] | None = None) -> Iterable[LogRecord]:
        """What is behind the cursor."""
        if self.name.endswith("audit_log"):
            return self.newest_first(cursor)
        return self.oldest_first(cursor)

    def oldest_first(self, cursor: dict[str, Any] | None) -> Iterator[LogRecord]:
        """Page after page, from the cursor on."""
        params = dict(cursor) if cursor else {"created_after": oldest()}
        while True:
            page = self.page(params)
            results, following = page["results"], page["next_cursor"]
            if following is not None:
                params = {"cursor": following}
            elif results:
                params = {"created_after": later(results[-1][self.time])}
            for record in results:
                last = record is results[-1]
                yield LogRecord(self.log(record), cursor=params if last else None)
            if not page["has_more"] or following is None:
                return

    def newest_first(self, cursor: dict[str, Any] | None) -> Iterator[LogRecord]:
        """Everything newer than the cursor, turned round."""
        last = (cursor or {}).get("last", oldest())
        found: list[dict[str, Any]] = []
        number = 1
        while True:
            page = self.page({"page": number})
            found += [record for record in page["results"] if after(record[self.time], last)]
            if page["next"] is None or not after(page["results"][-1][self.time], last):
                break
            number += 1
        for record in reversed(found):
            yield LogRecord(self.log(record), cursor={"last": record[self.time]})

    def page(self, params: dict[str, Any]) -> Any:
        """One page, as the API gives it."""
        response = self.session.get(self.url, params={"page_size": self.size, **params}, timeout=30)
        response.raise_for_status()
        return response.json()

    def log(self, record: dict[str, Any]) -> dict[str, Any]:
        """The log that a record becomes."""
        moment = datetime.fromisoformat(record[self.time])
        about = {"id": record["id"], "source": self.name}
        return {"timestamp": moment.timestamp(), "agent_handler": record, "logwalk": about}


class CrawlerCheck(LogCrawlerCheck):
    """The base package's crawler over one stream."""

    __NAMESPACE__ = "crawler"

    def __init__(self, name: str, init_config: dict[str, Any], instances: list[Any]) -> None:
        """Make the stream once, so that its session lives from run to run."""
        super().__init__(name, init_config, instances)
        self.stream = Records(self)

    def get_log_streams(self) -> Iterator[LogStream]:
        """The one stream."""
        yield self.stream


def oldest() -> str:
    """The oldest moment of which the API still has records."""
    return (datetime.now(UTC) - timedelta(days=29)).isoformat()


def later(moment: str) -> str:
    """The next millisecond: the API's lower bound is included."""
    return (datetime.fromisoformat(moment) + timedelta(milliseconds=1)).isoformat()


def after(moment: str, other: str) -> bool:
    """Whether a moment is after another."""
    return datetime.fromisoformat(moment) > datetime.fromisoformat(other)
