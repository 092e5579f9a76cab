"""What the Agent tells a check: its settings, and whether this process is `agent check`."""

import json
import os
import sys
from datetime import date, datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from datadog_checks.base import ConfigurationError, datadog_agent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datadog_checks.base import AgentCheck

    from .check import LogwalkCheck

# The Agent's own flags that may stand before its subcommand and take the next word as their value.
FLAGS_WITH_A_VALUE = {"-c", "--cfgpath", "--extracfgpath", "--fleetcfgpath", "--sysprobecfgpath"}
# The options of an instance or its destination that name files.
FILES = ("tls_ca_cert", "tls_cert", "tls_private_key", "dead_letter")


def facts(check: "LogwalkCheck") -> str:
    """Everything the core needs to know about the Agent around it, as JSON."""
    try:
        tags = check.formatted_tags
    except (AttributeError, TypeError):
        raise ConfigurationError("tags: expected a list of texts such as `team:security`") from None
    return as_json(
        "the Agent's configuration",
        {
            "check_id": check.check_id,
            "born": check.born,
            "version": datadog_agent.get_version(),
            "tags": tags,
            "proxy": setting("proxy"),
            "max_message_size_bytes": setting("logs_config.max_message_size_bytes"),
            "run_path": setting("logs_config.run_path"),
            "cache_path": setting("run_path"),
            "integrations_logs_files_max_size": setting(
                "logs_config.integrations_logs_files_max_size"
            ),
            "file_scan_period": setting("logs_config.file_scan_period"),
            "close_timeout": setting("logs_config.close_timeout"),
            "batch_max_concurrent_send": setting("logs_config.batch_max_concurrent_send"),
            "http_timeout": setting("logs_config.http_timeout"),
            "sender_backoff_base": setting("logs_config.sender_backoff_base"),
            "sender_backoff_max": setting("logs_config.sender_backoff_max"),
            "expvar_port": setting("expvar_port"),
            "fips": os.environ.get("GOFIPS") == "1",
        },
    )


def setting(name: str) -> Any:
    """A value of datadog.yaml; None where it is not set (for the base package, an empty text)."""
    value = datadog_agent.get_config(name)
    return None if value == "" else value


def run_path() -> Path | None:
    """Where the Agent keeps logs and registry; none where there is no Agent."""
    folder = setting("logs_config.run_path")
    return Path(folder) if isinstance(folder, str) else None


def untrusted_paths(check: "AgentCheck") -> list[str]:
    """The options that name files although this configuration may not.

    An Agent can be told to distrust configuration that does not come from files of its own
    (`integration_ignore_untrusted_file_params`). For other checks their models see to that.
    """
    config = getattr(check, "security_config", None)
    if config is None or not config.is_enabled() or config.is_check_excluded(check.name):
        return []
    if config.is_provider_trusted(config.provider):
        return []
    return [
        name
        for name, path in paths(check.instance).items()
        if not (isinstance(path, str) and config.is_file_path_allowed(path))
    ]


def paths(instance: dict[str, Any]) -> dict[str, Any]:
    """Every file or folder that an instance names, by the option that does."""
    destination, store = instance.get("destination"), instance.get("store")
    places = {"": instance, "destination.": destination if isinstance(destination, dict) else {}}
    named = {
        f"{prefix}{name}": options[name]
        for prefix, options in places.items()
        for name in FILES
        if options.get(name) is not None
    }
    if isinstance(store, dict) and "path" in store:
        named["store.path"] = store["path"]
    return named


def as_json(what: str, value: Any) -> str:
    """A part of the configuration as JSON; what JSON cannot say is a configuration error."""
    try:
        return json.dumps(value, default=written, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{what}: {error}") from None


def written(value: object) -> str:
    """A date as it was written, before YAML made an object of it."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return f"{value.isoformat()}Z"  # YAML means UTC where no zone is written
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a value of the type {type(value).__name__} cannot be used here")


def is_agent_check(command_line: "Sequence[str]") -> bool:
    """Whether this is the Agent's own binary with the subcommand `check`.

    That process shares the running Agent's cache but delivers nothing: what it kept as delivered
    would be lost.
    """
    if not command_line or PurePath(command_line[0]).name not in {"agent", "datadog-agent"}:
        return False
    words = iter(command_line[1:])
    for word in words:
        if word in FLAGS_WITH_A_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            return word == "check"
    return False


def command_line() -> list[str]:
    """How this process was started; Python itself does not know inside the Agent."""
    try:
        text = Path("/proc/self/cmdline").read_bytes()
    except OSError:
        return list(sys.orig_argv)
    return [os.fsdecode(word) for word in text.split(b"\0")]
