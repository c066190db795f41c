"""« Déposer un fichier » as a person goes through it: bring, read, repair, answer, describe, publish."""

from __future__ import annotations

import io
import re

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories

from ckanext.odl.deposit import privacy
from ckanext.odl.model import Deposit, Validation
from tests.portal.conftest import GOOD, HEADER, WRONG, call, run_checks
from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

HERE = "/en/odl/depot"
#: A sign written in small letters, and a number of births that nobody can guess.
MENDABLE = (HEADER + "Valbrune,48903,F,Louise,3,2024\nValbrune,48903,f,Jade,4,2024\n").encode()
PERSONAL = (
    HEADER.strip() + ",CONTACT\nValbrune,48903,F,Louise,3,2024,lucie.martin@exemple.test 06 12 34 56 78\n"
).encode()


@pytest.fixture
def send(app, authorization, agent):
    """A function that posts a form as *user* and returns the answer without following it."""

    def post(address, user=None, files=None, **data):
        for content, name in files or []:
            data.setdefault("upload", []).append((io.BytesIO(content), name))
        return app.post(
            address,
            data=data,
            headers=authorization(user or agent),
            content_type="multipart/form-data" if files else None,
            follow_redirects=False,
        )

    return post


@pytest.fixture
def bring(send, commune):
    """A function that brings a file, has it checked and returns the address of its page."""

    def put(content=GOOD, name="prenoms-2024.csv", **more):
        answer = send(HERE, files=[(content, name)], collectivite=commune["name"], **more)
        assert answer.status_code == 302, answer.body
        run_checks()
        return re.sub(r"^.*(/odl/depot/)", r"/en\1", answer.headers["Location"])

    return put


def page_of(answer):
    return BeautifulSoup(answer.data, "html.parser")


def deposits():
    model.Session.expire_all()
    return list(model.Session.scalars(sa.select(Deposit)))


def answers():
    """Nothing personal in it."""
    first = {question["id"]: question["answers"][0]["value"] for question in privacy.questions()}
    return {name: value for name, value in first.items() if name != "allowed"}


def describe(send, look, agent, address, **changes):
    """Send the form of the description as it stands, with *changes*."""
    form = look(f"{address}/description", agent).select_one("form.odl-description")
    sent = {box["name"]: box.get("value", "") for box in form.select("input[name]")}
    sent |= {box["name"]: box.get_text().lstrip("\n") for box in form.select("textarea[name]")}
    for box in form.select("select[name]"):
        chosen = box.select_one("option[selected]")
        sent[box["name"]] = chosen["value"] if chosen else ""
    sent.pop("_csrf_token")
    return send(f"{address}/description", **{**sent, **changes})


class TestBringing:
    def test_the_only_collectivite_is_chosen_already(self, look, agent, commune):
        page = look(HERE, agent)

        assert words(page.h1) == "Deposit a file"
        assert "Valbrune" in words(page.select_one(".odl-eyebrow"))
        form = page.select_one("form.odl-drop-form")
        assert form["enctype"] == "multipart/form-data"
        assert form.select_one("input[name=_csrf_token]")["value"]
        assert form.select_one("input[name=collectivite]")["value"] == commune["name"]
        assert form.select_one("input[type=file][multiple][required]")
        assert page.select_one(".odl-else a[href*='/dataset/new']")

    def test_of_several_one_is_chosen_first(self, look, agent):
        other = factories.Organization(title="Les Trois-Sources", name="trois-sources")
        call("organization_member_create", None, id=other["id"], username=agent["name"], role="editor")

        page = look(HERE, agent)

        assert not page.select("form.odl-drop-form")
        assert [words(link) for link in page.select(".odl-choices a")] == ["Les Trois-Sources", "Valbrune"]
        link = page.select(".odl-choices a")[0]["href"]
        assert "Les Trois-Sources" in words(look(link, agent).select_one(".odl-eyebrow"))

    def test_strangers_log_in_and_others_find_nothing(self, app, look, agent, commune):
        answer = app.get(f"{HERE}?collectivite=valbrune", follow_redirects=False)
        assert answer.status_code == 302
        assert "/user/login" in answer.headers["Location"]

        reader = factories.User()
        call("organization_member_create", None, id=commune["id"], username=reader["name"], role="member")
        for user in (factories.User(), reader):
            look(f"{HERE}?collectivite=valbrune", user, status=404)
            assert "may not publish" in words(look(HERE, user).select_one(".odl-empty"))

    def test_one_file_leads_to_its_page(self, look, agent, bring):
        page = look(bring(), agent)

        assert words(page.h1) == "prenoms-2024.csv"
        assert len(deposits()) == 1

    def test_several_files_lead_to_the_list(self, look, send, agent, commune):
        files = [(GOOD, "un.csv"), (WRONG, "deux.csv")]

        answer = send(HERE, files=files, collectivite=commune["name"])

        assert answer.status_code == 302
        run_checks()
        page = look(re.sub(r"^.*/odl/", "/en/odl/", answer.headers["Location"]), agent)
        assert {words(link) for link in page.select(".odl-deposits h3 a")} == {"un.csv", "deux.csv"}
        assert {words(badge) for badge in page.select(".odl-deposits .odl-state")} == {"compliant", "to correct"}
        assert len(page.select(".odl-fresh")) == 2

    def test_one_that_is_refused_stops_no_other(self, send, agent, commune):
        files = [(GOOD, "un.csv"), (b"MZ\x90\x00", "programme.exe")]

        answer = send(HERE, files=files, collectivite=commune["name"])

        assert answer.status_code == 422
        problems = words(page_of(answer).select_one(".odl-problems"))
        assert "programme.exe" in problems
        assert "The other one is here." in problems
        assert len(deposits()) == 1

    def test_no_file(self, send, commune):
        answer = send(HERE, collectivite=commune["name"])

        assert answer.status_code == 422
        page = page_of(answer)
        assert "Choose the file" in words(page.select_one(".odl-problems"))
        assert page.select_one("#field-upload")["aria-invalid"] == "true"
        assert not deposits()

    @pytest.mark.ckan_config("ckan.max_resource_size", 1)
    def test_a_file_that_is_too_large(self, send, commune):
        answer = send(HERE, files=[(HEADER.encode() + b"x" * (2 << 20), "gros.csv")], collectivite=commune["name"])

        assert answer.status_code in (413, 422)
        assert "1 MB" in answer.body
        assert not deposits()

    def test_the_script_is_told_where_to_go(self, app, authorization, agent, commune):
        headers = {**authorization(agent), "X-Requested-With": "XMLHttpRequest"}
        data = {"collectivite": commune["name"], "upload": (io.BytesIO(GOOD), "prenoms.csv")}

        answer = app.post(HERE, data=data, headers=headers, content_type="multipart/form-data")

        assert answer.json["url"].endswith(f"/odl/depot/{deposits()[0].id}")

    def test_for_somebody_elses_collectivite(self, send):
        factories.Organization(name="ailleurs")

        assert send(HERE, files=[(GOOD, "un.csv")], collectivite="ailleurs").status_code == 404
        assert not deposits()


