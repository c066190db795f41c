"""What is typed on a page is written as the model wants it where that is certain, and left alone elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.odl.scdl import catalogue
from ckanext.odl.scdl.typed import tidy

FIELDS = {field["name"]: field for field in catalogue().table("scdl/subventions")["fields"]}
EVERY_FIELD = [field for entry in catalogue() if entry.is_table for field in catalogue().table(entry.id)["fields"]]


@pytest.mark.parametrize(
    ("column", "typed", "written"),
    [
        ("dateConvention", " 3/4/2026 ", "2026-04-03"),
        ("dateConvention", "31.12.2025", "2025-12-31"),
        ("dateConvention", "2026-04-03", "2026-04-03"),
        ("dateConvention", "31/02/2026", "31/02/2026"),
        ("dateConvention", "mars 2026", "mars 2026"),
        ("montant", "1 250,50", "1250.50"),
        ("montant", "1\u202f250 €", "1250"),
        ("montant", "1.250,50", "1.250,50"),
        ("montant", "environ 300", "environ 300"),
        ("idAttribuant", "214 800 955 00012", "21480095500012"),
        ("idAttribuant", "2,14801E+13", "2,14801E+13"),
        ("notificationUE", "Oui", "oui"),
        ("notificationUE", "peut-être", "peut-être"),
        ("nature", "AIDE EN NUMERAIRE", "aide en numéraire"),
        ("objet", "  Fête  du\nvillage ", "Fête du village"),
    ],
)
def test_what_is_typed(column: str, typed: str, written: str):
    assert tidy(FIELDS[column], typed) == written


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(EVERY_FIELD), st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
def test_tidying_twice_changes_nothing_more(field: dict, typed: str):
    once = tidy(field, typed)

    assert tidy(field, once) == once
