"""The options of an instance, spelled as the documentation spells them."""

from pathlib import Path
from typing import Any

import pytest
from datadog_checks.base import ConfigurationError

from datadog_checks.logwalk import LogwalkCheck
from stubbed_agent import Agent, RunFailed
from vendor import TOKEN, Vendor


def own_source(vendor: Vendor, **more: Any) -> dict[str, Any]:
    """A source of the user's own that needs no credential."""
    return {
        "name": "acme/events",
        "base_url": vendor.base_url,
        "request": {"path": "/logs/tool-calls/", "headers": {"Authorization": f"Bearer {TOKEN}"}},
        "records": "results",
        **more,
    }


@pytest.mark.parametrize(
    "option",
    [
        {"destination": "agent"},
        {"destination": {"type": "agent"}},
        {"store": "agent"},
        {"store": {"type": "agent"}},
        {"start": "now"},
        {"start": "oldest"},
        {"start": "2026-11-01T00:00:00Z"},
        {"start": "2d"},
        {"start": 3600},
        {"overlap": "10m"},
        {"settle": "1m"},
        {"settle": 0},
        {"query": {"status": "error", "limit": 5, "flag": True}},
        {"limits": {"run_bytes": 1000, "run_seconds": 1.5, "log_bytes": 1000}},
        {"limits": {"body_bytes": 1_000_000, "requests_per_second": 0.5}},
        {"limits": {}},
        {"limits": None},
        {"too_old": "keep"},
        {"stream": "eu-1"},
        {"timeout": 5, "connect_timeout": 1, "read_timeout": 2.5},
        {"proxy": {"http": "http://127.0.0.1:3128", "no_proxy": ["127.0.0.1"]}},
        {"skip_proxy": True},
        {"headers": {"X-A": "b"}, "extra_headers": {"X-C": "d"}},
        {"tls_verify": False},
        {"persist_connections": True, "log_requests": False, "allow_redirects": True},
        {"auth_type": "basic"},
        {"min_collection_interval": 0},
        {"service": "mine", "min_collection_interval": 15, "disable_generic_tags": True},
        {"empty_default_hostname": True, "no_index": False, "loader": "python"},
        {"enable_legacy_tags_normalization": False, "max_returned_metrics": 500},
        {"metric_patterns": {"exclude": ["x"]}, "debug_metrics": {"metric_contexts": False}},
        {"process_isolation": False},
    ],
)
def test_every_documented_option_is_taken(
    agent: Agent, instance: dict[str, Any], option: dict[str, Any]
) -> None:
    assert agent.check({**instance, **option}).persistent_cache_id()


@pytest.mark.parametrize(
    "init_config",
    [
        {},
        {"service": "mine"},
        {"proxy": {"https": "http://127.0.0.1:3128"}, "skip_proxy": False},
        {"timeout": 5, "log_requests": False, "tls_ignore_warning": False},
        {"use_agent_proxy": False},
        {"debug_metrics": {}, "process_isolation": False, "loader": "python"},
        {"profile_memory": "/nowhere", "profile_memory_frames": 100},
        {"set_breakpoint": 0},
    ],
)
def test_every_option_of_init_config_is_taken(
    instance: dict[str, Any], init_config: dict[str, Any]
) -> None:
    check = LogwalkCheck("logwalk", init_config, [instance])

    assert check.persistent_cache_id()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "eu"}, ["name", "stream"]),
        ({"namespace": "eu"}, ["namespace", "stream"]),
        ({"pagesize": 5}, ["pagesize", "page_size"]),
        ({"credential": {}}, ["credential", "credentials"]),
        ({"limits": {"run_byte": 5}}, ["limits.run_byte", "run_bytes"]),
        ({"log": {"mesage": "x"}}, ["log.mesage", "message"]),
        ({"source": {"extends": "agent_handler/toolcalls"}}, ["agent_handler/tool_calls"]),
        (
            {"source": {"extends": "agent_handler/tool_calls", "retension": "1d"}},
            ["source.retension", "retention"],
        ),
        ({"credentials": {"token": "x", "tokens": "y"}}, ["credentials.tokens", "token"]),
        ({"credentials": {"token": ""}}, ["credentials.token", "production key"]),
        ({"credentials": {"token": "ENC[key]"}}, ["credentials.token", "ENC"]),
        ({"credentials": {"token": 12345}}, ["credentials.token", "quotes"]),
        ({"settings": {"org": "x"}}, ["settings.org"]),
        ({"destination": {"type": "kafka"}}, ["destination", "kafka"]),
        ({"store": {"type": "file"}}, ["store.path"]),
        ({"store": {"type": "fil", "path": "x"}}, ["store", "file"]),
        ({"too_old": "skipp"}, ["too_old", "skip"]),
        ({"start": "yesterday"}, ["start", "yesterday"]),
        ({"page_size": 0}, ["page_size"]),
        ({"page_size": 5000}, ["page_size", "1000"]),
        ({"limits": {"run_bytes": 0}}, ["limits.run_bytes"]),
        ({"limits": {"run_seconds": -1}}, ["limits.run_seconds"]),
        ({"limits": {"run_seconds": 1e300}}, ["limits.run_seconds", "lifetime"]),
        ({"min_collection_interval": "often"}, ["min_collection_interval"]),
        ({"stream": ""}, ["stream"]),
        ({"base_url": "ah-api.merge.dev"}, ["base_url"]),
        ({"base_url": "ftp://ah-api.merge.dev"}, ["base_url"]),
        ({"query": {"cursor": "x"}}, ["query.cursor"]),
        ({"timeout": "soon"}, ["timeout"]),
        ({"auth_type": "kerberos"}, ["auth_type", "kerberos"]),
        ({"auth_type": "ntlm"}, ["auth_type", "ntlm"]),
        ({"auth_type": "digest"}, ["auth_type", "digest"]),
        ({"auth_type": "aws"}, ["auth_type", "aws"]),
        ({"kerberos_auth": "required"}, ["kerberos_auth"]),
        ({"ntlm_domain": "corp"}, ["ntlm_domain"]),
        ({"auth_token": {"reader": {}}}, ["auth_token"]),
        ({"source": None}, ["source"]),
        ({"source": ["agent_handler/tool_calls"]}, ["source"]),
    ],
)
def test_a_wrong_option_is_refused_with_its_path_and_what_would_be_right(
    agent: Agent,
    vendor: Vendor,
    instance: dict[str, Any],
    wrong: dict[str, Any],
    words: list[str],
) -> None:
    vendor.add(1)
    with pytest.raises(ConfigurationError) as error:
        agent.check({**instance, **wrong}).check(None)

    for word in words:
        assert word in str(error.value)
    assert TOKEN not in str(error.value)
    assert vendor.requests == []
    assert agent.cache == {}


