"""The unbuffered channel between a check and the Agent's launcher.

Fact: `send_log` is a C function that calls into Go, where the log goes over an unbuffered channel.
It returns when the launcher has *received* the log: that it is in the file is certain only once
the next `send_log` has returned. There is no time limit and no error. The GIL is held meanwhile: a
launcher that is stuck stops every check of the Agent.
"""

import ctypes
import errno
import os
import socket
import struct
import threading
from typing import NamedTuple, NoReturn

LOG, REGISTER = 0, 1
HEADER = struct.Struct("<BII")
RECEIVED = b"\x00"
# How a process ends whose other half was killed.
KILLED = 137


class Handed(NamedTuple):
    """A log and the id of its check, or an id and the `logs:` blocks of its file."""

    kind: int
    check_id: str
    body: bytes


class Sender:
    """The check's end."""

    def __init__(self, end: socket.socket) -> None:
        """Send over a socket whose other end the launcher reads."""
        self.descriptor = end.detach()
        # Functions of a PyDLL run with the GIL held, as the Agent's C functions do.
        self.libc = ctypes.PyDLL(None, use_errno=True)
        self.answer = ctypes.create_string_buffer(1)

    def hand_over(self, kind: int, check_id: bytes, body: bytes) -> None:
        """Return when the launcher has it."""
        frame = HEADER.pack(kind, len(check_id), len(body)) + check_id + body
        self.write(frame)
        while (count := self.libc.read(self.descriptor, self.answer, 1)) != len(RECEIVED):
            if count == 0 or ctypes.get_errno() != errno.EINTR:
                die()

    def write(self, frame: bytes) -> None:
        """Write all of it, however long the launcher takes to read."""
        while frame:
            count = self.libc.write(self.descriptor, frame, len(frame))
            if count >= 0:
                frame = frame[count:]
            elif ctypes.get_errno() != errno.EINTR:
                die()


def die() -> NoReturn:
    """End as part of the one process that both halves are in an Agent: it has been killed."""
    os._exit(KILLED)


class Receiver:
    """The launcher's end."""

    def __init__(self, end: socket.socket) -> None:
        """Receive from a socket whose other end a check writes to."""
        self.end = end
        self.stream = end.makefile("rb", buffering=1 << 16)
        self.received = 0
        self.stopped = threading.Event()

    def receive(self) -> Handed | None:
        """The next one, which the check has then sent.

        None when there is no check any more, and after the Agent was stopped: then a check that
        sends waits for ever.
        """
        try:
            return self.next()
        except OSError:
            # The check's process was killed with our answer unread, or before it.
            return None

    def next(self) -> Handed | None:
        """The next one, while the check's process lives."""
        header = self.stream.read(HEADER.size)
        if len(header) < HEADER.size:
            return None
        kind, id_length, body_length = HEADER.unpack(header)
        rest = self.stream.read(id_length + body_length)
        if len(rest) < id_length + body_length or self.stopped.is_set():
            return None
        self.received += 1
        self.end.send(RECEIVED)
        return Handed(kind, rest[:id_length].decode(), rest[id_length:])
