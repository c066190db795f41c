"""The page of a collectivité for those who work for it."""

from __future__ import annotations

import pytest
from ckan.tests import factories

from tests.portal.conftest import GOOD, WRONG, call, run_checks
from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

PAGE = "/en/odl/collectivite/valbrune"


def member(user, organization, role="editor"):
    call("organization_member_create", None, id=organization["id"], username=user["name"], role=role)


class TestWhoSeesIt:
    def test_those_who_work_for_it(self, look, commune):
        for role in ("member", "editor", "admin"):
            user = factories.User()
            member(user, commune, role)

            assert "Valbrune" in words(look(PAGE, user).h1)

    def test_the_staff_of_the_organization_above(self, look, commune):
        above = factories.Organization(name="causses", user=factories.Sysadmin())
        call("organization_patch", factories.Sysadmin(), id=commune["id"], groups=[{"name": above["name"]}])
        user = factories.User()
        member(user, above)

        assert "Valbrune" in words(look(PAGE, user).h1)

    def test_a_sysadmin(self, look, commune):
        look(PAGE, factories.Sysadmin())

    def test_nobody_else(self, look, commune):
        other = factories.Organization(user=factories.Sysadmin())
        user = factories.User()
        member(user, other, "admin")

        look(PAGE, user, status=404)
        look("/en/odl/collectivite/inconnue", user, status=404)

    def test_a_stranger_is_asked_to_log_in(self, app, commune):
        answer = app.get(PAGE, follow_redirects=False)

        assert answer.status_code == 302
        assert "/user/login" in answer.headers["Location"]


class TestWhatItSays:
    def test_problems_come_first(self, look, agent, commune, deposit):
        deposit(WRONG)
        other = call("package_create", agent, name="autre", title="Autre", owner_org=commune["id"], license_id="lov2")
        call("resource_create", agent, package_id=other["id"], url="https://exemple.test/a.csv", name="a")
        run_checks()

        page = look(PAGE, agent)

        assert [words(title) for title in page.select(".odl-datasets h3")] == ["Prénoms", "Autre"]
        assert words(page.select_one(".odl-counts")) == "2 datasets 1 to correct 1 without a model"
        assert words(page.select_one(".odl-lead")) == "2 datasets are here. 1 is to be corrected."

    def test_the_most_useful_next(self, look, agent, deposit):
        wrong = deposit(WRONG)
        run_checks()

        step = look(PAGE, agent).select_one(".odl-steps li")

        assert "Correct “Prénoms”" in words(step)
        assert step.select_one("a")["href"] == f"/en/odl/report/{wrong['id']}"

    def test_a_model_is_proposed_for_a_file_without_one(self, look, agent, deposit):
        deposit(GOOD, schema="")
        run_checks()

        step = look(PAGE, agent).select_one(".odl-steps li")

        assert "Choose a model for “Prénoms”" in words(step)
        assert "look like those of the model" in words(step)

    def test_a_picture_is_asked_for_no_model(self, look, agent, deposit):
        resource = deposit(b"\x89PNG\r\n\x1a\n" + bytes(100), "photo.png", schema="")
        run_checks()

        page = look("/odl/collectivite/valbrune", agent)
        report = look(f"/odl/report/{resource['id']}", agent)

        assert "Choisir un modèle" not in page.get_text()
        assert "Ce fichier n’est pas un tableau" in report.get_text()
        assert "Choisir un modèle" not in report.get_text()

    def test_all_is_well(self, look, agent, deposit):
        deposit(GOOD)
        run_checks()

        page = look(PAGE, agent)

        assert "nothing to correct" in words(page.select_one(".odl-lead"))
        assert "Correct" not in words(page.select_one(".odl-steps"))

    def test_nothing_yet(self, look, agent, commune):
        page = look(PAGE, agent)

        assert words(page.select_one(".odl-empty h2")) == "No file here yet"
        assert page.select_one(".odl-empty a.btn")["href"] == f"/en/odl/depot?collectivite={commune['name']}"

    def test_it_is_french_too(self, look, agent, commune):
        page = look("/fr/odl/collectivite/valbrune", agent)

        assert words(page.select_one(".odl-empty a.btn")) == "Déposer un premier fichier"

    def test_search_and_pages(self, look, agent, commune):
        for number in range(23):
            call(
                "package_create",
                agent,
                name=f"jeu-{number}",
                title=f"Jeu numéro {number}",
                owner_org=commune["id"],
                license_id="lov2",
            )

        first, second = look(PAGE, agent), look(f"{PAGE}?page=2", agent)
        found, nothing = look(f"{PAGE}?q=17", agent), look(f"{PAGE}?q=introuvable", agent)

        assert len(first.select(".odl-datasets > li")) == 20
        assert len(second.select(".odl-datasets > li")) == 3
        assert [words(title) for title in found.select(".odl-datasets h3")] == ["Jeu numéro 17"]
        assert "introuvable" in words(nothing.select_one(".odl-empty"))

    def test_odd_searches(self, look, agent, deposit):
        deposit(GOOD)

        for query in ['"', "title:", "(", "*", "<b>", "a OR", "a" * 300]:
            look(f"{PAGE}?q={query}", agent)


class TestTheWayThere:
    def test_one_collectivite_opens_at_once(self, app, authorization, agent, commune):
        answer = app.get("/odl/collectivite", headers=authorization(agent), follow_redirects=False)

        assert answer.status_code == 302
        assert answer.headers["Location"].endswith("/odl/collectivite/valbrune")

    def test_several_are_a_choice(self, look, agent, commune):
        member(agent, factories.Organization(name="lirac", title="Écluses de Lirac", user=factories.Sysadmin()))

        choices = look("/en/odl/collectivite", agent).select(".odl-choices a")

        assert [words(choice) for choice in choices] == ["Écluses de Lirac", "Valbrune"]

    def test_the_choice_says_where_each_stands(self, look, agent, commune, deposit):
        member(agent, factories.Organization(name="lirac", title="Lirac", user=factories.Sysadmin()))
        deposit(WRONG)
        run_checks()

        choices = look("/en/odl/collectivite", agent).select(".odl-choices li")

        assert [words(choice) for choice in choices] == ["Lirac no data yet", "Valbrune 1 to correct"]

    def test_a_long_list_is_searched_without_accents(self, look, commune):
        for number in range(9):
            factories.Organization(name=f"commune-{number}", title=f"Éventail {number}", user=factories.Sysadmin())

        page = look("/en/odl/collectivite?q=eventail 7", factories.Sysadmin())

        assert [words(choice) for choice in page.select(".odl-choices a")] == ["Éventail 7"]

    def test_none_says_what_to_do(self, look):
        assert "not linked to any local authority" in words(
            look("/en/odl/collectivite", factories.User()).select_one(".odl-empty")
        )

    @pytest.mark.parametrize("works", [True, False])
    def test_after_logging_in(self, app, commune, works):
        user = factories.User(password="mot-de-passe-long")
        if works:
            member(user, commune)

        answer = app.post("/user/login", data={"login": user["name"], "password": "mot-de-passe-long"})

        assert answer.request.path.endswith("/odl/collectivite/valbrune" if works else "/dashboard/datasets")

    def test_the_header_leads_there(self, look, agent, commune):
        assert look("/en/", agent).select(".account a[href$='/odl/collectivite']")
        assert not look("/en/", factories.User()).select(".account a[href$='/odl/collectivite']")
