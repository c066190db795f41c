"""Where a member of a campaign stands: one word for each state, what is next, and whom a button reaches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.odl.intake import own_session
from ckanext.odl.logic.path import snapshot
from ckanext.odl.model import CampaignMember, DepositLink, MemberContact
from tests.portal.conftest import SCHEMA

from .conftest import EMAILS, Place, run_pieces
from .smtp import Server
from .test_campaign import member, sent, shown

pytestmark = pytest.mark.usefixtures("with_plugins")

NOW, NOTHING = sa.func.now(), None
FRESH = {
    "mail_state": "none", "mail_error": "", "mail_due_at": NOTHING, "mail_kind": "", "email": "",
    "invited_at": NOTHING, "reminders": 0,
}  # fmt: skip
TO = EMAILS["badaroux"]
#: what the database holds of a member -> its step, and what is next
STATES: dict[str, tuple[dict[str, Any], bool, str, str]] = {
    "nothing was sent": ({}, False, "none", "write"),
    "the first message is leaving": ({"mail_state": "queued"}, False, "queued", "leaving"),
    "it arrived": ({"mail_state": "sent", "invited_at": NOW, "email": TO}, False, "sent", "remind"),
    "it was opened": ({"mail_state": "sent", "invited_at": NOW, "email": TO}, True, "opened", "remind"),
    "the link was handed over, and opened": ({}, True, "opened", "remind"),
    "a reminder is leaving": ({"mail_state": "queued", "invited_at": NOW, "email": TO}, False, "queued", "leaving"),
    "it came back": ({"mail_state": "bounced", "mail_error": "by-hand", "email": TO}, False, "bounced", "bounced"),
    "a former address came back": ({"mail_state": "bounced", "email": "a@exemple.fr"}, False, "none", "write"),
    "the server was down": ({"mail_state": "failed", "mail_error": "gave-up", "email": TO}, False, "failed", "write"),
    "a reminder failed": (
        {"mail_state": "failed", "mail_error": "gave-up", "email": TO, "invited_at": NOW}, False, "failed", "remind",
    ),
}  # fmt: skip


def test_one_word_for_each_state(place: Place, campaign: dict[str, Any], mail: Server) -> None:
    place.call("atd", "odl_campaign_open", id=campaign["id"])
    asked = {"campaign": campaign["id"], "organization": place.id("badaroux")}
    place.call("atd", "odl_deposit_link_create", **asked)
    found = {}
    for name, (values, is_opened, _step, _next) in STATES.items():
        mine = CampaignMember.__table__.c.organization_id == place.id("badaroux")
        model.Session.execute(sa.update(CampaignMember.__table__).where(mine).values(**{**FRESH, **values}))
        model.Session.execute(sa.update(DepositLink.__table__).values(opened_at=NOW if is_opened else NOTHING))
        model.Session.commit()
        after = shown(place, campaign)
        row, counts = member(after, "badaroux"), after["counts"]
        found[name] = (row["step"], row["pending"])
        assert row["chase"] == (row["pending"] == "remind")
        assert counts["opened"] == is_opened
        # chanac's message is leaving, florac has no address: badaroux is in one figure of what is next
        awaited = ("chase", "to_write", "queued", "no_address")
        assert sum(counts[name] for name in awaited) + (row["pending"] == "bounced") == 3
    assert found == {name: (step, next_) for name, (_values, _opened, step, next_) in STATES.items()}
    assert (member(after, "florac")["step"], member(after, "florac")["pending"]) == ("no_address", "no_address")
    place.call("atd", "odl_campaign_close", id=campaign["id"])
    assert {row["pending"] for row in shown(place, campaign)["members"]} == {""}


def publish(place: Place, name: str, period: str = "2024", *, private: bool = False) -> None:
    resource = {"url": "https://exemple.fr/a.csv", "name": "a.csv", "odl_schema": SCHEMA, "odl_period": period}
    place.call(
        "sysadmin", "package_create", name=f"jeu-{name}-{period}", title="Prénoms", owner_org=name, private=private,
        license_id="lov2", resources=[resource],
    )  # fmt: skip


def test_what_a_member_published_by_another_way_is_another_word(
    place: Place,
    campaign: dict[str, Any],
    mail: Server,
) -> None:
    place.call("atd", "odl_campaign_open", id=campaign["id"])
    publish(place, "chanac", "2023")
    publish(place, "chanac", private=True)
    publish(place, "badaroux")
    run_pieces()
    after = shown(place, campaign)
    assert mail.to(EMAILS["badaroux"]) == [], "its message was still to leave, and does not any more"
    assert len(mail.to(EMAILS["chanac"])) == 1
    row = member(after, "badaroux")
    assert (row["step"], row["pending"], row["mail"]["state"]) == ("published", "", "none")
    assert row["package_id"]
    counts = after["counts"]
    told = {name: counts[name] for name in ("published", "accepted", "deposited", "opened", "chase", "no_address")}
    assert told == {"published": 1, "accepted": 0, "deposited": 0, "opened": 0, "chase": 1, "no_address": 1}


def test_reminding_says_who_receives_nothing_and_why(
    place: Place,
    campaign: dict[str, Any],
    mail: Server,
    page: Callable[..., Any],
) -> None:
    mail.refused[EMAILS["chanac"]] = 550
    sent(place, campaign)
    done = place.call("atd", "odl_campaign_remind", id=campaign["id"])
    assert (done["queued"], done["left"]) == (1, {"bounced": 1, "no_address": 1})
    run_pieces()
    assert len(mail.to(EMAILS["badaroux"])) == 2
    address = f"/odl/atd/causses/campagnes/{campaign['id']}"
    ticked = [place.id(name) for name in ("chanac", "florac")]
    page("atd", f"{address}/agir", {"do": "remind", "organization": ticked}, 302)
    assert run_pieces() == 0
    listed = page("atd", f"{address}?etat=bounced").select("tbody tr")
    assert ["Chanac" in row.get_text() for row in listed] == [True]
    assert "Le serveur de messagerie dit que cette adresse n’existe pas." in listed[0].get_text()
    assert len(page("atd", f"{address}?etat=no_address").select("tbody tr")) == 1


def address_of(place: Place, name: str) -> tuple[str, str]:
    """The address of a member as the path and the dashboard know it."""
    with own_session() as session:
        gathered = snapshot.gather(place.id(name), session)
    return gathered.snapshot.address, gathered.snapshot.contact


def test_one_address_for_the_campaign_and_the_path(place: Place, campaign: dict[str, Any]) -> None:
    def email(name: str) -> tuple[str, str]:
        row = member(shown(place, campaign), name)
        assert row["email"] == address_of(place, name)[0]
        return row["email"], row["email_from"]

    assert email("florac") == ("", "")
    assert email("badaroux") == (EMAILS["badaroux"], "given")
    place.call("sysadmin", "organization_patch", id="florac", odl_contact="mairie@florac.exemple.fr")
    assert email("florac") == ("mairie@florac.exemple.fr", "public")
    with own_session() as session:
        MemberContact.put(session, place.id("plateau"), place.id("florac"), "ailleurs@exemple.fr", None)
        session.commit()
    assert email("florac")[1] == "public", "what a structure that does not support it was given counts for nothing"
    place.call("atd", "odl_campaign_update", id=campaign["id"], emails={place.id("badaroux"): ""})
    agent = model.User.get(place.users["agent"]).email
    assert email("badaroux") == (agent, "account")
    assert address_of(place, "badaroux")[1] == "", "what it shows to all stays its own"
    for who in ("atd", "other_atd"):
        user = {"id": model.User.get(place.users[who]).name, "capacity": "admin"}
        place.call("sysadmin", "member_create", id="chanac", object=user["id"], object_type="user", capacity="admin")
    place.call("atd", "odl_campaign_update", id=campaign["id"], emails={place.id("chanac"): ""})
    assert email("chanac") == (model.User.get(place.users["neighbour"]).email, "account")


def test_the_message_is_shown_as_somebody_will_receive_it(place: Place, page: Callable[..., Any]) -> None:
    form = {
        "schema": SCHEMA, "period": "2024", "due_on": "2099-12-31", "who": "some", "members": ["florac"],
        "contact_name": "Anne", "contact_email": "anne@exemple.fr", "contact_phone": "",
    }  # fmt: skip
    new = "/odl/atd/causses/campagnes/nouvelle"
    letter = page("atd", new, form, 302).location
    nobody = page("atd", letter)
    assert nobody.select(".odl-letter") == []
    assert nobody.select_one("button[value=send]") is None
    letter = page("atd", new, {**form, "members": ["badaroux", "florac"]}, 302).location
    read = page("atd", letter)
    assert len(read.select(".odl-letter")) == 2
    assert "Badaroux" in read.select_one(".odl-lead").get_text()
    assert "(Badaroux)" in read.select_one(".odl-letter pre").get_text()


def test_the_members_can_be_narrowed_without_losing_what_was_ticked(place: Place, page: Callable[..., Any]) -> None:
    publish(place, "chanac")
    new = "/odl/atd/causses/campagnes/nouvelle"
    form = {"schema": SCHEMA, "period": "2024", "due_on": "2099-12-31", "contact_name": "Anne", "who": "all"}

    def names(found: Any) -> tuple[list[str], list[str]]:
        boxes = found.select("input[name=members][type=checkbox]")
        hidden = [one["value"] for one in found.select("input[name=members][type=hidden]")]
        return [one["value"] for one in boxes], [one["value"] for one in boxes if one.has_attr("checked")] + hidden

    assert names(page("atd", new)) == (["badaroux", "chanac", "florac"], [])
    narrowed = page("atd", new, {**form, "do": "filter", "filter_published": "no", "members": ["chanac"]})
    assert names(narrowed) == (["badaroux", "florac"], ["chanac"])
    assert narrowed.select_one("#odl-period")["value"] == "2024"
    assert narrowed.select_one("#odl-who-some").has_attr("checked")
    ticked = page("atd", new, {**form, "do": "tick", "filter_name": "FLO", "members": ["chanac"]})
    assert names(ticked) == (["florac"], ["florac", "chanac"])
    assert names(page("atd", new, {**form, "do": "filter", "filter_kind": "epci"})) == ([], [])


def test_an_account_of_nobody_else_is_used(place: Place) -> None:
    """Who supports others is not one of theirs, and a deleted account is nobody."""
    gone = factories.User(name="partie")
    place.call("sysadmin", "member_create", id="florac", object=gone["id"], object_type="user", capacity="admin")
    assert address_of(place, "florac")[0] == gone["email"]
    tk.get_action("user_delete")({"ignore_auth": True, "user": place.users["sysadmin"]}, {"id": gone["id"]})
    assert address_of(place, "florac")[0] == ""
