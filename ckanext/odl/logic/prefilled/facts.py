"""The facts of one collectivité as models want them; its SIRET is told with where it was learned, and never guessed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from tempfile import NamedTemporaryFile
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk

from ckanext.odl import config, storage, territory
from ckanext.odl.logic import collectivite
from ckanext.odl.logic.path.facts import words
from ckanext.odl.logic.prefilled import former
from ckanext.odl.model import DatagouvLink
from ckanext.odl.scdl import Facts
from ckanext.odl.scdl.prefilled import known
from ckanext.odl.territory import siret_is_valid
from ckanext.odl.validation.guard import Stopped, in_child

log = logging.getLogger(__name__)

#: Files that are opened at most to learn a SIRET, and seconds for which the answer is kept.
_FILES = 3
_KEPT_SECONDS = 30 * 86400


@dataclass(frozen=True)
class Siret:
    """A SIRET and where it comes from: ``stored``, ``datagouv``, ``file`` (``name``: of its dataset), "" for none."""

    number: str = ""
    source: str = ""
    name: str = ""


def of(organization: model.Group) -> tuple[Facts, Siret]:
    """What is known of *organization*, and where its SIRET comes from."""
    fields = collectivite.fields(organization)
    kind, siren = fields.get("odl_kind") or "", fields.get("odl_siren") or ""
    insee = (fields.get("odl_insee") or "") if kind == "commune" else ""
    body = territory.commune(insee) if insee else None
    number = siret(organization)
    return Facts(
        name=organization.title or organization.name,
        kind=kind,
        siren=siren,
        siret=number.number,
        insee=insee,
        commune=body.name if body else "",
        postal_code=body.postal_codes[0] if body and len(body.postal_codes) == 1 else "",
        email=fields.get("odl_contact") or "",
        has=(words(fields.get("odl_competences")) or frozenset()) | (words(fields.get("odl_has")) or frozenset()),
    ), number


def siret(organization: model.Group) -> Siret:
    """The SIRET of the seat: the one that somebody typed, else that of data.gouv.fr, else that of a valid file of hers.

    Only a number that begins with the SIREN of the collectivité is taken.
    """
    fields = collectivite.fields(organization)
    siren, stored = fields.get("odl_siren") or "", fields.get("odl_siret") or ""
    if stored and (not siren or stored.startswith(siren)):
        return Siret(stored, "stored")
    if not siren:
        return Siret()
    link = DatagouvLink.__table__
    linked = model.Session.scalar(sa.select(link.c.siret).where(link.c.organization_id == organization.id)) or ""
    if linked.startswith(siren) and siret_is_valid(linked):
        return Siret(linked, "datagouv")
    return _learned(organization.id, siren)


def _learned(organization_id: str, siren: str) -> Siret:
    for file in former.files(organization_id):
        column = next((name for name, fact in known(file.schema_id).columns.items() if fact == "siret"), None)
        if column is None or file.rank > _FILES:
            continue
        number = _of_file(file, column, siren)
        if number:
            return Siret(number, "file", file.title)
    return Siret()


def _of_file(file: former.File, column: str, siren: str) -> str:
    """The number in one file; the answer is kept, also when there is none, since the same bytes say the same."""
    key = f"odl:{tk.config['ckan.site_id']}:siret:{siren}:{file.sha256}:{column}"
    try:
        kept: Any = connect_to_redis().get(key)
        if kept is not None:
            return kept.decode()
        number = _read(file, column, siren)
        connect_to_redis().set(key, number, ex=_KEPT_SECONDS)
    except Exception:  # a fact less is no reason to refuse the page
        log.exception("The SIRET in file %s cannot be read now", file.resource["id"])
        return ""
    return number


def _read(file: former.File, column: str, siren: str) -> str:
    with NamedTemporaryFile(prefix="odl-") as copy:
        try:
            storage.identify(file.resource, copy)
            copy.flush()
            found = in_child(
                "ckanext.odl.validation.carrying:siret",
                copy.name,
                options={"schema": file.schema_id, "column": column, "siren": siren, "name": file.name},
                seconds=config.answer_seconds(),
                memory=config.memory(),
                limits=config.limits(),
            )
        except (storage.MissingFile, Stopped):
            return ""
    return found["siret"] or ""
