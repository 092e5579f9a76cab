"""The pictures in the documentation are of the dashboards as they are."""

from html import escape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import metadata
from drawing import of_logs
from drawing.dashboard import dashboard
from drawing.story import series
from named import files
from pipelines.definitions import cases, definition
from pipelines.log import taken
from pipelines.processors import processed

PICTURES = Path(__file__).parents[1] / "docs/pictures"


def titles(name: str) -> list[str]:
    """What a dashboard calls itself, its groups and its widgets."""
    body = files("dashboards")[name]
    groups = [widget["definition"] for widget in body["widgets"]]
    inner = [widget["definition"] for group in groups for widget in group.get("widgets", [])]
    return [body["title"], *(one["title"] for one in [*groups, *inner] if "title" in one)]


@pytest.mark.parametrize("name", files("dashboards"))
def test_the_picture_shows_every_widget_of_the_dashboard(name: str) -> None:
    text = (PICTURES / f"{name}.svg").read_text()
    ET.fromstring(text)  # noqa: S314 (our own)

    for title in titles(name):
        # A title that is too long for its widget is cut.
        assert escape(title)[:16] in text, f"{title}: run `make docs`"


@pytest.mark.parametrize("name", files("dashboards"))
def test_a_dashboard_can_be_drawn(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = [taken(case["sample"], "agent_handler", []) for case in cases("agent_handler")]
    for log in logs:
        processed(log, definition("agent_handler")["pipeline"])
    monkeypatch.setattr(of_logs, "LOGS", logs)
    of_logs.found.cache_clear()
    drawn = ET.fromstring(dashboard(files("dashboards")[name]))  # noqa: S314 (our own)

    assert len(list(drawn)) > 100
    of_logs.found.cache_clear()


def test_the_story_tells_every_metric_and_no_other() -> None:
    assert set(series()) == set(metadata.metrics())


def test_each_picture_is_shown_in_a_document() -> None:
    shown = "".join(
        path.read_text()
        for path in [*PICTURES.parent.glob("*.md"), PICTURES.parents[1] / "README.md"]
    )
    for picture in PICTURES.iterdir():
        assert f"pictures/{picture.name}" in shown, picture.name
