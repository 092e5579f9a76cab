"""datadog.yaml, with the Agent's own defaults where it is silent."""

import json
from pathlib import Path
from typing import Any

import yaml

MEGABYTE = 1024 * 1024

# Fact: the keys and defaults of the Agent's `datadog.yaml`; periods are in seconds.
# Below `stand_in` is what an Agent does not have: which Agent this is, and what goes wrong.
DEFAULTS: dict[str, Any] = {
    "api_key": "",
    "hostname": "stand-in",
    "logs_enabled": False,
    "run_path": "/opt/datadog-agent/run",
    "confd_path": "/etc/datadog-agent/conf.d",
    "additional_checksd": "/etc/datadog-agent/checks.d",
    "expvar_port": 5000,
    "check_runners": 4,
    "check_cancel_timeout": 0.5,
    "enable_metadata_collection": True,
    "disable_unsafe_yaml": True,
    "log_level": "info",
    "logs_config.logs_dd_url": "",
    "logs_config.integrations_logs_files_max_size": 10,
    "logs_config.integrations_logs_total_usage": 100,
    "logs_config.integrations_logs_disk_ratio": 0.80,
    "logs_config.file_scan_period": 10,
    "logs_config.close_timeout": 60,
    "logs_config.max_message_size_bytes": 900_000,
    "logs_config.message_channel_size": 100,
    "logs_config.payload_channel_size": 10,
    "logs_config.batch_wait": 5,
    "logs_config.batch_max_size": 1000,
    "logs_config.batch_max_content_size": 5_000_000,
    "logs_config.batch_max_concurrent_send": 0,
    "logs_config.use_compression": True,
    "logs_config.http_timeout": 10,
    "logs_config.sender_backoff_base": 1,
    "logs_config.sender_backoff_factor": 2,
    "logs_config.sender_backoff_max": 120,
    "logs_config.sender_recovery_interval": 2,
    "logs_config.stop_grace_period": 30,
    "logs_config.atomic_registry_write": True,
    "logs_config.auditor_ttl": 23,
    "stand_in.speed": 1,
    "stand_in.version": "7.78.0",
    "stand_in.cap_behaviour": "recreate",
    "stand_in.audit_sequence": True,
    "stand_in.seed": 0,
    "stand_in.write_pause": 0,
    "stand_in.write_pause_chance": 0,
    "stand_in.history": "",
    "stand_in.written": "",
    "stand_in.origin": 0,
    "stand_in.stops_first": "launcher",
    "stand_in.first_scan": 10,
}
CHOICES = {
    "stand_in.cap_behaviour": ("recreate", "truncate"),
    "stand_in.stops_first": ("launcher", "checks"),
}


class SettingsError(Exception):
    """A datadog.yaml that the Agent would not start with; the text names the key and the fix."""


class Settings:
    """What datadog.yaml says, asked for by dotted keys as a check asks for it."""

    def __init__(self, written: dict[str, Any]) -> None:
        """Settings as written, in nested mappings or under dotted keys."""
        self.values = flat(written)
        for key, value in self.values.items():
            default = DEFAULTS.get(key)
            if isinstance(default, bool) and not isinstance(value, bool):
                raise SettingsError(f"{key}: expected true or false, found {value!r}")
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if isinstance(default, int | float) and not isinstance(default, bool) and not number:
                raise SettingsError(f"{key}: expected a number, found {value!r}")
            if key in CHOICES and value not in CHOICES[key]:
                raise SettingsError(
                    f"{key}: expected one of {', '.join(CHOICES[key])}, found {value!r}"
                )
            if key.startswith("stand_in.") and key not in DEFAULTS:
                raise SettingsError(f"{key}: there is no such setting")
        if self.speed <= 0:
            raise SettingsError(f"stand_in.speed: expected more than 0, found {self.speed}")

    def get(self, key: str) -> Any:
        """The value of a dotted key, its default, or None, as `datadog_agent.get_config` has it."""
        # Fact: a run path of the logs Agent that is not set is the Agent's own.
        if key == "logs_config.run_path" and key not in self.values:
            return self.get("run_path")
        if key in self.values:
            return self.values[key]
        if key in DEFAULTS:
            return DEFAULTS[key]
        inside = {
            name.removeprefix(f"{key}."): value
            for name, value in (DEFAULTS | self.values).items()
            if name.startswith(f"{key}.")
        }
        return inside or None

    @property
    def speed(self) -> float:
        """How many times faster than a real Agent this one goes about its business."""
        return float(self.get("stand_in.speed"))

    def period(self, key: str) -> float:
        """A setting in seconds of an Agent, as seconds of this one."""
        return self.scaled(float(self.get(key)))

    def scaled(self, seconds: float) -> float:
        """Seconds of an Agent as seconds of this one."""
        return seconds / self.speed

    def granted(self, seconds: float) -> float:
        """Seconds that are given to checks: real ones, unless their clocks are as fast."""
        return self.scaled(seconds) if self.get("stand_in.origin") else seconds

    def size(self, key: str) -> int:
        """A setting in megabytes, which may be a fraction, in bytes."""
        return int(float(self.get(key)) * MEGABYTE)

    def path(self, key: str) -> Path:
        """A setting that is a path."""
        return Path(str(self.get(key)))


def flat(written: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings under dotted keys; a mapping that is a value, such as `proxy`, as well."""
    found: dict[str, Any] = {}
    for name, value in written.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            if not any(known.startswith(f"{key}.") for known in DEFAULTS):
                found[key] = value
            found |= flat(value, f"{key}.")
        elif value is not None:
            found[key] = value
    return found


def read(path: Path | None, overrides: list[str]) -> Settings:
    """The settings of a datadog.yaml, with `key=value` pairs of the command line over them."""
    written: Any = {}
    if path is not None:
        try:
            written = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise SettingsError(f"{path}: {error}") from error
        if not isinstance(written, dict):
            raise SettingsError(f"{path}: expected a mapping of settings")
    values = flat(written)
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals:
            raise SettingsError(f"{override}: expected key=value")
        values[key] = yaml.safe_load(value)
    return Settings(values)


def as_json(settings: Settings) -> str:
    """The settings as they can be passed to another process."""
    return json.dumps(settings.values)
