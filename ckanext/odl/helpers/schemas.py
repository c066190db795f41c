"""What pages say of the national schemas."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ckanext.odl.language import language
from ckanext.odl.logic import schema_news
from ckanext.odl.logic.path import reach

from .path import odl_iso_day


def odl_schema_news(organization_id: str) -> list[dict[str, Any]]:
    """The models of which there is a newer version than this organization's files follow.

    For pages that only its own people see: private datasets are named.

    :returns: ``id``, ``title``, ``version``, ``former``, ``day`` (in words), ``changes`` (sentences) and ``files`` each
    """
    return [{**_told(one), "files": one.files} for one in schema_news.news([organization_id])]


def odl_schema_news_below(organization_id: str) -> list[dict[str, Any]]:
    """The same for all that an ATD supports and itself: ``organizations`` (name and title) instead of files."""
    if not schema_news.is_any():
        return []
    itself = sa.select(sa.literal(organization_id))
    found = schema_news.news(sa.union_all(reach.below([organization_id]), itself))
    places = schema_news.places({id_ for one in found for id_ in one.organizations})
    return [
        {**_told(one), "organizations": [place for place in places if place.id in one.organizations]} for one in found
    ]


def _told(one: schema_news.News) -> dict[str, Any]:
    spoken = language()
    day = odl_iso_day(one.day)
    return {
        "id": one.entry.id,
        "title": one.entry.title(spoken),
        "version": one.version,
        "former": one.former,
        "day": day.words if day else "",
        "changes": one.changes(spoken),
    }
