"""Who walks the log to the intake, each started as its own documentation advises."""

import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from machinery import HERE, WORK, Command, installed, logwalk
from vendor import INTAKE_KEY, KEY, PAGE, Vendor

PEERS = HERE / "peers"

CONF = """\
instances:
  - source: agent_handler/tool_calls
    base_url: {url}/api/v1
    credentials: {{token: {key}}}
    start: oldest
    too_old: keep
    destination: {{type: datadog, url: "{url}", api_key: {intake_key}, compression: {packing}}}
    store: {{type: file, path: {folder}/store}}
"""

MORE = """\
  - source: agent_handler/tool_calls
    stream: s{number}
    base_url: {url}/api/v1
    credentials: {{token: {key}}}
    start: oldest
    destination: {{type: datadog, url: "{url}", api_key: {intake_key}}}
    store: {{type: file, path: {folder}/store}}
"""


@dataclass
class Contender:
    """One that walks the log, delivers it, and ends."""

    name: str
    # What it makes of the records, and where it leaves them.
    what: str
    command: Callable[[str, Path], Command]
    # Records it delivered, by id, where they do not go to the intake.
    delivered: Callable[[Path], "Counter[str]"] | None = None
    # How many logs come to the intake for so many records.
    logs: Callable[[int], int] = lambda records: records
    # Slow ones are timed less often.
    slow: bool = False
    # Seconds between a crash and a start that does something.
    pause: float = 0.0

    def folder(self) -> Path:
        """A folder of its own, with nothing in it."""
        home = WORK / "run" / self.name.replace(" ", "-")
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        return home

    def is_floor(self) -> bool:
        """Whether it keeps no place, and so cannot be started again."""
        return self.name.startswith("floor")

    def came(self, vendor: Vendor, folder: Path) -> "Counter[str]":
        """How often each record was delivered, by its id."""
        return self.delivered(folder) if self.delivered else vendor.came()


def conf(url: str, folder: Path, packing: str = "zstd") -> str:
    """A configuration of the direct way."""
    return CONF.format(url=url, key=KEY, intake_key=INTAKE_KEY, folder=folder, packing=packing)


def direct(packing: str) -> Callable[[str, Path], Command]:
    """`logwalk run` to the intake."""

    def command(url: str, folder: Path) -> Command:
        path = folder / "conf.yaml"
        path.write_text(conf(url, folder, packing))
        return Command([logwalk(), "run", "-c", str(path), "--once"])

    return command


def floor(packing: str) -> Callable[[str, Path], Command]:
    """The same bytes, never looked at."""

    def command(url: str, _folder: Path) -> Command:
        program = WORK / "floor" / "release" / "floor"
        return Command([str(program), url.removeprefix("http://"), KEY, INTAKE_KEY, packing])

    return command


def forwarder(url: str, folder: Path) -> Command:
    """The forwarder by hand, with this Python."""
    return Command([sys.executable, str(HERE / "forwarder.py"), url, KEY, INTAKE_KEY, str(folder)])


def grove(url: str, folder: Path) -> Command:
    """Grove once, its places in a folder, its output by HTTP."""
    about = {
        "name": "bench",
        "identity": "bench",
        "connector": "agent_handler_tool_calls",
        "key": KEY,
        "url": url,
        "outputs": {"logs": "raw"},
    }
    (folder / "conf").mkdir(exist_ok=True)
    (folder / "conf" / "bench.json").write_text(json.dumps(about))
    env = {
        "PYTHONPATH": str(PEERS / "grove_plugin"),
        "GROVE_CONFIG_HANDLER": "local_file",
        "GROVE_CONFIG_LOCAL_FILE_PATH": str(folder / "conf"),
        "GROVE_CACHE_HANDLER": "local_file",
        "GROVE_CACHE_LOCAL_FILE_PATH": str(folder / "cache"),
        "GROVE_OUTPUT_HANDLER": "remote_http",
        "GROVE_OUTPUT_REMOTE_HTTP_URL": f"{url}/api/v2/logs",
        "GROVE_OUTPUT_REMOTE_HTTP_HEADERS": f"DD-API-KEY: {INTAKE_KEY}",
        # 300 by default: for so long a restart after a crash does nothing.
        "GROVE_LOCK_DURATION": "1",
    }
    return Command([str(installed("grove")), "-m", "grove.entrypoints.local_process"], env)


def dlt(url: str, folder: Path) -> Command:
    """A dlt pipeline."""
    program = str(PEERS / "dlt_pipeline.py")
    words = [str(installed("dlt")), program, url, KEY, INTAKE_KEY, str(folder)]
    return Command(words, {"RUNTIME__DLTHUB_TELEMETRY": "false"})


def airbyte(url: str, folder: Path) -> Command:
    """Airbyte's connector without its platform: records and states on standard output."""
    out = folder / "out.jsonl"
    write(folder / "config.json", {"base_url": url, "api_key": KEY, "start_date": START})
    stream = {
        "name": "tool_calls",
        "json_schema": {},
        "supported_sync_modes": ["full_refresh", "incremental"],
        "source_defined_cursor": True,
        "default_cursor_field": ["started_at"],
    }
    chosen = {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append"}
    write(folder / "catalog.json", {"streams": [chosen]})
    write(folder / "state.json", last_states(out))
    words = [str(installed("airbyte-cdk").parent / "source-declarative-manifest"), "read"]
    words += ["--manifest-path", str(PEERS / "airbyte_manifest.yaml")]
    for name in ("config", "catalog", "state"):
        words += [f"--{name}", str(folder / f"{name}.json")]
    return Command(words, output=out)


START = "2000-01-01T00:00:00Z"


def write(path: Path, value: object) -> None:
    """A value as JSON in a file."""
    path.write_text(json.dumps(value))


def messages(out: Path, kind: str) -> list[dict[str, object]]:
    """The whole messages of a kind that a connector wrote; a crash may tear the last one."""
    lines = out.read_text().splitlines() if out.exists() else []
    whole = (line for line in lines if f'"type":"{kind}"' in line and line.endswith("}"))
    return [json.loads(line)[kind.lower()] for line in whole]


def last_states(out: Path) -> list[dict[str, object]]:
    """The last state, as the platform would give it back."""
    return messages(out, "STATE")[-1:]


def airbyte_records(folder: Path) -> "Counter[str]":
    """The records on standard output."""
    records = messages(folder / "out.jsonl", "RECORD")
    return Counter(record["data"]["id"] for record in records)


INTAKE = [
    Contender("logwalk", "maps, zstd, intake", direct("zstd")),
    Contender("logwalk gzip", "maps, gzip 1, intake", direct("gzip")),
    Contender("forwarder", "maps, gzip 1, intake", forwarder),
    Contender(
        "floor",
        "no parsing, zstd, intake",
        floor("zstd"),
        logs=lambda records: -(-records // PAGE),
    ),
    Contender(
        "floor gzip",
        "no parsing, gzip 1, intake",
        floor("gzip"),
        logs=lambda records: -(-records // PAGE),
    ),
    Contender("Grove", "raw, uncompressed, intake", grove, slow=True, pause=1.1),
    Contender("dlt", "raw, gzip 1, intake", dlt, slow=True),
    Contender("Airbyte CDK", "raw, standard output", airbyte, airbyte_records, slow=True),
]
