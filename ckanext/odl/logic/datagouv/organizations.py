"""Organizations as data.gouv.fr gives them: found by what a person knows of them, with what one tells them apart by."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from ckanext.odl.datagouv import Client, DatagouvError

from .links import national_id_in

_ID = re.compile(r"[0-9a-f]{24}")
#: Most organizations offered to choose from.
_MOST = 20
#: Those that a search by name gives without figures are asked for one by one, up to so many.
_COMPLETED = 5


def search(client: Client, text: str, *, siren: str, title: str) -> list[dict[str, Any]]:
    """Organizations that may be the one meant.

    :param text: a SIRET, a SIREN, a name or an address of data.gouv.fr; empty: what the portal knows of it
    :param siren: the SIREN that the portal knows (may be empty)
    :param title: its name on the portal
    :returns: see :func:`~ckanext.odl.logic.action.datagouv_link.odl_datagouv_organization_search`
    :raises DatagouvError: data.gouv.fr did not give what was asked for
    """
    text = text.strip()
    digits = re.sub(r"[\s.]", "", text)
    found: list[dict[str, Any]] = []
    if "/" in text or _ID.fullmatch(text):
        found = [client.organization(national_id_in(text))]
    elif re.fullmatch(r"\d{14}", digits):
        found = list(client.organizations(siret=digits))
    elif re.fullmatch(r"\d{9}", digits):
        found = list(client.organizations(siret=first_siret(digits)))
        found += client.organizations(name=title) if digits == siren or not found else []
    elif text:
        found = list(client.organizations(name=text))
    else:
        if siren:
            found = list(client.organizations(siret=first_siret(siren)))
        found += client.organizations(name=title)
    known = {one["id"]: one for one in found if not one.get("deleted")}
    return [described(one) for one in _completed(client, list(known.values())[:_MOST])]


def _completed(client: Client, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first ones with their figures; what cannot be had is left out, the person sees the rest."""
    with suppress(DatagouvError):
        for place, one in enumerate(found[:_COMPLETED]):
            if "metrics" not in one:
                found[place] = client.organization(one["id"])
    return found


def one(client: Client, national_id: str) -> dict[str, Any]:
    """One organization by its id, as :func:`search` describes it.

    :raises DatagouvError: it is gone (deleted, merged), or data.gouv.fr did not answer
    """
    return described(client.organization(national_id))


def described(organization: dict[str, Any]) -> dict[str, Any]:
    """What a person needs to tell one organization from another."""
    return {
        "id": str(organization["id"]),
        "name": organization.get("name") or "",
        "acronym": organization.get("acronym") or "",
        "siret": organization.get("business_number_id") or "",
        "badges": [badge["kind"] for badge in organization.get("badges") or [] if badge.get("kind")],
        "datasets": (organization.get("metrics") or {}).get("datasets"),
    }


def first_siret(siren: str) -> str:
    """The SIRET of the first establishment of a body: its seat, for nearly all local authorities.

    The last figure of a SIRET makes it divisible (Luhn's sum), see INSEE's definition of the NIC.
    """
    stem = f"{siren}0001"
    total = sum(
        sum(divmod(int(digit) * (2 if place % 2 == 0 else 1), 10)) for place, digit in enumerate(reversed(stem))
    )
    return f"{stem}{-total % 10}"