class TestReading:
    def test_says_what_was_read_and_the_model(self, look, agent, bring):
        page = look(
            bring(
                "COMMUNE_NOM;COLL_INSEE;ENFANT_SEXE;ENFANT_PRENOM;NOMBRE_OCCURRENCES;ANNEE\r\n"
                "Valbrune;48903;F;Zoé;3;2024\r\n".encode("cp1252")
            ),
            agent,
        )

        facts = words(page.select_one(".odl-reading"))
        for said in ("1 row, 6 columns", "CSV", "semicolons", "Windows-1252", "6 of its 6 columns"):
            assert said in facts
        assert words(page.select_one(".odl-verdict .odl-state")) == "compliant"
        assert words(page.select_one(".odl-verdict .btn-primary")) == "Continue"

    def test_while_it_is_checked(self, look, send, agent, commune):
        answer = send(HERE, files=[(GOOD, "un.csv")], collectivite=commune["name"])
        address = re.sub(r"^.*/odl/", "/en/odl/", answer.headers["Location"])
        values = {"size": 1 << 30}
        model.Session.execute(sa.update(Validation.__table__).values(**values))
        model.Session.commit()

        page = look(address, agent)

        assert words(page.select_one(".odl-verdict .odl-state")) == "being checked"
        assert page.select_one("[aria-live=polite] [hx-get]")
        assert words(page.select_one(".odl-actions a")) == "Refresh"

    def test_the_fragment_calls_for_the_page_at_the_end(self, app, authorization, agent, bring):
        answer = app.get(f"{bring()}/fragment?step=waiting", headers=authorization(agent))

        assert answer.headers["HX-Refresh"] == "true"

    def test_an_unreadable_file(self, look, agent, bring):
        page = look(bring(b"<!doctype html><html><body>Connexion</body></html>"), agent)

        assert words(page.select_one(".odl-verdict .odl-state")) == "unreadable"
        assert words(page.select_one(".odl-verdict .btn-primary")) == "Deposit the corrected file"

    def test_another_model_or_none(self, look, send, agent, bring):
        address = bring()
        page = look(f"{address}/modele", agent)
        assert page.select_one("input[name=schema][checked]")["value"] == "scdl/prenoms"
        found = look(f"{address}/modele?q=subvention", agent)
        assert "scdl/subventions" in [box["value"] for box in found.select("input[name=schema]")]

        assert send(f"{address}/modele", schema="scdl/subventions").status_code == 302
        run_checks()
        assert "Chosen by hand" in words(look(address, agent).select_one(".odl-reading"))

        assert send(f"{address}/modele", schema="").status_code == 302
        run_checks()
        assert words(look(address, agent).select_one(".odl-verdict .odl-state")) == "without a model"

        assert send(f"{address}/modele", schema="inconnu").status_code == 422
        assert send(f"{address}/modele").status_code == 422

    def test_the_report_is_downloaded(self, app, authorization, agent, bring):
        answer = app.get(f"{bring(WRONG)}/rapport.csv", headers=authorization(agent))

        assert "attachment" in answer.headers["Content-Disposition"]
        assert "C3" in answer.data.decode("utf-8-sig")


