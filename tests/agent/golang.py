"""What Go's encoding/json makes of an object that it reads into a map and writes again."""

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}
# Fact: `<`, `>` and `&` are escaped, for the sake of browsers; so are two ends of line.
ESCAPED = re.compile('["\\\\\x00-\x1f<>&\u2028\u2029\ud800-\udfff]')
DEPTH = 10_000


class NoJson(ValueError):
    """Go would not read it."""


def read(text: str) -> Any:
    """The value of a JSON text: numbers are floats, so integers beyond 2^53 lose precision."""
    try:
        return json.loads(text, parse_int=number, parse_float=number, parse_constant=refused)
    except RecursionError:
        raise NoJson("too deep") from None


def number(text: str) -> float:
    """A number as Go holds it; one that does not fit is an error."""
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise NoJson(f"{text} is out of range")
    return value


def refused(text: str) -> NoReturn:
    """NaN and infinities, which Python reads and Go does not."""
    raise NoJson(f"{text} is no JSON")


def write(value: Any) -> str:
    """JSON as Go writes it: keys in order, no spaces."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, str):
        return f'"{ESCAPED.sub(escaped, value)}"'
    if isinstance(value, list):
        return f"[{','.join(write(inner) for inner in value)}]"
    return "{" + ",".join(f"{write(key)}:{write(value[key])}" for key in sorted(value)) + "}"


def escaped(found: re.Match[str]) -> str:
    """A character that Go does not write as it is; half a surrogate pair becomes U+FFFD."""
    character = found.group()
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"
    return ESCAPES.get(character) or f"\\u{ord(character):04x}"


def float_text(value: float) -> str:
    """A number as Go writes it: with an exponent only below 1e-6 and from 1e21 on."""
    if value == 0:
        return "-0" if str(value).startswith("-") else "0"
    if 1e-6 <= abs(value) < 1e21:
        text = format(Decimal(repr(value)), "f")
        return text.removesuffix(".0") if "." in text else text
    mantissa, _, exponent = format(Decimal(repr(value)).normalize(), "e").partition("e")
    sign = exponent[0] if exponent[0] == "-" else "+"
    digits = exponent.lstrip("+-").lstrip("0")
    # Go writes e-9 for e-09, but e+21 with all of its digits.
    return f"{mantissa}e{sign}{digits}"
