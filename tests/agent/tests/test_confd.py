"""conf.d, and the ids that are made of it."""

import re
from pathlib import Path

import pytest

from agent import confd

WRITTEN = """
# a comment
init_config: {timeout: 5}
instances:
  - {url: a, tags: ["a:1", "b:2"]}
  - {url: b}
logs:
  - {type: integration, source: tiny, service: s}
"""


def ids(folder: Path, text: str, secrets: dict[str, str] | None = None) -> list[str]:
    path = folder / "tiny.d" / "conf.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    (found,), errors = confd.read(folder, secrets or {})
    assert errors == []
    return [found.check_id(instance) for instance in found.instances]


def test_the_hash_is_fnv_1_of_64_bits() -> None:
    assert confd.fnv64([b""]) == 0xCBF29CE484222325
    assert confd.fnv64([b"foo", b"bar"]) == 0x340D8765A4DDA9C2


def test_an_id_is_the_name_and_a_number(tmp_path: Path) -> None:
    first, second = ids(tmp_path, WRITTEN)
    assert re.fullmatch(r"tiny:[0-9a-f]{14,16}", first)
    assert first != second


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("timeout: 5", "timeout: 6"),
        ("url: b", "url: c"),
        ("service: s", "service: t"),
        ('["a:1", "b:2"]', '["b:2", "a:1"]'),
        ("{url: b}", "{url: b}\n  - {url: c}"),
    ],
)
def test_any_edit_changes_the_id_of_every_instance(tmp_path: Path, before: str, after: str) -> None:
    edited = WRITTEN.replace(before, after)
    assert edited != WRITTEN
    assert not set(ids(tmp_path, WRITTEN)) & set(ids(tmp_path, edited))


def test_a_comment_and_the_order_of_keys_are_no_edit(tmp_path: Path) -> None:
    edited = WRITTEN.replace("# a comment", "").replace(
        "{type: integration, source: tiny, service: s}",
        "{service: s, source: tiny, type: integration}",
    )
    assert ids(tmp_path, WRITTEN) == ids(tmp_path, edited)


@pytest.mark.parametrize("option", ["name", "namespace"])
def test_a_name_of_the_instance_is_a_part_of_the_id(tmp_path: Path, option: str) -> None:
    (found,) = ids(tmp_path, f"instances: [{{{option}: mine}}]")
    assert found.startswith("tiny:mine:")


def test_secrets_are_resolved_before_the_id_is_made(tmp_path: Path) -> None:
    text = "instances: [{password: 'ENC[key]'}]"
    before = ids(tmp_path, text, {"key": "one"})
    assert before != ids(tmp_path, text, {"key": "two"})
    (found,), _ = confd.read(tmp_path, {"key": "one"})
    assert found.instances == ("password: one\n",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected a mapping"),
        ("instances: []", "at least one instance"),
        ("instances: 5", "expected lists"),
        ("instances: [{}]\nlogs: [a]", "expected mappings in `logs`"),
        ("instances: [{a: 'ENC[gone]'}]", "secret 'gone' could not be resolved"),
        ("instances: [", "parsing"),
    ],
)
def test_a_file_that_says_nothing_useful_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "tiny.d").mkdir()
    (tmp_path / "tiny.d" / "conf.yaml").write_text(text)
    (tmp_path / "tiny.d" / "conf.yaml.example").write_text("instances: [{}]")
    found, errors = confd.read(tmp_path, {})
    assert found == []
    assert len(errors) == 1
    assert said in errors[0]
