"""A file of several members that is published once: each is named, sees it, and may refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.lib import mailer
from ckan.plugins import toolkit as tk

from ckanext.odl.logic.deposit import keeping
from ckanext.odl.model import Deposit, DepositFile
from tests.portal.conftest import HEADER, SCHEMA, run_checks

from .conftest import Place, file_of, run_pieces
from .test_split import ROWS, text

pytestmark = pytest.mark.usefixtures("with_plugins")

WHY = "Ce ne sont pas nos chiffres"
DESCRIPTION = {
    "title": "Prénoms des nouveau-nés",
    "notes": "Les prénoms donnés dans nos communes, année par année.",
    "license_id": "lov2",
    "maintainer_email": "donnees@causses.example.org",
}


def published(place: Place, rows: str = ROWS, *, visibility: str = "public", **where: Any) -> dict[str, Any]:
    """A file of several members, published by the structure with their names."""
    upload = file_of(HEADER + rows, "prenoms.csv")
    made = place.call("atd", "odl_deposit_create", organization="causses", upload=upload, schema=SCHEMA, **where)
    run_checks()
    return publish(place, made["id"], visibility=visibility, covers=not where)


def publish(place: Place, id_: str, *, visibility: str = "public", covers: bool = False) -> dict[str, Any]:
    more = {"covers": True} if covers else {}
    answers = {"persons": "no"}
    shown = place.call("atd", "odl_deposit_update", id=id_, package=DESCRIPTION, **more)
    while shown["questions"]:
        asked = shown["questions"][0]
        answers[asked["id"]] = next((one["value"] for one in asked["answers"] if one["value"] == "no"), "")
        answers = {asked["id"]: answers[asked["id"]] or asked["answers"][0]["value"]}
        shown = place.call("atd", "odl_deposit_update", id=id_, answers=answers)
    done = place.call(
        "atd",
        "odl_deposit_publish",
        id=id_,
        visibility=visibility,
        despite_problems=True,
        replace_confirmed=True,
        approved_by="Mme Roux",
    )
    assert done["state"] == "published", done
    return done


def names(place: Place, done: dict[str, Any], who: str | None = None) -> list[str]:
    return [one["name"] for one in place.call(who, "odl_cover_show", id=done["package_id"])["results"]]


def mine(place: Place, who: str = "agent", organization: str = "badaroux") -> list[dict[str, Any]]:
    return place.call(who, "odl_cover_list", organization=organization)["results"]


def refuse(place: Place, done: dict[str, Any], who: str = "agent", organization: str = "badaroux") -> dict[str, Any]:
    return place.call(who, "odl_cover_refuse", id=done["package_id"], organization=organization, why=WHY)


def content(deposit_id: str) -> str:
    file_id = model.Session.get(Deposit, deposit_id).file_id
    return b"".join(keeping.stream(model.Session.get(DepositFile, file_id))).decode("utf-8-sig")


def test_members_are_named_and_nobody_else(place: Place) -> None:
    done = published(place)
    shown = place.call(None, "odl_cover_show", id=done["package_id"])
    assert [(one["name"], one["rows"]) for one in shown["results"]] == [("badaroux", 2), ("chanac", 1)]
    assert shown["refusals"] == []
    assert [(one["publisher"]["name"], one["rows"], one["may"]) for one in mine(place)] == [("causses", 2, "refuse")]
    assert mine(place, "neighbour", "chanac")[0]["rows"] == 1
    assert place.call("other_atd", "odl_cover_list", organization="millau")["results"] == []
    with pytest.raises(tk.NotAuthorized):
        mine(place, "neighbour")


def test_a_private_dataset_tells_its_members_nothing(place: Place) -> None:
    done = published(place, visibility="draft")
    assert done["private"]
    assert mine(place) == []
    assert names(place, done, "atd") == ["badaroux", "chanac"]
    for who in (None, "agent"):
        with pytest.raises(tk.ObjectNotFound):
            names(place, done, who)
    with pytest.raises(tk.ObjectNotFound):
        refuse(place, done)


def test_a_refusal_takes_the_name_away_and_leaves_the_rows_until_the_structure_acts(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = published(place)
    with pytest.raises(tk.ValidationError):
        place.call("agent", "odl_cover_refuse", id=done["package_id"], organization="badaroux", why=" ")
    for who in (None, "neighbour", "stranger", "other_atd", "atd_member"):
        with pytest.raises(tk.NotAuthorized):
            refuse(place, done, who)
    assert refuse(place, done)["state"] == "refused"
    assert refuse(place, done)["state"] == "refused"
    assert names(place, done) == ["chanac"]
    assert (mine(place)[0]["state"], mine(place)[0]["rows"], mine(place)[0]["may"]) == ("refused", 2, "accept")
    assert mine(place, "atd")[0]["may"] is None
    with pytest.raises(tk.NotAuthorized):
        place.call("atd", "odl_cover_accept", id=done["package_id"], organization="badaroux")
    assert place.call("agent", "odl_cover_show", id=done["package_id"])["refusals"] == []
    told = place.call("atd", "odl_cover_show", id=done["package_id"])["refusals"]
    assert [(one["organization"]["name"], one["rows"], one["why"], one["for_them"]) for one in told] == [
        ("badaroux", 2, WHY, False)
    ]
    assert place.call("atd", "odl_cover_list", organization="causses")["refusals"] == told

    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(mailer, "mail_recipient", lambda *message, **_: sent.append(message))
    monkeypatch.setitem(tk.config, "smtp.server", "localhost")
    assert run_pieces() == 1
    assert run_pieces() == 0
    assert [(message[1], message[2]) for message in sent] == [
        (model.User.get("atd").email, "Badaroux refuse de figurer dans «\u00a0Prénoms des nouveau-nés\u00a0»")
    ]
    assert WHY in sent[0][3]

    new = place.call("atd", "odl_deposit_leave_out", id=done["deposit"])
    assert (new["state"], new["place"], new["resource_id"]) == ("draft", "replace", done["resource_id"])
    assert place.call("atd", "odl_deposit_leave_out", id=done["deposit"])["id"] == new["id"]
    assert "Louise" not in content(new["id"])
    assert "Jade" in content(new["id"])
    assert "Louise" in content(done["deposit"])
    assert mine(place)[0]["rows"] == 2
    run_checks()
    publish(place, new["id"])
    assert names(place, done) == ["chanac"]
    assert place.call("atd", "odl_cover_list", organization="causses")["refusals"] == []
    assert (mine(place)[0]["state"], mine(place)[0]["rows"]) == ("refused", 0)
    with pytest.raises(tk.ValidationError):
        place.call("atd", "odl_deposit_leave_out", id=new["id"])
    assert place.call("agent", "odl_cover_accept", id=done["package_id"], organization="badaroux")["state"] is None
    assert mine(place) == []


def test_another_year_renews_the_names_and_keeps_the_refusals(place: Place) -> None:
    done = published(place)
    refuse(place, done)
    rows = "Badaroux,48013,F,Louise,3,2025\nFlorac,48061,F,Jade,4,2025\n"
    year = published(place, rows, package_id=done["package_id"])
    assert names(place, done) == ["chanac", "florac"]
    shown = place.call("atd", "odl_deposit_show", id=year["deposit"])["covers"]
    assert [(one["name"], one["state"]) for one in shown["members"]] == [("badaroux", "refused"), ("florac", "named")]
    refusals = place.call("atd", "odl_cover_show", id=done["package_id"])["refusals"]
    assert {one["resource"]["id"]: one["rows"] for one in refusals} == {done["resource_id"]: 2, year["resource_id"]: 1}

    upload = file_of(HEADER + "Badaroux,48013,F,Anne,3,2026\nFlorac,48061,F,Rose,4,2026\n", "prenoms-2026.csv")
    under_way = place.call(
        "atd", "odl_deposit_create", organization="causses", upload=upload, schema=SCHEMA, package_id=done["package_id"]
    )["id"]
    run_checks()
    assert place.call("atd", "odl_deposit_show", id=under_way)["covers"]["refused_rows"] == 1
    left = place.call("atd", "odl_deposit_leave_out", id=under_way)
    assert left["id"] == under_way
    assert [file["kind"] for file in left["files"]] == ["part", "original"]
    assert "Anne" not in content(under_way)
    run_checks()
    assert place.call("atd", "odl_deposit_show", id=under_way)["covers"]["refused_rows"] == 0
    place.call("atd", "resource_delete", id=done["resource_id"])
    assert names(place, done) == ["florac"]


def test_what_the_structure_wrote_down_for_a_member_is_said_and_can_be_taken_back(place: Place) -> None:
    done = published(place)
    refuse(place, done, "atd_editor")
    assert mine(place)[0]["for_them"]
    history = place.call("atd", "odl_deposit_show", id=done["deposit"])["history"]
    assert (history[0]["what"], history[0]["detail"]["for_them"]) == ("cover-refused", True)
    assert place.call("atd", "odl_cover_accept", id=done["package_id"], organization="badaroux")["state"] == "named"
    assert names(place, done) == ["badaroux", "chanac"]


def test_shared_out_or_published_as_one_but_not_both(place: Place) -> None:
    upload = file_of(HEADER + ROWS, "prenoms.csv")
    made = place.call("atd", "odl_deposit_create", organization="causses", upload=upload, schema=SCHEMA)["id"]
    run_checks()
    assert place.call("atd", "odl_deposit_show", id=made)["covers"] is None
    covers = place.call("atd", "odl_deposit_update", id=made, covers=True)["covers"]
    assert (covers["count"], covers["refused_rows"]) == (2, 0)
    proposal = place.call("atd", "odl_deposit_show", id=made)["proposal"]
    assert proposal["package"]["title"] == "Prénoms des nouveau-nés de 2 collectivités"
    column = place.call("atd", "odl_deposit_show", id=made)["owners"]["column"]
    place.call("atd", "odl_deposit_split", id=made, column=column)
    assert place.call("atd", "odl_deposit_show", id=made)["covers"] is None
    with pytest.raises(tk.ValidationError):
        place.call("atd", "odl_deposit_update", id=made, covers=True)
    own = place.call(
        "agent", "odl_deposit_create", organization="badaroux", upload=file_of(HEADER + ROWS, "p.csv"), schema=SCHEMA
    )["id"]
    with pytest.raises(tk.ValidationError):
        place.call("agent", "odl_deposit_update", id=own, covers=True)


def test_the_pages_say_it_to_each(place: Place, page: Callable[..., BeautifulSoup]) -> None:
    upload = file_of(HEADER + ROWS, "prenoms.csv")
    made = place.call("atd", "odl_deposit_create", organization="causses", upload=upload, schema=SCHEMA)["id"]
    run_checks()
    share = f"/odl/depot/{made}/partager"
    assert "Un seul fichier, publié par Causses Numérique, avec le nom de chaque collectivité" in text(
        page("atd", share)
    )
    assert "Choisissez l’une des deux possibilités." in text(page("atd", share, {}, status=422))
    assert page("atd", share, {"how": "one"}, status=302).location.endswith("/donnees-personnelles")
    assert "nomme 2 collectivités" in text(page("atd", f"/odl/depot/{made}"))
    assert "Collectivités concernées 2, nommées avec le jeu de données" in text(
        page("atd", f"/odl/depot/{made}/publier")
    )
    done = publish(place, made)
    assert "Il nomme 2 collectivités" in text(page("atd", f"/odl/depot/{made}/en-ligne"))

    name = model.Package.get(done["package_id"]).name
    dataset, answer = f"/dataset/{name}", f"/odl/collectivite/badaroux/publie-pour-vous/{name}"
    assert "Concerne : 2 collectivités de ce portail Badaroux Chanac" in text(page(None, dataset))
    own = text(page("agent", "/odl/collectivite/badaroux"))
    assert "Publié par Causses Numérique, avec 2 lignes qui vous concernent" in own
    page("neighbour", answer, status=404)
    asked = text(page("agent", answer))
    assert "du fichier sans elles : le portail ne retire rien de lui-même" in asked
    assert "Vous le notez pour" not in asked
    assert "Vous le notez pour Badaroux" in text(page("atd", answer))
    assert "Dites en quelques mots pourquoi" in text(page("agent", answer, {"why": " "}, status=422))
    page("agent", answer, {"why": WHY}, status=302)

    assert "Concerne : 1 collectivité de ce portail Chanac" in text(page(None, dataset))
    assert WHY not in text(page(None, dataset))
    assert "2 lignes qui vous concernent sont encore en ligne" in text(page("agent", "/odl/collectivite/badaroux"))
    for address in (dataset, "/odl/collectivite/causses"):
        told = page("atd", address)
        assert f"2 lignes concernent Badaroux, qui refuse d’y figurer : « {WHY} »" in " ".join(text(told).split())
        assert told.find("form", action=lambda to: to and to.endswith(f"/odl/depot/{made}/sans-refus")) is not None
    assert "Badaroux refuse d’y figurer" in text(page("atd", f"/odl/depot/{made}/en-ligne"))
    to = page("atd", f"/odl/depot/{made}/sans-refus", {}, status=302).location
    assert made not in to
    page("agent", f"/odl/depot/{made}/sans-refus", {}, status=404)
    page("agent", answer, {"undo": "1"}, status=302)
    assert "Concerne : 2 collectivités" in text(page(None, dataset))
