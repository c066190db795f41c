"""The identity of a collectivité is picked from the official list: in the form, with no script, and over the API."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.odl.logic import collectivite

from .test_dataset_form import error_of, value_of
from .test_resource_form import form_of
from .test_rights import parent_of

pytestmark = pytest.mark.usefixtures("with_plugins")

NEW = "/organization/new"
FORM = "#organization-edit-form"
SEARCH = "/odl/territoire/choisir"


def matches(page: BeautifulSoup) -> list[str]:
    """The answers that the form offers, without the line that says none of them."""
    return [
        radio["value"] for radio in page.select(".odl-matches input[type=radio]") if radio["value"]
    ]  # fmt: skip


def stored(territory, name: str) -> dict:
    return territory.call("sysadmin", "organization_show", id=name)


class TestWithoutScript:
    def test_the_button_sends_the_form_to_the_search(self, page):
        form = page("atd_editor", NEW)
        button = form.select_one(f"{FORM} button[name=odl_search]")

        assert button["formaction"].endswith(SEARCH)
        assert button.has_attr("formnovalidate")
        assert form.select_one(FORM)["action"] == NEW
        first = form.select_one(f"{FORM} button")
        assert first["name"] == "save", "the Enter key saves"
        assert not form.select(".odl-matches")

    def test_a_search_gives_the_form_back_with_choices_and_all_that_was_typed(self, page, territory):
        typed = form_of(page("atd_editor", NEW), FORM) | {
            "odl_find": "st denis",
            "title": "Ville de <Saint-Denis>",
            "description": "Notre présentation",
            "odl_contact": "pas une adresse",
            "odl_has": ["dae", "irve"],
        }
        form = page("atd_editor", SEARCH, typed)

        assert matches(form)[:2] == ["commune:97411", "commune:93066"]
        text = form.select_one(".odl-matches").get_text(" ", strip=True)
        assert "Saint-Denis (93 Seine-Saint-Denis)" in text
        assert "Saint-Denis (974 La Réunion)" in text
        for name in ("odl_find", "title", "description", "odl_contact"):
            assert value_of(form, name) == typed[name], name
        assert [box["value"] for box in form.select("[name=odl_has][checked]")] == ["dae", "irve"]
        assert not form.select(".odl-problems")
        assert form.select_one(FORM)["action"] == NEW
        with pytest.raises(tk.ObjectNotFound):
            stored(territory, "ville-de-saint-denis")

    def test_one_choice_fills_the_rest(self, page, territory):
        sent = form_of(page("atd_editor", NEW), FORM) | {"odl_find": "mende"}
        sent = form_of(page("atd_editor", SEARCH, sent), FORM)
        page("atd_editor", NEW, sent | {"odl_identity": "commune:48095", "save": ""}, 302)

        made = stored(territory, "mende")
        assert {name: made[name] for name in made if name.startswith("odl_")} == {
            "odl_kind": "commune",
            "odl_siren": "214800955",
            "odl_insee": "48095",
            "odl_department": "48",
            "odl_population": 13121,
            "odl_population_year": 2022,
            "odl_catalogue": False,
            "odl_is_atd": False,
            "odl_public_progress": False,
        }
        assert made["title"] == "Mende"
        assert parent_of("mende") == {"atd"}

    def test_the_name_that_was_typed_stays(self, page, territory):
        sent = form_of(page("atd_editor", NEW), FORM) | {"title": "Ville de Mende", "odl_identity": "commune:48095"}
        page("atd_editor", NEW, sent | {"odl_find": "mende", "odl_insee": "48300", "save": ""}, 302)

        assert stored(territory, "ville-de-mende")["odl_insee"] == "48095"

    def test_a_namesake_takes_its_code(self, page, territory):
        sent = form_of(page("atd_editor", NEW), FORM) | {"save": ""}
        for code in ("11339", "30247"):
            page("atd_editor", NEW, sent | {"odl_identity": f"commune:{code}"}, 302)

        assert stored(territory, "saint-denis")["odl_department"] == "11"
        assert stored(territory, "saint-denis-30247")["odl_department"] == "30"

    def test_an_epci_and_a_departement(self, page, territory):
        sent = form_of(page("atd_editor", NEW), FORM) | {"save": ""}
        page("atd_editor", NEW, sent | {"odl_identity": "epci:200000172"}, 302)
        page("atd_editor", NEW, sent | {"odl_identity": "departement:48", "odl_siren": "224800011"}, 302)

        epci = stored(territory, "communaute-de-communes-faucigny-glieres")
        assert (epci["odl_kind"], epci["odl_siren"], epci["odl_department"]) == ("epci", "200000172", "74")
        assert epci["odl_population"] == 29204
        lozere = stored(territory, "lozere")
        assert (lozere["odl_kind"], lozere["odl_siren"]) == ("departement", "224800011")
        assert "odl_insee" not in epci

    def test_a_search_that_was_not_chosen_from_is_no_identity(self, page, territory):
        sent = form_of(page("atd_editor", NEW), FORM) | {"odl_find": "mende", "title": "Mende", "save": ""}
        form = page("atd_editor", NEW, sent)

        assert "Choose the local authority among the answers" in error_of(
            page("atd_editor", "/en" + NEW, sent), "odl_identity"
        )
        assert "commune:48095" in matches(form)
        assert form.select(form.select_one(".odl-problems a")["href"])
        page("atd_editor", NEW, sent | {"odl_kind": "autre"}, 302)

    def test_nothing_found(self, page):
        form = page("atd_editor", "/en" + SEARCH, {"odl_find": "zzzz"})

        assert not matches(form)
        assert "Nothing in the official list" in form.select_one(".odl-matches").get_text()

    def test_an_old_or_postal_code_says_so(self, page):
        old = page("atd_editor", SEARCH, {"odl_find": "48047"}).select_one(".odl-matches").get_text(" ", strip=True)
        postal = page("atd_editor", SEARCH, {"odl_find": "48300"}).select_one(".odl-matches").get_text(" ", strip=True)

        assert "La Chaze-de-Peyre (48047) est une commune déléguée" in old
        assert "48300 est un code postal" in postal

    def test_an_organization_that_exists(self, page, territory):
        edit = "/organization/edit/villeneuve"
        form = page("neighbour_admin", edit)
        action = form.select_one("button[name=odl_search]")["formaction"]
        form = page("neighbour_admin", action, form_of(form, FORM) | {"odl_find": "ajaccio", "title": "Nouveau nom"})

        assert matches(form)[0] == "commune:2A004"
        assert value_of(form, "title") == "Nouveau nom"
        target = form.select_one(FORM)["action"]
        page("neighbour_admin", target, form_of(form, FORM) | {"odl_identity": "commune:2A247", "save": ""}, 302)
        changed = stored(territory, "villeneuve")
        assert (changed["odl_insee"], changed["title"]) == ("2A247", "Nouveau nom")
        assert changed["odl_siren"] == "212002471"

    def test_who_may_not_make_the_form_does_not_get_it_this_way(self, page, territory):
        for who in ("own_editor", "stranger", "anonymous"):
            page(who, SEARCH, {"odl_find": "mende"}, 403)
            page(who, f"{SEARCH}/saint-exemple", {"odl_find": "mende"}, 403)

    def test_the_address_alone_leads_to_the_form(self, page):
        assert page("atd_editor", SEARCH).select_one(FORM)["action"] == NEW

    def test_it_asks_for_the_token(self, app, territory, monkeypatch):
        monkeypatch.setitem(tk.config, "WTF_CSRF_ENABLED", True)
        user = factories.Sysadmin()
        headers = {"Authorization": factories.APIToken(user=user["name"])["token"]}

        assert app.post(SEARCH, data={"odl_find": "mende"}, headers=headers).status_code == 400


class TestOverTheApi:
    def create(self, territory, **fields):
        return territory.call("atd_admin", "organization_create", groups=[{"name": "atd"}], **fields)

    def test_a_code_is_enough(self, territory):
        by_insee = self.create(territory, odl_insee="48095")
        by_siren = self.create(territory, odl_siren="200000172")

        assert (by_insee["title"], by_insee["odl_kind"], by_insee["odl_siren"]) == ("Mende", "commune", "214800955")
        assert by_siren["odl_kind"] == "epci"
        assert by_siren["odl_population"] == 29204

    def test_an_overseas_commune_needs_no_siren(self, territory):
        made = self.create(territory, odl_insee="98736", odl_kind="commune")

        assert (made["title"], made["odl_department"], made["odl_population"]) == ("Pirae", "987", 14068)
        assert not made.get("odl_siren")

    def test_what_is_said_is_not_overwritten(self, territory):
        made = self.create(territory, title="Notre ville", odl_insee="48095", odl_population="13 001")

        assert (made["title"], made["odl_population"]) == ("Notre ville", 13001)

    def test_invented_codes_of_the_right_form_are_kept(self, territory):
        made = self.create(territory, title="Valbrune", odl_kind="commune", odl_insee="48903", odl_siren="214809030")

        assert (made["odl_insee"], made["odl_siren"], made["odl_department"]) == ("48903", "214809030", "48")
        assert "odl_population" not in made
        syndicat = self.create(territory, title="Syndicat des eaux", odl_kind="syndicat", odl_siren="200048130")
        assert syndicat["odl_siren"] == "200048130"

    @pytest.mark.parametrize(
        ("fields", "field", "words"),
        [
            ({"odl_siren": "212002471", "odl_insee": "48095"}, "odl_siren", "celui de Porto-Vecchio"),
            ({"odl_kind": "epci", "odl_siren": "214800955"}, "odl_siren", "celui de Mende (commune)"),
            ({"odl_kind": "commune", "odl_insee": "48300"}, "odl_insee", "48300 est un code postal"),
            ({"odl_kind": "commune", "odl_insee": "48047"}, "odl_insee", "aujourd’hui Peyre en Aubrac"),
            ({"odl_identity": "commune:48901"}, "odl_identity", ""),
        ],
    )
    def test_what_the_list_contradicts_is_refused(self, territory, fields, field, words):
        with pytest.raises(tk.ValidationError) as refusal:
            self.create(territory, title="Commune", **fields)

        assert list(refusal.value.error_dict) == [field]
        assert words in str(refusal.value.error_dict)

    @pytest.mark.parametrize(
        ("again", "field"),
        [
            ({"odl_identity": "commune:48095"}, "odl_identity"),
            ({"odl_insee": "48 095"}, "odl_siren"),
            ({"title": "Mende bis", "odl_kind": "commune", "odl_siren": "214 800 955"}, "odl_siren"),
        ],
    )
    def test_the_same_body_is_not_added_twice(self, territory, again, field):
        self.create(territory, name="mende", odl_insee="48095")

        with pytest.raises(tk.ValidationError) as refusal:
            self.create(territory, name="encore", **again)

        assert list(refusal.value.error_dict) == [field]
        assert refusal.value.error_dict[field][0].endswith("Mende.")
        territory.call("sysadmin", "organization_patch", id="mende", description="Chef-lieu", odl_insee="48095")
        with pytest.raises(tk.ValidationError):
            territory.call("sysadmin", "organization_patch", id="villeneuve", odl_insee="48095", odl_siren="")

    def test_one_that_was_deleted_may_come_back(self, territory):
        first = self.create(territory, name="mende", odl_insee="48095")
        territory.call("sysadmin", "organization_delete", id=first["id"])

        assert self.create(territory, name="mende-bis", odl_insee="48095")["odl_insee"] == "48095"

    def test_a_code_that_was_there_before_stops_no_change(self, territory):
        organization = collectivite.model.Group.get("villeneuve")
        keep = organization.extras
        keep["odl_insee"] = "48047"
        collectivite.model.Session.commit()

        territory.call("neighbour_admin", "organization_patch", id="villeneuve", description="Autre chose")

        changed = stored(territory, "villeneuve")
        assert (changed["odl_insee"], changed["description"]) == ("48047", "Autre chose")

    def test_population_follows_the_code(self, territory):
        self.create(territory, name="mende", odl_insee="48095")

        patch = {"odl_insee": "48092", "odl_siren": ""}
        territory.call("sysadmin", "organization_patch", id="mende", **patch)

        moved = stored(territory, "mende")
        assert moved["odl_population"] == territory.call("anonymous", "odl_territory_show", insee="48092")["population"]
        assert moved["odl_siren"] != "214800955"


class TestOtherFields:
    def test_lists_come_back_as_lists(self, territory):
        chosen = {"odl_competences": ["voirie", "urbanisme"], "odl_has": ["dae"], "odl_profile": "small"}
        territory.call("own_admin", "organization_patch", id="saint-exemple", **chosen)

        shown = stored(territory, "saint-exemple")
        assert shown["odl_competences"] == ["urbanisme", "voirie"]
        assert shown["odl_has"] == ["dae"]
        raw = collectivite.fields(collectivite.model.Group.get("saint-exemple"))
        assert raw["odl_competences"] == '["urbanisme", "voirie"]'
        territory.call("own_admin", "organization_patch", id="saint-exemple", description="Autre")
        assert stored(territory, "saint-exemple")["odl_competences"] == ["urbanisme", "voirie"]

    def test_boxes_are_ticked_and_emptied_in_the_form(self, page, territory):
        edit = "/organization/edit/saint-exemple"
        sent = form_of(page("own_admin", edit), FORM) | {"save": ""}
        page("own_admin", edit, sent | {"odl_competences": ["eau", "voirie"], "odl_has": "none"}, 302)
        form = page("own_admin", edit)

        assert [box["value"] for box in form.select("[name=odl_competences][checked]")] == ["voirie", "eau"]
        assert [box["value"] for box in form.select("[name=odl_has][checked]")] == ["none"]
        page("own_admin", edit, sent, 302)
        assert not page("own_admin", edit).select("[name=odl_competences][checked], [name=odl_has][checked]")
        assert "odl_has" not in collectivite.fields(collectivite.model.Group.get("saint-exemple"))

    def test_none_of_these_stands_alone(self, territory):
        with pytest.raises(tk.ValidationError) as refusal:
            territory.call("own_admin", "organization_patch", id="saint-exemple", odl_has=["none", "dae"])
        assert list(refusal.value.error_dict) == ["odl_has"]

    def test_progress_is_public_only_when_they_say_so(self, page, territory):
        edit = "/organization/edit/saint-exemple"
        assert stored(territory, "saint-exemple")["odl_public_progress"] is False
        sent = form_of(page("own_admin", edit), FORM)
        assert sent["odl_public_progress"] == "false"
        page("own_admin", edit, sent | {"odl_public_progress": "true", "save": ""}, 302)

        assert stored(territory, "saint-exemple")["odl_public_progress"] is True

    def test_the_group_is_that_of_the_atd(self, page, territory):
        edit = "/organization/edit/saint-exemple"
        form = page("atd_editor", edit)
        page("atd_editor", edit, form_of(form, FORM) | {"odl_group": "Rentrée 2026", "save": ""}, 302)
        assert stored(territory, "saint-exemple")["odl_group"] == "Rentrée 2026"

        own = page("own_admin", edit)
        assert not own.select("[name=odl_group]")
        page("own_admin", edit, form_of(own, FORM) | {"save": ""}, 302)
        assert stored(territory, "saint-exemple")["odl_group"] == "Rentrée 2026"

    @pytest.mark.parametrize("who", ["own_admin", "other_atd_admin", "neighbour_admin", "stranger"])
    def test_others_do_not_choose_the_group(self, territory, who):
        with pytest.raises((tk.ValidationError, tk.NotAuthorized)):
            territory.call(who, "organization_patch", id="saint-exemple", odl_group="Autre")
        shown = territory.call("sysadmin", "organization_show", id="saint-exemple")
        hidden = {**shown, "extras": [{"key": "odl_group", "value": "Autre"}]}
        with pytest.raises((tk.ValidationError, tk.NotAuthorized)):
            territory.call(who, "organization_update", **hidden)
        assert "odl_group" not in stored(territory, "saint-exemple")


class TestTheAboutPage:
    def test_it_says_in_words_what_is_filled_in(self, page, territory):
        fields = {
            "odl_has": ["dae"],
            "odl_group": "Rentrée",
            "odl_profile": "small",
            "odl_competences": ["eau", "voirie"],
        }
        territory.call("atd_admin", "organization_patch", id="saint-exemple", odl_population=12000, **fields)
        shown = page("anonymous", "/organization/about/saint-exemple").select_one("dl.odl-about")
        said = {
            term.get_text(strip=True): term.find_next("dd").get_text(" ", strip=True) for term in shown.select("dt")
        }

        assert said["Type de collectivité"] == "Commune"
        assert said["Département"] == "48 Lozère"
        assert said["Nombre d’habitants"] == "12\u202f000"
        assert said["Compétences exercées"] == "Voirie Eau potable"
        assert said["Ce que la collectivité possède"] == "Des défibrillateurs"
        assert not {"Groupe", "Accompagnement", "Adresse de la page"} & set(said)


class TestTheActions:
    def test_anyone_may_search(self, app, territory):
        answer = app.get("/api/3/action/odl_territory_search?q=saint+denis&kind=commune&limit=2").json

        assert [body["id"] for body in answer["result"]["results"]] == ["commune:97411", "commune:93066"]
        assert "INSEE" in answer["result"]["about"]["source"]
        assert "Licence Ouverte" in answer["result"]["about"]["licence"]

    def test_it_is_bounded(self, territory):
        found = territory.call("anonymous", "odl_territory_search", q="saint", limit=100_000)
        assert len(found["results"]) == 50
        assert territory.call("anonymous", "odl_territory_search", q="saint " * 50_000)["results"] is not None

    @pytest.mark.parametrize("wrong", [{}, {"q": ""}, {"q": "x", "kind": "village"}, {"q": "x", "limit": "beaucoup"}])
    def test_what_it_cannot_read_is_said(self, territory, wrong):
        with pytest.raises(tk.ValidationError):
            territory.call("anonymous", "odl_territory_search", **wrong)

    def test_show(self, territory):
        mende = territory.call("anonymous", "odl_territory_show", insee="48095")
        epci = territory.call("anonymous", "odl_territory_show", siren="200 000 172")
        former = territory.call("anonymous", "odl_territory_show", insee="48047", language="en")

        assert (mende["label"], mende["siren"], mende["members"]) == ("Mende (48 Lozère)", "214800955", [])
        assert len(epci["members"]) == 7
        assert former["code"] == "48009"
        assert "delegated municipality" in former["remark"]["text"]

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            ({"insee": "48901"}, "Ce code INSEE n’est pas dans la liste"),
            ({"insee": "48300"}, "48300 est un code postal"),
            ({"siren": "200048130"}, ""),
            ({"insee": "zzz"}, ""),
        ],
    )
    def test_what_is_not_there(self, territory, asked, words):
        with pytest.raises(tk.ObjectNotFound) as refusal:
            territory.call("anonymous", "odl_territory_show", language="fr", **asked)
        assert words in str(refusal.value.message)

    def test_one_code_is_asked_for(self, territory):
        for wrong in ({}, {"insee": "48095", "siren": "214800955"}):
            with pytest.raises(tk.ValidationError):
                territory.call("anonymous", "odl_territory_show", **wrong)
