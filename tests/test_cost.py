"""What a record costs, counted and not timed: instructions to walk, read and map it.

Counted is what is shipped, the release build that `make build` makes, while `logwalk preview
--replay` takes in a page: no socket, and one thread. A debug build's figure would say little, and
hardware counters and valgrind are not on every machine, so the processor counts by single steps.
Pages before it filled what is used again, and of the page itself one log is printed: what is
counted is the walk and the mapping.
"""

import json
import platform
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

SOURCE = "agent_handler/tool_calls"
STEPS = Path(__file__).with_name("cost") / "steps.c"
COMPILE = ("cc", "-Wall", "-Werror", "-O2", "-o")
COMMAND = [sys.executable, str(Path(sys.executable).with_name("logwalk"))]

PAGE = 20
# Pages that fill what is used again afterwards.
WARM = 3

# Instructions a record of 1 KB on x86_64, by Rust 1.95; a cheaper one is to be committed here.
COMMITTED = 20_600
# More of them where the processor has none for SHA-256, by which each id is remembered: so many
# callgrind counts, which knows none.
WITHOUT_SHA = 3_300
# A tenth off is a change for the worse, or one for the better that nobody committed.
TOLERANCE = 0.1
# Another instruction set says the same in more words or in fewer.
TOLERANCE_ELSEWHERE = 0.35

# The C library chooses by the processor how it copies and compares: here, as every one of them can.
PLAIN = "glibc.cpu.hwcaps=-ERMS,-FSRM,-AVX2,-AVX512F,-AVX512VL,-AVX512BW"

# What `steps` ends with.
FORBIDDEN = 3
ALLOW = (
    "ptrace is forbidden here, and without it no instruction can be counted: set "
    "kernel.yama.ptrace_scope to at most 1, and give a container --cap-add=SYS_PTRACE or "
    "--security-opt seccomp=unconfined"
)


def pages(about: dict[str, Any], count: int) -> list[str]:
    """The first pages of the simulated log, as their bodies came."""
    url = urlsplit(about["base_url"])
    vendor = HTTPConnection(url.netloc)
    headers = {"Authorization": f"Bearer {about['credentials']['token']}"}
    query = {"page_size": str(PAGE)}
    bodies: list[str] = []
    while len(bodies) < count:
        vendor.request("GET", f"{url.path}/logs/tool-calls/?{urlencode(query)}", headers=headers)
        bodies.append(vendor.getresponse().read().decode())
        query["cursor"] = json.loads(bodies[-1])["next_cursor"]
    vendor.close()
    return bodies


def counted(folder: Path, bodies: list[str]) -> int:
    """The instructions that the last of the pages takes."""
    replies = [{"status": 200, "headers": {}, "body": body} for body in bodies]
    kept = {"source": SOURCE, "at": time.time_ns() // 1_000_000, "replies": replies}
    instance = {"source": SOURCE, "credentials": {"token": "unused"}, "start": "oldest"}
    sample, conf, logs = (folder / name for name in ("sample.json", "conf.yaml", "logs"))
    sample.write_text(json.dumps({"version": 1, "streams": {SOURCE: kept}}))
    conf.write_text(json.dumps({"instances": [instance]}))
    steps = folder / "steps"
    subprocess.run([*COMPILE, steps, STEPS], check=True)
    before = (len(bodies) - 1) * PAGE
    preview = ["preview", "-c", str(conf), "--replay", str(sample), "--limit", str(before + 1)]
    ran = subprocess.run(
        [steps, str(before), str(before + 1), logs, *COMMAND, *preview],
        env={"GLIBC_TUNABLES": PLAIN},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if ran.returncode == FORBIDDEN:
        pytest.fail(f"{ALLOW} ({ran.stderr.strip()})")
    assert (ran.returncode, ran.stderr) == (0, "")
    last = json.loads(logs.read_text().splitlines()[-1])
    assert last["logwalk"]["id"] == json.loads(bodies[-1])["results"][0]["id"]
    return int(ran.stdout)


def expected() -> tuple[int, float]:
    """What a record takes on this processor, and how far off that may be."""
    words = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    figure = COMMITTED if words & {"sha_ni", "sha2"} else COMMITTED + WITHOUT_SHA
    return figure, TOLERANCE if platform.machine() == "x86_64" else TOLERANCE_ELSEWHERE


def test_a_record_costs_as_many_instructions_as_is_committed(
    simulated: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    found = counted(tmp_path, pages(simulated[SOURCE], WARM + 1)) / PAGE
    figure, tolerance = expected()

    said = f"instructions a record: {found:.0f}, where {figure} is committed in tests/test_cost.py"
    sys.stdout.write(f"{said}\n")
    assert abs(found - figure) <= figure * tolerance, said
