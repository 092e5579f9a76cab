"""What the tailer is told to read."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Source:
    """A file, and what every log of it is sent with.

    Fact: of a `logs:` block only start_position, source, service and tags reach the file's source;
    encoding, multi-line and processing rules are ignored.
    """

    path: str
    start_position: str
    source: str
    service: str
    tags: tuple[str, ...]

    @property
    def identifier(self) -> str:
        """Its key in the registry."""
        return f"file:{self.path}"


def source(path: str, block: dict[str, Any]) -> Source:
    """The source that a `logs:` block makes of a file.

    Fact: without a start_position, lines written before the tailer opens are skipped.
    """
    return Source(
        path=path,
        start_position=str(block.get("start_position") or "end"),
        source=str(block.get("source") or ""),
        service=str(block.get("service") or ""),
        tags=tuple(str(tag) for tag in block.get("tags") or ()),
    )
