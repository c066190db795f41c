"""Where the collectivités that agreed to show it stand: what everybody may read, nothing of it about a person.

Only organizations with ``odl_public_progress`` are here, as they stood when they were last computed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from ckan import model
from ckan.model.group import group_table
from ckan.plugins import toolkit as tk
from sqlalchemy.orm import aliased

from ckanext.odl import territory
from ckanext.odl.logic.collectivite import ORGANIZATION
from ckanext.odl.logic.overview import fold
from ckanext.odl.model import PathProgress, extras

_GROUP: Any = group_table
#: Organizations read at a time.
BATCH = 500
#: The words of the observatory of OpenDataFrance for the kinds of collectivités.
TYPES = {"commune": "COM", "epci": "EPCI", "departement": "DEP", "region": "REG", "syndicat": "SYN", "autre": "AUTRE"}
_EPCI_TYPES = {"CC": "CC", "CA": "CA", "CU": "CU", "METRO": "MET", "MET69": "MET", "EPT": "EPT"}
#: The 18 columns of the observatory of OpenDataFrance (edition 2022), in its order.
OBSERVATORY = (
    "siren", "nom", "type", "regcode", "depcode", "pop-insee", "lat", "long", "url-ptf", "nb-ptf", "ptf", "techno",
    "thématiques", "url-datagouv", "nb-datagouv", "id-datagouv", "id-ods", "merge",
)  # fmt: skip
_PHASES = tuple(f"p{number}" for number in range(1, 7))
#: What we add to them.
COLUMNS = (
    *OBSERVATORY,
    "insee",
    "identifiant",
    "url-avancement",
    "phase",
    *(f"{phase}-{what}" for phase in _PHASES for what in ("faites", "concernées")),
    "étapes-faites",
    "étapes-concernées",
    "étapes-à-actualiser",
    "fichiers-conformes",
    "date",
)


class Version(NamedTuple):
    """What tells one state of the public list from the next."""

    number: int
    changed_at: dt.datetime | None

    @property
    def tag(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()[:20]


def _public() -> tuple[Any, Any]:
    progress, group = PathProgress.__table__, _GROUP
    return (
        progress.join(group, group.c.id == progress.c.organization_id),
        sa.and_(
            progress.c.is_public,
            progress.c.computed_at.isnot(None),
            group.c.state == "active",
            group.c.type == ORGANIZATION,
        ),
    )


def version() -> Version:
    """How many collectivités are public, and when the latest of them changed (one query)."""
    tables, condition = _public()
    row = model.Session.execute(
        sa.select(sa.func.count(), sa.func.max(PathProgress.__table__.c.computed_at))
        .select_from(tables)
        .where(condition)
    ).one()
    return Version(*row)


def find(query: str, start: int, rows: int) -> tuple[int, list[dict[str, Any]]]:
    """How many collectivités have all words of *query* in their name, and one page of them by name (two queries).

    :returns: their number, and dicts with ``id``, ``name``, ``title``, ``kind``, ``department``, ``phases``,
        ``current``, ``done``, ``applicable``
    """
    progress, group = PathProgress.__table__, _GROUP
    tables, condition = _public()
    for word in fold(query).split():
        condition = sa.and_(condition, progress.c.sort_title.contains(word, autoescape=True))
    number = model.Session.execute(sa.select(sa.func.count()).select_from(tables).where(condition)).scalar_one()
    found = model.Session.execute(
        sa.select(
            group.c.id,
            group.c.name,
            group.c.title,
            *(progress.c[column] for column in ("kind", "department", "phases", "current", "done", "applicable")),
        )
        .select_from(tables)
        .where(condition)
        .order_by(progress.c.sort_title, group.c.id)
        .offset(start)
        .limit(rows)
    )
    return number, [dict(row._mapping) for row in found]


def export() -> Iterator[dict[str, Any]]:
    """Every public collectivité by name, as :data:`COLUMNS`; read a batch at a time (three queries each)."""
    progress = PathProgress.__table__
    tables, condition = _public()
    ordered = sa.select(progress.c.organization_id).select_from(tables).where(condition)
    ids = list(model.Session.scalars(ordered.order_by(progress.c.sort_title, progress.c.organization_id)))
    for start in range(0, len(ids), BATCH):
        yield from _rows(ids[start : start + BATCH])


def _rows(ids: list[str]) -> Iterator[dict[str, Any]]:
    progress, group = PathProgress.__table__, _GROUP
    tables, condition = _public()
    found = {
        row.organization_id: row
        for row in model.Session.execute(
            sa.select(group.c.name, group.c.title, *(column for column in progress.c if column.name != "progress"))
            .select_from(tables)
            .where(condition, progress.c.organization_id.in_(ids))
        )
    }
    fields, datasets = extras.read(found), _datasets(found)
    for id_ in ids:
        if id_ in found:  # it may have been closed since
            yield _row(found[id_], fields.get(id_, {}), *datasets.get(id_, (0, [])))


def _row(found: Any, fields: dict[str, str], datasets: int, themes: list[str]) -> dict[str, Any]:
    department = found.department or ""
    body = territory.by_siren(fields["odl_siren"]) if fields.get("odl_siren") else None
    above = body or territory.department(department)
    row: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    row |= {
        "siren": fields.get("odl_siren", ""),
        "nom": found.title or found.name,
        "type": _type(found.kind, body),
        "regcode": above.region if above else "",
        "depcode": department,
        "pop-insee": "" if found.population is None else found.population,
        "url-ptf": tk.url_for("organization.read", id=found.name, _external=True, locale="default"),
        "nb-ptf": datasets,
        "ptf": tk.config["ckan.site_title"],
        "techno": "CKAN",
        "thématiques": ", ".join(themes),
        "merge": "ptf" if datasets else "",
        "insee": fields.get("odl_insee", ""),
        "identifiant": found.name,
        "url-avancement": tk.url_for("odl_progress.read", name=found.name, _external=True, locale="default"),
        "phase": found.current,
        "étapes-faites": found.done,
        "étapes-concernées": found.applicable,
        "étapes-à-actualiser": found.stale,
        "fichiers-conformes": found.valid_files,
        "date": found.computed_at.date().isoformat(),
    }
    for phase in found.phases or []:
        row[f"{phase['id']}-faites"] = phase["done"]
        row[f"{phase['id']}-concernées"] = phase["applicable"]
    return {column: row[column] for column in COLUMNS}


def _type(kind: str, body: territory.Body | None) -> str:
    """The observatory's word: for an EPCI that the official reference knows, what kind of EPCI it is."""
    of_body = _EPCI_TYPES.get(body.type) if body and kind == "epci" else None
    return of_body or TYPES.get(kind, "")


def _datasets(ids: Iterable[str]) -> dict[str, tuple[int, list[str]]]:
    """How many public datasets each organization has, and the themes (groups of the portal) that they are filed in."""
    package, member, theme = model.Package, model.Member, aliased(model.Group)
    filed = sa.and_(
        member.table_id == package.id,
        member.table_name == "package",
        member.state == "active",
    )
    is_theme = sa.and_(theme.id == member.group_id, theme.type == "group", theme.state == "active")
    rows = model.Session.execute(
        sa.select(
            package.owner_org,
            sa.func.count(package.id.distinct()),
            sa.func.array_agg(theme.title.distinct()).filter(theme.id.isnot(None)),
        )
        .outerjoin(member, filed)
        .outerjoin(theme, is_theme)
        .where(
            package.owner_org.in_(ids),
            package.state == "active",
            package.type == "dataset",
            package.private.is_(False),
        )
        .group_by(package.owner_org)
    )
    return {owner: (number, sorted(filter(None, themes or []))) for owner, number, themes in rows}
