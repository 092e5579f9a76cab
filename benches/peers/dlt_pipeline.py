"""Agent Handler's tool calls by dlt's REST API source, to the intake by a destination function.

`dlt_pipeline.py ADDRESS KEY INTAKE_KEY FOLDER`. dlt has no destination for Datadog; its own
documentation shows such a function for sending to an API.
"""

import gzip
import sys
from typing import Any

import dlt
import orjson
import requests
from dlt.sources.rest_api import rest_api_source

LEVEL = 1


def main() -> None:
    """Extract, normalize and load what is new."""
    address, key, intake_key, folder = sys.argv[1:]
    session = requests.Session()
    session.headers.update(
        {
            "DD-API-KEY": intake_key,
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }
    )

    @dlt.destination(batch_size=1000, name="datadog", naming_convention="direct")
    def datadog(items: Any, table: Any) -> None:  # noqa: ARG001 (as dlt calls it)
        body = gzip.compress(orjson.dumps(items, default=str), LEVEL)
        session.post(f"{address}/api/v2/logs", data=body, timeout=30).raise_for_status()

    source = rest_api_source(
        {
            "client": {
                "base_url": f"{address}/api/v1/",
                "auth": {"type": "bearer", "token": key},
                "paginator": {
                    "type": "cursor",
                    "cursor_path": "next_cursor",
                    "cursor_param": "cursor",
                },
            },
            "resources": [
                {
                    "name": "tool_calls",
                    "primary_key": "id",
                    "write_disposition": "append",
                    "max_table_nesting": 0,
                    "endpoint": {
                        "path": "logs/tool-calls/",
                        "data_selector": "results",
                        "params": {"page_size": 1000},
                        "incremental": {
                            "start_param": "created_after",
                            "cursor_path": "started_at",
                            "initial_value": "2000-01-01T00:00:00Z",
                        },
                    },
                }
            ],
        }
    )
    pipeline = dlt.pipeline("bench", pipelines_dir=folder, destination=datadog)
    pipeline.run(source)


if __name__ == "__main__":
    main()
