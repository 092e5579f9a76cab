"""Bytes of a file, as the lines that the tailer takes for logs. No files, no clock."""

from typing import NamedTuple

from . import golang

TRUNCATED = b"...TRUNCATED..."


class Line(NamedTuple):
    """A log, its tags, and where in the file its line ended."""

    content: bytes
    tags: tuple[str, ...]
    end: int


class Lines:
    """Cuts bytes into lines; what has no end yet waits for it."""

    def __init__(self, offset: int, limit: int) -> None:
        """Begin at an offset of the file; a line longer than `limit` is cut into pieces."""
        self.end = offset
        self.limit = limit
        self.rest = b""
        self.cut = False

    def feed(self, read: bytes) -> list[Line]:
        """The lines that end in what was read."""
        found: list[Line] = []
        *complete, self.rest = (self.rest + read).split(b"\n")
        for line in complete:
            found.extend(self.pieces(line, whole=True))
        if len(self.rest) > self.limit:
            kept = len(self.rest) % self.limit or self.limit
            found.extend(self.pieces(self.rest[:-kept], whole=False))
            self.rest = self.rest[-kept:]
        return found

    def pieces(self, line: bytes, *, whole: bool) -> list[Line]:
        """A line, or the pieces of one that is too long.

        Fact: the pieces are marked and are no JSON any more, so no tags are found in them.
        """
        found: list[Line] = []
        while len(line) > self.limit or (line and not whole):
            piece, line = line[: self.limit], line[self.limit :]
            self.end += len(piece)
            before = TRUNCATED if self.cut else b""
            found.append(Line(before + piece.strip() + TRUNCATED, (), self.end))
            self.cut = True
        if whole:
            self.end += len(line) + 1
            content = line.strip()
            if self.cut:
                found.append(Line(TRUNCATED + content, (), self.end))
            else:
                found.append(Line(*parsed(content), self.end))
            self.cut = False
        return found


def parsed(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """A line and the tags in it.

    Fact: a top-level text `ddtags` is taken out, and the object is written anew by Go. A line
    without one is not touched.
    """
    if b'"ddtags"' not in content:
        return content, ()
    try:
        log = golang.read(content.decode(errors="replace"))
    except ValueError:
        return content, ()
    if not isinstance(log, dict) or not isinstance(log.get("ddtags"), str):
        return content, ()
    tags = tuple(tag.strip() for tag in log.pop("ddtags").split(","))
    text = golang.write(log)
    return text.encode(), tuple(tag for tag in tags if tag)
