"""The models for one collectivité: which ones first, what is in place in each, what can be brought forward."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.odl.logic.path.recompute import local_day
from ckanext.odl.logic.prefilled import facts as known_facts
from ckanext.odl.logic.prefilled import former
from ckanext.odl.scdl import Facts, SchemaEntry, catalogue
from ckanext.odl.scdl.prefilled import known, values


def usual_year(schema_id: str, today: dt.date) -> int | None:
    """The year that a new file of a model is most likely about: the one that is over; None for a list."""
    return None if known(schema_id).is_list else today.year - 1


def of(organization: model.Group, language: str, today: dt.date) -> dict[str, Any]:
    """Every model that a table can follow, with what the portal can do about it for *organization*.

    :returns: ``facts``, ``siret`` (number, source, name) and ``models``: ``id``, ``title``, ``description``,
        ``version``, ``usual`` (for such a collectivité, or used by it already), ``is_list``, ``typed``, ``year``,
        ``columns`` (how many), ``filled`` (how many columns are in place), ``last`` (the file to bring forward, or
        None), those that are usual first
    """
    facts, siret = known_facts.of(organization)
    last: dict[str, former.File] = {}
    for file in former.files(organization.id):
        last.setdefault(file.schema_id, file)
    models = [_entry(entry, facts, last, language, today) for entry in _current()]
    models.sort(key=lambda entry: not entry["usual"])  # the catalogue's own order within each part
    return {"facts": facts, "siret": siret, "models": models}


def one(organization: model.Group, schema_id: str, language: str, today: dt.date) -> dict[str, Any]:
    """The same for one model, with ``cells`` (column → text that is in place) and ``fields``.

    :raises UnknownSchema: the portal knows no such model
    :raises NotATable: it describes no table
    """
    facts, siret = known_facts.of(organization)
    entry = catalogue().get(schema_id)
    descriptor = catalogue().table(schema_id)
    file = former.newest(organization.id, schema_id)
    year = usual_year(schema_id, today)
    return {
        "facts": facts,
        "siret": siret,
        "descriptor": descriptor,
        "cells": values(schema_id, descriptor, facts, year),
        "lacking": lacking(schema_id, facts),
        **_entry(entry, facts, {schema_id: file} if file else {}, language, today),
    }


def lacking(schema_id: str, facts: Facts) -> bool:
    """Whether the model asks for the SIRET of the collectivité and nobody has told it."""
    return not facts.siret and "siret" in known(schema_id).columns.values()


def _current() -> Iterable[SchemaEntry]:
    return (entry for entry in catalogue() if entry.is_table and not entry.obsolete)


def _entry(
    entry: SchemaEntry, facts: Facts, last: Mapping[str, former.File], language: str, today: dt.date
) -> dict[str, Any]:
    descriptor, what = catalogue().table(entry.id), known(entry.id)
    year = usual_year(entry.id, today)
    file = last.get(entry.id)
    return {
        "id": entry.id,
        "title": entry.title(language),
        "description": entry.description(language),
        "version": entry.latest,
        "usual": what.is_for(facts) or file is not None,
        "is_list": what.is_list,
        "typed": what.typed,
        "year": year,
        "columns": len(descriptor["fields"]),
        "filled": len(values(entry.id, descriptor, facts, year)),
        "last": file if what.is_list else None,
    }


def today() -> dt.date:
    """The day at the portal, by the database's clock."""
    return local_day(model.Session.execute(sa.select(sa.func.clock_timestamp())).scalar_one())
