"""The file that a member is asked to fill in, with what is known of it in place."""

from __future__ import annotations

import re

from ckan import model

from ckanext.odl.logic.naming import name_from
from ckanext.odl.logic.prefilled import facts as known_facts
from ckanext.odl.scdl import catalogue, prefilled_xlsx

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_for(organization: model.Group, schema_id: str, version: str, period: str, language: str) -> tuple[str, bytes]:
    """Return the name and the bytes of an XLSX to fill in.

    :raises UnknownSchema: the model is no longer known
    """
    entry, version = catalogue().parse(f"{schema_id}@{version}" if version else schema_id)
    title = entry.title(language)
    facts, _siret = known_facts.of(organization)
    year = int(match[0]) if (match := re.match(r"\d{4}", period)) else None
    descriptor = catalogue().table(entry.id, version)
    content = prefilled_xlsx(entry.id, descriptor, facts, f"{title} {version}", language[:2], year=year)
    name = "-".join(part for part in (name_from(title), organization.name, period.replace("/", "_")) if part)
    return f"{name}.xlsx", content
