"""What the base package loads late is there before the first log."""

import subprocess
import sys

LOADED = """
import sys
from datadog_checks.base import AgentCheck
lazy = sys.modules[AgentCheck.__module__].json.json
before = type(lazy).__name__
from datadog_checks.logwalk import LogwalkCheck
print(before, type(lazy).__name__)
"""


def test_the_encoder_is_loaded_before_two_first_logs_can_race_for_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["_LazyModule", "module"], done.stderr
