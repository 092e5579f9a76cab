"""The peer: what a good engineer writes in an afternoon with the base package's own crawler.

It maps a record to the same log as the source `agent_handler/tool_calls` does. It keeps less of a
place than logwalk: no ids, no overlap, a cursor with the last record of each page.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import requests
from datadog_checks.base.checks.logs.crawler.base import LogCrawlerCheck
from datadog_checks.base.checks.logs.crawler.stream import LogRecord, LogStream

import record

RETENTION = timedelta(days=30)


class ToolCalls(LogStream):
    """Agent Handler's tool calls, page after page."""

    def __init__(self, check: "CrawlerCheck") -> None:
        """Prepare one session for all requests."""
        super().__init__(check=check, name="tool_calls")
        self.url = check.instance["base_url"] + "/logs/tool-calls/"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {check.instance['token']}"

    def records(self, *, cursor: dict[str, Any] | None = None) -> Iterable[LogRecord]:
        """The records behind the cursor; the last one of a page carries the next cursor."""
        params = dict(cursor) if cursor else {"created_after": oldest()}
        while True:
            page = self.page(params)
            following = page["next_cursor"]
            logs = [self.log(one) for one in page["results"]]
            if following is not None:
                params = {"cursor": following}
            elif logs:
                params = {"created_after": page["results"][-1]["started_at"]}
            for log in logs[:-1]:
                yield LogRecord(log, cursor=None)
            if logs:
                yield LogRecord(logs[-1], cursor=params)
            if not page["has_more"] or following is None:
                return

    def page(self, params: dict[str, Any]) -> dict[str, Any]:
        """One page, as the API gives it."""
        response = self.session.get(self.url, params={"page_size": 1000, **params}, timeout=30)
        response.raise_for_status()
        return orjson.loads(response.content)

    def log(self, one: dict[str, Any]) -> dict[str, Any]:
        """The log that a record becomes, with the instance's tags."""
        log = record.log(one)
        log["ddtags"] = self.construct_tags([log["ddtags"]])
        return log


class CrawlerCheck(LogCrawlerCheck):
    """The base package's crawler over one stream."""

    __NAMESPACE__ = "crawler"

    def __init__(self, name: str, init_config: dict[str, Any], instances: list[Any]) -> None:
        """Make the stream once, so that its session lives from run to run."""
        super().__init__(name, init_config, instances)
        self.tool_calls = ToolCalls(self)

    def get_log_streams(self) -> Iterator[LogStream]:
        """The one stream."""
        yield self.tool_calls


def oldest() -> str:
    """The oldest moment of which the API still has records."""
    return (datetime.now(UTC) - RETENTION).isoformat()
