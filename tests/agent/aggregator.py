"""The module `aggregator`, which takes metrics, events and service checks."""

from types import ModuleType
from typing import Any

from .reports import Reports


class Aggregator(ModuleType):
    """The module `aggregator`."""

    GAUGE, RATE, COUNT, MONOTONIC_COUNT, COUNTER, HISTOGRAM, HISTORATE = range(7)
    KINDS = ("gauge", "rate", "count", "monotonic_count", "counter", "histogram", "historate")

    def __init__(self, reports: Reports) -> None:
        """Report what is submitted."""
        super().__init__("aggregator")
        self.reports = reports

    def submit_metric(  # noqa: PLR0913, PLR0917 (the base package calls it so)
        self,
        check: Any,
        check_id: str,
        kind: int,
        name: str,
        value: float,
        tags: list[str],
        hostname: str,
        flush_first_value: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        """A metric."""
        del check, hostname, flush_first_value
        said = {"check_id": check_id, "kind": self.KINDS[kind], "name": name, "value": value}
        self.reports.report("metric", **said, tags=sorted(tags or ()))

    def submit_service_check(  # noqa: PLR0913, PLR0917 (the base package calls it so)
        self,
        check: Any,
        check_id: str,
        name: str,
        status: int,
        tags: list[str],
        host: str,
        text: str,
    ) -> None:
        """A service check."""
        del check, tags, host
        said = {"check_id": check_id, "name": name, "status": status, "message": text}
        self.reports.report("service_check", **said)

    def submit_event(self, check: Any, check_id: str, event: dict[str, Any]) -> None:
        """An event."""
        del check
        self.reports.report("event", check_id=check_id, title=str(event.get("msg_title")))

    def submit_histogram_bucket(self, *bucket: Any) -> None:
        """Forget a bucket of a histogram."""

    def submit_histogram_bucket_multi(self, *buckets: Any) -> None:
        """Forget buckets of a histogram."""

    def submit_event_platform_event(self, *event: Any) -> None:
        """Forget an event for another product."""
