"""The stand-in intake, from another process too."""

import gzip
import http.client
import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from agent.intake import Intake
from agent.running import HOME


def post(url: str, body: Any, path: str = "/api/v2/logs", **headers: str) -> int:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, {"DD-API-KEY": "abc", **headers})  # noqa: S310
    try:
        with urllib.request.urlopen(request) as reply:  # noqa: S310 (our own server)
            return int(reply.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def get(url: str) -> Any:
    with urllib.request.urlopen(url) as reply:  # noqa: S310 (our own server)
        return json.load(reply)


def test_it_takes_a_list_or_one_log_plain_or_compressed(intake: Intake) -> None:
    assert post(intake.url, [{"message": "a"}, {"message": "b"}]) == 202
    assert post(intake.url, {"message": "c"}, path="/v1/input?ddsource=x") == 202
    body = gzip.compress(b'[{"message": "d"}]')
    assert post(intake.url, body, **{"Content-Encoding": "gzip"}) == 202
    assert [log["message"] for log in get(f"{intake.url}/logs")] == ["a", "b", "c", "d"]
    assert get(f"{intake.url}/stats") == {"logs": 4, "requests": [202, 202, 202]}


def test_it_refuses_what_is_no_payload(intake: Intake) -> None:
    assert post(intake.url, b"<html>") == 400
    assert post(intake.url, [5]) == 400
    assert post(intake.url, b"x", **{"Content-Encoding": "gzip"}) == 400
    assert post(intake.url, [{"message": "x" * 5_000_000}]) == 413
    assert post(intake.url, {}, path="/elsewhere") == 404
    assert intake.messages() == []


def test_it_cuts_a_log_that_is_too_long(intake: Intake) -> None:
    assert post(intake.url, [{"message": "x" * 1_000_001}]) == 202
    assert intake.messages() == ["x" * 1_000_000]


def test_it_does_as_the_script_says_in_turn(intake: Intake) -> None:
    steps = [{"status": 503, "times": 2}, {"reset": True}, {"reset": True, "kept": True}]
    assert post(intake.url, steps, path="/script") == 200
    assert post(intake.url, [{"wrong": 1}], path="/script") == 400
    assert [post(intake.url, [{"message": "a"}]) for _ in range(2)] == [503, 503]
    for kept in ([], ["b"]):
        with pytest.raises((urllib.error.URLError, ConnectionError, http.client.HTTPException)):
            post(intake.url, [{"message": "b"}])
        assert intake.messages() == kept
    assert post(intake.url, [{"message": "c"}]) == 202


def test_its_weather_is_by_chance_and_by_seed(intake: Intake) -> None:
    seen = []
    for _ in range(2):
        post(intake.url, {"seed": 7, "failing": 0.5, "statuses": [500, 429]}, path="/weather")
        seen.append([post(intake.url, [{"message": "a"}]) for _ in range(40)])
    assert seen[0] == seen[1]
    assert set(seen[0]) == {202, 500, 429}


def test_what_it_accepted_survives_it(tmp_path: Path) -> None:
    keep = tmp_path / "accepted.jsonl"
    for number in range(2):
        process = subprocess.Popen(
            [sys.executable, "-m", "agent", "intake", "--port", "0", "--keep", str(keep)],
            cwd=HOME,
            stdout=subprocess.PIPE,
        )
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        assert len(get(f"{url}/logs")) == number
        assert post(url, [{"message": "a"}]) == 202
        process.send_signal((signal.SIGKILL, signal.SIGTERM)[number])
        process.wait()
        process.stdout.close()
    assert len(keep.read_text().splitlines()) == 2
