"""The pre-check and the quality criteria of data.gouv.fr on the datasets of the portal, with sentences and links."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import flask
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.datagouv import addresses, outgoing, precheck, quality
from ckanext.odl.datagouv.precheck import BLOCKING, DATASET, DCAT, FILE, LEVELS, ORGANIZATION, PORTAL, Finding
from ckanext.odl.logic.datagouv import sending
from ckanext.odl.model import DatagouvLink, Twin, extras
from ckanext.odl.model.datagouv import NATIONAL

#: The word for a dataset in which there is nothing to say of what is refused or lost.
CLEAN = "clean"
#: The words for a dataset, the gravest first; ``withheld``: it does not leave, so nothing of it is refused or lost.
STATES = (*LEVELS, CLEAN, "withheld")
_PORTAL_ADDRESS = "portal-address"


def _site() -> str:
    # Outside of a request CKAN builds no address; there only the portal's own part of one is looked at.
    return sending.base_url() if flask.has_request_context() else tk.config["ckan.site_url"].rstrip("/")


def of_package(package: Mapping[str, Any], organization: Mapping[str, Any] | None = None) -> list[Finding]:
    """The findings of one dataset.

    :param package: as ``package_show`` gives it
    :param organization: its owner with ``odl_contact`` and ``odl_website``
    """
    return precheck.check(package, organization, site_url=_site(), outlines=sending.outlines())


@dataclass(frozen=True)
class Judged:
    """What was found of one dataset, before it is put in words. ``state``: one of :data:`STATES`."""

    package: Mapping[str, Any]
    findings: list[Finding]
    quality: quality.Quality
    withheld: str | None

    @property
    def state(self) -> str:
        return "withheld" if self.withheld else precheck.worst(self.findings) or CLEAN


def judge(
    package: Mapping[str, Any],
    today: dt.date,
    organization: Mapping[str, Any] | None = None,
    held: Held | None = None,
) -> Judged:
    """Look at one dataset.

    :param package: as ``package_show`` gives it
    :param today: the day on which updates are looked at
    :param organization: its owner with ``odl_contact`` and ``odl_website``
    :param held: what of its organization does not leave
    """
    judged = quality.assess(package, today, outlines=sending.outlines())
    came_in = held is not None and package.get("id") in held.came_in
    withheld = outgoing.withheld(package, from_datagouv=came_in, held_back=bool(held and held.organization))
    # That the portal has no public address is told once for all (portal_problem), not of each dataset.
    findings = [found for found in of_package(package, organization) if found.code != _PORTAL_ADDRESS]
    return Judged(package, findings, judged, withheld)


@dataclass(frozen=True)
class Held:
    """What of an organization does not leave: all of it, by decision of its ATD, or what came from data.gouv.fr."""

    organization: bool = False
    came_in: frozenset[str] = frozenset()


def held_of(organization_id: str | None, package_id: str | None = None) -> Held:
    """What of an organization (or only of one of its datasets) does not leave, in two queries."""
    if not organization_id:
        return Held()
    link, twin, package = DatagouvLink.__table__, Twin.__table__, model.package_table
    is_held = model.Session.execute(
        sa.select(link.c.withheld).where(link.c.organization_id == organization_id)
    ).scalar()
    only = [package.c.id == package_id] if package_id else []
    came_in = model.Session.scalars(
        sa.select(twin.c.package_id)
        .join(package, package.c.id == twin.c.package_id)
        .where(package.c.owner_org == organization_id, twin.c.origin == NATIONAL, *only)
    )
    return Held(bool(is_held), frozenset(came_in))


def current_day() -> dt.date:
    """The day of the database's clock in the portal's time zone."""
    now = model.Session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return now.astimezone(tk.h.get_display_timezone()).date()


def of_page(package: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What is to be said of the dataset of a page, all that the portal knows of it included; see :func:`told`."""
    owner_id = package.get("owner_org")
    owner = sending.publishers([owner_id]).get(owner_id) if owner_id else None
    return told(judge(package, current_day(), owner, held_of(owner_id, package["id"])), language)


def told(judged: Judged, language: str) -> dict[str, Any]:
    """What is to be said of a dataset: the answer of ``odl_harvest_check``, in *language*."""
    package, findings = judged.package, judged.findings
    return {
        "id": package["id"],
        "name": package["name"],
        "title": package.get("title") or package["name"],
        "private": bool(package.get("private")),
        "withheld": judged.withheld,
        "why_withheld": precheck.withheld_words(judged.withheld, language) if judged.withheld else "",
        "state": judged.state,
        "counts": {level: sum(f.level == level and f.concerns(DCAT) for f in findings) for level in LEVELS},
        "findings": [_finding(found, package, language) for found in findings],
        "quality": _quality(judged.quality, package, language),
    }


def portal_problem(language: str) -> dict[str, str] | None:
    """What is wrong with the address of the portal itself, None when data.gouv.fr takes it."""
    address = _site()
    if addresses.refusal(address) is None:
        return None
    found = Finding(_PORTAL_ADDRESS, BLOCKING, precheck.BOTH, PORTAL, values={"address": address})
    return {"address": address, "text": found.sentence(language), "remedy": found.remedy(language)}


