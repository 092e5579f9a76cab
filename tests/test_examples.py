"""The configuration examples are right, commented out or not."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from spec import options
from stubbed_agent import Agent

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "conf.d/logwalk.d").glob("*.yaml.example"))
# The one that describes every option; the others are ready to be copied.
WHOLE = ROOT / "conf.d/logwalk.d/conf.yaml.example"
PARAM = re.compile(r"## @param (\S+) - ([a-z ]+) - (required|optional)(?: - default: (.+))?$")
# What somebody might put in for a placeholder, where its own name will not do.
VALUES = {"PORT": "3128", "SITE": "datadoghq.eu"}
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "string or mapping": (str, dict),
    "mapping": dict,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "list of strings": list,
}

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)


def uncommented(text: str) -> str:
    """The example with every option that is commented out put in."""
    return re.sub(r"^( *)# (.*)$", r"\1\2", text, flags=re.MULTILINE)


def resolved(text: str) -> str:
    """The text with its secrets put in, as the Agent does before a check sees it."""
    return re.sub(r"ENC\[[^]]*\]", "resolved", text)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A certificate and its key, as files, by the placeholders that ask for them."""
    folder = tmp_path_factory.mktemp("certificates")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=client"]
    subprocess.run([*command, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    return {
        "PATH_TO_CA_CERTIFICATES": str(certificate),
        "PATH_TO_CLIENT_CERTIFICATE": str(certificate),
        "PATH_TO_CLIENT_KEY": str(key),
    }


def filled(text: str, certificates: dict[str, str]) -> str:
    """The text with its secrets resolved and something sensible in each placeholder."""
    values = VALUES | certificates

    def value(placeholder: re.Match[str]) -> str:
        name = placeholder[1]
        return values.get(name, name.lower().replace("_", "-"))

    return re.sub(r"<([A-Z0-9_]+)>", value, resolved(text))


def parts(text: str) -> tuple[str, str]:
    """The text of init_config and of the first instance."""
    head, _, rest = text.partition("\ninstances:\n")
    first, _, _ = rest.partition("\nlogs:\n")[0].partition("\n\n    ## The requests")
    return head, first


@each_example
def test_the_wheel_carries_the_same_file(example: Path) -> None:
    carried = ROOT / "python/datadog_checks/logwalk/data" / example.name

    assert carried.read_text() == example.read_text()


def test_the_wheel_carries_no_other_file() -> None:
    carried = (ROOT / "python/datadog_checks/logwalk/data").iterdir()

    assert {path.name for path in carried} == {path.name for path in EXAMPLES}


def shown(section: str) -> set[str]:
    """The options that a person is to see."""
    return {option.name for option in options(section).values() if not option.hidden}


def test_one_file_describes_every_option_that_a_person_is_to_see() -> None:
    head, first = parts(WHOLE.read_text())

    assert described_in(head) == shown("init_config")
    assert described_in(first) == shown("instances")


@each_example
def test_every_example_describes_options_that_there_are(example: Path) -> None:
    described = described_in(parts(example.read_text())[1])

    assert described <= shown("instances")
    assert example == WHOLE or "conf.yaml.example" in example.read_text()


@each_example
def test_an_uncommented_option_is_of_the_type_it_is_said_to_be(example: Path) -> None:
    text = example.read_text()
    whole = yaml.safe_load(uncommented(text))
    for part, values in zip(
        parts(text), (whole["init_config"], whole["instances"][0]), strict=True
    ):
        for name, kind, _, default in (
            match.groups() for line in part.splitlines() if (match := PARAM.search(line))
        ):
            assert isinstance(values[name], TYPES[kind]), name
            if default is not None and "<" not in default and kind != "string or mapping":
                assert isinstance(yaml.safe_load(default), TYPES[kind]), name


@each_example
def test_as_it_stands_only_what_is_required_is_set(example: Path) -> None:
    text = example.read_text()
    whole = yaml.safe_load(text)
    required = {
        m[1] for line in text.splitlines() if (m := PARAM.search(line)) and m[3] == "required"
    }

    assert whole["init_config"] is None
    for instance in whole["instances"]:
        assert set(instance) == required | {"min_collection_interval"}


@each_example
def test_the_agent_takes_the_logs_from_their_beginning(example: Path) -> None:
    (logs,) = yaml.safe_load(example.read_text())["logs"]

    assert logs["type"] == "integration"
    assert logs["source"] == logs["source"].lower()
    assert logs["start_position"] == "beginning"


@each_example
def test_the_core_takes_every_option_as_the_example_writes_it(
    example: Path, agent: Agent, certificates: dict[str, str]
) -> None:
    whole = yaml.safe_load(uncommented(filled(example.read_text(), certificates)))
    identities = [agent.check(instance).persistent_cache_id() for instance in whole["instances"]]

    assert len(set(identities)) == len(identities)


@each_example
def test_the_core_takes_each_option_by_itself(
    example: Path, agent: Agent, certificates: dict[str, str]
) -> None:
    text = filled(example.read_text(), certificates)
    bare: dict[str, Any] = yaml.safe_load(text)["instances"][0]
    full: dict[str, Any] = yaml.safe_load(uncommented(text))["instances"][0]
    for name, value in full.items():
        alone = {**bare, name: value}
        if name in {"username", "password"}:
            alone |= {"username": "user", "password": "word"}
        if name == "tls_private_key":
            alone["tls_cert"] = full["tls_cert"]
        assert agent.check(alone).persistent_cache_id(), name


def described_in(part: str) -> set[str]:
    """The options that a part describes."""
    return {match[1] for line in part.splitlines() if (match := PARAM.search(line))}


def written_in(document: str) -> list[dict[str, Any]]:
    """The instances of the configurations that a document shows."""
    text = resolved((ROOT / document).read_text())
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [instance for block in blocks for instance in yaml.safe_load(block)["instances"]]


@pytest.mark.parametrize("document", ["README.md", "docs/sources.md"])
def test_the_core_takes_what_the_documents_show(document: str, agent: Agent) -> None:
    instances = written_in(document)

    assert instances
    for instance in instances:
        assert agent.check(instance).persistent_cache_id()
