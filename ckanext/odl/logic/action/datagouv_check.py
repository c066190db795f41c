"""What data.gouv.fr would refuse or lose, asked over the API."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict, Schema, Validator, ValidatorFactory

from ckanext.odl.datagouv import precheck
from ckanext.odl.language import language
from ckanext.odl.logic import paging
from ckanext.odl.logic.datagouv import checking, sending

_MOST_ROWS = 100
_DATASET, _ORGANIZATION = "dataset", "organization"


@tk.validator_args
def _check_schema(
    not_empty: Validator,
    unicode_safe: Validator,
    ignore_empty: Validator,
    one_of: ValidatorFactory,
    ignore: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "type": [ignore_empty, one_of([_DATASET, _ORGANIZATION])],
        "state": [ignore_empty, one_of(list(checking.STATES))],
        **paging.pages(20, _MOST_ROWS),
        "language": [ignore_empty, unicode_safe],
        "__extras": [ignore],
    }


@tk.side_effect_free
@tk.validate_action_data(_check_schema)
def odl_harvest_check(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return what data.gouv.fr would refuse or lose of a dataset, or of all those of an organization.

    Nothing is asked of data.gouv.fr: its rules are applied here. ``state`` and ``counts`` are those of the portal's own
    feed; a finding says by ``channel`` (``dcat``, ``ckan``, ``both``) for which way out it holds.

    :param id: id or name of a dataset or of an organization
    :param type: ``dataset`` or ``organization``, when both have this name (a dataset by default)
    :param state: of an organization, only datasets in this state (``blocking``, ``lossy``, ``advice``, ``clean``,
        ``withheld``)
    :param start: of an organization, how many datasets to leave out first
    :param rows: and how many to return, 100 at most (20 unless told)
    :param language: of the sentences, the caller's by default
    :returns: for a dataset ``id``, ``name``, ``title``, ``private``, ``withheld`` (why it does not leave, or None;
        in words ``why_withheld``), ``state``, ``counts`` (by level), ``findings`` (``code``, ``level``, ``channel``,
        ``place``, ``field``, ``resource``, ``values``, ``text``, ``remedy``, ``url`` of the field) and ``quality``
        (``score`` from 0 to 1, ``met`` out of nine, ``criteria``); for an organization ``counts`` (datasets by state),
        ``findings`` (of the whole), ``count`` and ``results``, the gravest first; for both ``portal``: what is wrong
        with the portal's own address, for which no dataset is blamed, or None
    :raises ObjectNotFound: there is none of this id or name
    :raises NotAuthorized: it is not for this user
    """
    words = data_dict.get("language") or language()
    kind, id_ = _meant(context, data_dict["id"], data_dict.get("type"))
    tk.check_access("odl_harvest_check", context, {f"{'package' if kind == _DATASET else kind}_id": id_})
    if kind == _DATASET:
        package = tk.get_action("package_show")(tk.fresh_context(context), {"id": id_})
        return {"type": _DATASET, **checking.of_page(package, words), "portal": checking.portal_problem(words)}
    return _of_organization(id_, data_dict, words)


def _meant(context: Context, reference: str, kind: str | None) -> tuple[str, str]:
    """Whether a dataset or an organization is meant, and its id; what one may not see does not exist."""
    package = model.Package.get(reference) if kind != _ORGANIZATION else None
    if package is not None and package.state != model.State.DELETED:
        with suppress(tk.NotAuthorized):
            tk.check_access("package_show", tk.fresh_context(context), {"id": package.id})
            return _DATASET, package.id
    group = model.Group.get(reference) if kind != _DATASET else None
    if group is not None and group.is_organization and group.state == model.State.ACTIVE:
        return _ORGANIZATION, group.id
    raise tk.ObjectNotFound(tk._("There is no such dataset or local authority."))


def _of_organization(id_: str, asked: DataDict, words: str) -> dict[str, Any]:
    """The same few queries, however many datasets there are; only those of the page are put in words."""
    owner, held, day = sending.publishers([id_])[id_], checking.held_of(id_), checking.current_day()
    found = [checking.judge(package, day, owner, held) for package in checking.packages_of(id_)]
    counts = {state: sum(one.state == state for one in found) for state in checking.STATES}
    kept = [one for one in found if one.state == (asked.get("state") or one.state)]
    kept.sort(key=lambda one: (checking.STATES.index(one.state), one.quality.met))
    page = kept[asked["start"] : asked["start"] + asked["rows"]]
    return {
        "type": _ORGANIZATION,
        "id": id_,
        "name": owner["name"],
        "title": owner["title"] or owner["name"],
        "counts": counts,
        "findings": [
            {"code": one.code, "level": one.level, "channel": one.channel, "values": dict(one.values),
             "text": one.sentence(words), "remedy": one.remedy(words)}
            for one in precheck.check_organization(len(found) - counts["withheld"])
        ],
        "portal": checking.portal_problem(words),
        "count": len(kept),
        "results": [checking.told(one, words) for one in page],
    }  # fmt: skip
