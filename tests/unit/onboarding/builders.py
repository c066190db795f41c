"""Collectivités made on the spot."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ckanext.odl.onboarding import (
    DatasetFacts,
    FileFacts,
    Mandate,
    PersonFacts,
    Proof,
    Snapshot,
    Twin,
    packaged,
)

TODAY = dt.date(2026, 11, 22)
#: A SIREN whose key is right.
SIREN = "214801508"


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def file(id: str = "f1", **facts: Any) -> FileFacts:
    """A valid file of the Subventions model, seen as a table on its page."""
    base: dict[str, Any] = {
        "id": id,
        "name": f"{id}.csv",
        "is_table": True,
        "is_open_format": True,
        "schema_id": "scdl/subventions",
        "schema_version": "2.1.1",
        "schema_tags": ("socle", "finances"),
        "badge": "valid",
        "was_checked": True,
        "sha256": f"sha-{id}",
        "period_end": dt.date(2025, 12, 31),
        "changed_on": ago(30),
        "has_view": True,
        "has_dictionary": False,
    }
    return FileFacts(**{**base, **facts})


def dataset(id: str = "d1", *files: FileFacts, **facts: Any) -> DatasetFacts:
    """A public dataset of which nothing is missing."""
    base: dict[str, Any] = {
        "id": id,
        "name": f"jeu-{id}",
        "title": f"Jeu {id}",
        "licence": "lov2",
        "description": "Une description. " * 10,
        "tags": 3,
        "frequency": "ANNUAL",
        "temporal_start": dt.date(2025, 1, 1),
        "temporal_end": dt.date(2025, 12, 31),
        "has_territory": True,
        "service": "Secrétariat de mairie",
        "contact": "mairie@saint-exemple.fr",
        "procedure": "Sortir la liste du logiciel de comptabilité.",
        "changed_on": ago(30),
    }
    return DatasetFacts(**{**base, "files": files or (file(f"f-{id}"),), **facts})


def person(id: str = "u1", **facts: Any) -> PersonFacts:
    return PersonFacts(**{"id": id, "role": "editor", "last_seen": ago(10), **facts})


def proof(step: str, kind: str = "note", days: int = 10, **facts: Any) -> Proof:
    base = {"id": f"proof-{step}-{kind}-{days}", "step": step, "kind": kind, "given_on": ago(days), "author": "u1"}
    return Proof(**{**base, **facts})


def mandate(**facts: Any) -> Mandate:
    base = {"id": "m1", "function": "secretary", "since": ago(100), "until": ago(-200)}
    return Mandate(**{**base, **facts})


def commune(*datasets: DatasetFacts, **facts: Any) -> Snapshot:
    """A commune of 412 residents whose identity is known."""
    base: dict[str, Any] = {
        "id": "o1",
        "name": "saint-exemple",
        "title": "Saint-Exemple",
        "kind": "commune",
        "siren": SIREN,
        "insee": "48150",
        "listed": True,
        "reference_siren": SIREN,
        "population": 412,
        "population_year": 2023,
        "etp_band": "lt50",
        "competences": frozenset(),
        "has": frozenset(),
    }
    return Snapshot(**{**base, "datasets": datasets, **facts})


def found(days: int = 3, *, found: bool = True) -> Twin:
    return Twin(ago(days), found)


def model(id: str, schema: str, *tags: str, **facts: Any) -> DatasetFacts:
    """A public dataset whose one file follows another model."""
    return dataset(id, file(f"f-{id}", schema_id=schema, schema_tags=tags, **facts))


def accomplished() -> Snapshot:
    """A commune that did all it can do, with declared proofs where the portal has no tool."""
    datasets = (
        dataset("d1", title="Subventions versées"),
        model("d2", "scdl/equipements", "socle", "daily_life"),
        model("d3", "scdl/deliberations", "socle", "actes"),
        model("d4", "scdl/budget", "socle", "finances"),
        model("d5", "scdl/catalogue", "socle", lists=frozenset({"d1", "d2", "d3", "d4"})),
    )
    declared = [step for step in packaged().steps("small").values() if step.accepts]
    proofs = [proof(step.id, step.accepts[0]) for step in declared]
    proofs += [proof(duty, "url") for duty in ("ob.decp", "ob.bal", "ob.acts")]
    return commune(
        *datasets,
        description="Commune de montagne, 412 habitants. " * 4,
        has_image=True,
        contact="mairie@saint-exemple.fr",
        website="https://www.saint-exemple.fr",
        default_licence="lov2",
        people=(person("u1"), person("u2")),
        proofs=tuple(proofs),
    )
