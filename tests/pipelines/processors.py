"""Each processor that our pipelines use, and no other."""

from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .log import STATUSES, Log
from .query import Query

# Datadog knows thousands; what it makes of these is from logs that it processed.
AGENTS: dict[str, Any] = {
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/98.0.4758.102 Safari/537.36": {
        "os": {"family": "Mac OS X", "major": "10", "minor": "15", "patch": "7"},
        "browser": {
            "family": "Chrome",
            "major": "98",
            "minor": "0",
            "patch": "4758",
            "patch_minor": "102",
        },
        "device": {"family": "Mac", "brand": "Apple", "model": "Mac", "category": "Desktop"},
    }
}


def first(log: Log, sources: list[str]) -> Any:
    """The first of several attributes that is there."""
    return next((value for path in sources if (value := log.get(path)) is not None), None)


def remap_attribute(log: Log, settings: dict[str, Any]) -> None:
    """Move or copy the first source that is there, unless something stands at the target."""
    if (settings["sourceType"], settings["targetType"]) != ("attribute", "attribute"):
        raise ValueError("only attributes are remapped to attributes here")
    found = [path for path in settings["sources"] if log.get(path) is not None]
    if not found or (
        log.get(settings["target"]) is not None and not settings["overrideOnConflict"]
    ):
        return
    value = log.get(found[0])
    formats: dict[str, Callable[[Any], Any]] = {"string": str, "integer": int, "double": float}
    log.put(settings["target"], formats.get(settings.get("targetFormat", ""), lambda x: x)(value))
    if not settings["preserveSource"]:
        log.remove(found[0])


def remap_date(log: Log, settings: dict[str, Any]) -> None:
    """Make an attribute the official time."""
    found = first(log, settings["sources"])
    if isinstance(found, int):
        log.timestamp = found
    elif isinstance(found, str):
        log.timestamp = int(datetime.fromisoformat(found).timestamp() * 1000)


def remap_message(log: Log, settings: dict[str, Any]) -> None:
    """Make an attribute the official message."""
    if (found := first(log, settings["sources"])) is not None:
        log.message = str(found)


def remap_status(log: Log, settings: dict[str, Any]) -> None:
    """Make an attribute the official status."""
    if (found := first(log, settings["sources"])) is not None:
        log.status = STATUSES.get(str(found).lower(), "info")


def categorize(log: Log, settings: dict[str, Any]) -> None:
    """Name the first category whose query finds the log."""
    for category in settings["categories"]:
        if Query(category["filter"]["query"]).matches(log):
            log.put(settings["target"], category["name"])
            return


def parse_url(log: Log, settings: dict[str, Any]) -> None:
    """Take a URL apart."""
    found = first(log, settings["sources"])
    if not isinstance(found, str):
        return
    url = urlsplit(found)
    parts = {"scheme": url.scheme, "host": url.hostname, "port": url.port, "path": url.path}
    details: dict[str, Any] = {name: part for name, part in parts.items() if part}
    if url.query:
        details["queryString"] = dict(parse_qsl(url.query, keep_blank_values=True))
    log.put(settings["target"], details)


def parse_user_agent(log: Log, settings: dict[str, Any]) -> None:
    """Name browser, system and device, of agents that are known here."""
    if (found := first(log, settings["sources"])) in AGENTS:
        log.put(settings["target"], AGENTS[found])


def locate(log: Log, settings: dict[str, Any]) -> None:
    """Locate an address; one that is nobody's is nowhere, and there is no map for others."""
    found = first(log, settings["sources"])
    if found is not None and not ip_address(found).is_global:
        log.put(settings["target"], {})


PROCESSORS: dict[str, Callable[[Log, dict[str, Any]], None]] = {
    "attribute-remapper": remap_attribute,
    "category-processor": categorize,
    "date-remapper": remap_date,
    "geo-ip-parser": locate,
    "message-remapper": remap_message,
    "status-remapper": remap_status,
    "url-parser": parse_url,
    "user-agent-parser": parse_user_agent,
}


def processed(log: Log, pipeline: dict[str, Any]) -> None:
    """Send a log through a pipeline, if that is for it."""
    if not pipeline["enabled"] or not Query(pipeline["filter"]["query"]).matches(log):
        return
    for processor in pipeline["processors"]:
        if processor["enabled"]:
            PROCESSORS[processor["type"]](log, processor)
