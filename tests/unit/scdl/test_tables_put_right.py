"""The corrections that ``docs/validation.md`` lists under "Schemas put right"."""

from __future__ import annotations

import pytest
from frictionless import Schema

from .tables import PATHS, id_and_version, index, table


def _problems(schema_id: str, column: str, value: str) -> list[str]:
    """The constraints that a value breaks in the newest version that has the column."""
    for version in index()["schemas"][schema_id]["versions"]:
        path = next(path for path in PATHS if id_and_version(path) == (schema_id, version))
        schema = Schema.from_descriptor({**table(path)})
        if schema.has_field(column):
            return list(schema.get_field(column).read_cell(value)[1] or {})
    raise AssertionError(f"{schema_id} has no column {column}")


@pytest.mark.parametrize(
    ("schema_id", "column", "value"),
    [
        ("etalab/schema-bal", "commune_insee", "2A004"),
        ("etalab/schema-bal", "commune_deleguee_insee", "2B033"),
        ("etalab/schema-bal", "cle_interop", "2a004_xxxx_00012"),
        ("etalab/schema-bal", "cle_interop", "48027_b054_99999"),
        ("etalab/schema-bal", "cle_interop", "48027_0120_00012_bis"),
        ("etalab/schema-bal", "lat", ""),
        ("etalab/schema-bal", "long", "-1.58831120"),
        ("etalab/schema-bal", "x", "752943.775"),
        ("etalab/schema-bal", "numero", "0"),
        ("etalab/schema-bal", "numero", "99999"),
        ("etalab/schema-bal", "cad_parcelles", "2A0004000AB0012|2A0004000AB0013"),
        ("etalab/schema-bal", "cad_parcelles", "48027014AB0123"),
        ("etalab/schema-bal", "toponyme", "Rue de l’Œuvre"),
        ("scdl/equipements", "ADR_COMMUNE", "L'Isle-Adam"),
        ("scdl/equipements", "ADR_COMMUNE", "Œuilly"),
        ("scdl/equipements", "ADR_NOMVOIE", "Rue du Dr. Roux"),
        ("scdl/subventions", "rnaBeneficiaire", "W482001234"),
        ("scdl/subventions", "rnaBeneficiaire", "W2A1001234"),
        ("scdl/subventions", "rnaBeneficiaire", "W9R1001234"),
        ("scdl/menus-collectifs", "menuPlatRegime", '["sans porc"]'),
        ("scdl/menus-collectifs", "menuPlatRegime", '["sans porc "]'),
    ],
)
def test_what_is_right_is_accepted(schema_id: str, column: str, value: str) -> None:
    assert _problems(schema_id, column, value) == []


@pytest.mark.parametrize(
    ("schema_id", "column", "value", "problem"),
    [
        ("etalab/schema-bal", "commune_insee", "20004", "pattern"),
        ("etalab/schema-bal", "commune_insee", "4802", "pattern"),
        ("etalab/schema-bal", "cle_interop", "48027_[012_00012", "pattern"),
        ("etalab/schema-bal", "lat", "44,5047", "type"),
        ("etalab/schema-bal", "suffixe", "-bis", "pattern"),
        ("etalab/schema-bal", "suffixe", "appartement", "maxLength"),
        ("etalab/schema-bal", "toponyme", "Rue " * 60, "maxLength"),
        ("etalab/schema-bal", "certification_commune", "oui", "type"),
        ("scdl/equipements", "ADR_COMMUNE", "Mende 48", "pattern"),
        ("scdl/subventions", "rnaBeneficiaire", "W48200123", "pattern"),
        ("scdl/menus-collectifs", "menuPlatRegime", '["sans gluten"]', "enum"),
    ],
)
def test_what_is_wrong_is_still_refused(schema_id: str, column: str, value: str, problem: str) -> None:
    assert problem in _problems(schema_id, column, value)
