"""Invented organizations and datasets in the shape of udata's API, version 1."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]

ORGANIZATION = "534fff91a3a7292c64a77e01"
SIRET = "21350328100018"
_SUBJECTS = ("Subventions", "Délibérations", "Marchés publics", "Menus de la cantine", "Défibrillateurs", "Parkings")
_FREQUENCIES = ("annual", "monthly", "weekly", "irregular", "unknown")
_LICENCES = ("lov2", "fr-lo", "odc-odbl", "cc-by", "notspecified")


def organization(id: str = ORGANIZATION, name: str = "Commune de Sixt-sur-Aff", **changes: Any) -> Record:
    """An organization."""
    slug = name.lower().replace(" ", "-").replace("'", "")
    return {
        "acronym": None,
        "badges": [{"kind": "public-service"}, {"kind": "certified"}, {"kind": "local-authority"}],
        "business_number_id": SIRET,
        "created_at": "2020-01-02T08:00:00+00:00",
        "deleted": None,
        "description": "Commune inventée.",
        "extras": {},
        "id": id,
        "logo": None,
        "members": [{"role": "admin", "user": {"first_name": "Camille", "last_name": "Exemple"}}],
        "metrics": {"datasets": 0},
        "name": name,
        "page": f"https://www.data.gouv.fr/organizations/{slug}/",
        "slug": slug,
        **changes,
    }


def dataset_id(number: int) -> str:
    """The identifier of the invented dataset of a number."""
    return f"6b02{number:020x}"


def resource(number: int, place: int = 0, **changes: Any) -> Record:
    """A file of the invented dataset of a number; its addresses are completed by the server."""
    id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"national:{number}:{place}"))
    return {
        "checksum": {"type": "sha1", "value": f"{number:040x}"},
        "created_at": "2024-01-05T09:00:00+00:00",
        "description": "Une ligne par enregistrement.",
        "extras": {},
        "filesize": 1234 + number,
        "filetype": "file",
        "format": "csv",
        "harvest": None,
        "id": id,
        "internal": {
            "created_at_internal": "2024-01-05T09:00:00+00:00",
            "last_modified_internal": "2024-02-01T09:00:00+00:00",
        },
        "last_modified": "2024-02-01T09:00:00+00:00",
        "latest": f"/api/1/datasets/r/{id}",
        "metrics": {},
        "mime": "text/csv",
        "preview_url": None,
        "schema": None,
        "title": f"donnees-{number}.csv",
        "type": "main",
        "url": f"/fichiers/{number}/donnees-{number}.csv",
        **changes,
    }


def dataset(number: int, organization_id: str = ORGANIZATION, **changes: Any) -> Record:
    """The invented dataset of a number, whole."""
    title = f"{_SUBJECTS[number % len(_SUBJECTS)]} {2000 + number % 25}, série {number}"
    slug = f"jeu-de-donnees-{number}"
    return {
        "access_type": "open",
        "acronym": None,
        "archived": None,
        "badges": [],
        "contact_points": [
            {"name": "Secrétariat", "email": "mairie@sixt.example", "contact_form": None, "role": "contact"}
        ],
        "created_at": "2024-01-05T09:00:00+00:00",
        "deleted": None,
        "description": f"# Série {number}\n\nDonnées **inventées**.\n\n- une\n- deux",
        "description_short": None,
        "extras": {},
        "featured": False,
        "frequency": _FREQUENCIES[number % len(_FREQUENCIES)],
        "frequency_date": None,
        "harvest": None,
        "id": dataset_id(number),
        "internal": {
            "created_at_internal": "2024-01-05T09:00:00+00:00",
            "last_modified_internal": "2024-02-01T09:00:00+00:00",
        },
        "last_modified": "2024-02-01T09:00:00+00:00",
        "last_update": "2024-02-01T09:00:00+00:00",
        "license": _LICENCES[number % len(_LICENCES)],
        "metrics": {"discussions": 0, "reuses": 0, "views": number},
        "organization": {
            "class": "Organization",
            "id": organization_id,
            "name": "Commune de Sixt-sur-Aff",
            "slug": "commune-de-sixt-sur-aff",
        },
        "owner": None,
        "page": f"https://www.data.gouv.fr/datasets/{slug}/",
        "private": False,
        "quality": {"has_resources": True, "license": True, "score": 0.78},
        "resources": [
            resource(number),
            resource(number, 1, type="documentation", format="pdf", mime="application/pdf", title="Notice"),
        ],
        "schema": None,
        "slug": slug,
        "spatial": {"geom": None, "granularity": "fr:commune", "zones": ["fr:commune:35328"]},
        "tags": ["donnees", "sixt"],
        "temporal_coverage": {"start": "2024-01-01", "end": "2024-12-31"},
        "title": title,
        "uri": f"https://www.data.gouv.fr/api/1/datasets/{slug}/",
        **changes,
    }


def invented(count: int, organization_id: str = ORGANIZATION) -> Iterator[Record]:
    """So many invented datasets of an organization."""
    return (dataset(number, organization_id) for number in range(count))
