"""The organizations that the platform knows when the tests begin."""

from __future__ import annotations

from typing import Any

from dev.sample_files import siren, siret

NAME = "Commune de Valbrune"
SIREN = siren(21480903)
SIRET = siret(SIREN)
#: The CKAN organization of the same commune, in both portals.
COLLECTIVITE: dict[str, Any] = {
    "name": "valbrune",
    "title": "Commune de Valbrune",
    "description": "La mairie de Valbrune publie ses données.",
    "odl_kind": "commune",
    "odl_siren": SIREN,
    "odl_insee": "48903",
    "odl_contact": "mairie@valbrune.causses-exemple.fr",
}
#: Holds what comes through CKAN's API.
BY_API = "Portail lu par l’API"
#: The one for whom the stage is harvested.
STAGE = "Scène"

WORLD: dict[str, Any] = {
    "zones": [
        {"id": "country:fr", "name": "France"},
        {"id": "fr:departement:48", "name": "Lozère"},
        {"id": "fr:commune:48095", "name": "Mende"},
    ],
    "organizations": [
        {"name": NAME, "siret": SIRET, "description": NAME, "badges": ["local-authority"]},
        {"name": BY_API},
        {"name": STAGE},
    ],
}
