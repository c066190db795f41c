"""One word for each file and each dataset, the same everywhere."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import search

from tests.portal.conftest import GOOD, WRONG, call, run_checks
from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


def badges(page, where):
    return [words(badge) for badge in page.select(f"{where} .odl-state")]


def test_each_file_of_a_dataset(look, deposit, dataset, agent):
    deposit(GOOD, name="bon.csv")
    wrong = deposit(WRONG, name="mauvais.csv")
    deposit(b"des notes", name="notes.txt", schema="")
    run_checks()

    page = look("/en/dataset/prenoms")

    assert badges(page, "#dataset-resources") == ["compliant", "to correct", "without a model"]
    second = page.select("#dataset-resources .odl-file")[1]
    assert "Model" in words(second)
    assert "2 problems to correct" in words(second)
    assert second.select_one("a")["href"] == f"/en/odl/report/{wrong['id']}"
    assert words(second.select_one("a")) == "Read the report – mauvais.csv"


def test_the_page_of_a_file(look, deposit):
    resource = deposit(WRONG)
    run_checks()

    page = look(f"/en/dataset/prenoms/resource/{resource['id']}")

    assert badges(page, ".module-resource") == ["to correct"]


def test_a_list_of_datasets_shows_the_word_to_look_at_first(look, deposit):
    deposit(GOOD, name="bon.csv")
    deposit(WRONG, name="mauvais.csv")
    run_checks()

    item = look("/en/dataset/").select_one(".dataset-item")

    assert words(item.select_one(".odl-file-line")) == "to correct 1 file out of 2"


def test_a_notice_beside_a_compliant_table_changes_nothing(look, deposit):
    deposit(GOOD)
    deposit(b"%PDF-1.7", name="notice.pdf", schema="")
    run_checks()

    assert badges(look("/en/dataset/"), ".dataset-item") == ["compliant"]


def test_a_list_costs_the_same_whatever_its_length(app, deposit, agent, commune):
    def queries():
        seen = []
        listener = lambda _c, _cursor, statement, *_: seen.append(statement)  # noqa: E731 (removed below by the same name)
        engine = model.Session.get_bind()
        sa.event.listen(engine, "before_cursor_execute", listener)
        app.get("/en/dataset/")
        sa.event.remove(engine, "before_cursor_execute", listener)
        # what is brought from the national catalogue is asked for once a second, whatever the page
        return sum("odl_" in statement and "odl_schema_version" not in statement for statement in seen)

    deposit(GOOD)
    run_checks()
    few = queries()
    for number in range(4):
        call(
            "package_create",
            agent,
            name=f"jeu-{number}",
            title=f"Jeu {number}",
            owner_org=commune["id"],
            license_id="lov2",
        )

    assert queries() == few


@pytest.mark.parametrize(
    ("language", "facet", "word"), [("en", "Conformity", "to correct"), ("fr", "Conformité", "à corriger")]
)
def test_facets_are_said_in_words(look, deposit, language, facet, word):
    deposit(WRONG)
    run_checks()

    page = look(f"/{language}/dataset/?vocab_odl_state=invalid")

    facets = {words(section.h2): words(section) for section in page.select("aside section.module")}
    assert word in facets[facet]
    assert word in words(page.select_one(".filter-list"))
    assert len(page.select(".dataset-item")) == 1


def test_a_filter_that_finds_nothing_is_said_in_words(look, dataset):
    page = look("/fr/dataset/?vocab_odl_state=invalid&vocab_odl_schema=scdl/prenoms")

    assert not page.select(".dataset-item")
    assert {words(pill) for pill in page.select(".filter-list .pill")} == {"à corriger", "Prénoms des nouveau-nés"}


def test_an_organization_shows_problems_first(look, deposit, agent, commune):
    deposit(WRONG)
    call("package_create", agent, name="vide", title="Vide", owner_org=commune["id"], license_id="lov2")
    run_checks()

    summary = look("/en/organization/valbrune").select_one(".odl-summary")

    assert words(summary.select_one(".odl-counts")) == "2 datasets 1 to correct 1 without a model"
    assert summary.select_one(".odl-counts a")["href"] == "/en/organization/valbrune?vocab_odl_state=invalid"
    assert words(summary.select_one(".odl-pressing")) == "to correct Prénoms"


def test_what_cannot_be_read_counts_as_to_be_corrected_wherever_it_is_counted(look, deposit, agent, commune):
    deposit(WRONG)
    other = call(
        "package_create", agent, name="illisible", title="Illisible", owner_org=commune["id"], license_id="lov2"
    )
    deposit(b"", "subventions.csv", package_id=other["id"])
    run_checks()

    page = look("/fr/odl/collectivite/valbrune", agent)

    assert "2 sont à corriger" in words(page.select_one(".odl-lead"))
    counts = page.select_one(".odl-counts")
    assert words(counts).startswith("2 jeux de données 2 à corriger (")
    found = look(counts.select_one("a")["href"], agent)
    assert {words(title) for title in found.select(".dataset-item h2")} == {"Prénoms", "Illisible"}
    assert {words(pill) for pill in found.select(".filter-list .pill")} == {"à corriger"}


def test_an_organization_keeps_private_datasets_from_strangers(look, deposit, dataset, agent):
    deposit(WRONG)
    run_checks()
    call("package_patch", agent, id=dataset["id"], private=True)
    search.commit()

    assert not look("/en/organization/valbrune").select(".odl-summary")
    assert look("/en/organization/valbrune", agent).select(".odl-summary")


def test_an_organization_without_data_says_to_its_people_what_comes_next(look, agent, commune):
    section = look("/en/organization/valbrune", agent).select_one(".odl-summary")

    assert [words(link) for link in section.select("a")] == ["Deposit a first file", "See its path, step by step"]
    assert not look("/en/organization/valbrune").select(".odl-summary")
