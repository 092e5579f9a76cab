"""Why a stream stands still, told to the Agent as an issue of this host until it is over."""

from typing import TYPE_CHECKING

from datadog_checks.base import datadog_agent

if TYPE_CHECKING:
    from .check import LogwalkCheck

# Records wait at the vendor, and no longer than its retention.
SEVERITY = "HIGH"


class Issue:
    """What one stream has to say; nothing where the Agent or its base package knows no issues."""

    def __init__(self, check: "LogwalkCheck") -> None:
        """Nothing was said yet; an earlier process may have."""
        self.check = check
        self.said: str | None = None

    def __bool__(self) -> bool:
        """Whether there is somebody to tell."""
        return hasattr(datadog_agent, "report_issue") and hasattr(self.check, "report_issue")

    @property
    def key(self) -> str:
        """The same for every process that runs this instance."""
        return f"logwalk_stream:{self.check.check_id}"

    def raised(self, error: Exception) -> None:
        """A run ended for a reason that somebody must act on; the same words are said once."""
        words = str(error)
        if not self or words == self.said:
            return
        what, _, fix = words.partition("; ")
        self.check.report_issue(
            id=self.key,
            issue_name="A log API is not read",
            issue_type="logwalk_stream_stands_still",
            title=what,
            description=words,
            category="availability",
            severity=self.check.IssueSeverity[SEVERITY],
            remediation={"summary": fix or "see docs/operations.md of logwalk", "steps": []},
            tags=list(self.check.instance.get("tags") or []),
        )
        self.said = words

    def over(self) -> None:
        """A run went well."""
        if self and self.said != "":
            self.check.resolve_issue(self.key)
            self.said = ""