def counted(packages: Iterable[Mapping[str, Any]], organization: Mapping[str, Any]) -> tuple[int, int, list[str]]:
    """What the path wants to know of datasets that leave: points that refuse, points that lose, ids of the refused.

    Only what those who publish can mend: the address of the portal and missing outlines are not theirs.
    """
    blocking, lossy, refused = 0, 0, []
    for package in packages:
        mine = [f for f in of_package(package, organization) if f.concerns(DCAT) and f.place != PORTAL]
        stops = sum(found.level == BLOCKING for found in mine)
        blocking += stops
        lossy += sum(found.level == precheck.LOSSY for found in mine)
        if stops:
            refused.append(str(package["id"]))
    return blocking, lossy, refused


# -- an organization as a whole


def packages_of(organization_id: str) -> list[dict[str, Any]]:
    """The active datasets of an organization, private ones too, in the form of ``package_show``: three queries."""
    owner = _owner(organization_id)
    package: Any = model.Package
    resource: Any = model.Resource
    owned = sa.and_(
        package.owner_org == organization_id, package.state == model.State.ACTIVE, package.type == "dataset"
    )
    rows = model.Session.execute(sa.select(*columns()).where(owned).order_by(package.title, package.id)).all()
    files: dict[str, list[dict[str, Any]]] = defaultdict(list)
    statement = (
        sa.select(resource)
        .join(package, package.id == resource.package_id)
        .where(resource.state == model.State.ACTIVE, owned)
        .order_by(resource.package_id, resource.position)
    )
    for one in model.Session.scalars(statement):
        values = {column.name: getattr(one, column.name) for column in resource.__table__.columns}
        files[one.package_id].append({**(values.pop("extras") or {}), **values})
    return [{**shaped(dict(row._mapping), files.get(row.id, ())), "organization": owner} for row in rows]


def _owner(organization_id: str) -> dict[str, Any] | None:
    group: Any = model.Group
    own = ("id", "name", "title", "type", "description", "image_url", "created", "is_organization", "approval_status",
           "state")  # fmt: skip
    row = model.Session.execute(
        sa.select(*(getattr(group, name) for name in own)).where(group.id == organization_id)
    ).first()
    return {name: _text(value) for name, value in row._mapping.items()} if row else None


def columns() -> list[Any]:
    """The columns of a dataset that :func:`shaped` needs, its fields and keywords among them."""
    package: Any = model.Package
    tag, link = model.Tag, model.PackageTag
    names = (
        sa.select(sa.func.array_agg(tag.name))
        .join(link, link.tag_id == tag.id)
        .where(link.package_id == package.id, link.state == model.State.ACTIVE)
        .scalar_subquery()
        .label("keywords")
    )
    own = ("id", "name", "title", "type", "state", "private", "notes", "license_id", "url", "author", "author_email",
           "maintainer", "maintainer_email", "metadata_created", "metadata_modified", "owner_org",
           "creator_user_id")  # fmt: skip
    return [*(getattr(package, name) for name in own), extras.of_packages(), names]


def shaped(row: Mapping[str, Any], files: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A dataset read from the tables, as ``package_show`` would give what the rules look at.

    :param row: the columns of :func:`columns`
    :param files: the columns of its files, their other fields beside them
    """
    values = {name: row[name] for name in row if name not in ("extras", "keywords")}
    own: dict[str, Any] = row["extras"] or {}
    fields = {name: value for name, value in own.items() if name not in values}
    licence = values["license_id"]
    known = model.Package.get_license_register().get(licence)
    return {
        **{name: _text(value) for name, value in {**fields, **values}.items()},
        "license_title": known.title if known else licence,
        "extras": [{"key": name, "value": value} for name, value in fields.items()],
        "tags": [{"id": name, "name": name} for name in row["keywords"] or ()],
        "resources": [_file(file) for file in files],
    }


def _file(values: Mapping[str, Any]) -> dict[str, Any]:
    file = {"position": 0} | {name: _text(value) for name, value in values.items()}
    if file.get("url_type") == "upload":
        file["url"] = f"{outgoing.file_url(_site(), file)}/{file.get('url') or ''}"
    return file


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else value


# -- sentences and links


def _finding(found: Finding, package: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "code": found.code,
        "level": found.level,
        "channel": found.channel,
        "place": found.place,
        "field": found.field,
        "resource": found.resource,
        "values": dict(found.values),
        "text": found.sentence(language),
        "remedy": found.remedy(language),
        "url": _url(found.place, found.field, package, found.resource, adds_file=found.code == "no-file"),
    }


def _quality(judged: quality.Quality, package: Mapping[str, Any], language: str) -> dict[str, Any]:
    files = package.get("resources") or []
    first = files[0].get("id") if files else None
    return {
        "score": round(judged.score, 3),
        "met": judged.met,
        "criteria": [
            {
                "id": one.id,
                "met": one.is_met,
                "label": one.label(language),
                "advice": one.advice(language),
                "url": "" if one.is_met else _url(one.place, one.field, package, first, adds_file=not files),
            }
            for one in judged.criteria
        ],
    }


def _url(place: str, field: str, package: Mapping[str, Any], resource: str | None, *, adds_file: bool) -> str:
    """Where something is mended: the control of a form; empty when no form shows it."""
    anchor = f"field-{field}" if field else None
    name, kind = package["name"], package.get("type") or "dataset"
    if adds_file and (place == FILE or not field):
        return tk.url_for(f"{kind}_resource.new", id=name)
    if place == FILE and resource:
        return tk.url_for(f"{kind}_resource.edit", id=name, resource_id=resource, _anchor=anchor)
    if place == DATASET:
        return tk.url_for(f"{kind}.edit", id=name, _anchor=anchor)
    if place == ORGANIZATION and package.get("owner_org"):
        return tk.url_for("organization.edit", id=package["owner_org"], _anchor=anchor)
    return ""
