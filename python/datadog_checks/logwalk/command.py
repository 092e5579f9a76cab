"""The `logwalk` command: everything it does is in the core."""

import sys

from . import _core


def main() -> int:
    """Run the command; the result is its exit status."""
    return _core.main(sys.argv, sys.executable)
