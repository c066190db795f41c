"""« À publier le … »: on its day, in the name of who planned it, judged again; what is in preparation stays inside."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.odl.model import Deposit
from tests.portal.conftest import GOOD, SCHEMA, WRONG, call, run_checks, upload

from .conftest import BETTER, NOTHING_PERSONAL, bytes_of, deposits, headers, sweep

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

NOTHING = {"published": 0, "missed": 0, "forms": 0}


def day(days: int) -> str:
    today: dt.date = model.Session.execute(sa.select(sa.func.current_date())).scalar_one()
    return (today + dt.timedelta(days=days)).isoformat()


def let_the_day_come() -> None:
    model.Session.execute(sa.update(Deposit.__table__).values(publish_on=sa.func.current_date()))
    model.Session.commit()


@pytest.fixture
def first(deposit):
    """A file that is published."""
    made = deposit()
    run_checks()
    return made


@pytest.fixture
def prepared(first, agent, commune):
    """A function that prepares a deposit of the agent: in the place of the published file, or beside it."""

    def prepare(content: bytes = BETTER, **more):
        place = more or {"resource_id": first["id"]}
        made = call(
            "odl_deposit_create", agent, organization=commune["id"], upload=upload(content), schema=SCHEMA, **place
        )
        run_checks()
        call("odl_deposit_update", agent, id=made["id"], answers=NOTHING_PERSONAL)
        return made["id"]

    return prepare


@pytest.fixture
def planned(prepared, agent):
    id_ = prepared()
    order = {"publish_on": day(3), "approved_by": "Mme Roux, adjointe"}
    answer = call("odl_deposit_publish", agent, id=id_, **order)
    assert (answer["state"], answer["reason"]) == ("waiting", "scheduled")
    return id_


def show(user, id_):
    model.Session.expire_all()
    return call("odl_deposit_show", user, id=id_)


class TestPlanned:
    def test_it_waits_for_its_day_then_is_published_once(self, planned, first, agent):
        shown = show(agent, planned)
        assert (shown["publish_on"], shown["approved_by"]) == (day(3), "Mme Roux, adjointe")
        assert sweep() == NOTHING
        assert bytes_of(first) == GOOD

        let_the_day_come()
        assert sweep() == {"published": 1, "missed": 0, "forms": 0}
        assert bytes_of(first) == BETTER
        shown = show(agent, planned)
        assert (shown["state"], shown["note"]) == ("published", None)
        assert shown["history"][0]["by"] == agent["fullname"]
        assert shown["history"][0]["detail"]["approved_by"] == "Mme Roux, adjointe"
        assert sweep() == NOTHING

    def test_a_day_that_has_come_is_now(self, prepared, first, agent):
        assert call("odl_deposit_publish", agent, id=prepared(), publish_on=day(0))["state"] == "published"
        assert bytes_of(first) == BETTER

    def test_another_day_takes_the_place_of_the_first(self, planned, agent):
        call("odl_deposit_publish", agent, id=planned, publish_on=day(9))
        assert show(agent, planned)["publish_on"] == day(9)

    def test_who_changes_their_mind_publishes_at_once(self, planned, first, agent):
        assert call("odl_deposit_publish", agent, id=planned)["state"] == "published"
        assert bytes_of(first) == BETTER
        assert sweep() == NOTHING

    def test_rights_are_those_of_the_day(self, planned, first, agent, commune):
        call("organization_member_delete", None, id=commune["id"], username=agent["name"])
        let_the_day_come()

        assert sweep()["missed"] == 1

        assert bytes_of(first) == GOOD
        shown = show(None, planned)
        assert (shown["state"], shown["reason"], shown["publish_on"]) == ("waiting", "scheduled", None)
        assert "may no longer publish" in shown["note"]
        assert deposits(None, organization=commune["id"])[0]["note"] == shown["note"]
        assert sweep() == NOTHING

    def test_an_account_that_is_gone_publishes_nothing(self, planned, first, agent):
        call("user_delete", None, id=agent["name"])
        let_the_day_come()
        assert sweep()["missed"] == 1
        assert bytes_of(first) == GOOD

    def test_the_report_is_that_of_the_day(self, prepared, first, agent, commune):
        id_ = prepared(WRONG)
        order = {"publish_on": day(2), "despite_problems": True}
        assert call("odl_deposit_publish", agent, id=id_, **order)["reason"] == "scheduled"
        call("organization_patch", None, id=commune["id"], odl_strictness="block")
        let_the_day_come()

        assert sweep()["missed"] == 1

        assert bytes_of(first) == GOOD
        shown = show(agent, id_)
        assert (shown["state"], shown["reason"]) == ("waiting", "report")
        assert "its report is not good" in shown["note"]

    def test_problems_that_were_accepted_stay_accepted(self, prepared, first, agent):
        id_ = prepared(WRONG)
        with pytest.raises(tk.ValidationError):
            call("odl_deposit_publish", agent, id=id_, publish_on=day(2))
        call("odl_deposit_publish", agent, id=id_, publish_on=day(2), despite_problems=True)
        let_the_day_come()
        assert sweep()["published"] == 1
        assert bytes_of(first) == WRONG

    def test_a_dataset_that_is_gone_is_told(self, planned, first, agent):
        call("package_delete", None, id=first["package_id"])
        let_the_day_come()
        assert sweep()["missed"] == 1
        assert "something is missing" in show(agent, planned)["note"]


class TestPreparation:
    @pytest.fixture
    def preparing(self, prepared, first, agent):
        secret = BETTER.replace(b"Louise", b"Zulma")
        id_ = prepared(secret, package_id=first["package_id"])
        call("odl_deposit_update", agent, id=id_, resource={"name": "Prénoms zulma", "odl_period": "2025"})
        run_checks()
        return id_

    def test_its_dataset_tells_those_who_publish_there_and_nobody_else(self, app, preparing, agent, commune):
        member = factories.User()
        call("organization_member_create", None, id=commune["id"], username=member["name"], role="member")
        address = "/en/dataset/prenoms"
        seen = app.get(address, headers=headers(agent)).body
        assert "In preparation" in seen
        assert f"/odl/depot/{preparing}" in seen
        for person in ({}, headers(member), headers(factories.User())):
            body = app.get(address, headers=person).body
            assert "In preparation" not in body
            assert preparing not in body

    def test_nothing_of_it_is_public(self, app, preparing, first, agent):
        file_id = show(agent, preparing)["file"]["id"]
        package = first["package_id"]
        pages = [
            "/dataset/prenoms",
            f"/api/3/action/package_show?id={package}",
            "/api/3/action/package_search?q=zulma",
            "/api/3/action/package_search?q=*:*&fl=*",
            "/api/3/action/resource_search?query=name:zulma",
            "/api/3/action/current_package_list_with_resources",
            f"/api/3/action/package_activity_list?id={package}",
            f"/api/3/action/odl_validation_list?package_id={package}",
            "/dataset/prenoms.xml",
            "/dataset/prenoms.ttl",
            "/catalog.ttl",
            "/feeds/dataset.atom",
            "/odl/collectivite/valbrune",
        ]
        for address in pages:
            body = app.get(address).body
            for word in ("ulma", file_id, preparing):
                assert word not in body.replace("q=zulma", "").replace("name:zulma", ""), (address, word)
        hidden = [
            f"/dataset/prenoms/resource/{file_id}",
            f"/dataset/prenoms/resource/{file_id}/download",
            f"/dataset/prenoms/resource/{file_id}/view",
            f"/api/3/action/resource_show?id={file_id}",
            f"/api/3/action/resource_view_list?id={file_id}",
            f"/api/3/action/odl_validation_show?id={file_id}",
            f"/api/3/action/odl_validation_list?resource_id={file_id}",
            f"/api/3/action/odl_deposit_show?id={preparing}",
        ]
        for address in hidden:
            assert app.get(address).status_code in (403, 404), address
        assert call("package_search", None, q="zulma")["count"] == 0

    def test_published_it_is_a_file_like_the_others(self, preparing, first, agent):
        assert call("odl_deposit_publish", agent, id=preparing)["state"] == "published"
        names = [one["name"] for one in call("package_show", None, id=first["package_id"])["resources"]]
        assert "Prénoms zulma" in names

    def test_kept_as_a_draft_it_stays_in_preparation(self, preparing, first, agent):
        answer = call("odl_deposit_publish", agent, id=preparing, visibility="draft")
        assert answer["state"] == "draft"
        assert len(call("package_show", None, id=first["package_id"])["resources"]) == 1
