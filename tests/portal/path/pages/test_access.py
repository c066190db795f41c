"""Who opens the pages of a path, and who changes it."""

from __future__ import annotations

import pytest
from ckan.tests import factories

from tests.portal.conftest import call

from .conftest import PATH, words

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

PAGES = [
    PATH,
    f"{PATH}/p1.elected",
    f"{PATH}/ob.rip",
    f"{PATH}/obligations",
    f"{PATH}/referents",
    f"{PATH}/historique",
    "/fr/odl/collectivite/valbrune/bilan",
]


@pytest.mark.parametrize("page", PAGES)
class TestReading:
    def test_its_people_its_structure_and_the_administrators(self, look, page, agent, staff):
        reader = factories.User()
        call("organization_member_create", None, id="valbrune", username=reader["name"], role="member")

        for user in (agent, staff, reader, factories.Sysadmin()):
            assert look(page, user).h1

    def test_nobody_else(self, look, page, commune):
        neighbour = factories.User()
        other = factories.Organization(user=factories.Sysadmin())
        call("organization_member_create", None, id=other["id"], username=neighbour["name"], role="admin")

        look(page, neighbour, status=404)
        look(page.replace("valbrune", "inconnue"), neighbour, status=404)

    def test_a_stranger_logs_in_first_and_comes_back(self, app, page, commune):
        answer = app.get(page, follow_redirects=False)

        assert answer.status_code == 302
        assert "/user/login" in answer.headers["Location"]
        assert page.rsplit("/", 1)[-1] in answer.headers["Location"]


class TestChanging:
    def test_those_who_only_read_have_no_form_and_are_refused(self, look, send, agent):
        reader = factories.User()
        call("organization_member_create", None, id="valbrune", username=reader["name"], role="member")

        assert not look(f"{PATH}/p1.elected", reader).select("form.odl-evidence")
        send(reader, "p1.elected", status=403, do="evidence", note="Adjoint au numérique")
        assert not call("odl_history_list", None, id="valbrune", step="p1.elected")["count"]

    def test_a_stranger_and_a_neighbour_change_nothing(self, app, send, commune):
        answer = app.post(f"{PATH}/p1.elected", data={"do": "evidence", "note": "x"}, follow_redirects=False)
        assert "/user/login" in answer.headers["Location"]

        send(factories.User(), "p1.elected", status=404, do="evidence", note="x")
        assert not call("odl_history_list", None, id="valbrune", step="p1.elected")["count"]

    def test_only_the_structure_waives(self, look, send, agent, staff):
        assert "Dispenser de cette étape" not in words(look(f"{PATH}/p1.elected", agent).select_one("[role=main]"))
        send(agent, "p1.elected", status=403, do="waive", reason="Trop petit")

        assert "Dispenser de cette étape" in words(look(f"{PATH}/p1.elected", staff).select_one("[role=main]"))

    def test_every_form_carries_its_token(self, look, agent, staff):
        for page in PAGES:
            forms = look(page, staff).select("[role=main] form[method=post]")
            assert all(form.select_one("input[name=_csrf_token]") for form in forms)

    def test_a_step_that_does_not_exist(self, look, send, agent):
        look(f"{PATH}/p9.nothing", agent, status=404)
        send(agent, "p9.nothing", status=404, do="evidence", note="x")


class TestActingForAnother:
    def test_the_structure_reads_for_whom_it_acts(self, look, agent, staff):
        assert "Vous agissez pour Valbrune" in words(look(PATH, staff).select_one(".odl-acts-for"))
        assert not look(PATH, agent).select(".odl-acts-for")

    def test_the_history_says_it(self, look, send, agent, staff):
        send(staff, "p1.elected", do="evidence", note="Adjointe au numérique")

        line = words(look(f"{PATH}/p1.elected", agent).select_one(".odl-entries"))

        assert "Karim Attal (Causses Numérique), pour Valbrune" in line
