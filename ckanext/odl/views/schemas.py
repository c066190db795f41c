"""The pages of the schemas: list, one schema, blank model files."""

from __future__ import annotations

import functools
from itertools import groupby
from typing import Any

from ckan import types
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response

from ckanext.odl.language import language
from ckanext.odl.scdl import NotATable, UnknownSchema, blank_csv, blank_xlsx, catalogue, changes

odl_schemas = Blueprint("odl_schemas", __name__, url_prefix="/odl/schemas")

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@odl_schemas.route("")
def index() -> str:
    """The list, *Socle commun* first; search and filters are in the address."""
    asked = {name: tk.request.args.get(name, "").strip() for name in ("q", "theme", "kind")}
    try:
        found = tk.get_action("odl_schema_list")(types.Context(), {**asked})
    except tk.ValidationError:
        found = {"count": 0, "results": []}
    return tk.render(
        "odl/schemas/index.html",
        {
            "groups": _groups(found["results"]),
            "count": found["count"],
            "asked": asked,
            "filtered": any(asked.values()),
            "themes": _themes(),
            "kinds": [kind for kind in ("table", "geojson", "json") if any(e.kind == kind for e in catalogue())],
        },
    )


@odl_schemas.route("/<path:id>")
def show(id: str) -> str:
    """One schema, in its newest version or ``?version=``."""
    try:
        schema = tk.get_action("odl_schema_show")(
            types.Context(), {"id": id, "version": tk.request.args.get("version", "")}
        )
    except tk.ObjectNotFound:
        tk.abort(404, tk._("The portal knows no such model."))
    successor = schema["replaced_by"]
    return tk.render(
        "odl/schemas/show.html",
        {
            "schema": schema,
            "required": sum(field["required"] for field in schema["fields"]),
            "history": _history(schema["id"]),
            "successor": catalogue().get(successor) if successor in {entry.id for entry in catalogue()} else None,
            "foreign": language()[:2] != "fr",
        },
    )


@odl_schemas.route("/<path:id>/modele.<any(csv, xlsx):extension>")
def model(id: str, extension: str) -> Response:
    """A blank file to fill in; ``?version=``, and ``?exemple=1`` for one row of examples."""
    try:
        version = tk.request.args.get("version")
        entry, version = catalogue().parse(f"{id}@{version}" if version else id)
        content = _model(entry.id, version, extension, language()[:2], tk.request.args.get("exemple") == "1")
    except (UnknownSchema, NotATable):
        tk.abort(404, tk._("The portal knows no such model."))
    name = f"modele-{entry.id.rpartition('/')[2].removeprefix('schema-')}-{version}.{extension}"
    return Response(
        content, content_type=_TYPES[extension], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@functools.lru_cache(maxsize=64)
def _model(id: str, version: str, extension: str, language: str, with_example: bool) -> bytes:
    descriptor = catalogue().table(id, version)
    if extension == "csv":
        return blank_csv(descriptor, language, with_example=with_example)
    title = f"{catalogue().get(id).title(language)} {version}"
    return blank_xlsx(descriptor, title, language, with_example=with_example)


def _themes() -> list[dict[str, str]]:
    named = {entry.theme: entry.theme_title(language()) for entry in catalogue() if entry.theme}
    return [{"id": id, "title": title} for id, title in sorted(named.items(), key=lambda theme: theme[1].casefold())]


def _groups(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cut the list into the *Socle commun*, the families, and last what is replaced."""

    def place(schema: dict[str, Any]) -> tuple[int, str]:
        if schema["obsolete"]:
            return 2, tk._("Replaced models")
        if schema["label_socle"]:
            return 0, tk._("Common core of local data (Socle commun)")
        return 1, schema["family"]["title"]

    return [
        {"title": title, "schemas": list(schemas)}
        for (_rank, title), schemas in groupby(sorted(results, key=place), key=place)
    ]


def _history(id: str) -> list[dict[str, Any]]:
    """Every version, newest first, with what it changed."""
    entry = catalogue().get(id)
    history = []
    for position, version in enumerate(entry.versions):
        former = entry.versions[position + 1] if position + 1 < len(entry.versions) else None
        history.append(
            {
                "version": version,
                "former": former,
                "accepted": version in entry.accepted,
                "brought": entry.brought[version].day if version in entry.brought else None,
                "changes": changes(catalogue().descriptor(id, former), catalogue().descriptor(id, version), language())
                if former
                else [],
            }
        )
    return history
