"""What the sender does with the intake's answers, over real sockets."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agent.intake import Intake
from agent.journal import Journal
from agent.lines import Line
from agent.pipeline import Chunk, Payload, Pipeline
from agent.sender import Backoff, Counters, Sender
from agent.sources import Source

from .conftest import House, eventually

SOURCE = Source("/a", "beginning", "tiny", "s", ("block:1",))


class Sending:
    """A pipeline with a sender at its end."""

    def __init__(self, house: House, journal: Journal, **changed: Any) -> None:
        """Running."""
        settings = house.settings(**changed)
        self.counters = Counters()
        self.done: list[int] = []
        self.pipeline = Pipeline(settings)
        self.sender = Sender(settings, self.pipeline, self.finish, self.counters, journal)
        self.threads = [threading.Thread(target=self.pipeline.batch, daemon=True)]
        self.threads += [
            threading.Thread(target=self.sender.run, daemon=True)
            for _ in range(self.sender.threads)
        ]
        for thread in self.threads:
            thread.start()

    def finish(self, payload: Payload) -> None:
        """Note what the sender is done with."""
        self.done.append(payload.number)
        self.pipeline.done(payload)

    def put(self, *texts: str, tags: tuple[str, ...] = ()) -> None:
        """Lines that were read."""
        lines = [Line(text.encode(), tags, at + 1) for at, text in enumerate(texts)]
        self.pipeline.put(Chunk(SOURCE, lines, SOURCE.identifier, 1_500_000_000_123_456_789))

    def stop(self) -> None:
        """End all threads."""
        self.pipeline.stop()
        self.sender.stopped.set()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def start(house: House, journal: Journal) -> Iterator[Callable[..., Sending]]:
    """Starts pipelines with changed settings, and ends them."""
    started: list[Sending] = []

    def sending(**changed: Any) -> Sending:
        started.append(Sending(house, journal, **changed))
        return started[-1]

    yield sending
    for each in started:
        each.stop()


@pytest.fixture
def sending(start: Callable[..., Sending]) -> Sending:
    return start(api_key="abc")


def test_the_envelope_is_of_the_block_and_the_agent(sending: Sending, intake: Intake) -> None:
    sending.put('{"service": "mine"}', tags=("team:x",))
    eventually(lambda: sending.done)
    assert intake.accepted() == [
        {
            "message": '{"service": "mine"}',
            "status": "info",
            "timestamp": 1_500_000_000_123,
            "hostname": "stand-in",
            "service": "s",
            "ddsource": "tiny",
            "ddtags": "block:1,team:x",
        }
    ]
    assert sending.counters.shown()["LogsSent"] == 1


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_a_refusal_for_good_drops_the_payload_and_is_done_with_it(
    sending: Sending, intake: Intake, status: int
) -> None:
    intake.script({"status": status})
    sending.put("a", "b")
    eventually(lambda: sending.done == [1])
    sending.put("c")
    eventually(lambda: sending.done == [1, 2])
    assert intake.messages() == ["c"]
    assert sending.counters.shown()["DestinationLogsDropped"] == {"127.0.0.1": 2}


@pytest.mark.parametrize(
    "step",
    [
        {"status": 404},
        {"status": 408},
        {"status": 429},
        {"status": 503},
        {"reset": True},
        {"delay": 1.0, "status": 500},
    ],
)
def test_all_else_is_tried_again(
    start: Callable[..., Sending], intake: Intake, step: dict[str, Any]
) -> None:
    sending = start(logs_config__http_timeout=0.5)
    intake.script(step | {"times": 3})
    sending.put("a")
    eventually(lambda: sending.done == [1])
    assert intake.messages() == ["a"]
    assert sending.counters.shown()["DestinationErrors"] == 3
    assert sending.counters.shown()["DestinationLogsDropped"] == {}


def test_an_answer_that_is_lost_makes_a_duplicate(sending: Sending, intake: Intake) -> None:
    intake.script({"reset": True, "kept": True})
    sending.put("a")
    eventually(lambda: sending.done == [1])
    assert intake.messages() == ["a", "a"]


def test_a_key_that_the_intake_does_not_know_is_refused(sending: Sending, intake: Intake) -> None:
    intake.api_keys = ["other"]
    sending.put("a")
    eventually(lambda: sending.done == [1])
    assert intake.messages() == []
    assert intake.stats()["requests"] == [403]


def test_a_payload_is_sent_when_it_is_full_or_when_it_is_time(
    start: Callable[..., Sending], intake: Intake
) -> None:
    sending = start(logs_config__batch_max_size=3, logs_config__batch_wait=50)
    sending.put("a", "b", "c", "d")
    eventually(lambda: sending.done == [1])
    assert intake.messages() == ["a", "b", "c"]
    eventually(lambda: sending.done == [1, 2])
    assert sending.pipeline.unsent == 0


def test_no_payload_is_larger_than_the_limit(start: Callable[..., Sending], intake: Intake) -> None:
    sending = start(logs_config__batch_max_content_size=10)
    sending.put("a" * 6, "b" * 6, "c" * 60, "d")
    eventually(lambda: sending.done == [1, 2, 3, 4])
    assert len(intake.messages()) == 4


def test_a_stalled_intake_makes_the_tailer_wait(
    start: Callable[..., Sending], intake: Intake
) -> None:
    intake.script({"status": 503, "times": 10_000})
    sending = start(
        logs_config__message_channel_size=2,
        logs_config__payload_channel_size=1,
        logs_config__batch_max_size=1,
    )

    def put() -> None:
        for _ in range(20):
            sending.put("a")

    putting = threading.Thread(target=put)
    putting.start()
    time.sleep(0.3)
    assert putting.is_alive()
    intake.steps.clear()
    putting.join(10)
    eventually(lambda: len(sending.done) == 20)
    assert len(intake.messages()) == 20


def test_a_later_request_may_be_done_first_where_several_run_at_once(
    start: Callable[..., Sending], intake: Intake
) -> None:
    sending = start(
        logs_config__batch_max_concurrent_send=4,
        logs_config__batch_max_size=1,
    )
    intake.script({"delay": 0.3})
    sending.put("a")
    eventually(lambda: not intake.steps)
    sending.put("b")
    eventually(lambda: len(sending.done) == 2)
    assert sending.done == [2, 1]


def test_the_wait_doubles_up_to_two_minutes_and_is_partly_forgotten(house: House) -> None:
    backoff = Backoff(house.settings(stand_in__speed=1))
    waits = [backoff.failed() for _ in range(8)]
    assert all(2**n / 2 <= wait <= 2**n for n, wait in enumerate(waits[:6], start=1))
    assert waits[6:] == [120, 120]
    for _ in range(3):
        backoff.worked()
    assert backoff.failed() <= 8
