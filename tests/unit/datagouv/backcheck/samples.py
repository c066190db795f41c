"""Records of data.gouv.fr made up for the tests."""

from __future__ import annotations

from typing import Any

SITE = "https://portail.exemple.fr"
FEED = f"{SITE}/odl/dcat/valbrune.rdf"
ID = "3f0c1d2e-0000-4000-8000-000000000001"
IDENTIFIER = f"{SITE}/dataset/{ID}"
FILE = f"{IDENTIFIER}/resource/r1/download"
SHA256 = "a" * 64


def sent(**changed: Any) -> dict[str, Any]:
    """What left of a dataset, in the words of data.gouv.fr."""
    return {
        "title": "Prénoms donnés à Valbrune",
        "description": "# Prénoms\n\n- filles\n- garçons\n\nVoir [la notice](https://valbrune.fr/notice).",
        "license": "lov2",
        "frequency": "annual",
        "temporal_coverage": {"start": "2024-01-01", "end": "2024-12-31"},
        "tags": ["état civil", "prénoms"],
        "territory": {"label": "Valbrune (48903)", "geometry": True},
        "contact": "mairie@valbrune.fr",
        "publisher": "Commune de Valbrune",
        "files": [
            {
                "id": "r1",
                "name": "Prénoms 2024",
                "url": FILE,
                "format": "csv",
                "size": 1234,
                "checksum": {"type": "sha256", "value": SHA256},
                "schema": {"name": "scdl/prenoms", "version": "1.1.3"},
            }
        ],
        **changed,
    }


def record(**changed: Any) -> dict[str, Any]:
    """The same as data.gouv.fr holds it when all arrived."""
    return {
        "id": "64b7b8ae86e7e3db5e2a5f01",
        "title": "Prénoms donnés à Valbrune",
        "slug": "prenoms-donnes-a-valbrune",
        "description": "# Prénoms\n\n- filles\n- garçons\n\nVoir [la notice](https://valbrune.fr/notice).",
        "license": "lov2",
        "frequency": "annual",
        "temporal_coverage": {"start": "2024-01-01", "end": "2024-12-31"},
        "tags": ["etat-civil", "prenoms"],
        "spatial": {"zones": [], "geom": {"type": "MultiPolygon"}, "granularity": "other"},
        "contact_points": [
            {"name": "Mairie", "email": "Mairie@valbrune.fr", "role": "contact"},
            {"name": "Commune de Valbrune", "email": None, "role": "publisher"},
        ],
        "organization": {"id": "org-atd", "name": "Syndicat d’Aurette"},
        "archived": None,
        "deleted": None,
        "internal": {"created_at_internal": "2026-03-02T00:10:00+00:00"},
        "harvest": {
            "backend": "DCAT",
            "domain": "portail.exemple.fr",
            "remote_id": IDENTIFIER,
            "remote_url": IDENTIFIER,
            "last_update": "2026-03-10T00:10:00+00:00",
        },
        "metrics": {"reuses": 2, "discussions": 1, "discussions_open": 1, "views": 40, "resources_downloads": 7},
        "resources": [held()],
        **changed,
    }


def held(**changed: Any) -> dict[str, Any]:
    """A file as data.gouv.fr holds it."""
    return {
        "id": "0e19cc02-4b5a-4b03-9e24-a2dee412c927",
        "title": "Prénoms 2024",
        "url": FILE,
        "format": "csv",
        "filetype": "remote",
        "filesize": 1234,
        "checksum": {"type": "sha256", "value": SHA256},
        "schema": {"name": "scdl/prenoms", "url": None, "version": "1.1.3"},
        "harvest": {"uri": f"{IDENTIFIER}/resource/r1"},
        **changed,
    }


def job(**changed: Any) -> dict[str, Any]:
    """The last run of a harvester, which took one dataset."""
    return {
        "id": "job1",
        "status": "done",
        "created": "2026-03-10T00:00:00+00:00",
        "started": "2026-03-10T00:00:00+00:00",
        "ended": "2026-03-10T00:12:00+00:00",
        "errors": [],
        "items": {"by_status": {"done": 1, "failed": 0, "archived": 0}, "total": 1},
        **changed,
    }


def item(**changed: Any) -> dict[str, Any]:
    """What a run did with one dataset."""
    return {
        "remote_id": IDENTIFIER,
        "remote_url": IDENTIFIER,
        "status": "done",
        "errors": [],
        "ended": "2026-03-10T00:10:00+00:00",
        "dataset": {"id": "64b7b8ae86e7e3db5e2a5f01", "title": "Prénoms donnés à Valbrune"},
        **changed,
    }


def source(**changed: Any) -> dict[str, Any]:
    """A harvester of data.gouv.fr that reads our feed."""
    return {
        "id": "source1",
        "name": "Portail d’Aurette",
        "url": FEED,
        "backend": "dcat",
        "active": True,
        "deleted": None,
        "created_at": "2026-01-01T00:00:00+00:00",
        "validation": {"state": "accepted", "comment": None},
        **changed,
    }
