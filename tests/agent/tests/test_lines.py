"""What becomes of the bytes of a file."""

import pytest

from agent import golang
from agent.lines import Line, Lines, parsed


def test_a_line_is_a_log_once_it_has_ended() -> None:
    lines = Lines(100, 1000)
    assert lines.feed(b"one\ntw") == [Line(b"one", (), 104)]
    assert lines.feed(b"o\n\n") == [Line(b"two", (), 108), Line(b"", (), 109)]


def test_a_line_that_is_too_long_is_cut_into_marked_pieces() -> None:
    whole = b"x" * 25 + b'"ddtags":"a:b"\nnext\n'
    for size in (1, 7, len(whole)):
        lines = Lines(0, 10)
        found = [
            line for at in range(0, len(whole), size) for line in lines.feed(whole[at : at + size])
        ]
        assert [line.content for line in found] == [
            b"xxxxxxxxxx...TRUNCATED...",
            b"...TRUNCATED...xxxxxxxxxx...TRUNCATED...",
            b'...TRUNCATED...xxxxx"ddta...TRUNCATED...',
            b'...TRUNCATED...gs":"a:b"',
            b"next",
        ]
        assert [line.end for line in found] == [10, 20, 30, 40, 45]


def test_tags_are_taken_out_and_the_object_is_written_anew() -> None:
    content, tags = parsed(b'{"z": 9007199254740993, "a": "<&>", "ddtags": "team:x, env:y,"}')
    assert content == b'{"a":"\\u003c\\u0026\\u003e","z":9007199254740992}'
    assert tags == ("team:x", "env:y")


@pytest.mark.parametrize(
    "untouched",
    [
        b'{"z": 9007199254740993, "a": "<&>"}',
        b'{"ddtags": ["team:x"]}',
        b'["ddtags"]',
        b'"ddtags"',
        b'{"ddtags": "team:x"',
        b'{"ddtags": "team:x", "a": NaN}',
        b'{"ddtags": "team:x", "a": 1e400}',
        b'{"ddtags": "team:x", "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_all_else_is_not_touched(untouched: bytes) -> None:
    assert parsed(untouched) == (untouched, ())


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("1.0", "1"),
        ("0.10", "0.1"),
        ("-0", "-0"),
        ("1e20", "100000000000000000000"),
        ("1e21", "1e+21"),
        ("1.5e300", "1.5e+300"),
        ("1e-6", "0.000001"),
        ("1e-7", "1e-7"),
        ("123456789012345678901", "123456789012345680000"),
        ('"\\u2028 \\ud800 \\u0001 \\" é \\/"', '"\\u2028 \ufffd \\u0001 \\" é /"'),
        ("[true, false, null, {}]", "[true,false,null,{}]"),
        ('{"b": 1, "a": 2, "b": 3}', '{"a":2,"b":3}'),
    ],
)
def test_go_writes_json_in_its_own_way(read: str, written: str) -> None:
    assert golang.write(golang.read(read)) == written
