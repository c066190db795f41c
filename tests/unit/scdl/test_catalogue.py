from __future__ import annotations

import pytest

from ckanext.odl.scdl import NotATable, UnknownSchema, catalogue, frequency_words


def test_the_socle_comes_first_and_what_is_replaced_last():
    entries = catalogue().entries

    assert [entry.label_socle for entry in entries] == sorted((entry.label_socle for entry in entries), reverse=True)
    assert entries[-1].obsolete
    assert {"scdl/subventions", "etalab/schema-bal", "atlasante/schema-dae"} <= {e.id for e in entries if e.label_socle}


def test_it_is_read_once():
    assert catalogue() is catalogue()


def test_an_entry_speaks_both_languages():
    entry = catalogue().get("scdl/subventions")

    assert (entry.title("fr"), entry.title("en")) == ("Subventions", "Grants")
    assert entry.title("en_GB") == "Grants"
    assert entry.title("de") == "Subventions"
    assert "23\u00a0000" in entry.producers("fr")
    assert entry.latest == entry.versions[0] == "2.1.1"
    assert entry.schema_url("2.0.0") == "https://schema.data.gouv.fr/schemas/scdl/subventions/2.0.0/schema.json"


@pytest.mark.parametrize(
    ("reference", "version"),
    [("scdl/subventions", "2.1.1"), ("scdl/subventions@2.0.0", "2.0.0"), (" scdl/subventions ", "2.1.1")],
)
def test_a_reference_names_a_schema_and_maybe_a_version(reference: str, version: str):
    entry, found = catalogue().parse(reference)

    assert (entry.id, found) == ("scdl/subventions", version)


@pytest.mark.parametrize("reference", ["", "subventions", "scdl/licornes", "scdl/subventions@9", "SCDL/subventions"])
def test_a_wrong_reference_is_refused(reference: str):
    with pytest.raises(UnknownSchema):
        catalogue().parse(reference)


def test_a_table_is_a_copy_that_its_caller_may_change():
    catalogue().table("scdl/subventions")["fields"].clear()

    assert len(catalogue().table("scdl/subventions", "2.1.1")["fields"]) == 16


def test_a_version_that_does_not_exist_has_no_table():
    with pytest.raises(UnknownSchema):
        catalogue().table("scdl/subventions", "../../index")


def test_a_map_has_no_table():
    with pytest.raises(NotATable):
        catalogue().table("etalab/schema-zfe")


def test_every_table_of_the_index_is_there():
    for entry in catalogue():
        if entry.is_table:
            for version in entry.versions:
                assert catalogue().table(entry.id, version)["fields"], (entry.id, version)


@pytest.mark.parametrize("words", ["deliberations", "Délibérations", "DÉLIBÉRATION", "  délibérations  "])
def test_a_search_counts_neither_case_nor_accents(words: str):
    assert catalogue().search(words)[0].id == "scdl/deliberations"


def test_an_exact_id_is_found_alone():
    assert [entry.id for entry in catalogue().search("scdl/menus-collectifs")] == ["scdl/menus-collectifs"]
    assert [entry.id for entry in catalogue().search("ETALAB/schema-bal@1.4.0")] == ["etalab/schema-bal"]


def test_every_word_counts_and_titles_come_first():
    assert catalogue().search("stationnement vélos")[0].id == "etalab/schema-stationnement-cyclable"
    assert catalogue().search("subventions")[0].id == "scdl/subventions"


def test_an_empty_search_gives_all_and_a_strange_one_none():
    assert catalogue().search("") == catalogue().entries
    assert catalogue().search("licorne") == []
    assert catalogue().search("!!!") == []


def test_a_frequency_has_words():
    assert frequency_words("ANNUAL") == "une fois par an"
    assert frequency_words("http://publications.europa.eu/resource/authority/frequency/MONTHLY", "en") == "once a month"
    assert frequency_words(None) == ""
    assert all(frequency_words(entry.frequency) for entry in catalogue() if entry.frequency)
