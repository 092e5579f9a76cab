"""conf.d: one configuration per file, and the ids of the checks it makes."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FNV_OFFSET = 0xCBF29CE484222325
FNV_PRIME = 0x100000001B3
SIXTY_FOUR_BITS = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True)
class Configuration:
    """A file of conf.d, after its secrets were resolved."""

    name: str
    path: Path
    init_config: str
    instances: tuple[str, ...]
    logs: tuple[dict[str, Any], ...]

    def digest(self) -> int:
        """One number for all that the file says.

        Fact: the digest covers name, all instances, init_config and the `logs:` section, so a
        sibling instance or the `logs:` block changes the id of every instance of the file. The
        Agent takes murmur3 here; which hash it is cannot be seen.
        """
        parts = (self.name, *self.instances, self.init_config, raw(list(self.logs)))
        return fnv64(part.encode() for part in parts)

    def check_id(self, instance: str) -> str:
        """The id of the check that is made of an instance.

        Fact: `name[:instance name or namespace]:` and, in hexadecimal, the FNV-64 of digest,
        instance and init_config (`BuildID`): any edit makes another check of it.
        """
        digest = self.digest().to_bytes(8, "little")
        number = fnv64((digest, instance.encode(), self.init_config.encode()))
        options = yaml.safe_load(instance)
        own = options.get("name") or options.get("namespace") if isinstance(options, dict) else ""
        return f"{self.name}:{own}:{number:x}" if own else f"{self.name}:{number:x}"


def fnv64(parts: Iterable[bytes]) -> int:
    """FNV-1, 64 bits, of the parts one after the other."""
    number = FNV_OFFSET
    for byte in b"".join(parts):
        number = (number * FNV_PRIME & SIXTY_FOUR_BITS) ^ byte
    return number


def raw(value: Any) -> str:
    """A part of a file as the Agent passes it on.

    Fact: parsed and written again, so that comments and the order of keys are no edit.
    """
    return yaml.safe_dump(value, sort_keys=True, allow_unicode=True)


def read(confd: Path, secrets: dict[str, str]) -> tuple[list[Configuration], list[str]]:
    """The configurations below `<name>.d/`, and what is wrong with the other files."""
    found: list[Configuration] = []
    errors: list[str] = []
    for path in sorted(confd.glob("*.d/*.y*ml")):
        if path.suffix in {".yaml", ".yml"}:
            try:
                found.append(configuration(path, secrets))
            except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as error:
                errors.append(f"{path}: {error}")
    return found, errors


def configuration(path: Path, secrets: dict[str, str]) -> Configuration:
    """A file of conf.d; a ValueError says what it lacks."""
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(written, dict):
        raise ValueError("expected a mapping with `instances` or `logs`")  # noqa: TRY004
    instances = written.get("instances") or []
    logs = written.get("logs") or []
    if not isinstance(instances, list) or not isinstance(logs, list):
        raise ValueError("expected lists as `instances` and `logs`")  # noqa: TRY004
    if not all(isinstance(block, dict) for block in logs):
        raise ValueError("expected mappings in `logs`")
    if not instances and not logs:
        raise ValueError("expected at least one instance, or a `logs` section")
    resolve = Resolver(secrets)
    return Configuration(
        name=path.parent.name.removesuffix(".d"),
        path=path,
        init_config=raw(resolve.within(written.get("init_config") or {})),
        instances=tuple(raw(resolve.within(instance)) for instance in instances),
        logs=tuple(resolve.within(block) for block in logs),
    )


class Resolver:
    """`ENC[handle]` and what it stands for.

    Fact: secrets are resolved before the check sees its configuration and before its id is
    computed, so that rotating one makes another check of it.
    """

    def __init__(self, secrets: dict[str, str]) -> None:
        """With the secrets by their handles."""
        self.secrets = secrets

    def within(self, value: Any) -> Any:
        """A part of a configuration with its secrets in it; an unknown handle is a ValueError."""
        if isinstance(value, dict):
            return {key: self.within(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.within(inner) for inner in value]
        if isinstance(value, str) and value.startswith("ENC[") and value.endswith("]"):
            handle = value[4:-1]
            if handle not in self.secrets:
                raise ValueError(f"secret {handle!r} could not be resolved")
            return self.secrets[handle]
        return value


def secrets(file: Path | None) -> dict[str, str]:
    """What is in the file of `secret_backend_config: {file_path: ...}`; none without one."""
    if file is None:
        return {}
    written = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    return {str(handle): str(value) for handle, value in written.items()}
