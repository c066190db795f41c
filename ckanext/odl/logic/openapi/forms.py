"""The parameters of CKAN's own actions that ours change: the fields of the portal's forms, and what CKAN documents."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

from .docstrings import Words
from .parameters import BINARY, TEXT, Parameter

#: CKAN's word for a type in a docstring -> JSON Schema.
_TYPES: dict[str, dict[str, Any]] = {
    "string": TEXT,
    "str": TEXT,
    "bool": {"type": "boolean"},
    "boolean": {"type": "boolean"},
    "int": {"type": "integer"},
    "integer": {"type": "integer"},
    "dict": {"type": "object"},
    "dictionary": {"type": "object"},
}


def parameters(name: str, core: Words) -> dict[str, Parameter]:
    """What the action *name* of CKAN takes here.

    :param core: the docstring of CKAN's function
    :returns: the documented parameters of CKAN with the fields of our forms over them
    """
    found = {key: Parameter({**_type(core.types.get(key, "")), "description": text})
             for key, text in core.parameters.items() if key.isidentifier()}  # fmt: skip
    thing, _, verb = name.partition("_")
    if thing == "organization" and verb != "show":
        found |= _fields(tk.h.scheming_get_organization_schema("organization")["fields"], verb)
    elif thing in ("package", "resource"):
        schema = tk.h.scheming_get_dataset_schema("dataset")
        files = _fields(schema["resource_fields"], verb)
        files["upload"] = Parameter({**BINARY, "description": "the file itself (multipart/form-data)"})
        if thing == "resource":
            found |= files
        else:
            inner = {key: field.schema for key, field in files.items() if key != "upload"}
            found |= _fields(schema["dataset_fields"], verb)
            found["resources"] = Parameter({"type": "array", "items": {"type": "object", "properties": inner}})
    for key in {"id"} & set(found) if verb in ("update", "show") else {"package_id"} & set(found):
        found[key].required = True
    return found


def _type(words: str) -> dict[str, Any]:
    if words.startswith("list"):
        return {"type": "array"}
    return dict(_TYPES.get(words.partition(" ")[0].rstrip(",").lower(), {}))


def _fields(fields: list[dict[str, Any]], verb: str) -> dict[str, Parameter]:
    return {field["field_name"]: _field(field, verb) for field in fields if field.get("validators") != "ignore"}


def _field(field: dict[str, Any], verb: str) -> Parameter:
    schema: dict[str, Any] = {}
    choices = tk.h.scheming_field_choices(field) or []
    if choices:
        schema = {"type": "string", "enum": ["", *(choice["value"] for choice in choices)]}
        if field.get("preset") == "odl_choices":
            schema = {"type": "array", "items": {**schema, "enum": schema["enum"][1:]}}
    words = [_english(field.get(key)) for key in ("label", "help_text")]
    schema["description"] = ". ".join(word.rstrip(".") for word in words if word)
    return Parameter(schema, bool(field.get("required")) and verb == "create")


def _english(words: Any) -> str:
    return (words.get("en", "") if isinstance(words, dict) else words) or ""