@pytest.mark.parametrize("wrong", [{"servce": "x"}, {"kerberos": "x"}, {"proxy": 5}])
def test_a_wrong_init_config_is_refused_with_its_path(
    instance: dict[str, Any], wrong: dict[str, Any]
) -> None:
    with pytest.raises(ConfigurationError, match=r"init_config\."):
        LogwalkCheck("logwalk", wrong, [instance]).check(None)


def test_a_source_of_the_users_own_needs_four_things_only(agent: Agent, vendor: Vendor) -> None:
    ids = vendor.add(3)
    agent.run(agent.check({"source": own_source(vendor)}))

    logs = agent.logs()
    assert [log["acme"]["id"] for log in logs] == ids
    assert len(set(agent.ids())) == 3
    assert logs[0]["logwalk"]["source"] == "acme/events"
    assert agent.metric("records.sent")[-1] == (3, {"log_source:acme/events"})


def test_a_certificate_file_that_is_not_there_is_named_before_any_request(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    with pytest.raises(ConfigurationError, match=r"tls_ca_cert: .*/nowhere/ca\.pem"):
        agent.check({**instance, "tls_ca_cert": "/nowhere/ca.pem"}).check(None)
    assert vendor.requests == []


@pytest.mark.parametrize("missing", ["name", "base_url", "request", "records"])
def test_a_source_without_one_of_them_is_refused_by_name(
    agent: Agent, vendor: Vendor, missing: str
) -> None:
    source = own_source(vendor)
    del source[missing]

    with pytest.raises(RunFailed, match=rf"source\.{missing}"):
        agent.run(agent.check({"source": source}))


def test_extends_takes_the_rest_from_the_catalogue(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(3)
    source = {
        "extends": "agent_handler/tool_calls",
        "retention": "14d",
        "log": {"message": "called {tool_name}"},
    }
    agent.run(agent.check({**instance, "source": source}))

    assert agent.ids() == ids
    assert agent.logs()[0]["message"] == "called slack__post_message"
    assert agent.logs()[0]["ddsource"] == "agent_handler"


def test_a_query_of_the_users_wins_over_the_sources(agent: Agent, vendor: Vendor) -> None:
    vendor.add(1)
    source = own_source(vendor)
    source["request"]["query"] = {"sort": "up", "kind": "call"}
    agent.run(agent.check({"source": source, "query": {"sort": "down", "status": "error"}}))

    assert vendor.requests[0] == {"sort": "down", "kind": "call", "status": "error"}


def test_a_store_of_files_keeps_the_place_there_and_nothing_in_the_cache(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], tmp_path: Path
) -> None:
    first = vendor.add(3)
    folder = tmp_path / "places"
    stored = {**instance, "store": {"type": "file", "path": str(folder)}}
    agent.run(agent.check(stored))
    second = vendor.add(2, minutes_ago=1)
    agent.run(agent.check(stored))

    assert agent.ids() == first + second
    assert agent.cache == {}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path for path in folder.iterdir() if path.is_file()]


def test_page_size_is_asked_of_the_api(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    vendor.add(3)
    agent.run(agent.check({**instance, "page_size": 2}))

    assert {request["page_size"] for request in vendor.requests} == {"2"}


def test_headers_and_basic_credentials_reach_the_api(agent: Agent, vendor: Vendor) -> None:
    vendor.add(1)
    source = own_source(vendor)
    del source["request"]["headers"]
    options = {"username": "user", "password": "word", "extra_headers": {"X-Team": "security"}}
    with pytest.raises(RunFailed, match="401"):
        agent.run(agent.check({"source": source, **options}))

    assert vendor.headers[0]["Authorization"] == "Basic dXNlcjp3b3Jk"
    assert vendor.headers[0]["X-Team"] == "security"
