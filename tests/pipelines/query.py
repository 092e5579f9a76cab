"""Datadog's search syntax, as far as our pipelines, monitors and dashboards use it."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from .log import Log

TOKEN = re.compile(r'\(|\)|\[[^\]]*\]|(?:[^\s()\[\]"]+:)?"(?:[^"\\]|\\.)*"|[^\s()\[\]]+')
RANGE = re.compile(r"\[(\S+) TO (\S+)\]")
COMPARED = re.compile(r"(<=|>=|<|>)(-?[\d.]+)$")


class Query:
    """A search, parsed: terms, AND (written or not), OR, a minus for not, and parentheses."""

    def __init__(self, text: str) -> None:
        """Parse it whole."""
        self.text = text
        self.tokens = TOKEN.findall(text)
        self.names: list[str] = []
        self.root = self.alternatives()
        if self.tokens:
            raise ValueError(f"not understood in `{text}`: {self.tokens[0]}")

    def matches(self, log: Log) -> bool:
        """Whether a log is found."""
        return judged(self.root, log)

    def terms(self) -> list[Any]:
        """Each single condition, for `judged`."""
        return list(single(self.root))

    def alternatives(self) -> Any:
        """Terms joined by OR."""
        found = [self.together()]
        while self.tokens[:1] == ["OR"]:
            self.tokens.pop(0)
            found.append(self.together())
        return ("or", found)

    def together(self) -> Any:
        """Terms that have all to be true."""
        found = []
        while self.tokens and self.tokens[0] not in {"OR", ")"}:
            token = self.tokens.pop(0)
            if token == "AND":
                continue
            found.append(self.term(token))
        return ("and", found)

    def term(self, token: str) -> Any:
        """One term, or a group of them."""
        if token in {"-", "NOT"} or token.startswith("-"):
            return (
                "not",
                self.term(token[1:] if token[1:] and token != "NOT" else self.tokens.pop(0)),
            )
        if token == "(":
            inside = self.alternatives()
            self.close()
            return inside
        name, colon, value = token.partition(":")
        if not colon:
            return ("text", token.strip('"'))
        self.names.append(name)
        return self.of(name, value or self.tokens.pop(0))

    def of(self, name: str, value: str) -> Any:
        """What a name is to be: one value, or one of several."""
        if value != "(":
            return ("is", name, value.strip('"'))
        values = []
        while self.tokens and self.tokens[0] != ")":
            value = self.tokens.pop(0)
            if value != "OR":
                values.append(("is", name, value.strip('"')))
        self.close()
        return ("or", values)

    def close(self) -> None:
        """Take the parenthesis that ends a group."""
        if not self.tokens or self.tokens.pop(0) != ")":
            raise ValueError(f"a parenthesis is open in `{self.text}`")


def single(term: Any) -> Iterator[Any]:
    """The conditions of a term."""
    match term:
        case ("or" | "and", terms):
            for one in terms:
                yield from single(one)
        case ("not", one):
            yield from single(one)
        case _:
            yield term


def judged(term: Any, log: Log) -> bool:
    """Whether a parsed term is true of a log."""
    match term:
        case ("or", terms):
            return any(judged(one, log) for one in terms)
        case ("and", terms):
            return all(judged(one, log) for one in terms)
        case ("not", one):
            return not judged(one, log)
        case ("text", text):
            return text == "*" or str(text).lower() in log.message.lower()
        case (_, name, wanted):
            return any(agrees(found, wanted) for found in values(log, name))
    raise ValueError(f"not a term: {term}")


def values(log: Log, name: str) -> list[Any]:
    """What a name stands for: an attribute with @, else something official or a tag."""
    if name.startswith("@"):
        found = log.get(name[1:])
        if isinstance(found, list):
            return found
        return [] if found is None else [found]
    if name == "source":
        return [log.source]
    if name == "status":
        return [log.status]
    return [value for key, _, value in (tag.partition(":") for tag in log.tags) if key == name]


def agrees(found: Any, wanted: str) -> bool:
    """Whether a value is the one that is looked for."""
    if bounds := RANGE.fullmatch(wanted):
        return is_number(found) and float(bounds[1]) <= found <= float(bounds[2])
    if compared := COMPARED.fullmatch(wanted):
        limit = float(compared[2])
        truth = {"<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}[compared[1]]
        return is_number(found) and bool(getattr(float(found), truth)(limit))
    if isinstance(found, bool):
        return wanted in {"*", str(found).lower()}
    return fnmatchcase(str(found), wanted)


def is_number(value: Any) -> bool:
    """Whether a value can be compared with a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)
