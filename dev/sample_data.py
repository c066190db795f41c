"""Sample collectivités for a portal to try: one ATD, its members, their agents and their files. All invented."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

from dev import sample_files as files
from dev import sample_paths
from dev.portal.places import secret
from dev.portal.prepare import token_of

ATD = "causses-numerique"


@dataclass
class Body:
    """A collectivité. ``number`` makes its SIREN and, for a commune, its INSEE code (département 48, none assigned)."""

    name: str
    title: str
    kind: str
    number: int
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def siren(self) -> str:
        return files.siren(21480000 + self.number if self.kind == "commune" else 20004800 + self.number)

    @property
    def insee(self) -> str:
        return f"48{self.number}"

    def as_organization(self) -> dict[str, Any]:
        identity = {"odl_insee": self.insee} if self.kind == "commune" else {}
        parent = {} if self.name == ATD else {"groups": [{"name": ATD}]}
        return {
            "name": self.name,
            "title": self.title,
            "odl_kind": self.kind,
            "odl_siren": self.siren,
            "odl_etp_band": "lt50",
            "odl_contact": f"contact@{self.name}.exemple.test",
            "odl_website": f"https://{self.name}.exemple.test",
            "odl_default_licence": "lov2",
            **identity,
            **parent,
            **self.extra,
        }


BODIES = [
    Body(
        ATD,
        "Causses Numérique",
        "syndicat",
        11,
        {
            "odl_is_atd": "true",
            "description": "Syndicat mixte qui anime l'ouverture des données des communes des Causses.",
        },
    ),
    Body("saint-exemple", "Saint-Exemple", "commune", 901),
    Body("pont-de-lirac", "Pont-de-Lirac", "commune", 902),
    Body("valbrune", "Valbrune", "commune", 903),
    Body("montfleury-le-haut", "Montfleury-le-Haut", "commune", 904),
    Body("les-trois-sources", "Les Trois-Sources", "commune", 905),
    Body("la-roche-benie", "La Roche-Bénie", "commune", 906),
    Body("hautes-terres", "Communauté de communes des Hautes Terres", "epci", 12),
    Body("eaux-du-lirac", "Syndicat des eaux du Lirac", "syndicat", 13),
]

#: (account, role in CKAN, collectivités)
PEOPLE = [
    ("atd", "admin", [ATD]),
    ("claire", "editor", ["saint-exemple"]),
    ("marc", "editor", ["pont-de-lirac"]),
    ("sylvie", "editor", ["valbrune", "montfleury-le-haut", "les-trois-sources"]),
    ("odile", "admin", ["la-roche-benie"]),
    ("nadia", "admin", ["hautes-terres"]),
    ("bruno", "editor", ["eaux-du-lirac"]),
]


def main() -> list[dict[str, Any]]:
    """Create what is missing; returns the accounts, as they are printed and written for those who try the portal."""
    for body in BODIES:
        if not model.Group.get(body.name):
            _act("organization_create", body.as_organization())
    accounts = [_account(*person) for person in PEOPLE]
    for body in BODIES:
        for dataset in _datasets(body):
            if not model.Package.get(dataset["name"]):
                _publish(body, dataset)
    sample_paths.main()
    return accounts


def _act(action: str, data: dict[str, Any], user: str | None = None) -> Any:
    context: Any = {"user": user or tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}
    return tk.get_action(action)(context, data)


def _account(name: str, role: str, organizations: list[str]) -> dict[str, Any]:
    password = secret(f"demo {name}")
    if not model.User.get(name):
        _act(
            "user_create",
            {"name": name, "fullname": name.title(), "email": f"{name}@exemple.test", "password": password},
        )
        for organization in organizations:
            _act("organization_member_create", {"id": organization, "username": name, "role": role})
    return {
        "name": name,
        "password": password,
        "token": token_of(name),
        "role": "atd" if organizations == [ATD] else role,
        "organization": organizations[0],
        "organizations": organizations,
    }


def _publish(body: Body, dataset: dict[str, Any]) -> None:
    """Deposit a dataset as an agent of the collectivité would."""
    agent = next(name for name, _role, organizations in PEOPLE if body.name in organizations)
    contents = dataset.pop("files")
    package = _act("package_create", {"owner_org": body.name, "license_id": "lov2", **dataset}, agent)
    for name, content, schema in contents:
        upload = FileStorage(io.BytesIO(content), filename=name)
        resource = {"package_id": package["id"], "name": name, "url": name, "upload": upload, "odl_schema": schema}
        _act("resource_create", resource, agent)


def _datasets(body: Body) -> list[dict[str, Any]]:
    """The datasets of a collectivité, with their files as (name, bytes, schema)."""
    year = 2025
    grants = files.subventions(body.title, body.siren, year)

    def dataset(topic: str, title: str, notes: str, *contents: tuple[str, bytes, str], **more: Any) -> dict[str, Any]:
        return {"name": f"{body.name}-{topic}", "title": title, "notes": notes, "files": contents, **more}

    if body.name == "saint-exemple":
        wrong = files.subventions_from_excel(body.title, body.siren, year)
        names = files.prenoms("Saint-Exemple", body.insee, range(2021, 2026))
        return [
            dataset(
                "subventions",
                "Subventions aux associations",
                "Subventions versées par la commune.",
                ("subventions-2025.csv", files.as_csv(files.SUBVENTIONS, wrong, ";", "cp1252"), "scdl/subventions"),
                (
                    "subventions-2024.csv",
                    files.as_csv(files.SUBVENTIONS, files.subventions(body.title, body.siren, 2024)),
                    "scdl/subventions",
                ),
            ),
            dataset(
                "prenoms",
                "Prénoms des nouveau-nés",
                "Prénoms déclarés à l'état civil depuis 2021.",
                ("prenoms.csv", files.as_csv(files.PRENOMS, names), "scdl/prenoms"),
            ),
            dataset(
                "equipements",
                "Équipements de la commune",
                "Lieux ouverts au public.",
                (
                    "equipements.xlsx",
                    files.as_xlsx(files.EQUIPEMENTS, files.equipements(body.title, body.siren, body.insee, "48000")),
                    "",
                ),
            ),
            dataset(
                "cimetiere",
                "Plan du cimetière (travail en cours)",
                "Fichier de travail, pas encore relu.",
                ("concessions.csv", files.as_csv(["allee", "numero"], [["A", 1], ["A", 2], ["B", 1]], ";"), ""),
                private=True,
            ),
        ]
    if body.name == "pont-de-lirac":
        return [
            dataset(
                "subventions",
                "Subventions de Pont-de-Lirac",
                "Conventions de subvention de l'année.",
                ("subventions.csv", files.as_csv(files.SUBVENTIONS, grants), "scdl/subventions"),
            ),
            dataset(
                "deliberations",
                "Délibérations du conseil municipal",
                "Actes pris en conseil municipal.",
                (
                    "deliberations-2025.xlsx",
                    files.as_xlsx(files.DELIBERATIONS, files.deliberations(body.title, body.siren, year)),
                    "scdl/deliberations",
                ),
            ),
        ]
    if body.name == "valbrune":
        broken = files.as_xlsx(files.SUBVENTIONS, grants)
        return [
            dataset(
                "subventions",
                "Subventions de Valbrune",
                "Fichier envoyé par courriel, coupé en route.",
                ("subventions.xlsx", broken[: len(broken) // 2], "scdl/subventions"),
            ),
        ]
    if body.name == "montfleury-le-haut":
        places = files.equipements(body.title, body.siren, body.insee, "48000")
        places[1][9] = "4800"
        places[3][3] = "École"
        return [
            dataset(
                "equipements",
                "Équipements publics",
                "Équipements de la commune.",
                ("equipements.csv", files.as_csv(files.EQUIPEMENTS, places, ";"), "scdl/equipements"),
            ),
        ]
    if body.name == "hautes-terres":
        return [
            dataset(
                "deliberations",
                "Délibérations communautaires",
                "Actes du conseil communautaire.",
                (
                    "deliberations.csv",
                    files.as_csv(files.DELIBERATIONS, files.deliberations(body.title, body.siren, year), ";"),
                    "scdl/deliberations",
                ),
            ),
        ]
    if body.name == "eaux-du-lirac":
        return [
            dataset(
                "qualite",
                "Analyses de l'eau distribuée",
                "Résultats des prélèvements par réservoir.",
                (
                    "analyses.csv",
                    files.as_csv(["reservoir", "date", "nitrates_mg_l"], [["Le Causse", "2025-05-12", 8.1]], ";"),
                    "",
                ),
            ),
        ]
    return []
