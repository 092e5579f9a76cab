"""Runs checks at their intervals on a few workers."""

import json
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .reports import Reports

DEFAULT_INTERVAL = 15


@dataclass
class Job:
    """A check and when it is due."""

    check: Any
    interval: float
    due: float
    cancelled: bool = False
    running: threading.Lock = field(default_factory=threading.Lock)

    @property
    def check_id(self) -> str:
        """The id of its check."""
        return str(self.check.check_id)


class Schedule:
    """All jobs and the workers that do them."""

    def __init__(self, workers: int, scaled: Callable[[float], float], reports: Reports) -> None:
        """Fact: an Agent has four workers for all its checks."""
        self.scaled = scaled
        self.reports = reports
        self.lock = threading.Lock()
        self.jobs: dict[str, Job] = {}
        self.ready: queue.Queue[Job] = queue.Queue()
        self.free = threading.Semaphore(workers)
        self.wake = threading.Event()
        self.stopped = threading.Event()
        for number in range(workers):
            threading.Thread(target=self.work, name=f"worker {number}", daemon=True).start()
        threading.Thread(target=self.tick, name="scheduler", daemon=True).start()

    def add(self, check: Any) -> None:
        """Run a check from now on."""
        seconds = check.instance.get("min_collection_interval") or DEFAULT_INTERVAL
        job = Job(check, self.scaled(float(seconds)), time.monotonic())
        with self.lock:
            self.jobs[job.check_id] = job
        self.wake.set()

    def remove(self, check_id: str, patience: float) -> None:
        """Run a check no more, and cancel it.

        Fact: `cancel()` is called beside a run that is still going, which nothing interrupts; it
        is given so long and then left alone.
        """
        with self.lock:
            job = self.jobs.pop(check_id)
            job.cancelled = True
        cancelling = threading.Thread(target=self.cancel, args=(job,), daemon=True)
        cancelling.start()
        cancelling.join(patience)

    def cancel(self, job: Job) -> None:
        """Call `cancel()`."""
        try:
            job.check.cancel()
        except Exception as error:  # noqa: BLE001 (a check may raise anything)
            self.reports.report("cancel", check_id=job.check_id, error=repr(error))
        else:
            self.reports.report("cancel", check_id=job.check_id, error="")

    def now(self, check_id: str | None) -> None:
        """Make a check due, or all of them."""
        with self.lock:
            for job in self.jobs.values():
                if check_id in {None, job.check_id}:
                    job.due = time.monotonic()
        self.wake.set()

    def tick(self) -> None:
        """Hand every job that is due to a worker.

        Fact: while all workers are busy nothing is handed out, and ticks that were missed are not
        made up for.
        """
        while not self.stopped.is_set():
            now = time.monotonic()
            with self.lock:
                due = [job for job in self.jobs.values() if job.due <= now]
                for job in due:
                    job.due = now + job.interval
            for job in due:
                self.free.acquire()
                self.ready.put(job)
            with self.lock:
                next_due = min((job.due for job in self.jobs.values()), default=now + 1)
            self.wake.wait(max(0.0, min(1.0, next_due - time.monotonic())))
            self.wake.clear()

    def work(self) -> None:
        """Run what is handed out.

        Fact: a check that is still running is skipped; nothing ends a run but the check itself.
        """
        while True:
            job = self.ready.get()
            if job.cancelled or self.stopped.is_set():
                pass
            elif job.running.acquire(blocking=False):
                try:
                    self.run(job)
                finally:
                    job.running.release()
            else:
                self.reports.report("skipped", check_id=job.check_id)
            self.free.release()

    def run(self, job: Job) -> None:
        """One run."""
        self.reports.report("begun", check_id=job.check_id)
        begun = time.monotonic()
        report = job.check.run()
        error = json.loads(report)[0] if report else {}
        self.reports.report(
            "ran",
            check_id=job.check_id,
            seconds=time.monotonic() - begun,
            error=error.get("message", "") if error else "",
            traceback=error.get("traceback", "") if error else "",
            warnings=[str(warning) for warning in job.check.get_warnings()],
        )

    def stop(self, patience: float) -> None:
        """Start no run, and give those that are going so long.

        Fact: `cancel()` is not called when the Agent stops; the process ends in the middle of a
        run that takes longer.
        """
        self.stopped.set()
        until = time.monotonic() + patience
        with self.lock:
            jobs = list(self.jobs.values())
        for job in jobs:
            job.running.acquire(timeout=max(0.0, until - time.monotonic()))
