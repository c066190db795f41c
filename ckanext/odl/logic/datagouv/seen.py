"""What the last look at data.gouv.fr found, in words: of one dataset, of a collectivité, of all that an ATD carries."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import config
from ckanext.odl.datagouv import backcheck, errors, outgoing, outgoing_values, vocabulary
from ckanext.odl.datagouv.backcheck.reading import mapping, mappings, number, text
from ckanext.odl.language import language
from ckanext.odl.model import DatagouvLink, Twin
from ckanext.odl.model.datagouv import IMPORTED, LINKED, NATIONAL

from . import carriers, links

#: Outcomes of datasets told one by one for an organization; their number is exact whatever it is.
MOST_TOLD = 1000
#: Those that ask for something come first.
_ORDER = ("failed", "skipped", "missing", "archived", "left", "arrived", "waiting", "unknown", "withheld")


def of_dataset(package: dict[str, Any], *, inside: bool) -> dict[str, Any]:
    """What is known of a dataset on data.gouv.fr.

    :param package: with ``id`` and ``owner_org``
    :param inside: whether what was lost, refused or doubled is told too
    :returns: see :func:`ckanext.odl.logic.action.datagouv_seen.odl_datagouv_twin_show`
    """
    organization = model.Session.get(model.Group, package.get("owner_org") or "")
    link = model.Session.get(DatagouvLink, organization.id) if organization else None
    carrier_id = carriers.carrier_of(organization) if organization else None
    carrier = model.Session.get(DatagouvLink, carrier_id) if carrier_id else None
    twin = _twin(package["id"])
    stored = mapping(twin.outgoing) if twin else {}
    if not stored and link:
        stored = mapping(mapping(mapping(link.backcheck).get("datasets")).get(package["id"]))
    found = {
        **_state(stored, twin, link),
        "package_id": package["id"],
        "came_from": bool(twin and twin.origin == NATIONAL and twin.state != LINKED),
        "national_id": twin.national_id if twin else "",
        "title": twin.title if twin else "",
        "url": links.dataset_url(twin.national_id) if twin else "",
        "since": _iso(stored.get("since")) or (_iso(twin.first_seen) if twin else None),
        "collected": _iso(stored.get("collected")),
        "looked_at": _iso(link.backchecked_at) if link else None,
        "owner": dict(mapping(stored.get("owner"))),
        "metrics": {name: found for name, value in mapping(stored.get("metrics")).items()
                    if (found := number(value)) is not None},
        "reuses": [dict(one) for one in mappings(stored.get("reuses"))],
        "discussions": [dict(one) for one in mappings(stored.get("discussions"))],
    }  # fmt: skip
    if not inside:
        return found
    late = stored.get("late") is True
    return {
        **found,
        "error": _error(carrier),
        "late": late,
        "compared": stored.get("compared") is True,
        "losses": [
            {**dict(loss), **backcheck.loss_words(loss, language(), label, late=late)}
            for loss in mappings(stored.get("losses"))
        ],
        "problems": [
            {**dict(problem), **backcheck.refusal_words(problem, language())}
            for problem in mappings(stored.get("problems"))
        ],
        "duplicates": [
            {**dict(one), "url": links.dataset_url(text(one.get("id"))),
             "sentence": backcheck.duplicate_words(text(one.get("why")), language())}
            for one in mappings(stored.get("duplicates"))
        ],
    }  # fmt: skip


def _twin(package_id: str) -> Twin | None:
    """The twin of a dataset: the one last found by its identifier, else one linked by hand or brought in."""
    twins = [twin for twin in Twin.of_package(model.Session(), package_id) if twin.state in (LINKED, IMPORTED)]
    there = [twin for twin in twins if twin.gone_since is None]
    traced = [twin for twin in there if mapping(twin.outgoing).get("carrier")]
    return next(iter([*traced, *there]), None)


def _state(stored: Any, twin: Twin | None, link: DatagouvLink | None) -> dict[str, str]:
    state = text(mapping(stored).get("state"))
    if not state:
        # Linked by hand or brought in: it is there, though no harvester took it from here.
        state = backcheck.ARRIVED if twin else backcheck.UNKNOWN
        if twin is None and link is not None and link.withheld:
            state = backcheck.WITHHELD
    return {"state": state, **backcheck.outcome_words(state, language(), why(text(mapping(stored).get("why"))))}


def why(reason: str) -> str:
    """Why a dataset does not leave, in a few words."""
    return {
        outgoing.PRIVATE: tk._("it is not public"),
        outgoing.DRAFT: tk._("it is a draft"),
        outgoing.DELETED: tk._("it was deleted"),
        outgoing.FROM_DATAGOUV: tk._("it came from there"),
        outgoing.WITHHELD: tk._("the structure that supports you holds it back"),
        outgoing.OWN_HARVESTER: tk._("the local authority has an automatic reading of its own"),
    }.get(reason, "")


def _error(link: DatagouvLink | None) -> dict[str, Any] | None:
    """Why the last look failed: ``sentence``, ``remedy`` and ``at``; None when it did not."""
    if not config.datagouv_enabled():
        stored: Any = {"code": "switched-off"}
    elif link is None or not link.backcheck_error:
        return None
    else:
        stored = mapping(link.backcheck_error)
    error = errors.from_dict({name: value for name, value in stored.items() if name != "at"})
    return {
        "code": error.code,
        "sentence": error.sentence(language()),
        "remedy": error.remedy(language()),
        "at": _iso(stored.get("at")),
    }


def of_organization(organization: model.Group) -> dict[str, Any]:
    """What is known of a collectivité on data.gouv.fr.

    :returns: see :func:`ckanext.odl.logic.action.datagouv_seen.odl_datagouv_backcheck_show`
    """
    link = model.Session.get(DatagouvLink, organization.id)
    carrier_id = carriers.carrier_of(organization)
    carrier = model.Session.get(DatagouvLink, carrier_id) if carrier_id else None
    carrying = model.Session.get(model.Group, carrier_id) if carrier_id else None
    known = mapping(link.backcheck) if link else {}
    is_carrier = carrier is not None and carrier_id == organization.id
    return {
        "organization": {"id": organization.id, "name": organization.name, "title": organization.display_name},
        "carrier": {"id": carrying.id, "name": carrying.name, "title": carrying.display_name} if carrying else None,
        "looked_at": _iso(link.backchecked_at) if link else None,
        "waiting": bool(carrier and carrier.backcheck_asked_at),
        "error": _error(carrier),
        "harvester": _harvester(carrier, carrying),
        "counts": _counts(known.get("counts")),
        "totals": _counts(mapping(carrier.backcheck).get("totals")) if carrier and is_carrier else None,
        "datasets": _datasets(organization.id, known),
    }  # fmt: skip


def _counts(stored: Any) -> dict[str, int]:
    return {name: found for name, value in mapping(stored).items() if (found := number(value)) is not None}


def _harvester(carrier: DatagouvLink | None, carrying: model.Group | None) -> dict[str, Any] | None:
    stored = mapping(mapping(carrier.backcheck).get("harvester")) if carrier else {}
    if not stored or carrying is None:
        return None
    words = backcheck.harvester_words(stored, language(), carriers.feeds(carrying)[0])
    return {
        **{name: text(stored.get(name)) for name in ("state", "id", "name", "url", "backend")},
        **words,
        "started": _iso(stored.get("started")),
        "ended": _iso(stored.get("ended")),
        "items": _counts(stored.get("items")),
        "problems": [backcheck.refusal_words(problem, language()) for problem in mappings(stored.get("problems"))],
    }


def _datasets(organization_id: str, known: Any) -> list[dict[str, Any]]:
    """What became of each dataset of an organization, those that ask for something first (two queries)."""
    package: Any = model.Package
    rows = {
        row.id: row
        for row in model.Session.execute(
            sa.select(package.id, package.name, package.title, package.private).where(
                package.owner_org == organization_id, package.state == model.State.ACTIVE, package.type == "dataset"
            )
        )
    }
    table: Any = Twin.__table__
    twins = model.Session.execute(
        sa.select(table.c.package_id, table.c.national_id, table.c.outgoing).where(
            table.c.package_id.in_(sa.select(package.id).where(package.owner_org == organization_id)),
            table.c.outgoing.isnot(None),
            table.c.gone_since.is_(None),
        )
    ).all()
    stored: dict[str, tuple[str, Any]] = {
        id_: ("", outcome) for id_, outcome in mapping(mapping(known).get("datasets")).items()
    }
    stored |= {row.package_id: (row.national_id, row.outgoing) for row in twins}
    found = []
    for id_, row in rows.items():
        national_id, outcome = stored.get(id_, ("", {}))
        state = text(mapping(outcome).get("state")) or backcheck.UNKNOWN
        reason = why(text(mapping(outcome).get("why")))
        found.append(
            {
                "id": id_,
                "name": row.name,
                "title": row.title or row.name,
                "state": state,
                **backcheck.outcome_words(state, language(), reason),
                "url": links.dataset_url(national_id),
                "losses": len(mappings(mapping(outcome).get("losses"))),
                "late": mapping(outcome).get("late") is True,
                "duplicates": len(mappings(mapping(outcome).get("duplicates"))),
                "problems": [
                    backcheck.refusal_words(problem, language())
                    for problem in mappings(mapping(outcome).get("problems"))
                ],
            }
        )
    found.sort(
        key=lambda one: (_ORDER.index(one["state"]) if one["state"] in _ORDER else 99, -one["losses"], one["title"])
    )
    return found[:MOST_TOLD]


def label(field: str, value: str) -> str:
    """A value of data.gouv.fr as people read it."""
    if field == "license":
        known = outgoing_values.licence({"license_id": value})
        return known.title if known else value
    if field == "period":
        start, _, end = value.partition("/")
        return tk._("{start} to {end}").format(start=_day(start) or "…", end=_day(end) or "…")
    if field == "size" and value.isdecimal():
        return tk.h.odl_size(int(value))
    if field == "format":
        return value.upper()
    if field == "frequency":
        return _frequency(value)
    return value


def _frequency(national: str) -> str:
    """The label that the portal's own form has for a frequency."""
    uri = vocabulary.frequency_uri(national)
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    for field in mappings(schema.get("dataset_fields")):
        if field.get("field_name") == "frequency":
            for choice in mappings(field.get("choices")):
                if choice.get("value") == uri:
                    words = tk.h.scheming_language_text(choice.get("label"))
                    return words[:1].lower() + words[1:]
    return national


def _day(value: str) -> str:
    try:
        return format_date(dt.date.fromisoformat(value), "d MMMM y", locale="fr" if language() == "fr" else "en")
    except ValueError:
        return value


def _iso(value: Any) -> str | None:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return text(value) or None
