"""The tables and the index as files, for the tests that hold for every one of them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SCHEMAS = Path(__file__).parents[3] / "ckanext" / "odl" / "schemas"
PATHS = sorted((SCHEMAS / "tables").glob("*/*/*.json"))
NAMES = ["/".join(path.relative_to(SCHEMAS / "tables").with_suffix("").parts) for path in PATHS]

# Families whose columns all have a sentence that says what to write.
DESCRIBED = {
    "scdl/adresses",
    "scdl/budget",
    "scdl/catalogue",
    "scdl/deliberations",
    "scdl/equipements",
    "scdl/marches-publics",
    "scdl/menus-collectifs",
    "scdl/plats-menus-collectifs",
    "scdl/prenoms",
    "scdl/subventions",
    "etalab/schema-bal",
    "atlasante/schema-dae",
    "etalab/schema-decp-dpa",
    "etalab/schema-irve-statique",
    "etalab/schema-irve-dynamique",
    "datagouv/schema-declaration-biens-reemploi-reutilisation-recycle",
    "etalab/schema-vehicules-faibles-emissions-renouvellement-parc",
}


@cache
def index() -> dict[str, Any]:
    """The index as it is written."""
    return yaml.safe_load((SCHEMAS / "index.yaml").read_text(encoding="utf-8"))


@cache
def table(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def id_and_version(path: Path) -> tuple[str, str]:
    """``(id, version)`` of a table, from its place."""
    return f"{path.parts[-3]}/{path.parts[-2]}", path.stem
