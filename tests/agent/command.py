"""The command line: `run`, `check` and `intake`."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from . import settings as datadog_yaml
from .settings import Settings, SettingsError

# A flag is a setting of datadog.yaml that is wanted often.
FLAGS = {
    "run_path": "run_path",
    "confd": "confd_path",
    "checksd": "additional_checksd",
    "intake": "logs_config.logs_dd_url",
    "speed": "stand_in.speed",
    "cap": "stand_in.cap_behaviour",
    "seed": "stand_in.seed",
}


def parser() -> argparse.ArgumentParser:
    """Everything that can be said on the command line."""
    whole = argparse.ArgumentParser(prog="agent", description=__doc__)
    subcommands = whole.add_subparsers(dest="subcommand", required=True)

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-c", "--config", type=Path, help="a datadog.yaml")
    common.add_argument("--run-path", help="where logs, registry and cache are kept")
    common.add_argument("--confd", help="the folder conf.d")
    common.add_argument("--checksd", help="the folder checks.d")
    common.add_argument("--intake", help="the URL that logs are sent to")
    common.add_argument("--speed", help="how many times faster than a real Agent")
    common.add_argument("--cap", help="what happens to a full file: recreate or truncate")
    common.add_argument("--seed", help="what happens by chance")
    common.add_argument("-o", "--set", action="append", default=[], metavar="KEY=VALUE")

    run = subcommands.add_parser("run", parents=[common], help="run until stopped")
    run.add_argument("--stop-at-end", action="store_true", help="die when standard input ends")
    check = subcommands.add_parser("check", parents=[common], help="run a check once, send nothing")
    check.add_argument("name")
    check.add_argument("-t", "--check-times", type=int, default=1)
    intake = subcommands.add_parser("intake", help="take logs over HTTP, as Datadog does")
    intake.add_argument("--port", type=int, default=8282)
    intake.add_argument("--keep", type=Path, help="append what was accepted to this file")
    intake.add_argument("--api-key", action="append", help="refuse every other key")
    return whole


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings of a datadog.yaml and of the flags over it."""
    flags = [
        f"{key}={value}"
        for flag, key in FLAGS.items()
        if (value := getattr(arguments, flag)) is not None
    ]
    return datadog_yaml.read(arguments.config, [*flags, *arguments.set])


def main(words: list[str]) -> int:
    """Do what the command line says; the result is the exit status."""
    arguments = parser().parse_args(words)
    try:
        if arguments.subcommand == "run":
            run(settings_of(arguments), stop_at_end=arguments.stop_at_end)
        elif arguments.subcommand == "check":
            from . import once  # noqa: PLC0415 (every start of an Agent would pay for it)

            return once.check(settings_of(arguments), arguments.name, arguments.check_times)
        else:
            from . import intake  # noqa: PLC0415 (the same)

            intake.serve(arguments.port, arguments.keep, arguments.api_key)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def run(settings: Settings, *, stop_at_end: bool) -> None:
    """Run an Agent until it is told to stop."""
    # Imported late for `agent intake`, which needs none of it.
    from .commands import obey, say  # noqa: PLC0415
    from .daemon import Daemon  # noqa: PLC0415
    from .processes import be_called  # noqa: PLC0415
    from .signals import heard  # noqa: PLC0415

    be_called("agent", "run")
    daemon = Daemon(settings)
    signals = heard(signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    daemon.start()
    say({"ready": True, "expvar_port": daemon.expvars.port})
    threading.Thread(
        target=obey, args=(daemon,), kwargs={"stop_at_end": stop_at_end}, daemon=True
    ).start()
    for number in signals:
        if number == signal.SIGHUP:
            daemon.reload()
        else:
            daemon.stop()
