"""The extension is loaded in a portal, which speaks French."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from ckan import model
from ckan import plugins as p
from ckan.tests import factories

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


def test_the_plugin_is_loaded():
    assert p.plugin_loaded("odl")


def test_the_home_page_answers_in_french(app):
    page = BeautifulSoup(app.get("/").body, "html.parser")

    assert page.html["lang"] == "fr"
    assert "Jeux de données" in page.get_text()


def test_the_home_page_answers_in_english(app):
    page = BeautifulSoup(app.get("/en/").body, "html.parser")

    assert page.html["lang"] == "en"


@pytest.mark.parametrize("_run", ["first", "second"])
def test_a_clean_database_holds_the_tables_of_plugins(_run):
    tables = sa.inspect(model.Session.get_bind()).get_table_names()

    assert {"package", "activity", "harvest_source"} <= set(tables)


def test_a_token_opens_the_api(app, authorization):
    user = factories.Sysadmin()

    answer = app.get("/api/3/action/user_list", headers=authorization(user))

    assert user["name"] in [known["name"] for known in answer.json["result"]]
