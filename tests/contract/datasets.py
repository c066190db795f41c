"""One hundred datasets that between them hold every value that a field of ours can take, in ever other company.

Each list is walked at its own pace; their lengths have no common divisor with the pace of the others, so that values
meet in other combinations all along.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import yaml

import ckanext.odl.schemas
from dev.sample_files import siren

COUNT = 100
SCHEMAS = Path(ckanext.odl.schemas.__path__[0])
ELSEWHERE = "https://fichiers.causses-exemple.fr"

LICENCES = [licence["id"] for licence in json.loads((SCHEMAS / "licences.json").read_text())]
#: The licences for which no reason is asked.
PLAIN_LICENCES = ("lov2", "odc-odbl", "notspecified")
FIELDS = {
    field["field_name"]: field for field in yaml.safe_load((SCHEMAS / "dataset.yaml").read_text())["dataset_fields"]
}
FREQUENCIES = [choice["value"] for choice in FIELDS["frequency"]["choices"]]
THEMES = [choice["value"] for choice in FIELDS["theme"]["choices"]]
MODELS = [
    (name, version)
    for name, schema in yaml.safe_load((SCHEMAS / "index.yaml").read_text())["schemas"].items()
    for version in schema["versions"]
    if schema["schema_url"]  # three of ours have no national address: data.gouv.fr cannot name them
]

TITLES = [
    "Subventions versées aux associations",
    "Équipements « ouverts » : l’état des lieux & les horaires",
    "DAE",
    "Œuvres d'art — dépôts (1982-2025) 100 %",
    "Qualité de l'eau <5 µg/l>",
    "Comptes administratifs " * 9,
]
NOTES = [
    "Deux phrases suffisent. Le fichier vient du logiciel de comptabilité.",
    "# Titre\n\nUn paragraphe.\n\n## Contenu\n\n- premier\n- deuxième\n  - dessous\n\n1. un\n2. deux",
    "Du **gras**, de l’*italique*, un [lien](https://valbrune.causses-exemple.fr/a?b=1&c=2) et du `code`.",
    "| colonne | sens |\n|---|---|\n| `siret` | l’identifiant |\n| `montant` | en euros |",
    "Voir <https://valbrune.causses-exemple.fr/notice> pour les détails.\n\n- d’abord\n- ensuite",
    "Une ligne<br>puis une autre, et <strong>du gras</strong> en HTML.\n\n# Puis un titre\n\n- un\n- deux",
    "Écrire à <mairie@valbrune.causses-exemple.fr>.\n\nMerci.",
    "Montant < 23 000 € et population > 3 500, R&D, « guillemets », l'apostrophe et l’apostrophe.",
    "```\nsiret;montant\n123;4,5\n```\n\nFin.",
    "Citation :\n\n> première ligne\n> seconde ligne\n\n---\n\nAprès le filet.",
    "🎭 Théâtre, ça et là : œuvre, ñ, 中文, espace\u00a0insécable.",
    "Un long texte. " * 400,
    "Ligne une  \nligne deux, *et* une_note_de_bas_de_page_\n\n* étoile\n* étoile",
]
TAGS = [
    "subventions",
    "associations, budget, finances locales",
    "été, œuvre, Île-de-France",
    "eau",
    "zone 30, RD-12, v2.1",
    "données_ouvertes, SCDL",
    "",
]
PERIODS = [
    {"temporal_start": "2025-01-01", "temporal_end": "2025-12-31"},
    {"temporal_start": "2024-02-29", "temporal_end": "2024-02-29"},
    {"temporal_start": "1982-07-14", "temporal_end": "2026-06-30"},
    {},
    {"temporal_start": "2025-01-01"},
]
TERRITORIES = [
    "",  # that of the collectivité
    "commune 48095 Mende",
    "departement 48 Lozère",
    f"epci {siren(20004812)} Hautes Terres",
    "region 76 Occitanie",
    "france France",
    "autre Vallée du Lirac",
]
CONTACTS = [
    {},
    {"maintainer_email": "finances@valbrune.causses-exemple.fr"},
    {"maintainer_email": "secretariat@valbrune.causses-exemple.fr", "odl_service": "Secrétariat de mairie"},
    {"odl_service": "Service finances"},
]
SUMS = [
    {"hash": "9e107d9d372bb6826bd81d3542a419d6", "hash_algorithm": "md5"},
    {"hash": "9e107d9d372bb6826bd81d3542a419d6"},
    {"hash": "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"},
    {"hash": "sha256:d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592"},
    {"hash": "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592"},
    {
        "hash": "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592",
        "hash_algorithm": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256",
    },
    {},
]
SIZES = [{}, {"size": 1}, {"size": 5_368_709_120}]
KINDS = [
    {"format": "CSV", "mimetype": "text/csv"},
    {"format": "XLSX"},
    {"format": "GeoJSON", "mimetype": "application/geo+json", "resource_type": "file"},
    {"format": "PDF", "mimetype": "application/pdf", "resource_type": "documentation"},
    {"format": "JSON", "resource_type": "api"},
    {"format": "", "resource_type": "file"},
    {"format": "ZIP", "mimetype": "application/zip"},
]
ADDRESSES = [
    "{}/{}/fichier.csv",
    "{}/{}/fichier.csv?annee=2025&tri=nom",
    "{}/{}/dossier%20avec%20espaces/fichier%20final.csv",
    "{}/{}/données/été.csv",
    "{}:8443/{}/fichier.csv",
    "{}/{}/fichier.csv#feuille=2",
    "{}/{}/export",
]
PLAIN_ADDRESSES = ["http://fichiers.causses-exemple.fr/{}/a.csv", "ftp://fichiers.causses-exemple.fr/{}/a.csv"]
REMARKS = [
    "",
    "Montants en euros.",
    "Colonne **montant** : voir <https://valbrune.causses-exemple.fr/aide>.",
    "- une ligne vide\n- une autre",
]
PERIODS_OF_FILES = ["", "2025", "2025-03", "2024/2025"]
#: A table that any model finds wrong: what counts is that the file is there.
TABLE = b"colonne;valeur\nun;1\n"


#: Level and code of a territory → its outline, as an ATD supplies it.
OUTLINES: dict[tuple[str, str], dict[str, Any]] = {
    ("commune", "48903"): {"type": "Polygon", "coordinates": [[[3.4, 44.5], [3.6, 44.5], [3.6, 44.6], [3.4, 44.5]]]},
    ("commune", "48095"): {
        "type": "MultiPolygon",
        "coordinates": [
            [[[3.4, 44.5], [3.6, 44.5], [3.6, 44.6], [3.4, 44.5]]],
            [[[3.7, 44.7], [3.8, 44.7], [3.8, 44.8], [3.7, 44.8], [3.7, 44.7]]],
        ],
    },
    ("departement", "48"): {
        "type": "Polygon",
        "coordinates": [
            [[3.0, 44.2], [4.0, 44.2], [4.0, 45.0], [3.0, 45.0], [3.0, 44.2]],
            [[3.4, 44.5], [3.6, 44.6], [3.6, 44.5], [3.4, 44.5]],
        ],
    },
}


def outlines() -> str:
    """The file of outlines, in GeoJSON."""
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": outline}
        for (_level, code), outline in OUTLINES.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


class Case(NamedTuple):
    """A dataset to create: ``package`` with its linked files, and the ``uploads`` to add (fields, file name, bytes)."""

    package: dict[str, Any]
    uploads: list[tuple[dict[str, Any], str, bytes]]


def cases(owner: str) -> Iterator[Case]:
    """The datasets, for the CKAN organization *owner*."""
    files = count()
    for number in range(COUNT):
        licence = LICENCES[number % len(LICENCES)]
        package = {
            "owner_org": owner,
            "name": f"jeu-{number:03d}",
            "title": f"{TITLES[number % len(TITLES)].strip()} ({number})",
            "notes": NOTES[number % len(NOTES)],
            "license_id": licence,
            "frequency": FREQUENCIES[number % len(FREQUENCIES)],
            "theme": THEMES[number % len(THEMES)],
            "tag_string": TAGS[number % len(TAGS)],
            "odl_territory": TERRITORIES[(number // 2) % len(TERRITORIES)],
            "odl_procedure": "Exporter, puis vérifier.",
            **PERIODS[(number // 3) % len(PERIODS)],
            **CONTACTS[(number // 5) % len(CONTACTS)],
        }
        if licence not in PLAIN_LICENCES:
            package["odl_homologation_note"] = "Délibération du 12 mai 2025"
        if number % 11 == 0:
            del package["frequency"]
        package["resources"] = [_link(next(files)) for _ in range(number % 4)]
        # every eighth has no file at all
        uploads = [_upload(next(files))] if number % 4 == 1 or number % 8 == 0 else []
        yield Case(package, uploads)


def _fields(number: int) -> dict[str, Any]:
    fields = {
        "name": f"Fichier {number} — l’été (à jour) & complet",
        "description": REMARKS[number % len(REMARKS)],
        "odl_period": PERIODS_OF_FILES[(number // 3) % len(PERIODS_OF_FILES)],
    }
    if number % 3:
        fields["odl_schema"], fields["odl_schema_version"] = MODELS[number % len(MODELS)]
    return fields


def _link(number: int) -> dict[str, Any]:
    address = ADDRESSES[number % len(ADDRESSES)].format(ELSEWHERE, number)
    if number % 17 == 0:
        address = PLAIN_ADDRESSES[(number // 17) % len(PLAIN_ADDRESSES)].format(number)
    return {
        "url": address,
        **_fields(number),
        **KINDS[(number // 2) % len(KINDS)],
        **SUMS[number % len(SUMS)],
        **SIZES[number % len(SIZES)],
    }


def _upload(number: int) -> tuple[dict[str, Any], str, bytes]:
    return {**_fields(number), "format": "CSV"}, f"fichier-{number}.csv", TABLE + str(number).encode()
