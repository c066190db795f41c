"""A campaign from the first message to the last file accepted, with a mail server that really answers."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.logic.campaign import links
from ckanext.odl.model import Campaign, CampaignMember, Deposit, DepositLink
from tests.portal.conftest import SCHEMA, run_checks

from .conftest import EMAILS, GOOD, SERVICE, WRONG, Place, file_of, run_pieces
from .smtp import Server, text_of

pytestmark = pytest.mark.usefixtures("with_plugins")


def sent(place: Place, campaign: dict[str, Any]) -> dict[str, Any]:
    place.call("atd", "odl_campaign_open", id=campaign["id"])
    run_pieces()
    return shown(place, campaign)


def shown(place: Place, campaign: dict[str, Any]) -> dict[str, Any]:
    return place.call("atd", "odl_campaign_show", id=campaign["id"])


def member(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in found["members"] if row["organization"]["name"] == name)


def link_in(mail: Server, name: str) -> str:
    address = re.search(r"https?://\S+/odl/depot/lien/(\S+)", text_of(mail.to(EMAILS[name])[-1]))
    assert address
    return f"/odl/depot/lien/{address[1]}"


def deposit(page: Callable[..., Any], address: str, content: bytes = GOOD) -> None:
    page(None, address, {"upload": (io.BytesIO(content), "prenoms.csv")}, 302)
    run_checks()


def answered(page: Callable[..., Any], address: str) -> None:
    """Answer the questions on personal data: nothing of the kind."""
    form: dict[str, str] = {}
    for _ in range(5):
        asked = page(None, f"{address}/donnees-personnelles")
        for field in asked.select("fieldset"):
            name = field.select_one("input")["name"]
            labels = [one for one in field.select("input") if one["value"] in ("no", "none", "public", "authorized")]
            form[name] = (labels or field.select("input"))[0]["value"]
        found = page(None, f"{address}/donnees-personnelles", form, 422 if not form else 302)
        if found.location:
            return


def test_each_member_gets_its_file_and_its_link_and_a_wrong_address_stops_nobody(
    place: Place, campaign: dict[str, Any], mail: Server
) -> None:
    mail.refused[EMAILS["chanac"]] = 550
    after = sent(place, campaign)
    assert (after["counts"]["sent"], after["counts"]["bounced"], after["counts"]["no_address"]) == (1, 1, 1)
    assert member(after, "chanac")["mail"]["why"] == "Le serveur de messagerie dit que cette adresse n’existe pas."
    assert member(after, "florac")["mail"]["why"] == "Aucune adresse électronique n’est connue pour cette collectivité."
    (message,) = mail.to(EMAILS["badaroux"])
    asked, due = re.split(" pour le ", str(message["Subject"]).replace("\u00a0", " "))
    assert asked == f"{after['schema']['title']} 2024 : votre fichier est attendu"
    assert re.fullmatch(r"\d+(er)? \w+ \d{4}", due)
    assert due.endswith(after["due_on"][:4])
    assert message["Reply-To"] == "anne@causses.exemple.fr"
    words = text_of(message)
    for expected in ("Badaroux", "Causses Numérique", "Anne Roux, 04 00 00 00 00, anne@causses.exemple.fr"):
        assert expected in words
    (attached,) = list(message.iter_attachments())
    assert re.fullmatch(r"[a-z0-9-]+-badaroux-2024\.xlsx", attached.get_filename() or "")
    book = openpyxl.load_workbook(io.BytesIO(attached.get_content()))
    cells = [cell.value for row in book.worksheets[0].iter_rows(max_row=3) for cell in row]
    assert "COMMUNE_NOM" in cells
    assert "Badaroux" in cells


def test_the_token_is_kept_nowhere_and_is_no_number(place: Place, campaign: dict[str, Any], mail: Server) -> None:
    sent(place, campaign)
    token = link_in(mail, "badaroux").rpartition("/")[2]
    assert len(token) == 43  # 256 bits
    link = model.Session.scalars(
        sa.select(DepositLink).where(DepositLink.organization_id == place.id("badaroux"))
    ).one()
    assert link.token_hash == links.hash_of(token)
    for table in (DepositLink, CampaignMember, Campaign):
        assert token not in str(model.Session.execute(sa.select(table.__table__)).all())


def test_a_server_that_is_down_is_tried_again_and_then_said(
    place: Place, campaign: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, SERVICE, "127.0.0.1:1")
    after = sent(place, campaign)
    assert member(after, "badaroux")["mail"] == {
        "state": "queued",
        "kind": "invitation",
        "why": "Le serveur de messagerie du portail ne répond pas. Le message repart tout seul.",
        "server": member(after, "badaroux")["mail"]["server"],
    }
    for _ in range(4):
        model.Session.execute(sa.update(CampaignMember.__table__).values(mail_due_at=None))
        model.Session.commit()
        run_pieces()
    assert member(shown(place, campaign), "badaroux")["mail"]["state"] == "failed"


def test_a_file_comes_by_the_link_and_is_public_only_once_accepted(
    place: Place, campaign: dict[str, Any], mail: Server, page: Callable[..., Any]
) -> None:
    sent(place, campaign)
    address = link_in(mail, "badaroux")
    opened = page(None, address)
    assert "Badaroux" in opened.h1.parent.get_text()
    assert opened.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in opened.headers["X-Robots-Tag"]
    assert member(shown(place, campaign), "badaroux")["step"] == "sent", "a robot that reads mails opens nothing"
    page(None, opened.select_one("form[hx-trigger=load]")["hx-post"], {}, 204)
    assert member(shown(place, campaign), "badaroux")["step"] == "opened"
    assert page(None, f"{address}/modele.xlsx").headers["Content-Type"].endswith("spreadsheetml.sheet")

    deposit(page, address, WRONG)
    assert "odl-verdict-invalid" in str(page(None, address))
    deposit(page, address, GOOD)
    assert "odl-verdict-valid" in str(page(None, address))
    page(None, f"{address}/envoyer", {}, 302)
    answered(page, address)
    page(None, f"{address}/envoyer", {}, 302)
    found = shown(place, campaign)
    row = member(found, "badaroux")
    assert (row["step"], row["deposit"]["badge"], row["chase"]) == ("deposited", "valid", False)
    assert found["counts"]["to_accept"] == 1
    assert model.Session.query(model.Package).filter_by(owner_org=place.id("badaroux")).count() == 0

    place.call("atd", "odl_campaign_remind", id=campaign["id"])
    run_pieces()
    assert len(mail.to(EMAILS["badaroux"])) == 1
    (_, reminder) = mail.to(EMAILS["chanac"])
    assert str(reminder["Subject"]).startswith("Rappel\u00a0:")

    place.call("atd", "odl_campaign_accept", id=campaign["id"])
    run_pieces()
    row = member(shown(place, campaign), "badaroux")
    assert (row["step"], row["problem"]) == ("accepted", "")
    package = place.call(None, "package_show", id=row["package_id"])
    assert (package["private"], package["resources"][0]["odl_schema"]) == (False, SCHEMA)
    assert package["resources"][0]["odl_period"] == "2024"
    assert "Votre fichier a été accepté" in str(page(None, address)) or "accepted" in str(page(None, address))


@pytest.mark.parametrize("death", ["revoked", "expired", "closed"])
def test_a_dead_link_is_dead_everywhere_and_says_whom_to_ask(
    place: Place, campaign: dict[str, Any], mail: Server, page: Callable[..., Any], death: str
) -> None:
    sent(place, campaign)
    address = link_in(mail, "badaroux")
    deposit(page, address)
    if death == "revoked":
        place.call("atd", "odl_deposit_link_revoke", campaign=campaign["id"], organizations=[place.id("badaroux")])
    elif death == "closed":
        place.call("atd", "odl_campaign_close", id=campaign["id"])
    else:
        model.Session.execute(sa.update(DepositLink.__table__).values(expires_on=sa.func.current_date() - 1))
        model.Session.commit()
    for path in ("", "/modele.xlsx", "/reparer", "/donnees-personnelles", "/fragment", "/rapport.csv"):
        dead = page(None, f"{address}{path}", status=410)
        assert "anne@causses.exemple.fr" in dead.get_text()
        assert "prenoms.csv" not in dead.get_text()
    for path in ("", "/envoyer", "/reparer", "/donnees-personnelles"):
        page(None, f"{address}{path}", {"upload": (io.BytesIO(GOOD), "autre.csv")}, 410)
    assert model.Session.scalar(sa.select(sa.func.count()).select_from(Deposit.__table__)) == 1


def test_a_link_reaches_its_own_deposit_and_nothing_else(
    place: Place, campaign: dict[str, Any], mail: Server, page: Callable[..., Any]
) -> None:
    sent(place, campaign)
    mine, theirs = link_in(mail, "badaroux"), link_in(mail, "chanac")
    deposit(page, mine)
    other = page(None, theirs)
    assert "Badaroux" not in other.get_text()
    assert "prenoms.csv" not in other.get_text()
    one = model.Session.scalars(sa.select(Deposit)).one()
    link = model.Session.scalars(sa.select(DepositLink).where(DepositLink.organization_id == place.id("chanac"))).one()
    for action in ("odl_deposit_show", "odl_deposit_repair_list", "odl_deposit_publish", "odl_deposit_abandon"):
        with pytest.raises(tk.ObjectNotFound):
            tk.get_action(action)({"user": "", "odl_link": link.id}, {"id": one.id})
    for wrong in ("x", mine.rpartition("/")[2][:-1], "é" * 43):
        page(None, f"/odl/depot/lien/{wrong}", status=404)


def test_another_address_kills_the_link_that_went_to_the_former(
    place: Place, campaign: dict[str, Any], mail: Server, page: Callable[..., Any]
) -> None:
    sent(place, campaign)
    address = link_in(mail, "badaroux")
    place.call("atd", "odl_campaign_update", id=campaign["id"], emails={place.id("badaroux"): "autre@exemple.fr"})
    page(None, address, status=410)
    sent(place, campaign)
    assert len(mail.to("autre@exemple.fr")) == 1


def test_the_words_may_be_changed_and_what_is_wrong_is_said(
    place: Place, campaign: dict[str, Any], mail: Server
) -> None:
    with pytest.raises(tk.ValidationError) as refusal:
        place.call(
            "atd", "odl_campaign_update", id=campaign["id"], texts={"message": "Bonjour {collectivite.__class__}"}
        )
    assert "{lien}" in refusal.value.error_dict["message"][0]
    texts = {"subject": "Prénoms\r\nBcc: espion@exemple.fr", "message": "Bonjour {collectivite}\n{lien}\n.\nFin"}
    place.call("atd", "odl_campaign_update", id=campaign["id"], texts=texts)
    sent(place, campaign)
    (message,) = mail.to(EMAILS["badaroux"])
    assert (message["Subject"], message["Bcc"]) == ("Prénoms Bcc: espion@exemple.fr", None)
    assert mail.to("espion@exemple.fr") == []
    assert text_of(message).replace("\r\n", "\n").endswith("\n.\nFin\n")


@pytest.mark.parametrize("who", [None, "stranger", "agent", "atd_member", "other_atd"])
def test_a_campaign_is_there_for_its_staff_alone(place: Place, campaign: dict[str, Any], who: str | None) -> None:
    hidden = (tk.ObjectNotFound, tk.NotAuthorized) if who is None else tk.ObjectNotFound
    for action in ("show", "open", "remind", "accept", "close", "update"):
        with pytest.raises(hidden):
            place.call(who, f"odl_campaign_{action}", id=campaign["id"])
    with pytest.raises(tk.NotAuthorized):
        place.call(who, "odl_campaign_list", id="causses")
    for action, more in (("create", {"organization": "x"}), ("revoke", {"organizations": ["x"]})):
        with pytest.raises(hidden):
            place.call(who, f"odl_deposit_link_{action}", campaign=campaign["id"], **more)


def test_the_pages_of_the_staff(place: Place, mail: Server, page: Callable[..., Any]) -> None:
    listed = page("atd", "/odl/atd/causses/importer", {"upload": file_of("INSEE;Courriel\n48095;m@exemple.fr\n")}, 302)
    read = page("atd", listed.location)
    assert "Mende (48 Lozère)" in read.get_text()
    page("atd", listed.location, {}, 302)
    run_pieces()
    assert "Mende" in page("atd", listed.location).get_text()
    assert "48" in page("atd", f"{listed.location}/export.csv").get_text()
    assert page("atd", "/odl/atd/causses/campagnes/nouvelle").select_one("#odl-schema")
    form = {
        "schema": SCHEMA, "period": "2024", "due_on": links.today().isoformat(), "who": "all",
        "contact_name": "Anne", "contact_email": "anne@exemple.fr", "contact_phone": "",
    }  # fmt: skip
    page("atd", "/odl/atd/causses/campagnes/nouvelle", {**form, "contact_email": "rien"}, 422)
    letter = page("atd", "/odl/atd/causses/campagnes/nouvelle", form, 302).location
    assert "Bonjour," in page("atd", letter).get_text()
    words = dict.fromkeys(("subject", "message", "reminder_subject", "reminder_message"), "")
    sent_to = page("atd", letter, {**words, "do": "send"}, 302).location
    run_pieces()
    assert len(mail.to("m@exemple.fr")) == 1
    assert "Mende" in page("atd", sent_to).get_text()
    page("atd", f"{sent_to}?etat=chase")
    page("atd", f"{sent_to}/export.csv")
    shown_member = page("atd", f"{sent_to}/membre/mende", {"do": "link"})
    assert "/odl/depot/lien/" in shown_member.select_one("#odl-link")["value"]
    page("atd", f"{sent_to}/agir", {"do": "remind"}, 302)
    assert "Mende" not in page("other_atd", sent_to, status=404).get_text()
    assert page("atd", "/odl/atd/causses/campagnes").select_one("table")
