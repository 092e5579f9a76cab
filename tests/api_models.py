"""Datadog's own client as a judge: what its models can make nothing of is wrong."""

from typing import Any

from datadog_api_client.configuration import Configuration
from datadog_api_client.model_utils import (
    ModelComposed,
    ModelNormal,
    UnparsedObject,
    validate_and_convert_types,
)


def problems(model: type[ModelNormal], body: Any) -> list[str]:
    """Where a request's body is not what the API documents: unknown words, wrong types."""
    configuration = Configuration()
    try:
        read = validate_and_convert_types(
            body, (model,), [model.__name__], True, True, configuration
        )
    except Exception as error:  # noqa: BLE001 (the client raises half a dozen kinds)
        return [str(error)]
    return found(read, model.__name__)


def found(node: Any, at: str) -> list[str]:
    """The same, below a node."""
    if isinstance(node, list):
        return [problem for n, item in enumerate(node) for problem in found(item, f"{at}[{n}]")]
    if isinstance(node, ModelComposed) and not isinstance(node, UnparsedObject):
        return [p for one in node._composed_instances for p in found(one, at)]
    if isinstance(node, UnparsedObject):
        return [f"{at}: nothing that the API knows"]
    if not isinstance(node, ModelNormal):
        return [f"{at}: not one of its words"] if getattr(node, "_unparsed", False) else []
    known = set(node.openapi_types)
    problems = [f"{at}.{name}: an unknown key" for name in node._data_store if name not in known]
    for name, inner in node._data_store.items():
        problems += found(inner, f"{at}.{name}")
    if node._unparsed and not problems:
        problems.append(f"{at}: not one of its words")
    return problems
