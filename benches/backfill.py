"""A `logwalk backfill` with four connections beside one, the vendor 50 ms away. See README.md."""

import argparse
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from machinery import logwalk
from vendor import INTAKE_KEY, KEY, Served, vendor

LATENCY_MS = 50
PAGE = 100
CONNECTIONS = 4
TARGET = 3.5
SPAN = timedelta(hours=20)
# The log's newest records are not read: what becomes visible late is a live tail's.
REST = timedelta(hours=1)


def main() -> int:
    """Both, in turns, over ranges of the same log."""
    options = arguments()
    rate = options.records / SPAN.total_seconds()
    seconds: dict[int, list[float]] = {1: [], CONNECTIONS: []}
    served = Served(options.records, rate=rate, ahead=False)
    with vendor(served) as it, tempfile.TemporaryDirectory() as folder:
        delay = {"path": "tool-calls", "times": None, "do": {"delay": {"ms": LATENCY_MS}}}
        it.call("faults", "POST", delay)
        for number in range(options.rounds):
            for connections, times in seconds.items():
                store = Path(folder) / f"{number}-{connections}"
                it.forget()
                summary = backfill(it.url, store, connections)
                arrived = it.arrived()
                if not summary["finished"] or summary["records"] != arrived:
                    sys.exit(f"{connections} connections: {summary}, and {arrived} logs arrived")
                times.append(summary["seconds"])
                print(
                    f"  {connections} connections: {arrived:,} records in {times[-1]:.2f} s",
                    flush=True,
                )
    ratio = median(seconds[1]) / median(seconds[CONNECTIONS])
    verdict = "ok" if ratio >= TARGET else "missed"
    print(f"  {CONNECTIONS} connections beside one {ratio:14.2f}   target >= {TARGET}   {verdict}")
    return 0 if ratio >= TARGET else 1


def arguments() -> argparse.Namespace:
    """How much to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=30_000, help="records of the log")
    parser.add_argument("--rounds", type=int, default=3, help="walks of each")
    return parser.parse_args()


def backfill(url: str, store: Path, connections: int) -> Any:
    """The summary of one backfill into a store of its own."""
    store.mkdir()
    now = datetime.now(UTC).replace(microsecond=0)
    instance = {
        "source": "agent_handler/tool_calls",
        "base_url": f"{url}/api/v1",
        "credentials": {"token": KEY},
        "page_size": PAGE,
        "destination": {"type": "datadog", "url": url, "api_key": INTAKE_KEY},
        "store": {"type": "file", "path": str(store)},
    }
    conf = store / "conf.yaml"
    conf.write_text(json.dumps({"init_config": {}, "instances": [instance]}))
    command = [logwalk(), "backfill", "-c", str(conf), "--json", "--parallel", str(connections)]
    command += ["--from", (now - SPAN).isoformat(), "--to", (now - REST).isoformat()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{connections} connections failed: {done.stderr}")
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