class TestMending:
    def test_a_corrected_file_says_what_became_better(self, look, send, agent, bring):
        address = bring(WRONG)

        assert send(f"{address}/fichier", files=[(GOOD, "corrige.csv")]).status_code == 302
        run_checks()

        page = look(address, agent)
        assert words(page.h1) == "corrige.csv"
        assert "There were 2 problems left, now there is none." in words(page.select_one(".odl-change"))
        assert len(page.select(".odl-kept-files li")) == 2

    def test_without_a_file_nothing_is_lost(self, send, bring):
        answer = send(f"{bring(WRONG)}/fichier")

        assert answer.status_code == 422
        assert "to correct" in words(page_of(answer).select_one(".odl-verdict"))

    def test_repairs_are_shown_then_made(self, app, authorization, look, send, agent, bring):
        address = bring(MENDABLE)
        button = look(address, agent).select_one(".odl-verdict .btn-primary")
        assert words(button) == "See what can be repaired"
        page = look(f"{address}/reparer", agent)
        boxes = page.select("input[type=checkbox]")
        assert [row.select_one("th").get_text() for row in page.select(".odl-before-after tbody tr")] == ["C3"]
        assert words(page.select_one("del")) == "f"
        assert words(page.select_one("ins")) == "F"

        sent = {box["name"]: box["value"] for box in boxes if box.has_attr("checked")}
        assert send(f"{address}/reparer", format="csv", **sent).status_code == 302
        run_checks()

        page = look(address, agent)
        assert words(page.select_one(".odl-verdict .odl-state")) == "compliant"
        assert "There was 1 problem left, now there is none." in words(page.select_one(".odl-change"))
        links = [link["href"] for link in page.select(".odl-kept-files a")]
        bytes_ = [app.get(link, headers=authorization(agent)) for link in links]
        assert MENDABLE in [answer.data for answer in bytes_]
        assert any("C3" in answer.data.decode("utf-8-sig") for answer in bytes_)
        for answer in bytes_:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Content-Disposition"].startswith("attachment")

    def test_nothing_ticked(self, send, bring):
        answer = send(f"{bring(MENDABLE)}/reparer", format="csv")

        assert answer.status_code == 422
        assert "Tick at least one" in words(page_of(answer).select_one(".odl-problems"))


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


class TestTheList:
    def test_on_the_page_of_the_collectivite(self, look, agent, bring):
        bring(name="en-attente.csv")

        page = look("/en/odl/collectivite/valbrune", agent)

        assert "en-attente.csv" in words(page.select_one("#odl-under-way").parent)

    def test_set_aside_and_taken_up_again(self, look, send, agent, bring):
        address = bring()
        assert look(f"{address}/abandonner", agent).select_one("form input[name=_csrf_token]")
        assert deposits()[0].state == "draft"

        send(f"{address}/abandonner", why="doublon")
        assert deposits()[0].state == "abandoned"
        assert not look(HERE, agent).select(".odl-deposits li")

        form = look(address, agent).select_one("form[action$=abandonner]")
        assert send(f"{address}/abandonner", undo=form.select_one("button[name=undo]")["value"]).status_code == 302
        assert deposits()[0].state == "draft"


PAGES = (
    "",
    "/fragment",
    "/modele",
    "/reparer",
    "/abandonner",
    "/donnees-personnelles",
    "/ou",
    "/description",
    "/publier",
    "/en-ligne",
    "/rapport.csv",
)


class TestRights:
    def test_of_others_are_not_found(self, look, send, bring, commune):
        address = bring()
        stranger, reader = factories.User(), factories.User()
        call("organization_member_create", None, id=commune["id"], username=reader["name"], role="member")
        file_id = deposits()[0].file_id

        for user in (stranger, reader):
            for page in (*PAGES, f"/fichiers/{file_id}", f"/fichiers/{file_id}/changements"):
                look(f"{address}{page}", user, status=404)
            for page in (
                "/modele",
                "/reparer",
                "/abandonner",
                "/donnees-personnelles",
                "/ou",
                "/description",
                "/publier",
                "/verifier",
                "/fichier",
            ):
                assert send(f"{address}{page}", user, schema="", title="x").status_code == 404
        assert deposits()[0].state == "draft"

    def test_reading_changes_nothing(self, app, authorization, agent, bring):
        address = bring()
        before = deposits()[0].updated_at

        for page in PAGES:
            app.get(f"{address}{page}", headers=authorization(agent))

        assert deposits()[0].updated_at == before

    def test_the_file_of_another_deposit_is_not_found_here(self, look, agent, bring):
        one, other = bring(GOOD), bring(WRONG, "autre.csv")
        files = {deposit.id: deposit.file_id for deposit in deposits()}

        look(f"{one}/fichiers/{files[other.rsplit('/', 1)[-1]]}", agent, status=404)


@pytest.mark.ckan_config("WTF_CSRF_ENABLED", True)
def test_a_forged_form_is_refused(send, commune):
    answer = send(HERE, files=[(GOOD, "un.csv")], collectivite=commune["name"])

    assert answer.status_code == 400
    assert not deposits()
