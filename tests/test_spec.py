"""The configuration's specification, the core and the generated models know the same options."""

import importlib
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from datadog_checks.base import ConfigurationError
from pydantic import ValidationError

from datadog_checks.logwalk import LogwalkCheck
from spec import ROOT, options
from stubbed_agent import Agent

INSTANCE = {"source": "agent_handler/tool_calls", "credentials": {"token": "resolved"}}
# The generator writes what newer versions of pydantic advise against.
pytestmark = pytest.mark.filterwarnings("ignore:Using `@model_validator`")
# No key looks like it, so the core names all that it knows.
STRANGE = "zzzzqqqqxxxx"
# What the base class reads, and the core only takes.
OF_THE_BASE = {
    *("debug_metrics", "disable_generic_tags", "empty_default_hostname", "loader", "no_index"),
    *("enable_legacy_tags_normalization", "max_returned_metrics", "metric_patterns"),
    *("process_isolation", "process_isolation_timeout"),
}
# A value of each type that no option of another type takes.
WRONG: dict[str, Any] = {
    "string": ["x"],
    "integer": "x",
    "number": "x",
    "boolean": "maybe",
    "object": "x",
    "array": "x",
}
CERTIFICATES = {"tls_ca_cert", "tls_cert", "tls_private_key"}


def refusal(instance: dict[str, Any], init_config: dict[str, Any] | None = None) -> str:
    """What the core has against a configuration; nothing where it takes it."""
    try:
        LogwalkCheck("logwalk", init_config or {}, [instance]).persistent_cache_id()
    except ConfigurationError as error:
        return str(error)
    return ""


def known(error: str) -> set[str]:
    """The keys that the core names where none is near."""
    match = re.search(r"known here: (.*)$", error)
    assert match is not None, error
    return set(match[1].split(", "))


def of_agent_check(names: set[str]) -> set[str]:
    """What `agent check` itself puts into init_config."""
    return {name for name in names if name.startswith("profile_memory")} | {"set_breakpoint"}


@pytest.fixture
def models() -> Iterator[ModuleType]:
    """The generated models, which the wheel leaves out."""
    folder = ROOT / "python/datadog_checks/logwalk/config_models"
    spec = importlib.util.spec_from_file_location(
        "generated_models", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    for name in [name for name in sys.modules if name.startswith(spec.name)]:
        del sys.modules[name]


def modelled(models: ModuleType, instance: dict[str, Any]) -> bool:
    """Whether the generated model takes an instance."""
    context = {"configured_fields": frozenset(instance), "security_config": None}
    try:
        models.InstanceConfig.model_validate(instance, context=context)
    except ValidationError:
        return False
    return True


def test_the_core_knows_the_options_of_the_spec_and_refuses_by_name_what_else_checks_have(
    agent: Agent,
) -> None:
    specified = set(options("instances"))
    taken = known(refusal({**INSTANCE, STRANGE: 1}))
    others = taken - specified

    assert specified <= taken
    assert len(others) == 18
    for name in others:
        assert f"{name}: not supported; " in refusal({**INSTANCE, name: "x"})
    assert agent.cache == {}


def test_the_same_holds_for_init_config(agent: Agent) -> None:
    taken = known(refusal(INSTANCE, {STRANGE: 1}))

    assert taken - of_agent_check(taken) == set(options("init_config"))
    assert agent.cache == {}


def test_the_same_holds_for_the_limits(agent: Agent) -> None:
    properties = options("instances")["limits"].value["properties"]

    assert known(refusal({**INSTANCE, "limits": {STRANGE: 1}})) == {p["name"] for p in properties}
    assert agent.cache == {}


@pytest.mark.parametrize("option", options("instances").values(), ids=lambda option: option.name)
def test_the_core_takes_the_example_of_every_option_and_nothing_of_another_type(
    agent: Agent, option: Any
) -> None:
    if option.name not in {*CERTIFICATES, "username", "password", "source", "credentials"}:
        text = json.dumps(option.value["example"])
        text = text.replace("<PORT>", "3128").replace("<HOSTNAME>", "localhost")
        text = text.replace("<PROXY_SERVER>", "localhost").replace("<LABEL>", "eu")
        assert refusal({**INSTANCE, option.name: json.loads(text)}) == ""
    if option.name not in OF_THE_BASE:
        wrong = WRONG[option.value["type"]] if "type" in option.value else [1]
        # To the core a number is as good a text as any; a list is none.
        assert option.name in refusal({**INSTANCE, option.name: wrong})
    assert agent.cache == {}


@pytest.mark.parametrize(
    ("more", "right"),
    [
        ({}, True),
        ({"source": {"extends": "agent_handler/tool_calls"}}, True),
        ({"store": {"type": "file", "path": "/var/lib/logwalk"}}, True),
        ({"limits": {"run_bytes": 1000, "run_seconds": 1.5}}, True),
        ({"tags": ["env:prod"], "too_old": "skip", "page_size": 10}, True),
        ({"too_old": "skipp"}, False),
        ({"page_size": 0}, False),
        ({"limits": {"log_bytes": 5}}, False),
        ({"limits": {"run_bytes": 0}}, False),
        ({"timeout": "soon"}, False),
        ({"credentials": "resolved"}, False),
        ({"tags": "env:prod"}, False),
        ({"auth_type": "kerberos"}, False),
    ],
)
def test_the_generated_models_judge_as_the_core_does(
    agent: Agent, models: ModuleType, more: dict[str, Any], *, right: bool
) -> None:
    instance = {**INSTANCE, **more}

    assert modelled(models, instance) is right
    assert (refusal(instance) == "") is right
    assert agent.cache == {}


def test_the_models_have_every_option_of_the_spec(models: ModuleType) -> None:
    assert set(models.InstanceConfig.model_fields) == set(options("instances"))
    assert set(models.SharedConfig.model_fields) == set(options("init_config"))
