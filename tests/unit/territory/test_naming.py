"""Names of collectivités inside French sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.territory import Name, of, to


@pytest.mark.parametrize(
    ("name", "belongs", "goes"),
    [
        ("Mende", "de Mende", "à Mende"),
        ("Arles", "d’Arles", "à Arles"),
        ("Le Mans", "du Mans", "au Mans"),
        ("Les Trois-Sources", "des Trois-Sources", "aux Trois-Sources"),
        ("La Rochelle", "de La Rochelle", "à La Rochelle"),
        ("L’Isle-d’Abeau", "de L’Isle-d’Abeau", "à L’Isle-d’Abeau"),
        ("Département de la Lozère", "du Département de la Lozère", "au Département de la Lozère"),
        ("Communauté de communes X", "de la Communauté de communes X", "à la Communauté de communes X"),
        ("Agglomération d’Agen", "de l’Agglomération d’Agen", "à l’Agglomération d’Agen"),
        ("Archives de Mende", "des Archives de Mende", "aux Archives de Mende"),
    ],
)
def test_names_are_joined_as_in_french(name: str, belongs: str, goes: str):
    assert (of(name), to(name)) == (belongs, goes)
    sentence = "le fichier {name:of}, {name:to}"
    assert sentence.format(name=Name(name)) == f"le fichier {belongs}, {goes}"


@given(st.text(max_size=40))
def test_any_name_is_written_out_as_it_is(name: str):
    assert f"{Name(name)}" == name
    assert f"{Name(name):of}".endswith(name[4:])
    assert f"{Name(name):to}".endswith(name[4:])
