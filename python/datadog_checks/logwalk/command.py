"""The `logwalk` command: everything it does is in the core."""

import signal
import sys

from . import _core


def main() -> int:
    """Run the command; the result is its exit status."""
    # Python's own handler would only note a ctrl-c until the core returns, and then raise.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _core.main(sys.argv, sys.executable)
