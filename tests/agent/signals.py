"""Signals one after the other, for a thread that waits for them."""

import os
import signal
from collections.abc import Iterator


def heard(*numbers: signal.Signals) -> Iterator[int]:
    """The signals that come from now on, in order.

    Nothing happens in the handlers: what they could wake somebody with takes a lock, and the thread
    that they interrupt may hold it.
    """
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    return iter(lambda: os.read(told, 1)[0], None)
