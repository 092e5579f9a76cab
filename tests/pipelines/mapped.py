"""Logs as logwalk makes them of simulated records, after they went through our pipelines."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from .definitions import definition, names
from .log import Log, taken
from .processors import processed


def logs(streams: dict[str, dict[str, Any]], folder: Path, limit: int = 60) -> list[Log]:
    """So many logs of each simulated stream, by its name with its address and credentials."""
    instances = [
        {
            "source": name,
            "base_url": stream["base_url"],
            "credentials": stream["credentials"],
            "start": "oldest",
        }
        for name, stream in streams.items()
    ]
    conf = folder / "conf.yaml"
    conf.write_text(yaml.safe_dump({"init_config": {}, "instances": instances}))
    command = [str(Path(sys.executable).with_name("logwalk")), "preview", "-c", str(conf)]
    ran = subprocess.run(
        [*command, "--limit", str(limit)], capture_output=True, text=True, check=True
    )
    return [piped(json.loads(line)) for line in ran.stdout.splitlines()]


def piped(line: dict[str, Any]) -> Log:
    """A log as it is sent, after the intake and every pipeline."""
    source, tags = line.pop("ddsource"), line.pop("ddtags", "")
    log = taken(json.dumps(line), source, tags.split(","))
    for name in names():
        processed(log, definition(name)["pipeline"])
    return log
