"""What the validators of an action accept, as JSON Schema: read from the same lists of functions that check a call."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
DAY: dict[str, Any] = {"type": "string", "format": "date"}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}
BINARY: dict[str, Any] = {"type": "string", "format": "binary"}

#: The parameters that are files.
FILES = ("upload", "file")
#: Validators that say nothing of what a value looks like.
_SILENT = {
    "ignore", "ignore_empty", "ignore_missing", "ignore_not_package_admin", "keep_extras",
    "remove_whitespace", "strip_value", "convert_from_json_if_string",
}  # fmt: skip
_REQUIRED = {"not_empty", "not_missing"}
#: Validators by name -> what they accept. Of our own, each must be here or in :data:`_SILENT`: a test looks.
_ACCEPTED: dict[str, dict[str, Any]] = {
    "unicode_safe": TEXT,
    "unicode_only": TEXT,
    "boolean_validator": {"type": "boolean"},
    "natural_number_validator": {"type": "integer", "minimum": 0},
    "is_positive_integer": {"type": "integer", "minimum": 1},
    "int_validator": {"type": "integer"},
    "dict_only": {"type": "object"},
    "odl_mapping": {"type": "object"},
    "odl_answers": {"type": "object", "additionalProperties": TEXT},
    "odl_period": TEXT,
    "odl_reason": TEXT,
    "list_of_strings": TEXTS,
    "email_validator": {"type": "string", "format": "email"},
    "odl_flag": {"type": "boolean"},
    "odl_texts": TEXTS,
    "ids": TEXTS,
    "odl_day": DAY,
    "odl_one_line": TEXT,
    "odl_no_contact": TEXT,
    "_names": {**TEXTS, "minItems": 1},
    "_short": {"type": "string", "maxLength": 200},
}


@dataclass
class Parameter:
    """One parameter: its JSON Schema, and whether a call without it is refused."""

    schema: dict[str, Any] = field(default_factory=dict)
    required: bool = False
    #: Validators that nobody described.
    unknown: list[str] = field(default_factory=list)


def accepts(schema: Callable[[], Any]) -> Callable[[Any], Any]:
    """Mark an action that holds its data against *schema* itself, rather than by ``validate_action_data``."""

    def mark(action: Any) -> Any:
        action.odl_accepts = schema
        return action

    return mark


def schema_of(action: Any) -> dict[str, Any] | None:
    """The validators of an action by the names of its parameters; None for one that names none."""
    found = getattr(action, "odl_accepts", None)
    while found is None and action is not None:
        if inspect.isfunction(action) and action.__closure__:
            found = inspect.getclosurevars(action).nonlocals.get("schema_func")
        action = getattr(action, "__wrapped__", None)
    return found() if found else None


def of_schema(schema: dict[str, Any]) -> dict[str, Parameter]:
    """The parameters of a schema of validators."""
    return {name: _parameter(name, validators) for name, validators in schema.items() if not name.startswith("__")}


def _parameter(name: str, validators: Any) -> Parameter:
    if isinstance(validators, dict):
        inner = of_schema(validators)
        return Parameter({"type": "array", "items": as_object(inner)}, False, _unknown(inner))
    found = Parameter()
    for validator in validators:
        _add(found, validator)
    if name in FILES:
        found.schema |= BINARY
    if "default" in found.schema and found.schema["default"] in ("", None):
        del found.schema["default"]
        if found.schema.get("type") == "boolean":
            found.schema["default"] = False
    return found


def _add(parameter: Parameter, validator: Any) -> None:
    name = getattr(validator, "__name__", type(validator).__name__)
    maker = getattr(validator, "__qualname__", name).partition(".<locals>")[0]
    closure = inspect.getclosurevars(validator).nonlocals if inspect.isfunction(validator) else {}
    if name in _REQUIRED:
        parameter.required = True
        if "not_empty" in name:
            parameter.schema.setdefault("minLength", 1)
    elif maker == "default":
        parameter.schema["default"] = closure["default_value"]
    elif maker == "one_of":
        parameter.schema |= {"type": "string", "enum": list(closure["list_of_value"])}
    elif name == "at_most":
        most = closure["most"]
        parameter.schema["description"] = f"At most {most}: a higher number is taken for {most}."
    elif name in _ACCEPTED:
        parameter.schema |= _ACCEPTED[name]
    elif maker in _ACCEPTED:
        parameter.schema |= _ACCEPTED[maker]
    elif maker == "limit_to_configured_maximum":
        parameter.schema |= {"type": "integer"}
    elif name not in _SILENT:
        parameter.unknown.append(name)
    if parameter.schema.get("type") not in (None, "string"):
        parameter.schema.pop("minLength", None)


def _unknown(parameters: dict[str, Parameter]) -> list[str]:
    return [name for parameter in parameters.values() for name in parameter.unknown]


def as_object(parameters: dict[str, Parameter]) -> dict[str, Any]:
    """The JSON Schema of an object with these parameters as its members."""
    required = [name for name, parameter in parameters.items() if parameter.required]
    properties = {name: parameter.schema for name, parameter in parameters.items()}
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}
