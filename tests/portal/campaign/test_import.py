"""A list of members becomes members: each row with its result, nothing moved, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import territory
from ckanext.odl.intake import own_session
from ckanext.odl.logic import collectivite
from ckanext.odl.logic.campaign import importing, work
from ckanext.odl.model import MemberContact

from .conftest import Place, file_of, run_pieces

pytestmark = pytest.mark.usefixtures("with_plugins")

LIST = """Code INSEE;Collectivité;Courriel
48095;Mende;mairie@mende.exemple.fr
48013;Badaroux;mairie@badaroux.exemple.fr
12145;Millau;mairie@millau.exemple.fr
;Saint-Denis;accueil@saint-denis.exemple.fr
48999;Nulle part;x@nulle-part.exemple.fr
48092;Marvejols;pas une adresse
48095;Mende;doublon@mende.exemple.fr
"""


def brought(place: Place, text: str = LIST, who: str | None = "atd", **more: Any) -> dict[str, Any]:
    return place.call(who, "odl_member_import", atd="causses", upload=file_of(text), **more)


def states(shown: dict[str, Any]) -> dict[int, str]:
    return {row["line"]: row["state"] for row in shown["rows"]}


def members_of(name: str) -> set[str]:
    return {group.display_name for group in collectivite.children(model.Group.get(name))}


def contacts() -> dict[str, str]:
    found = model.Session.scalars(sa.select(MemberContact)).all()
    return {model.Group.get(contact.organization_id).name: contact.email for contact in found}


def test_a_list_is_shown_before_anything_is_created(place: Place) -> None:
    shown = brought(place)
    assert states(shown) == {2: "new", 3: "there", 4: "elsewhere", 5: "asked", 6: "unknown", 7: "new", 8: "twice"}
    assert (
        shown["rows"][4]["why"] == "Le code INSEE «\u00a048999\u00a0» n’est pas dans la liste officielle des communes."
    )
    assert shown["rows"][5]["email_problem"] == "«\u00a0pas une adresse\u00a0» n’est pas une adresse électronique."
    assert [choice["value"] for choice in shown["rows"][3]["choices"]] == [
        "commune:11339", "commune:30247", "commune:93066", "commune:97411",
    ]  # fmt: skip
    assert members_of("causses") == {"Badaroux", "Chanac", "Florac"}


def test_what_is_missing_is_created_and_nothing_is_moved(place: Place) -> None:
    shown = brought(place)
    place.call("atd", "odl_member_import_run", id=shown["id"], choices={"5": "commune:30247"})
    assert run_pieces() == 5
    after = place.call("atd", "odl_member_import_show", id=shown["id"])
    assert after["state"] == "done"
    assert states(after) == {
        2: "created", 3: "there", 4: "elsewhere", 5: "created", 6: "unknown", 7: "created", 8: "twice",
    }  # fmt: skip
    assert members_of("causses") == {"Badaroux", "Chanac", "Florac", "Mende", "Marvejols", "Saint-Denis"}
    assert members_of("plateau") == {"Millau"}
    mende = model.Group.get("mende")
    assert collectivite.fields(mende)["odl_siren"] == territory.commune("48095").siren
    assert collectivite.fields(mende)["odl_kind"] == "commune"
    assert contacts() == {
        "mende": "mairie@mende.exemple.fr",
        "badaroux": "mairie@badaroux.exemple.fr",
        "saint-denis": "accueil@saint-denis.exemple.fr",
    }


def test_the_same_list_twice_changes_nothing(place: Place) -> None:
    for _ in range(2):
        shown = brought(place)
        place.call("atd", "odl_member_import_run", id=shown["id"])
        run_pieces()
    after = place.call("atd", "odl_member_import_show", id=shown["id"])
    assert states(after) == {2: "there", 3: "there", 4: "elsewhere", 5: "asked", 6: "unknown", 7: "there", 8: "twice"}
    assert len(members_of("causses")) == 5


def test_a_question_may_be_answered_later(place: Place) -> None:
    shown = brought(place)
    place.call("atd", "odl_member_import_run", id=shown["id"])
    run_pieces()
    place.call("atd", "odl_member_import_run", id=shown["id"], choices={"5": "commune:93066"})
    assert run_pieces() == 1
    assert states(place.call("atd", "odl_member_import_show", id=shown["id"]))[5] == "created"


def test_an_answer_that_was_not_offered_is_refused(place: Place) -> None:
    shown = brought(place)
    with pytest.raises(tk.ValidationError):
        place.call("atd", "odl_member_import_run", id=shown["id"], choices={"5": "commune:48095"})


def test_wrong_rows_do_not_stop_the_rest(place: Place) -> None:
    real = [
        code for number in range(1, 30) if (body := territory.commune(code := f"48{number:03d}")) and not body.remark
    ]
    real = [code for code in real if code != "48013"][:12]
    rows = [f"{code};mairie-{code}@exemple.fr" for pair in zip(real, range(99000, 99012), strict=True) for code in pair]
    shown = brought(place, "Code INSEE;Courriel\n" + "\n".join(rows))
    assert (shown["counts"]["rows"], shown["counts"]["new"], shown["counts"]["unknown"]) == (24, 12, 12)
    place.call("atd", "odl_member_import_run", id=shown["id"])
    assert run_pieces() == 12
    counts = place.call("atd", "odl_member_import_show", id=shown["id"])["counts"]
    assert (counts["created"], counts["unknown"], counts["left"]) == (12, 12, 0)
    assert len(members_of("causses")) == 15
    assert len(contacts()) == 12


def test_a_row_that_cannot_be_created_says_why_and_the_next_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = brought(place)
    create = importing._create

    def fails_once(body: Any, *arguments: Any) -> Any:
        if body.code == "48095":
            raise RuntimeError("the search is down")
        return create(body, *arguments)

    monkeypatch.setattr(importing, "_create", fails_once)
    place.call("atd", "odl_member_import_run", id=shown["id"])
    run_pieces()
    after = place.call("atd", "odl_member_import_show", id=shown["id"])
    assert (states(after)[2], states(after)[7]) == ("refused", "created")
    assert "Run the list again" in after["rows"][0]["why"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Ce fichier ne se lit pas comme un tableau."),
        (b"Fax;Courriel\n04 00;a@b.fr\n04 00;c@d.fr\n", "Aucune colonne ne dit de quelle collectivit"),
        (b"\x00\x01\x02", "Ce fichier ne se lit pas comme un tableau."),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_a_sentence(place: Place, content: bytes, sentence: str) -> None:
    with pytest.raises(tk.ValidationError) as refusal:
        place.call("atd", "odl_member_import", atd="causses", upload=file_of(content))
    assert sentence in refusal.value.error_dict["upload"][0]


@pytest.mark.parametrize("who", [None, "stranger", "agent", "atd_member", "other_atd"])
def test_only_the_staff_brings_and_sees_a_list(place: Place, who: str | None) -> None:
    shown = brought(place)
    with pytest.raises(tk.NotAuthorized):
        brought(place, who=who)
    for action in ("odl_member_import_show", "odl_member_import_run"):
        with pytest.raises((tk.ObjectNotFound, tk.NotAuthorized) if who is None else tk.ObjectNotFound):
            place.call(who, action, id=shown["id"])


def test_a_row_that_was_chosen_says_what_is_true_afterwards(place: Place) -> None:
    shown = brought(place)
    assert "Choisissez la bonne" in shown["rows"][3]["why"]
    place.call("atd", "odl_member_import_run", id=shown["id"], choices={"5": "commune:30247"})
    run_pieces()
    row = place.call("atd", "odl_member_import_show", id=shown["id"])["rows"][3]
    assert (row["state"], row["why"]) == ("created", "")


def test_a_column_that_is_not_read_is_named(place: Place) -> None:
    shown = brought(place, "Code INSEE;Commune;Contact;Courriel;Vide\n48095;Mende;Mme Roux;m@exemple.fr;\n")
    assert shown["unread"] == ["Contact"]
    assert shown["columns"] == {"insee": "Code INSEE", "name": "Commune", "email": "Courriel"}


def test_a_member_that_the_official_list_does_not_hold_is_recognised_by_its_name_or_its_codes(place: Place) -> None:
    own = {"title": "Valbrune", "groups": [{"name": "causses"}], "odl_kind": "commune", "odl_siren": "219999992"}
    place.call("sysadmin", "organization_create", name="valbrune", **own)
    shown = brought(place, "Collectivité;Courriel\nMairie de VALBRUNE;mairie@valbrune.exemple.fr\nMende;\nValbrune;\n")
    assert states(shown) == {2: "there", 3: "new", 4: "twice"}
    assert [row["organization"] for row in shown["rows"]][:2] == ["valbrune", ""]
    assert (shown["rows"][0]["why"], shown["rows"][0]["choices"]) == ("", [])
    place.call("atd", "odl_member_import_run", id=shown["id"])
    run_pieces()
    assert contacts() == {"valbrune": "mairie@valbrune.exemple.fr"}
    assert states(brought(place, "SIREN;Collectivité\n219999992;La commune d’ici\n")) == {2: "there"}
    assert states(brought(place, "Code INSEE;Collectivité\n48999;Valbrune\n")) == {2: "there"}


def test_among_namesakes_the_one_that_is_a_member_is_meant_unless_the_row_says_otherwise(place: Place) -> None:
    own = {"title": "Saint-Denis", "groups": [{"name": "causses"}], "odl_kind": "commune", "odl_insee": "30247"}
    place.call("sysadmin", "organization_create", name="saint-denis", **own)
    shown = brought(place, "Collectivité;Département\nSaint-Denis;\nSaint-Denis;93\n")
    assert states(shown) == {2: "there", 3: "new"}
    assert shown["rows"][1]["body"] == "commune:93066"
    contradicted = brought(place, "Code INSEE;Collectivité\n48095;Badaroux\n")
    assert states(contradicted) == {2: "asked"}


def test_the_progress_counts_what_is_created_and_not_the_members_that_were_there(
    place: Place, page: Callable[..., Any]
) -> None:
    shown = brought(place, "Code INSEE\n48013\n48095\n48092\n")
    place.call("atd", "odl_member_import_run", id=shown["id"])
    with own_session() as session:
        for _piece in range(2):
            work.next_piece(session)
    under_way = page("atd", f"/odl/atd/causses/importer/{shown['id']}").select_one(".odl-progress")
    assert (under_way.progress["value"], under_way.progress["max"]) == ("1", "2")
    assert "1" in under_way.p.get_text()
    assert "2" in under_way.p.get_text()
