"""The Agent's side of `send_log` for a benchmark: nothing happens there, as cheaply as Python can.

What is measured is a check up to the base package's own `self.send_log`, which encodes the log.
"""

import operator

from datadog_checks.base.stubs import datadog_agent


def nothing() -> None:
    """Drop every line: a function in C that takes the two arguments and gives a constant back."""
    datadog_agent._config["logs_enabled"] = True  # noqa: SLF001 (the stub has no other way)
    datadog_agent.send_log = operator.is_


def lines() -> list[str]:
    """Keep every line, to look whether two checks say the same."""
    kept: list[str] = []
    nothing()
    datadog_agent.send_log = lambda line, _check_id: kept.append(line)
    return kept
