"""Draws every picture anew."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from named import files
from pipelines.log import Log
from pipelines.mapped import logs

from . import of_logs
from .dashboard import dashboard
from .record import way_of_a_record
from .terminal import terminal

PICTURES = Path(__file__).parents[1] / "pictures"
COMMAND = str(Path(sys.executable).with_name("logwalk"))
# A day's worth, in each log.
RECORDS = 3_000


def simulated_logs() -> list[Log]:
    """A day of what the simulated vendors have, as it arrives in Datadog."""
    options = ["--backlog", str(RECORDS), "--total", str(RECORDS), "--rate", str(RECORDS / 86_400)]
    command = [
        COMMAND,
        "sim",
        "--listen",
        "127.0.0.1:0",
        "--json",
        "--until-stdin-closes",
        *options,
    ]
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        streams = json.loads(process.stdout.readline())["streams"]
        found = logs(streams, Path(folder), RECORDS)
        process.stdin.close()
    return found


def main() -> None:
    """Draw the dashboards, the way of a record and the demonstration."""
    PICTURES.mkdir(exist_ok=True)
    of_logs.LOGS.extend(simulated_logs())
    for name, body in files("dashboards").items():
        (PICTURES / f"{name}.svg").write_text(dashboard(body), encoding="utf-8")
    (PICTURES / "way_of_a_record.svg").write_text(way_of_a_record(), encoding="utf-8")
    shown = subprocess.run([COMMAND, "demo"], capture_output=True, text=True, check=True)
    (PICTURES / "demo.svg").write_text(terminal("logwalk demo", shown.stdout), encoding="utf-8")


if __name__ == "__main__":
    main()
