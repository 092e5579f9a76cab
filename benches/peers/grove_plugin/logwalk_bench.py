"""Agent Handler's tool calls for Grove, written like its own Okta connector."""

from datetime import UTC, datetime, timedelta

import requests
from grove.connectors import BaseConnector
from grove.constants import CHRONOLOGICAL
from grove.exceptions import NotFoundException


class Connector(BaseConnector):
    """Page after page, oldest first."""

    CONNECTOR = "agent_handler_tool_calls"
    POINTER_PATH = "started_at"
    LOG_ORDER = CHRONOLOGICAL

    def collect(self) -> None:
        """Collect from the pointer to the end of the log."""
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.key}"
        try:
            _ = self.pointer
        except NotFoundException:
            self.pointer = (datetime.now(UTC) - timedelta(days=30)).isoformat()
        params = {"created_after": self.pointer}
        while True:
            answer = session.get(
                f"{self.configuration.url}/api/v1/logs/tool-calls/",
                params={"page_size": "1000", **params},
                timeout=30,
            )
            answer.raise_for_status()
            page = answer.json()
            self.save(page["results"])
            if page["next_cursor"] is None:
                return
            params = {"cursor": page["next_cursor"]}
