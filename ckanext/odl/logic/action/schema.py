"""The national schemas that the portal knows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ckan import types
from ckan.plugins import toolkit as tk

from ckanext.odl.language import language
from ckanext.odl.logic import schema
from ckanext.odl.scdl import SchemaEntry, UnknownSchema, catalogue, describe_table, frequency_words, rules


@tk.side_effect_free
@tk.validate_action_data(schema.schema_list)
def odl_schema_list(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """List the schemas, those of the *Socle commun des données locales* first.

    :param q: words to look for (case and accents do not count), or an exact id
    :param kind: ``table``, ``geojson`` or ``json``
    :param socle: only those of the Socle commun (true) or only the others (false)
    :param theme: key of a theme
    :param language: ``fr`` or ``en``; the request's own when left out
    :returns: ``{"count": int, "results": [{"id", "title", "kind", "version", …}]}``
    """
    tk.check_access("odl_schema_list", context, data_dict)
    asked = data_dict.get("language") or language()
    kind, socle, theme = (data_dict.get(name) for name in ("kind", "socle", "theme"))
    results = [
        _summary(entry, asked)
        for entry in catalogue().search(data_dict.get("q") or "")
        if kind in (None, entry.kind) and socle in (None, entry.label_socle) and theme in (None, entry.theme)
    ]
    return {"count": len(results), "results": results}


@tk.side_effect_free
@tk.validate_action_data(schema.schema_show)
def odl_schema_show(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Show one schema in one version, its columns explained in words.

    :param id: id of the schema, or ``id@version``
    :param version: the newest when left out
    :param language: ``fr`` or ``en``; the request's own when left out
    :returns: the entry with ``version``, ``fields`` (columns, or properties of the records of GeoJSON and JSON),
        ``rules``, ``urls``
    :raises ObjectNotFound: no such schema, or not in this version
    """
    tk.check_access("odl_schema_show", context, data_dict)
    asked = data_dict.get("language") or language()
    reference = data_dict["id"]
    if data_dict.get("version"):
        reference = f"{reference.partition('@')[0]}@{data_dict['version']}"
    try:
        entry, version = catalogue().parse(reference)
    except UnknownSchema:
        raise tk.ObjectNotFound(tk._("The portal knows no such model.")) from None
    descriptor = catalogue().descriptor(entry.id, version)
    return {
        **_summary(entry, asked),
        "version": version,
        "producers": entry.producers(asked),
        "law": entry.law(asked),
        "frequency": entry.frequency,
        "frequency_in_words": frequency_words(entry.frequency, asked),
        "tags": list(entry.tags),
        "fields": [
            {**asdict(words), "type": field.get("type") or "string", "choices": list(words.choices)}
            for field, words in zip(descriptor["fields"], describe_table(descriptor, asked), strict=True)
        ],
        "rules": rules(descriptor, asked),
        "urls": _urls(entry, version),
    }


def _summary(entry: SchemaEntry, language: str) -> dict[str, Any]:
    return {
        "id": entry.id,
        "title": entry.title(language),
        "description": entry.description(language),
        "kind": entry.kind,
        "family": {"id": entry.family, "title": entry.family_title(language)},
        "theme": {"id": entry.theme, "title": entry.theme_title(language)},
        "label_socle": entry.label_socle,
        "obsolete": entry.obsolete,
        "replaced_by": entry.replaced_by,
        "version": entry.latest,
        "latest": entry.latest,
        "versions": list(entry.versions),
        "accepted": list(entry.accepted),
    }


def _urls(entry: SchemaEntry, version: str) -> dict[str, str | None]:
    page = {"id": entry.id, "version": version, "_external": True}
    model = {**page, "extension": "csv"}
    return {
        "page": tk.h.url_for("odl_schemas.show", **page),
        "csv": tk.h.url_for("odl_schemas.model", **model) if entry.is_table else None,
        "xlsx": tk.h.url_for("odl_schemas.model", **{**model, "extension": "xlsx"}) if entry.is_table else None,
        "national": entry.national_url,
        "schema": entry.schema_url(version),
    }
