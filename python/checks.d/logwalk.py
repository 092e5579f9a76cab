"""For those who drop checks into checks.d: the check of the installed package."""

from datadog_checks.logwalk import LogwalkCheck, __version__

__all__ = ["LogwalkCheck", "__version__"]
