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
        {"too_old": "keep"},
        {"overlap": "10m"},
        {"settle": "1m"},
        {"start": "oldest"},
        {"destination": {"type": "agent"}},
        {"extra_headers": {"X-Team": "security"}},
        {"proxy": {"http": "http://127.0.0.1:3128"}},
        {"tls_verify": False},
        {"limits": {"log_bytes": 1000}},
        {"log": {"tags": {"a": "tool_name"}, "drop": ["result"]}},
        {"source": {"extends": "agent_handler/tool_calls", "retention": "14d"}},
        {"source": {"extends": "agent_handler/tool_calls", "hints": {"401": "ask Ann"}}},
    ):
        edited = agent.check({**instance, **edit})
        assert edited.persistent_cache_id() == identity, edit


def test_editing_what_decides_the_records_begins_another_place(
    agent: Agent, instance: dict[str, Any]
) -> None:
    own = {"extends": "agent_handler/tool_calls"}
    edits: tuple[dict[str, Any], ...] = (
        {},
        {"source": {**own, "request": {"path": "/logs/other/"}}},
        {"source": {**own, "request": {"method": "POST", "body": {"a": 1}}}},
        {"source": {**own, "request": {"method": "POST", "body": {"a": 2}}}},
        {"source": {**own, "records": "items"}},
        {"source": {**own, "next": {"from": "body.next", "to": "query.cursor"}}},
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


def test_two_instances_of_one_stream_both_refuse_and_name_each_other(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(4)
    first, second = agent.check(instance, "logwalk:aaaa"), agent.check(instance, "logwalk:bbbb")
    agent.run(first)
    # Only a reload so far, for all anybody knows.
    agent.run(second)
    agent.run(second)
    assert [log["logwalk"]["id"] for log in agent.logs("logwalk:aaaa")] == ids

    # A run that was due when the reload came stops nobody but itself.
    with pytest.raises(RunFailed, match="logwalk:bbbb"):
        agent.run(first)
    agent.run(second)

    asked = len(vendor.requests)
    for duplicate, other in ((first, "bbbb"), (second, "aaaa"), (first, "bbbb")):
        with pytest.raises(RunFailed, match=rf"agent_handler/tool_calls.*as .*logwalk:{other}"):
            agent.run(duplicate)
    assert len(vendor.requests) == asked

    # One of the two was removed: the Agent cancels it, and the other goes on.
    first.cancel()
    agent.run(second)


def test_a_run_that_a_reload_overtakes_keeps_nothing_more(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = vendor.add(6)
    older, newer = agent.check(instance, "logwalk:aaaa"), agent.check(instance, "logwalk:bbbb")
    send = older.send_log

    def overtaken(log: dict[str, Any]) -> None:
        send(log)
        if log["logwalk"]["id"] == ids[3]:
            agent.run(newer)

    monkeypatch.setattr(older, "send_log", overtaken)
    with pytest.raises(RunFailed, match="superseded"):
        agent.run(older)

    # The older one's second page was out but not kept: it came again, and nothing else did.
    sent = {
        which: [log["logwalk"]["id"] for log in agent.logs(f"logwalk:{which}")]
        for which in ("aaaa", "bbbb")
    }
    assert sent == {"aaaa": ids[:4], "bbbb": ids[2:]}


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
