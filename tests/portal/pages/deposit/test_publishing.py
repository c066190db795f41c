"""From the page of a deposit to a file online: its place, personal data, the description, the day."""

from __future__ import annotations

import pytest
from ckan import model

from tests.portal.conftest import GOOD, HEADER, WRONG, call, run_checks
from tests.portal.pages.conftest import words
from tests.portal.pages.deposit.steps import answers, deposits, describe, page_of

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

PERSONAL = (
    HEADER.strip() + ",CONTACT\nValbrune,48903,F,Louise,3,2024,lucie.martin@exemple.test 06 12 34 56 78\n"
).encode()


class TestPublishing:
    def test_from_the_file_to_public(self, look, send, agent, bring):
        address = bring()
        assert look(address, agent).select_one(".odl-verdict .btn-primary")["href"].endswith("/donnees-personnelles")
        assert send(f"{address}/donnees-personnelles", **answers()).headers["Location"].endswith("/description")
        form = look(f"{address}/description", agent)
        assert "Valbrune" in form.select_one("#field-title")["value"]
        assert form.select_one("#field-odl_period")["value"] == "2024"
        assert words(form.select_one("#why-title"))
        answer = describe(send, look, agent, address, title="Prénoms de Valbrune")
        assert answer.headers["Location"].endswith("/publier")
        page = look(f"{address}/publier", agent)
        assert "Prénoms de Valbrune" in words(page.select_one("#odl-ready"))

        assert send(f"{address}/publier", when="now").headers["Location"].endswith("/en-ligne")

        done = look(f"{address}/en-ligne", agent)
        assert words(done.h1) == "It is online"
        package = call("package_show", None, id=deposits()[0].package_id)
        assert package["title"] == "Prénoms de Valbrune"
        assert not package["private"]
        assert [resource["odl_schema"] for resource in package["resources"]] == ["scdl/prenoms"]
        assert look(done.select_one(".odl-verdict .btn-primary")["href"]).h1

    def test_where_wrong_files_wait_it_waits_with_its_report(self, look, send, agent, bring, commune):
        call("organization_patch", None, id=commune["id"], odl_strictness="block")
        address = bring(WRONG)
        send(f"{address}/donnees-personnelles", **answers())
        describe(send, look, agent, address)
        page = look(f"{address}/publier", agent)
        assert "Let it wait with its report" in words(page)
        assert [box["value"] for box in page.select("[name=when]")] == ["now", "draft"]

        assert send(f"{address}/publier", when="now").headers["Location"].endswith("/en-ligne")

        assert words(look(f"{address}/en-ligne", agent).h1) == "It is kept, and waits"
        model.Session.expire_all()
        assert [(one.state, one.reason) for one in deposits()] == [("waiting", "report")]

    def test_a_draft_is_seen_by_its_people_only(self, look, send, agent, bring):
        address = bring()
        send(f"{address}/donnees-personnelles", **answers())
        describe(send, look, agent, address)

        send(f"{address}/publier", when="draft")

        assert words(look(f"{address}/en-ligne", agent).h1) == "It is kept as a draft"
        look(f"/en/dataset/{deposits()[0].package_id}", status=404)

    def test_the_steps_are_the_same_from_the_first_page_to_the_last(self, look, send, agent, bring):
        def steps(page):
            marks = [step.select_one("a, span") for step in page.select(".odl-way li")]
            return [words(mark).partition(" (")[0].lstrip("✓123456 ") for mark in marks]

        address = bring()
        first = look(address, agent)
        send(f"{address}/donnees-personnelles", **answers())
        describe(send, look, agent, address)
        before = look(f"{address}/publier", agent)
        send(f"{address}/publier", when="draft")

        assert "Its place" in steps(first)
        assert steps(first) == steps(before) == steps(look(f"{address}/en-ligne", agent))

    def test_the_corrected_file_of_a_draft_takes_its_place(self, look, send, agent, bring):
        address = bring(PERSONAL)
        send(f"{address}/donnees-personnelles", **{**answers(), "contact": "yes"})
        describe(send, look, agent, address)
        send(f"{address}/publier", when="draft")
        asked = look(f"{address}/donnees-personnelles", agent)

        offered = asked.select_one("#odl-advice").find_parent("section").select_one(".btn-primary")["href"]

        page = look(offered, agent)
        assert page.select_one("#field-upload")
        assert page.select_one("input[name=fichier]")["value"] == deposits()[0].resource_id

    def test_of_a_document_there_is_no_report_to_read(self, look, send, agent, bring):
        address = bring(
            b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n", name="deliberation.pdf"
        )
        send(f"{address}/donnees-personnelles", **answers())
        describe(send, look, agent, address)
        send(f"{address}/publier", when="now")

        done = look(f"{address}/en-ligne", agent)

        assert words(done.h1) == "It is online"
        assert not [link for link in done.select(".odl-verdict a") if "/odl/report/" in link["href"]]

    def test_what_was_typed_stays(self, look, send, agent, bring):
        address = bring()

        answer = describe(send, look, agent, address, title="", notes="Une description", maintainer_email="mairie")

        assert answer.status_code == 422
        page = page_of(answer)
        assert {link["href"] for link in page.select(".odl-problems a")} == {"#field-title", "#field-maintainer_email"}
        assert page.select_one("#field-notes").get_text().strip() == "Une description"
        assert page.select_one("#field-maintainer_email")["value"] == "mairie"
        assert page.select_one("details[open] #field-maintainer_email")

    def test_a_date_wants_a_day_to_come_and_a_name(self, look, send, agent, bring):
        address = bring()
        send(f"{address}/donnees-personnelles", **answers())
        describe(send, look, agent, address)

        answer = send(f"{address}/publier", when="later", publish_on="2020-01-01")

        assert answer.status_code == 422
        page = page_of(answer)
        assert {link["href"] for link in page.select(".odl-problems a")} == {"#field-publish_on", "#field-approved_by"}
        assert page.select_one("#field-publish_on")["value"] == "2020-01-01"
        assert page.select_one("input[name=when][value=later]").has_attr("checked")

    def test_problems_are_confirmed(self, look, send, agent, bring):
        address = bring(WRONG)
        send(f"{address}/donnees-personnelles", **answers())
        describe(send, look, agent, address)

        answer = send(f"{address}/publier", when="now")
        assert answer.status_code == 422
        assert "2 problems are left" in answer.body
        assert send(f"{address}/publier", when="now", despite_problems="1").status_code == 302
        assert deposits()[0].state == "published"

    def test_a_new_year_of_a_dataset_is_asked_before(self, look, send, agent, bring, deposit, dataset):
        deposit(GOOD.replace(b"2024", b"2023"), odl_period="2023")
        address = bring()
        assert look(address, agent).select_one(".odl-verdict .btn-primary")["href"].endswith("/ou")
        page = look(f"{address}/ou", agent)
        assert words(page.select_one(".odl-way [aria-current]")).endswith("Its place")
        box, other, own = page.select("input[name=place]")
        assert (box["value"], own["value"]) == (f"file:{dataset['id']}", "dataset")
        assert "Add the year 2024 to the dataset “Prénoms”" in words(page.select_one(f"label[for={box['id']}]"))
        assert box.has_attr("checked")
        assert "The rows of 2023 will no longer be online." in words(page.select_one(f"label[for={other['id']}]"))
        assert send(f"{address}/ou").status_code == 422

        assert send(f"{address}/ou", place=box["value"]).headers["Location"].endswith("/donnees-personnelles")
        assert send(f"{address}/donnees-personnelles", **answers()).headers["Location"].endswith("/description")
        page = look(f"{address}/description", agent)
        assert not page.select("#field-title")
        describe(send, look, agent, address)
        send(f"{address}/publier", when="now")

        names = [file["odl_period"] for file in call("package_show", None, id=dataset["id"])["resources"]]
        assert names == ["2024", "2023"]

    def test_a_published_file_is_replaced(self, look, send, agent, bring, deposit, dataset):
        resource = deposit(WRONG)
        run_checks()
        link = look(f"/en/odl/report/{resource['id']}", agent).select_one(".odl-verdict .btn-primary")["href"]
        assert "Replace" in words(look(link, agent).h1)

        address = bring(fichier=resource["id"])
        send(f"{address}/donnees-personnelles", **answers())
        describe(send, look, agent, address)
        send(f"{address}/publier", when="now")

        assert [file["id"] for file in call("package_show", None, id=dataset["id"])["resources"]] == [resource["id"]]

    def test_a_second_file_of_a_year_is_said_to_be_one(self, look, agent, bring, deposit, dataset):
        rows = "".join(f"Valbrune,48903,F,{name},3,2024\n" for name in ("Louise", "Emma", "Jade", "Alice"))
        deposit((HEADER + rows).encode(), odl_period="2024")
        run_checks()
        page = look(f"{bring()}/ou", agent)
        beside = page.select_one("label[for=" + page.select_one("input[name=place][value^=file]")["id"] + "]")
        assert "Keep the file of 2024 and add another one for that year to “Prénoms”" in words(beside)
        assert not page.select("input[name=place][checked]")

    def test_what_is_lost_by_a_replacement_is_confirmed(self, look, send, agent, bring, deposit, dataset):
        rows = "".join(f"Valbrune,48903,F,Louise,{year - 2018},{year}\n" for year in range(2021, 2026))
        resource = deposit((HEADER + rows).encode())
        run_checks()
        address = bring(GOOD.replace(b"2024", b"2025"), fichier=resource["id"])
        send(f"{address}/donnees-personnelles", **answers())
        describe(send, look, agent, address)
        page = look(f"{address}/publier", agent)
        assert "The rows from 2021 to 2024 will no longer be online." in words(page.select_one(".odl-lost"))

        answer = send(f"{address}/publier", when="now")
        assert answer.status_code == 422
        assert page_of(answer).select_one(".odl-problems a")["href"] == "#field-replace_confirmed"
        assert send(f"{address}/publier", when="now", replace_confirmed="1").status_code == 302
        assert deposits()[0].state == "published"

    def test_personal_data_are_shown_masked(self, look, send, agent, bring):
        address = bring(PERSONAL)
        page = look(f"{address}/donnees-personnelles", agent)
        assert "CONTACT" in words(page.select_one(".odl-signals"))
        kinds, said = page.select(".odl-signals > li"), words(page.select_one(".odl-lead"))
        assert (len(kinds) > 1, said) == (True, "Before it is published, look at this column.")
        assert "lucie.martin@exemple.test" not in words(page.select_one(".odl-signals"))

        answer = send(f"{address}/donnees-personnelles", **{**answers(), "contact": ""})
        assert answer.status_code == 422
        assert page_of(answer).select_one(".odl-problems a")["href"] == "#field-contact"

        send(f"{address}/donnees-personnelles", **{**answers(), "contact": "yes"})
        page = look(f"{address}/donnees-personnelles", agent)
        assert "should not go online" in words(page.select_one("#odl-advice"))
        describe(send, look, agent, address)
        assert send(f"{address}/publier", when="now").status_code == 422
        assert deposits()[0].state == "draft"
