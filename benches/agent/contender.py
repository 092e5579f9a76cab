"""One check in a process of its own: `contender.py NAME ADDRESS MODE [POLLS]`.

It prints a line of JSON with what it measured of itself.

Modes: `import` (only the base package), `walk` (everything, to a sink that does nothing), `lines`
(everything, and the lines themselves, to compare), `idle` (everything, then polls that find
nothing new).
"""

import gc
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

KEY = "sim-production-key"
UNLIMITED = 10**15


def main() -> None:
    """Run what the arguments say."""
    name, url, mode, *rest = sys.argv[1:]
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    import sink  # noqa: PLC0415 (imports are part of what is measured)

    base = memory("VmRSS")
    if mode == "import":
        print(json.dumps({"rss": base}))
        return
    kept = sink.lines() if mode == "lines" else sink.nothing()
    check = contender(name, url)
    walked = measured(check)
    result: dict[str, Any] = {
        **walked,
        "base": base,
        "rss": memory("VmRSS"),
        "peak": memory("VmHWM"),
    }
    if mode == "lines":
        result["lines"] = kept
    if mode == "idle":
        polls = int(rest[0])
        cpu = 0.0
        for _ in range(polls):
            cpu += measured(check)["cpu"]
        result["poll_cpu"] = cpu / polls
    print(json.dumps(result))


def contender(name: str, url: str) -> Any:
    """The check of that name, as the Agent would make it."""
    if name == "request":
        from request import RequestCheck  # noqa: PLC0415

        check: Any = RequestCheck("request", {}, [{"base_url": f"{url}/api/v1", "token": KEY}])
    elif name == "crawler":
        from crawler import CrawlerCheck  # noqa: PLC0415

        check = CrawlerCheck("crawler", {}, [{"base_url": f"{url}/api/v1", "token": KEY}])
    else:
        from datadog_checks.logwalk import LogwalkCheck  # noqa: PLC0415

        instance = {
            "source": "agent_handler/tool_calls",
            "base_url": f"{url}/api/v1",
            "credentials": {"token": KEY},
            "start": "oldest",
            "too_old": "keep",
            "limits": {"run_bytes": UNLIMITED, "run_seconds": 10**6},
        }
        check = LogwalkCheck("logwalk", {}, [instance])
    check.check_id = f"{name}:bench"
    return check


def measured(check: Any) -> dict[str, float]:
    """One run, and what it took."""
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF)
    begun, own = time.perf_counter(), time.thread_time()
    error = check.run()
    seconds, own = time.perf_counter() - begun, time.thread_time() - own
    after = resource.getrusage(resource.RUSAGE_SELF)
    if error:
        sys.exit(f"the run failed: {error}")
    user = after.ru_utime - before.ru_utime
    system = after.ru_stime - before.ru_stime
    # No other thread of either check asks for the GIL: it is held for no longer than this.
    return {"seconds": seconds, "cpu": user + system, "gil": own}


def memory(field: str) -> int:
    """A line of this process's status, in KiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    sys.exit(f"no {field} in /proc/self/status: this benchmark needs Linux")


if __name__ == "__main__":
    main()
