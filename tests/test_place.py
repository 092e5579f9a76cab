"""The place survives what happens to the Agent's cache, and belongs to one stream only."""

import json
import zlib
from typing import Any

import pytest
from datadog_checks.base.stubs import datadog_agent

from stubbed_agent import Agent, RunFailed
from vendor import Vendor


def slots(agent: Agent) -> list[str]:
    """The cache keys that hold a place."""
    return [key for key, value in agent.cache.items() if '"place"' in value]


def test_two_slots_are_written_in_turn(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(5)
    agent.run(agent.check(instance))

    assert len(slots(agent)) == 2


def test_a_torn_slot_falls_back_to_the_other_one(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(6)
    agent.run(agent.check(instance))
    newest = max(
        slots(agent), key=lambda key: int(json.loads(agent.cache[key])["body"]["sequence"])
    )
    agent.cache[newest] = agent.cache[newest][:40]

    check = agent.check(instance)
    agent.run(check)

    repeated = agent.ids()[len(ids) :]
    assert len(repeated) <= 2
    assert set(repeated) <= set(ids)
    assert any("cut short" in warning for warning in check.warnings)


@pytest.mark.parametrize("left", ["{", "\x00\x00", '{"cursor": "abc"}'])
def test_both_slots_gone_is_said_and_begins_again(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], left: str
) -> None:
    ids = vendor.add(4)
    agent.run(agent.check(instance))
    for key in slots(agent):
        agent.cache[key] = left

    check = agent.check(instance)
    agent.run(check)

    assert agent.ids() == ids + ids
    assert any("damaged in both" in warning for warning in check.warnings)


def test_a_place_of_a_newer_version_is_refused(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(3)
    agent.run(agent.check(instance))
    for key in slots(agent):
        body = agent.cache[key].partition('"body":')[2][:-1]
        newer = body.replace('"version":1', '"version":999')
        agent.cache[key] = f'{{"sum":"{zlib.crc32(newer.encode()):08x}","body":{newer}}}'
    before = dict(agent.cache)

    with pytest.raises(RunFailed, match="newer"):
        agent.run(agent.check(instance))
    assert agent.ids() == ids
    assert agent.cache == before


def test_a_cache_that_does_not_keep_what_is_written_is_said(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.add(3)
    check = agent.check(instance)
    monkeypatch.setattr(datadog_agent, "write_persistent_cache", lambda _key, _value: None)

    with pytest.raises(RunFailed, match="did not stick"):
        agent.run(check)


def test_editing_what_does_not_decide_the_records_keeps_the_place(
    agent: Agent, instance: dict[str, Any]
) -> None:
    identity = agent.check(instance).persistent_cache_id()
    for edit in (
        {"credentials": {"token": "a-rotated-key"}},
        {"tags": ["team:security"]},
        {"timeout": 30},
        {"page_size": 500},
        {"log": {"message": "{tool_name}"}},
        {"limits": {"run_bytes": 1_000_000}},
        {"headers": {"X-Team": "security"}},
        {"min_collection_interval": 300},
        {"service": "agents"},
    ):
        edited = agent.check({**instance, **edit})
        assert edited.persistent_cache_id() == identity, edit


def test_editing_what_decides_the_records_begins_another_place(
    agent: Agent, instance: dict[str, Any]
) -> None:
    edits: tuple[dict[str, Any], ...] = (
        {},
        {"source": "agent_handler/api_calls"},
        {"base_url": "https://ah-api-eu.merge.dev/api/v1"},
        {"query": {"status": "error"}},
        {"stream": "second"},
    )
    identities = [agent.check({**instance, **edit}).persistent_cache_id() for edit in edits]

    assert len(set(identities)) == len(edits)
    # The Agent deletes every other character from the name of the cache's file.
    assert all(identity.isalnum() and identity.isascii() for identity in identities)


def test_a_reload_supersedes_the_older_instance(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(4)
    older = agent.check(instance)
    agent.run(older)
    newer = agent.check({**instance, "tags": ["team:security"]}, "logwalk:3c4d")
    agent.run(newer)

    assert agent.ids() == ids
    assert agent.logs("logwalk:3c4d") == []


def test_two_instances_of_one_stream_are_both_refused(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(4)
    first, second = agent.check(instance, "logwalk:aaaa"), agent.check(instance, "logwalk:bbbb")
    agent.run(first)
    agent.run(second)

    for duplicate in (first, second):
        with pytest.raises(RunFailed, match="agent_handler/tool_calls"):
            agent.run(duplicate)


def test_two_streams_of_one_source_live_side_by_side(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(3)
    checks = {
        check_id: agent.check({**instance, "stream": stream}, check_id)
        for stream, check_id in (("one", "logwalk:aaaa"), ("two", "logwalk:bbbb"))
    }
    for check in (*checks.values(), *checks.values()):
        agent.run(check)

    for check_id in checks:
        assert [log["logwalk"]["id"] for log in agent.logs(check_id)] == ids
