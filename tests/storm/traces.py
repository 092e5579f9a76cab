"""What lies in an Agent's run path after it was killed."""

import json
from pathlib import Path


def offsets(run_path: Path) -> dict[str, int]:
    """How far into each file the intake has acknowledged, by the file's path."""
    try:
        written = json.loads((run_path / "registry.json").read_text(encoding="utf-8"))
        return {
            key.removeprefix("file:"): int(entry["Offset"])
            for key, entry in written["Registry"].items()
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def contents(run_path: Path) -> dict[str, bytes]:
    """The integration files."""
    return {str(path): path.read_bytes() for path in (run_path / "integrations").glob("*.log")}


def unread(files: dict[str, bytes], acknowledged: dict[str, int]) -> int:
    """How many logs lie in files behind what is acknowledged; all of one that is not known."""
    count = 0
    for path, content in files.items():
        offset = acknowledged.get(path, 0)
        count += content.count(b"\n", offset if offset <= len(content) else 0)
    return count


def taken(files: dict[str, bytes], acknowledged: dict[str, int]) -> int:
    """How many logs lie in files before what is acknowledged."""
    known = {path: content for path, content in files.items() if path in acknowledged}
    return sum(content.count(b"\n", 0, acknowledged[path]) for path, content in known.items())


def has_place(run_path: Path, check: str, streams: int) -> bool:
    """Whether of each stream at least one copy of its place is whole."""
    found: dict[str, bool] = {}
    for path in (run_path / check).glob("*"):
        stream = path.name.rpartition("_")[0]
        found[stream] = found.get(stream, False) or whole(path)
    return len(found) >= streams and all(found.values())


def whole(path: Path) -> bool:
    """Whether a copy is whole, as far as its JSON is."""
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return False
    return True
