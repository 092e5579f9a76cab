"""Datadog's own validators over this repository, and what their generators make of the spec.

They expect an integration as a folder with everything at its top. So one is put together of what
stands elsewhere here; nothing is written but that folder, and with `--sync` what is generated.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "target/ddev"
CHECK = FOLDER / "repository/logwalk"
PACKAGE = CHECK / "datadog_checks/logwalk"
# Each that works without Datadog's network and repositories.
VALIDATORS = (
    *("config", "models", "metadata", "dashboards", "saved-views", "service-checks"),
    *("package", "readmes", "imports", "http", "dep", "eula", "legacy-signature"),
    *("integration-style", "jmx-metrics"),
)


def put_together() -> None:
    """The folder as the validators expect it, as a repository of its own."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    CHECK.mkdir(parents=True)
    shutil.copytree(ROOT / "assets", CHECK / "assets")
    for name in ("README.md", "manifest.json", "metadata.csv"):
        (CHECK / "assets" / name).rename(CHECK / name)
    for name in ("CHANGELOG.md", "LICENSE", "pyproject.toml"):
        shutil.copy(ROOT / name, CHECK)
    ignored = shutil.ignore_patterns("__pycache__", "*.so")
    shutil.copytree(ROOT / "python/datadog_checks/logwalk", PACKAGE, ignore=ignored)
    for example in (ROOT / "conf.d/logwalk.d").glob("*.example"):
        shutil.copy(example, PACKAGE / "data")
    git = ("git", "-c", "user.name=ddev", "-c", "user.email=ddev@localhost", "-C", CHECK.parent)
    for command in (
        ("init", "--quiet", "--initial-branch=master"),
        ("add", "."),
        ("commit", "--quiet", "--message=as it stands"),
        ("update-ref", "refs/remotes/origin/master", "HEAD"),
    ):
        subprocess.run([*git, *command], check=True)


def ddev(*words: str) -> subprocess.CompletedProcess[str]:
    """One command of ddev's, in that folder and with a home of its own."""
    home = FOLDER / "home"
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [Path(sys.executable).with_name("ddev"), "--no-interactive", "-x", *words],
        cwd=CHECK.parent,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def sync() -> int:
    """Generate the examples and the models anew, and take them over."""
    for name in ("config", "models"):
        ran = ddev("validate", name, "logwalk", "--sync")
        sys.stdout.write(ran.stdout + ran.stderr)
        if ran.returncode:
            return ran.returncode
    for example in (PACKAGE / "data").glob("*.example"):
        shutil.copy(example, ROOT / "conf.d/logwalk.d")
    models = ROOT / "python/datadog_checks/logwalk/config_models"
    shutil.copytree(PACKAGE / "config_models", models, dirs_exist_ok=True)
    return 0


def validate() -> int:
    """A line for each validator; the result is how many found something."""
    failed = 0
    for name in VALIDATORS:
        ran = ddev("validate", name, "logwalk")
        said = ran.stdout + ran.stderr
        if ran.returncode:
            failed += 1
            sys.stdout.write(f"failed  {name}\n{said}")
        else:
            sys.stdout.write(f"ok      {name:18} {' '.join(said.split())}\n")
        sys.stdout.flush()
    return failed


def main() -> int:
    """Validate, or generate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sync", action="store_true", help="generate examples and models anew")
    arguments = parser.parse_args()
    put_together()
    return sync() if arguments.sync else min(validate(), 1)


if __name__ == "__main__":
    sys.exit(main())
