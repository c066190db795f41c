"""The reference holds every commune, EPCI, département and région, and leads old codes to today's communes."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from ckanext.odl.territory import (
    Body,
    body,
    by_insee,
    by_siren,
    commune,
    department,
    insee_is_valid,
    members,
    reference,
    region,
    siren_is_valid,
    strata,
    stratum,
)


def test_the_country_is_whole():
    known = reference()

    assert len(known.communes) == 34_969
    assert sum(line.split("\t")[3] != "EPT" for line in known.establishments.values()) == 1_255
    assert (len(known.departments), len(known.regions), len(known.former)) == (109, 26, 4_240)
    kinds = Counter(line.split("\t")[3] for line in known.parts.values())
    assert kinds == {"delegated": 2_105, "associated": 471, "district": 45}
    names = Counter(line.split("\t")[2] for line in known.communes.values())
    assert sum(count > 1 for count in names.values()) == 1_441


def test_the_file_says_where_it_comes_from():
    about = reference().about

    assert "INSEE" in about["source"]
    assert "Licence Ouverte" in about["licence"]
    assert (about["version"], about["date"]) == ("6.0.0", "2026-03-09")


def test_every_code_is_of_the_right_form_and_every_siren_has_its_key():
    known = reference()
    without = [code for code in known.communes if not commune(code).siren]  # type: ignore[union-attr] (it is listed)

    assert all(map(insee_is_valid, known.communes))
    assert all(map(siren_is_valid, [*known.sirens, *known.establishments]))
    assert len(without) == 94
    assert {code[:3] for code in without} <= {"975", "977", "978", "984", "986", "987", "988", "989"}


def test_every_commune_is_found_by_its_codes():
    for code in reference().communes:
        found = commune(code)
        assert found is not None
        assert (found.code, found.insee, found.kind, found.remark) == (code, code, "commune", None)
        assert found.department_name
        assert body(found.id) == found
        if found.siren:
            assert by_siren(found.siren) == found


def test_every_former_code_leads_to_a_commune_of_today():
    for code in [*reference().former, *reference().parts]:
        found = commune(code)
        assert found is not None
        assert found.code in reference().communes
        assert (found.remark is None) == (code in reference().communes)


def test_what_is_known_of_a_commune():
    found = commune("48095")

    assert isinstance(found, Body)
    assert (found.name, found.siren, found.department, found.department_name) == (
        "Mende", "214800955", "48", "Lozère",
    )  # fmt: skip
    assert found.label == "Mende (48 Lozère)"
    assert found.population
    assert found.population > 10_000
    assert (found.population_year, found.municipal_population_year) == (2022, 2023)
    assert found.postal_codes == ("48000",)
    epci = by_siren(found.epci)
    assert epci
    assert epci.label == "Communauté de communes Coeur de Lozère (48 Lozère)"
    assert found in members(epci.siren)
    assert found.to_dict("en")["kind_text"] == "municipality"


@pytest.mark.parametrize(
    ("code", "population", "year"),
    [
        ("98736", 14_068, 2022),  # overseas: the census of its own
        ("97608", 18_237, 2017),
        ("98818", 85_976, 2025),
        ("75056", 2_129_257, 2022),  # the total population, against which law holds its thresholds
        ("22016", 429, 2023),  # an island without EPCI: only the municipal population is known
        ("98901", None, None),
    ],
)
def test_a_population_has_its_year(code: str, population: int | None, year: int | None):
    found = commune(code)

    assert found is not None
    assert (found.population, found.population_year) == (population, year)


@pytest.mark.parametrize(
    ("asked", "name", "remark", "words"),
    [
        ("48047", "Peyre en Aubrac", "delegated", "La Chaze-de-Peyre (48047) est une commune déléguée"),
        ("02285", "Saint-Souplet", "associated", "code 59545"),
        ("75112", "Paris", "district", "est un arrondissement"),
        ("48300", "Langogne", "postal", "48300 est un code postal"),
        ("2a004", "Ajaccio", "", ""),
        (" 48 095", "Mende", "", ""),
    ],
)
def test_by_insee_says_what_was_meant(asked: str, name: str, remark: str, words: str):
    found = by_insee(asked)

    assert found is not None
    assert found.name == name
    assert (found.remark.code if found.remark else "") == remark
    assert words in found.remark_text("fr")
    assert bool(found.remark_text("en")) == bool(remark)


def test_a_former_code_that_is_no_part_says_so():
    code = next(code for code in reference().former if code not in reference().parts)
    found = commune(code)

    assert found is not None
    assert f"Le code {code} n’est plus en vigueur" in found.remark_text()
    assert "no longer in force" in found.remark_text("en")


def test_what_is_not_there():
    assert by_insee("48901") is None
    assert by_insee("") is None
    assert by_siren("") is None
    assert by_siren("000000000") is None
    assert members("214800955") == []
    for identity in ("", "commune", "commune:48047", "epci:214800955", "village:48095", "region:48"):
        assert body(identity) is None


def test_an_epci_has_its_members_and_their_population():
    found = members("200000172")

    assert [member.code for member in found] == sorted(member.code for member in found)
    assert {member.epci for member in found} == {"200000172"}
    whole = by_siren("200000172")
    assert whole
    assert whole.population == sum(member.population or 0 for member in found)


def test_departments_and_regions():
    lozere, occitanie = department("48"), region("76")

    assert lozere
    assert occitanie
    assert (lozere.kind, lozere.label, lozere.region) == ("departement", "Lozère (48)", "76")
    assert (occitanie.kind, occitanie.label) == ("region", "Occitanie (76)")
    assert lozere.population
    assert occitanie.population
    assert lozere.population < occitanie.population
    assert department("20") is None
    assert region("00") is None


def test_strata():
    assert [entry.start for entry in strata()] == [0, 500, 2_000, 3_500, 5_000, 10_000, 20_000, 50_000, 100_000]
    for population, start in ((0, 0), (499, 0), (500, 500), (3_499, 2_000), (3_500, 3_500), (2_000_000, 100_000)):
        found = stratum(population)
        assert found
        assert found.start == start
        assert found.end is None or population <= found.end
    assert stratum(None) is None
    assert stratum(-1) is None
    assert [entry.label() for entry in strata()][::8] == ["moins de 500 habitants", "100\u202f000 habitants ou plus"]
    assert strata()[3].label("en") == "from 3,500 to 4,999 inhabitants"


def test_nothing_is_read_before_it_is_asked():
    script = "import sys, ckanext.odl.territory as t; from ckanext.odl.territory.reference import reference as r; "
    script += "assert not r.cache_info().currsize; t.commune('48095'); assert r.cache_info().currsize == 1; "
    script += "assert 'former' not in vars(r()) and 'postal_codes' not in vars(r())"
    subprocess.run([sys.executable, "-c", script], check=True)
