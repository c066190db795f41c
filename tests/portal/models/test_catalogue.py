"""The catalogue of a collectivité's own datasets: valid, always as they are now, and nothing private in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.intake import own_session
from ckanext.odl.logic import own_catalogue
from ckanext.odl.logic.path.recompute import Paths
from ckanext.odl.scdl.own_catalogue import MODEL
from ckanext.odl.validation import validate
from tests.portal.conftest import call, run_checks, state_of
from tests.portal.models.conftest import PAGE, SIREN, SIRET, publish, read_csv

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

CSV = "/odl/collectivite/mende/catalogue.csv"


@pytest.fixture
def known(mende, boss):
    call("organization_patch", boss, id=mende["id"], odl_siret=SIRET)
    return mende


def run_paths() -> None:
    """Do what a worker does for the organizations that changed."""
    with own_session() as session:
        paths = Paths(session)
        while paths.next():
            pass
    model.Session.expire_all()


def judged(content: bytes, tmp_path: Path) -> dict:
    path = tmp_path / "catalogue.csv"
    path.write_bytes(content)
    return validate(path, MODEL, owner_siren=SIREN).to_dict()


class TestMadeWhenAskedFor:
    def test_it_is_valid_and_lists_what_is_public(self, app, known, clerk, tmp_path):
        publish(clerk, known, "scdl/subventions", title="=Subventions", notes="Deux\nlignes", theme="", period="2025")
        publish(clerk, known, "scdl/prenoms", tag_string="Prénoms,Été")

        answer = app.get(CSV)

        report = judged(answer.data, tmp_path)
        assert (report["status"], report["errors"], report["warnings"]) == ("valid", [], [])
        rows = {row["ID"]: row for row in read_csv(answer.data)}
        assert set(rows) == {"subventions-mende", "prenoms-mende"}
        assert rows["subventions-mende"]["TITRE"] == "'=Subventions"
        assert rows["subventions-mende"]["COUV_TEMP_FIN"] == "2025-12-31"
        assert rows["prenoms-mende"]["MOTS_CLES"] == "ete;prenoms"
        assert rows["prenoms-mende"]["URL"] == f"{tk.config['ckan.site_url']}/dataset/prenoms-mende"
        assert answer.headers["Odl-Complete"] == "true"

    def test_nothing_private_or_drafted_or_deleted_is_in_it_whoever_asks(self, app, known, boss, authorization):
        publish(boss, known, "scdl/subventions", name="prive", title="Secret", private=True)
        gone = publish(boss, known, "scdl/prenoms", name="parti", title="Parti")
        call("package_delete", boss, id=gone["id"])
        call("package_create", boss, name="brouillon", title="Brouillon", owner_org=known["id"], license_id="lov2",
             state="draft")  # fmt: skip
        for headers in ({}, authorization(boss)):
            answer = app.get(CSV, headers=headers)

            assert read_csv(answer.data) == []
            for word in ("prive", "Secret", "Parti", "Brouillon"):
                assert word not in answer.get_data(as_text=True)

    def test_a_dataset_that_changes_is_another_line_at_once(self, app, known, clerk):
        package = publish(clerk, known, "scdl/prenoms", title="Avant")
        call("package_patch", clerk, id=package["id"], title="Après")

        assert [row["TITRE"] for row in read_csv(app.get(CSV).data)] == ["Après"]

    def test_one_without_a_file_is_left_out(self, app, known, clerk):
        call("package_create", clerk, name="vide", title="Vide", owner_org=known["id"], license_id="lov2")

        assert read_csv(app.get(CSV).data) == []

    def test_it_is_sent_again_only_when_it_changed(self, app, known, clerk):
        publish(clerk, known, "scdl/prenoms")
        tag = app.get(CSV).headers["ETag"]

        assert app.get(CSV, headers={"If-None-Match": tag}).status_code == 304

    def test_without_a_siret_it_is_told_to_be_incomplete(self, app, mende, clerk):
        call("package_create", clerk, name="lien", title="Lien", owner_org=mende["id"], license_id="lov2",
             resources=[{"url": "https://exemple.test/a.csv", "name": "a"}])  # fmt: skip
        answer = app.get(CSV)

        assert answer.headers["Odl-Complete"] == "false"
        assert [row["COLL_SIRET"] for row in read_csv(answer.data)] == [""]

    def test_no_such_collectivite(self, app, known):
        assert app.get("/odl/collectivite/inconnue/catalogue.csv").status_code == 404

    def test_many_datasets_are_read_page_by_page(self, app, known, clerk, monkeypatch):
        monkeypatch.setattr(own_catalogue, "_BATCH", 2)
        for number in range(5):
            publish(clerk, known, "scdl/prenoms", name=f"p-{number}")

        assert [row["ID"] for row in read_csv(app.get(CSV).data)] == [f"p-{number}" for number in range(5)]


class TestPublished:
    def test_it_is_a_valid_dataset_that_follows_the_others(self, known, boss, clerk, tmp_path):
        publish(clerk, known, "scdl/prenoms", title="Prénoms")
        answer = call("odl_catalogue_update", boss, id="mende", on=True)

        package = call("package_show", None, id=answer["package_id"])
        [resource] = package["resources"]
        assert package["title"] == "Catalogue des données de Ville de Mende"
        assert (package["private"], package["owner_org"]) == (False, known["id"])
        run_checks()
        assert state_of(resource)["badge"] == "valid"

        publish(clerk, known, "scdl/subventions")
        run_paths()
        run_checks()

        [after] = call("package_show", None, id=answer["package_id"])["resources"]
        assert after["id"] == resource["id"]
        assert after["hash"] != resource["hash"]
        assert state_of(after)["report"]["file"]["rows"] == 2
        assert state_of(after)["badge"] == "valid"

    def test_twice_changes_nothing(self, known, boss, clerk):
        publish(clerk, known, "scdl/prenoms")
        call("odl_catalogue_update", boss, id="mende", on=True)
        group = model.Group.get("mende")

        assert own_catalogue.keep(group.id) is False
        before = call("package_show", None, id=own_catalogue.dataset_id(group.id))
        run_paths()
        assert dict(enumerate(own_catalogue.keep_all())) == {0: ("mende", False)}
        assert call("package_show", None, id=before["id"])["metadata_modified"] == before["metadata_modified"]

    def test_a_dataset_made_private_leaves_it(self, known, boss, clerk, app):
        kept = publish(clerk, known, "scdl/prenoms")
        package = publish(clerk, known, "scdl/subventions", title="Secret")
        answer = call("odl_catalogue_update", boss, id="mende", on=True)
        call("package_patch", clerk, id=package["id"], private=True)
        run_paths()

        [resource] = call("package_show", None, id=answer["package_id"])["resources"]
        content = app.get(resource["url"]).data
        assert [row["ID"] for row in read_csv(content)] == [kept["name"]]

    def test_it_is_published_only_where_it_was_asked_for(self, known, clerk):
        publish(clerk, known, "scdl/prenoms")
        run_paths()

        assert own_catalogue.published(known["id"]) is None
        assert own_catalogue.keep(known["id"]) is False

    def test_switched_off_it_stays_as_it_is(self, known, boss, clerk):
        publish(clerk, known, "scdl/prenoms")
        on = call("odl_catalogue_update", boss, id="mende", on=True)
        off = call("odl_catalogue_update", boss, id="mende", on=False)
        publish(clerk, known, "scdl/subventions")
        before = call("package_show", None, id=on["package_id"])
        run_paths()

        assert off == {"on": False, "package_id": on["package_id"]}
        assert call("package_show", None, id=on["package_id"])["resources"] == before["resources"]

    def test_deleted_it_stays_deleted_until_it_is_asked_for_again(self, known, boss, clerk):
        publish(clerk, known, "scdl/prenoms")
        on = call("odl_catalogue_update", boss, id="mende", on=True)
        call("package_delete", boss, id=on["package_id"])
        run_paths()
        assert own_catalogue.published(known["id"]) is None

        call("odl_catalogue_update", boss, id="mende", on=True)
        assert own_catalogue.published(known["id"]).state == "active"

    def test_it_asks_for_the_siret_first(self, mende, boss):
        with pytest.raises(tk.ValidationError) as refused:
            call("odl_catalogue_update", boss, id="mende", on=True)

        assert "siret" in refused.value.error_dict
        assert not call("organization_show", boss, id="mende").get("odl_catalogue")

    def test_an_editor_does_not_switch_it(self, known, clerk):
        with pytest.raises(tk.NotAuthorized):
            call("odl_catalogue_update", clerk, id="mende", on=True)

    def test_the_button_does_it(self, app, known, boss, clerk, authorization):
        publish(clerk, known, "scdl/prenoms")
        headers = authorization(boss)

        answer = app.post(PAGE, data={"do": "catalogue-on"}, headers=headers)
        assert "Your catalogue is published" in answer.get_data(as_text=True)
        assert "It is published and kept up to date" in answer.get_data(as_text=True)

        answer = app.post(PAGE, data={"do": "catalogue-off"}, headers=headers)
        assert "no longer kept up to date" in answer.get_data(as_text=True)
