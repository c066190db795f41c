"""The JSON Schemas of the catalogue (GeoJSON and JSON kinds): where their records are, and their fields as a table.

A GeoJSON schema describes the features of a FeatureCollection; the schema of public procurement describes lists of
contracts. People think of both as tables: one line per object, one column per property.

Source: https://json-schema.org/draft-07 (keywords), RFC 7946 (FeatureCollection).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

JsonSchema = Mapping[str, Any]

_FORMATS = {"email": "email", "uri": "uri", "uuid": "uuid"}
_CONSTRAINTS = ("pattern", "minLength", "maxLength", "minimum", "maximum")


def resolve(node: JsonSchema, root: JsonSchema) -> JsonSchema:
    """Follow the local references (``#/definitions/…``) of *node*; there are no others in our files."""
    while isinstance(node.get("$ref"), str):
        target: Any = root
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = {**target, **({"title": node["title"]} if "title" in node else {})}
    return node


def record_schemas(schema: JsonSchema) -> list[tuple[str, JsonSchema]]:
    """The lists of records that a schema describes, as ``(name of the list, schema of one record's properties)``.

    The name is empty when there is one list only, the features of a GeoJSON.
    """
    properties = schema.get("properties") or {}
    if "features" in properties:
        feature = resolve(properties["features"]["items"], schema)
        of_feature = resolve(feature["properties"]["properties"], schema)
        return [("", {**of_feature, "required": [*of_feature.get("required", ()), *_always_required(feature, schema)]})]
    found: list[tuple[str, JsonSchema]] = []
    for node in properties.values():
        node = resolve(node, schema)
        items = node.get("items")
        if isinstance(items, dict):
            branches = [items[name] for name in ("else", "then") if name in items] or [items]
            found += [(branch.get("$ref", "").rpartition("/")[2], resolve(branch, schema)) for branch in branches]
        for name, list_ in (node.get("properties") or {}).items():
            found.append((name, resolve(list_["items"], schema)))
    return found


def _always_required(feature: JsonSchema, root: JsonSchema) -> list[str]:
    """What every geometry asks for, when the properties that a feature needs depend on its geometry."""
    asked: list[list[str]] = []
    for rule in feature.get("allOf") or ():
        then = resolve((rule.get("then") or {}).get("properties", {}).get("properties", {}), root)
        asked.append(list(then.get("required") or ()))
    return [name for name in asked[0] if all(name in other for other in asked)] if asked else []


def fields(schema: JsonSchema) -> list[dict[str, Any]]:
    """The properties of the records as fields of a Table Schema, in their order.

    ``name`` is preceded by the name of its list and a full stop when the schema has several lists.
    """
    lists = record_schemas(schema)
    found: list[dict[str, Any]] = []
    for list_name, record in lists:
        required = set(record.get("required") or ())
        prefix = f"{list_name}." if len(lists) > 1 else ""
        for name, node in (record.get("properties") or {}).items():
            found.append(_field(prefix + name, resolve(node, schema), name in required))
    return found


def bare_names(schema: JsonSchema) -> Iterator[dict[str, Any]]:
    """The same fields without the names of lists, each name once: what a file of either list shows."""
    seen: set[str] = set()
    for field in fields(schema):
        name = field["name"].rpartition(".")[2]
        if name not in seen:
            seen.add(name)
            yield {**field, "name": name}


def _field(name: str, node: JsonSchema, required: bool) -> dict[str, Any]:
    declared = node.get("type")
    types = [declared] if isinstance(declared, str) else list(declared or ())
    type_ = next((one for one in types if one != "null"), "string")
    field: dict[str, Any] = {"name": name, "type": type_, "constraints": {}}
    if node.get("title"):
        field["title"] = node["title"]
    if node.get("examples"):
        example = node["examples"][0]
        field["example"] = str(example).lower() if isinstance(example, bool) else example
    if node.get("format") == "date":
        field["type"] = "date"
    elif node.get("format") in _FORMATS:
        field["format"] = _FORMATS[node["format"]]
    if type_ == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    constraints = field["constraints"]
    if required:
        constraints["required"] = True
    if node.get("enum"):
        constraints["enum"] = [value for value in node["enum"] if value is not None]
    for key in _CONSTRAINTS:
        if key in node and not (key == "pattern" and field["type"] == "date"):
            constraints[key] = node[key]
    return field
