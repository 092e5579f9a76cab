"""What a vendor may answer: each has words, and decides between an error and a warning."""

import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from stubbed_agent import Agent, RunFailed
from vendor import TOKEN, Vendor


@pytest.fixture
def brief(instance: dict[str, Any]) -> dict[str, Any]:
    """An instance that gives up soon."""
    return {**instance, "limits": {"run_seconds": 1}}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, ["401 from 127.0.0.1", "credentials.token must be a production key"]),
        (403, ["403", "Enterprise feature"]),
        (404, ["404", "base_url"]),
        (400, ["400", "query"]),
        (418, ["418"]),
    ],
)
def test_a_refusal_is_an_error_with_the_sources_hint(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], status: int, words: list[str]
) -> None:
    vendor.add(1)
    vendor.fail(status, '{"error": {"message": "no such luck"}}')
    with pytest.raises(RunFailed) as failure:
        agent.run(agent.check(instance))

    for word in words:
        assert word in str(failure.value)
    assert agent.last("api.can_connect") == 0
    assert agent.logs() == []


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_vendor_that_is_down_for_the_whole_run_is_an_error(
    agent: Agent, vendor: Vendor, brief: dict[str, Any], status: int
) -> None:
    for _ in range(50):
        vendor.fail(status, "<html>down</html>")
    with pytest.raises(RunFailed, match=str(status)):
        agent.run(agent.check(brief))

    assert agent.last("api.can_connect") == 0
    assert agent.last("retries") >= 1


def test_a_vendor_that_goes_down_in_the_middle_is_a_warning(
    agent: Agent, vendor: Vendor, brief: dict[str, Any]
) -> None:
    ids = vendor.add(4)
    check = agent.check(brief)
    vendor.after(1, *[(503, {}, "")] * 50)
    agent.run(check)

    assert agent.ids() == ids[:2]
    assert any("503" in warning for warning in check.warnings)
    assert agent.last("api.can_connect") == 1
    assert agent.last("behind") == 1


def test_a_refused_connection_is_an_error_and_reported(agent: Agent, brief: dict[str, Any]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(RunFailed, match=rf"127\.0\.0\.1:{port}"):
        agent.run(agent.check({**brief, "base_url": f"http://127.0.0.1:{port}/api/v1"}))

    assert agent.last("api.can_connect") == 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<html><h1>maintenance</h1></html>", "HTML"),
        ('{"results": 5}', "results"),
        ('{"items": []}', "results"),
        ("[1, 2", "cut off"),
        ("", "empty"),
        ("null", "results"),
        ("[]", "results"),
    ],
)
def test_a_reply_of_another_shape_is_named_and_nothing_moves(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], body: str, words: str
) -> None:
    ids = vendor.add(2)
    vendor.fail(200, body)
    check = agent.check(instance)
    with pytest.raises(RunFailed, match=words):
        agent.run(check)

    agent.run(check)
    assert agent.ids() == ids


@pytest.mark.parametrize("results", ["null", "[]"])
def test_null_or_an_empty_array_is_an_empty_page(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], results: str
) -> None:
    vendor.fail(200, f'{{"results": {results}, "has_more": false}}')
    check = agent.check(instance)
    agent.run(check)

    assert check.warnings == []
    assert agent.last("behind") == 0


def test_a_cursor_that_does_not_move_is_an_error_after_what_came(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(2)
    stuck = {"results": vendor.records[:2], "has_more": True, "next_cursor": "again"}
    vendor.after(0, *[(200, {}, json.dumps(stuck))] * 5)
    with pytest.raises(RunFailed, match="cursor"):
        agent.run(agent.check(instance))

    assert agent.ids() == ids
    assert len(vendor.requests) <= 3


def test_a_page_too_large_is_asked_for_in_halves(
    agent: Agent, vendor: Vendor, instance: dict[str, Any]
) -> None:
    ids = vendor.add(40)
    agent.run(agent.check({**instance, "page_size": 40, "limits": {"body_bytes": 4000}}))

    sizes = [int(request["page_size"]) for request in vendor.requests]
    assert sizes[:3] == [40, 20, 10]
    assert agent.ids() == ids


def test_a_redirect_to_another_host_takes_no_credential_along(
    agent: Agent, vendor: Vendor, brief: dict[str, Any]
) -> None:
    seen: list[str | None] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization"))
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    other = HTTPServer(("127.0.0.2", 0), Elsewhere)
    thread = Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    vendor.fail(302, Location=f"http://127.0.0.2:{other.server_port}/")
    try:
        with pytest.raises(RunFailed):
            agent.run(agent.check(brief))
    finally:
        other.shutdown()
        thread.join()
        other.server_close()

    assert TOKEN not in str(seen)
    assert agent.logs() == []


@pytest.fixture
def proxy(vendor: Vendor) -> Iterator[tuple[str, list[str]]]:
    """A proxy in front of the vendor, and what it was asked for."""
    asked: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            path = self.path.removeprefix("http://vendor.invalid")
            status, _, body = vendor.answer(path, self.headers)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Proxy)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("where", ["instance", "init_config", "agent"])
def test_a_proxy_is_gone_through_wherever_it_is_set(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], proxy: tuple[str, list[str]], where: str
) -> None:
    ids = vendor.add(3)
    address, asked = proxy
    option = {"proxy": {"http": address}}
    behind = {**instance, "base_url": "http://vendor.invalid/api/v1"}
    agent.config["proxy"] = option["proxy"] if where == "agent" else {"http": "http://127.0.0.1:9"}
    check = agent.check(
        behind | option if where == "instance" else behind,
        init_config=option if where == "init_config" else {},
    )
    agent.run(check)

    assert agent.ids() == ids
    assert len(asked) == len(vendor.requests)


def test_the_environments_proxy_is_gone_through_where_none_is_set(
    agent: Agent,
    instance: dict[str, Any],
    proxy: tuple[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", proxy[0])
    agent.run(agent.check({**instance, "base_url": "http://vendor.invalid/api/v1"}))

    assert len(proxy[1]) == 1


def test_skip_proxy_goes_without_any(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], proxy: tuple[str, list[str]]
) -> None:
    ids = vendor.add(1)
    agent.config["proxy"] = {"http": proxy[0]}
    agent.run(agent.check({**instance, "skip_proxy": True}))

    assert agent.ids() == ids
    assert proxy[1] == []


def test_fips_is_refused_before_anything_is_read(
    agent: Agent, vendor: Vendor, instance: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    check = agent.check(instance)
    monkeypatch.setenv("GOFIPS", "1")
    with pytest.raises(RunFailed, match="FIPS"):
        agent.run(check)

    assert vendor.requests == []
    assert agent.cache == {}
