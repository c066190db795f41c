"""Whom the rows of a list name among those that the portal knows already: its structure's members before all others.

A member may bear a name or codes that the official list does not hold, or a name that others bear there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from ckan import model

from ckanext.odl import territory
from ckanext.odl.deposit.meant import bare
from ckanext.odl.deposit.members import mark_repeated
from ckanext.odl.logic import collectivite
from ckanext.odl.territory import Body


def with_members(atd: model.Group, rows: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """Say of each row that is known to the portal who it is.

    :param rows: as :func:`ckanext.odl.deposit.members.read_list` returns them; they are changed
    :param language: of the sentences
    :returns: *rows*, each with its ``organization`` too: the id of one that the official list does not hold, or None
    """
    known = _known(atd, rows)
    for row in rows:
        row["organization"] = None
        found = known(row) if row["state"] != "twice" else None
        if found is None:
            continue
        row |= {"state": "found", "choices": [], "why": "", "note": ""}
        if found.body is not None:
            row |= {"body": found.body.id, "label": found.body.label}
        else:
            row |= {"body": None, "label": found.group.display_name, "organization": found.group.id}
    mark_repeated(rows, "body", language)
    mark_repeated(rows, "organization", language)
    return rows


def _known(atd: model.Group, rows: list[dict[str, Any]]) -> Callable[[dict[str, Any]], _Known | None]:
    """What answers of a row whom it means, None when the reference alone tells that."""
    members = [_Known(group) for group in collectivite.members_below(atd)]
    codes = [_codes(row["said"]) for row in rows if row["state"] == "unknown"]
    on_portal = {
        **collectivite.holding([insee for insee, _ in codes], "odl_insee"),
        **collectivite.holding([siren for _, siren in codes], "odl_siren"),
        **{code: member.group for member in members for code in member.codes if code},
    }
    by_name: dict[str, list[_Known]] = defaultdict(list)
    for member in members:
        by_name[bare(member.group.display_name)].append(member)

    def answer(row: dict[str, Any]) -> _Known | None:
        insee, siren = _codes(row["said"])
        if row["state"] != "unknown" and (insee or siren):
            return None  # the reference holds its code, or its name contradicts it
        if of_code := on_portal.get(insee) or on_portal.get(siren):
            return _Known(of_code)
        body = territory.body(row["body"]) if row["body"] else None
        named = [one for one in by_name[bare(row["said"]["name"])] if one.may_be(row["said"], body)]
        return named[0] if len(named) == 1 else None

    return answer


def _codes(said: dict[str, str]) -> tuple[str, str]:
    """The INSEE code and the SIREN that a row says; a spreadsheet takes the first zero of a code away."""
    insee, siren = said["insee"], said["siren"][:9]
    return insee.zfill(5) if insee else "", siren if territory.siren_is_valid(siren) else ""


class _Known:
    """An organization of the portal; ``body``: what it is in the official list, None when that does not hold it."""

    def __init__(self, group: model.Group) -> None:
        fields = collectivite.fields(group)
        self.group = group
        self.codes = fields.get("odl_insee") or "", fields.get("odl_siren") or ""
        self.body = territory.commune(self.codes[0]) or territory.reference().by_siren(self.codes[1])

    def may_be(self, said: dict[str, str], body: Body | None) -> bool:
        """Whether nothing that a row of this name says contradicts it; *body*: whom the official list has under it."""
        if any(one and other and one != other for one, other in zip(_codes(said), self.codes, strict=True)):
            return False
        if self.body is None:
            return True
        inside = said["department"] in ("", self.body.department)
        posted = not said["postal"] or said["postal"].zfill(5) in self.body.postal_codes
        return body is None and inside and posted
