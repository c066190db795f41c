"""Deposits under way: where they are listed, and who finds them."""

from __future__ import annotations

import pytest
from ckan.tests import factories

from tests.portal.conftest import GOOD, WRONG, call
from tests.portal.pages.conftest import words
from tests.portal.pages.deposit.steps import HERE, deposits

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


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
