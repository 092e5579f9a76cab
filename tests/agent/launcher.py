"""The routine of the Agent that receives logs from checks and writes them to files."""

import json
from collections.abc import Callable

from .handover import LOG, Receiver
from .integration_files import IntegrationFiles
from .journal import Journal
from .sources import Source, source


class Launcher:
    """One routine for the logs of all checks."""

    def __init__(
        self,
        receiver: Receiver,
        files: IntegrationFiles,
        add_source: Callable[[Source], None],
        journal: Journal,
    ) -> None:
        """Write to `files`, and tell of every file that is to be tailed."""
        self.receiver = receiver
        self.files = files
        self.add_source = add_source
        self.journal = journal
        self.handled = 0

    def run(self) -> None:
        """Receive until there is no check any more, or until the Agent stops."""
        while (handed := self.receiver.receive()) is not None:
            if handed.kind == LOG:
                self.files.append(handed.check_id, handed.body)
            else:
                self.register(handed.check_id, handed.body)
            self.handled += 1

    def register(self, check_id: str, blocks: bytes) -> None:
        """Make the file of a check that was loaded, and have it tailed.

        Fact: once for every `logs:` block of the type integration, so that two of them tail the
        same file and send everything twice. Nothing is ever taken back: the files of checks that
        a reload replaced are tailed until the Agent ends.
        """
        for block in json.loads(blocks):
            if block.get("type") == "integration":
                file = self.files.file(check_id)
                self.add_source(source(str(file.path), block))

    @property
    def busy(self) -> bool:
        """Whether a log was received that is not written yet."""
        return self.receiver.received != self.handled
