"""The search index held against the database: what it has lost is given back to it.

A dataset that the index lacks is found by nobody and stops the feed that data.gouv.fr reads.
"""

from __future__ import annotations

import logging
from typing import Any

import pysolr
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.lib.search.common import make_connection
from ckan.plugins import toolkit as tk

log = logging.getLogger(__name__)

#: Datasets given back in one go.
MOST_MENDED = 200
_BATCH = 1000


class NoAnswer(Exception):
    """The index does not answer. ``args[0]`` says why, for the log."""


def ask(filters: list[str], **more: Any) -> Any:
    """The answer of the index about the datasets of this portal.

    :raises NoAnswer: the index is away, or refuses
    """
    site = f'+site_id:"{tk.config["ckan.site_id"]}"'
    try:
        return make_connection(decode_dates=False).search("*:*", fq=[site, *filters], **more)
    except (pysolr.SolrError, search.SearchError, OSError, ValueError) as error:
        raise NoAnswer(f"the index does not answer: {error}") from error


def any_of(field: str, values: list[str]) -> str:
    """The filter that leaves documents whose *field* is one of *values*."""
    # an id may hold any character; a control character is in none
    return f'{{!terms f={field} separator="\x1f"}}' + "\x1f".join(values)


def public(*more: Any) -> list[Any]:
    """The conditions on CKAN's datasets that leave those that everybody may see."""
    package: Any = model.Package
    return [
        package.state == model.State.ACTIVE,
        sa.not_(sa.func.coalesce(package.private, sa.false())),
        sa.func.coalesce(package.type, "dataset") == "dataset",
        *more,
    ]


def known(*more: str) -> int:
    """How many public datasets the index knows.

    :param more: further filters
    :raises NoAnswer: the index is away
    """
    return ask(["dataset_type:dataset", "state:active", "capacity:public", *more], rows=0, fl="id").hits


def lacks() -> int:
    """How many public datasets the database has beyond those that the index knows.

    :raises NoAnswer: the index is away
    """
    return max(0, _in_database() - known())


def _in_database() -> int:
    package: Any = model.Package
    return model.Session.scalar(sa.select(sa.func.count()).select_from(package).where(*public())) or 0


def mend() -> int:
    """Give the index what it has lost, :data:`MOST_MENDED` datasets at most; returns how many it got.

    The usual case, nothing lost, costs one count on each side.
    """
    try:
        lost = _lost() if lacks() else []
    except NoAnswer as error:
        log.warning("What the index lacks is not known: %s", error)
        return 0
    finally:
        model.Session.rollback()
    for id_ in lost:
        search.rebuild(package_id=id_)
    if lost:
        log.warning("The index had lost %s datasets, among them %s: it has them again", len(lost), lost[0])
    return len(lost)


def _lost() -> list[str]:
    package: Any = model.Package
    lost, after = [], ""
    while len(lost) < MOST_MENDED:
        page = sa.select(package.id).where(*public(package.id > after)).order_by(package.id).limit(_BATCH)
        ids = list(model.Session.scalars(page))
        if not ids:
            break
        found = {document["id"] for document in ask([any_of("id", ids)], rows=len(ids), fl="id")}
        lost += [id_ for id_ in ids if id_ not in found]
        after = ids[-1]
    return lost[:MOST_MENDED]
