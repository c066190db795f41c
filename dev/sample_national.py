"""What the sample collectivités published on data.gouv.fr before the portal was there. All invented.

``python -m dev.sample_national`` prints it for the stand-in of data.gouv.fr; :func:`main` lets the portal know of it.
"""

from __future__ import annotations

import json
from typing import Any

from ckan.plugins import toolkit as tk

from dev import sample_files as files
from dev.national.world import identifier
from dev.sample_data import ATD, BODIES, PEOPLE

#: Those that have an organization of their own there, and what they publish under it.
PRESENT = (ATD, "saint-exemple", "pont-de-lirac", "hautes-terres")
#: Those whom the ATD has declared. The others are its to find.
DECLARED = (ATD, "saint-exemple", "pont-de-lirac")


def main() -> None:
    """Declare whose organization there is whose, follow them, and ask for a run: the worker does it when it starts."""
    adviser = next(name for name, _role, organizations in PEOPLE if organizations == [ATD])
    titles = {body.name: body.title for body in BODIES}

    def act(action: str, **data: Any) -> Any:
        context: Any = {"user": adviser}
        return tk.get_action(action)(context, data)

    for name in DECLARED:
        link = act("odl_datagouv_link_show", id=name)
        national_id = identifier("organization", titles[name])
        if link["national_id"] != national_id:
            act("odl_datagouv_link_update", id=name, national_id=national_id, mode="own")
    known = act("odl_datagouv_source_list", atd=ATD)
    source = (
        known[0]
        if known
        else act("odl_datagouv_source_create", atd=ATD, title="Ce que nos membres ont déjà publié", frequency="MANUAL")
    )
    act("odl_datagouv_run", id=source["id"])


def world() -> dict[str, Any]:
    """The platform's territories, organizations, datasets and files (see ``dev/national/world.py``)."""
    bodies = {body.name: body for body in BODIES}
    communes = [body for body in BODIES if body.kind == "commune"]
    return {
        "zones": [
            {"id": "country:fr", "name": "France"},
            {"id": "fr:departement:48", "name": "Lozère"},
            *({"id": f"fr:commune:{body.insee}", "name": body.title} for body in communes),
        ],
        "organizations": [
            {
                "name": bodies[name].title,
                "siret": files.siret(bodies[name].siren),
                "description": f"Les données de {bodies[name].title}.",
                "badges": ["local-authority", "public-service"],
            }
            for name in PRESENT
        ],
        "datasets": [
            {"organization": bodies[name].title, **dataset}
            for name in PRESENT
            for dataset in _datasets(name, bodies[name])
        ],
        "files": _files(bodies),
    }


def _files(bodies: dict[str, Any]) -> dict[str, str]:
    """The files that the platform hosts, by path."""

    def table(header: list[str], rows: Any) -> str:
        return files.as_csv(header, rows).decode()

    saint, pont = bodies["saint-exemple"], bodies["pont-de-lirac"]
    return {
        "saint-exemple/subventions-2023.csv": table(
            files.SUBVENTIONS, files.subventions(saint.title, saint.siren, 2023)
        ),
        "saint-exemple/cantine.csv": "date,plat,dessert\n2026-11-16,Gratin de courge,Pomme\n2026-11-17,Aligot,Yaourt\n",
        "pont-de-lirac/deliberations-2024.csv": table(
            files.DELIBERATIONS, files.deliberations(pont.title, pont.siren, 2024)
        ),
        "pont-de-lirac/prenoms.csv": table(files.PRENOMS, files.prenoms(pont.title, pont.insee, range(2022, 2025))),
        "hautes-terres/dechets.csv": "lieu,matiere,jours\nPlace du foirail,verre,tous\nZone des Causses,carton,lu-sa\n",
    }


def _datasets(name: str, body: Any) -> list[dict[str, Any]]:
    """What one of them publishes."""
    zones = [f"fr:commune:{body.insee}"] if body.kind == "commune" else ["fr:departement:48"]
    contact = {"contact_points": [{"name": body.title, "email": f"contact@{name}.causses-exemple.fr"}]}

    def file(path: str, title: str, **more: Any) -> dict[str, Any]:
        return {"title": title, "url": f"files/{name}/{path}", "format": "csv", "mime": "text/csv", **more}

    def schema(id_: str) -> dict[str, Any]:
        return {"schema": {"name": id_}}

    if name == "saint-exemple":
        return [
            {
                "title": "Subventions aux associations",
                "description": "# Subventions versées\n\nUne ligne par **subvention**, en 2023.\n\n- montants en euros",
                "license": "lov2",
                "frequency": "annual",
                "tags": ["subventions", "associations"],
                "zones": zones,
                "temporal_coverage": {"start": "2023-01-01", "end": "2023-12-31"},
                "resources": [file("subventions-2023.csv", "Subventions 2023", **schema("scdl/subventions"))],
                **contact,
            },
            {
                "title": "Menus de la cantine de Saint-Exemple",
                "description": "Les menus de la semaine, servis à l’école des Tilleuls.",
                "license": "odc-odbl",
                "frequency": "weekly",
                "tags": ["cantine", "ecole"],
                "zones": zones,
                "resources": [
                    file("cantine.csv", "Menus"),
                    {
                        "title": "Le règlement de la cantine",
                        "url": "https://saint-exemple.causses-exemple.fr/reglement.pdf",
                        "format": "pdf",
                        "type": "documentation",
                    },
                ],
            },
            {"title": "Essai à supprimer", "description": "Essai.", "archived": True},
            {"title": "Brouillon du budget", "description": "Pas encore relu.", "private": True},
        ]
    if name == "pont-de-lirac":
        return [
            {
                "title": "Délibérations du conseil municipal de Pont-de-Lirac",
                "description": "Les actes pris en conseil municipal.",
                "license": "fr-lo",
                "frequency": "quarterly",
                "tags": ["deliberations", "conseil-municipal"],
                "zones": zones,
                "temporal_coverage": {"start": "2024-01-01", "end": "2024-12-31"},
                "resources": [file("deliberations-2024.csv", "Délibérations 2024", **schema("scdl/deliberations"))],
                **contact,
            },
            {
                "title": "Prénoms des nouveau-nés de Pont-de-Lirac",
                "description": "Les prénoms déclarés à l’état civil de 2022 à 2024.",
                "license": "lov2",
                "frequency": "annual",
                "tags": ["prenoms", "etat-civil"],
                "zones": zones,
                "resources": [file("prenoms.csv", "Prénoms", **schema("scdl/prenoms"))],
            },
        ]
    if name == "hautes-terres":
        return [
            {
                "title": "Points d’apport volontaire des déchets",
                "description": "Où porter le verre, le papier et le carton.",
                "frequency": "irregular",
                "tags": ["dechets", "tri"],
                "zones": zones,
                "resources": [file("dechets.csv", "Points d’apport")],
            },
        ]
    return [
        {
            "title": "Zones d’activité économique des Causses",
            "description": "Le contour et l’occupation des zones d’activité.",
            "license": "lov2",
            "frequency": "annual",
            "tags": ["economie"],
            "zones": zones,
            "resources": [
                {"title": "Zones", "url": "https://sig.causses-exemple.fr/zones.geojson", "format": "geojson"},
            ],
        },
    ]


if __name__ == "__main__":
    print(json.dumps(world(), ensure_ascii=False))
