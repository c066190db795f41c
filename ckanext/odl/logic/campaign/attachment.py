"""The file that a member is asked to fill in, with what is known of it in place."""

from __future__ import annotations

from ckan import model

from ckanext.odl.logic.naming import name_from
from ckanext.odl.scdl import catalogue
from ckanext.odl.scdl.models import blank_xlsx

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_for(organization: model.Group, schema_id: str, version: str, period: str, language: str) -> tuple[str, bytes]:
    """Return the name and the bytes of an XLSX to fill in.

    :raises UnknownSchema: the model is no longer known
    """
    entry, version = catalogue().parse(f"{schema_id}@{version}" if version else schema_id)
    title = entry.title(language)
    content = blank_xlsx(catalogue().table(entry.id, version), title, language)
    name = "-".join(part for part in (name_from(title), name_from(organization.name), period.replace("/", "_")) if part)
    return f"{name}.xlsx", content
