"""A file of several members: each gets its own rows, to accept or refuse; nothing is public before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.logic.campaign import splitting
from ckanext.odl.logic.deposit import keeping
from ckanext.odl.model import Deposit, DepositFile
from tests.portal.conftest import HEADER, SCHEMA, run_checks

from .conftest import Place, file_of

pytestmark = pytest.mark.usefixtures("with_plugins")

ROWS = (
    "Badaroux,48013,F,Louise,3,2024\nChanac,48039,F,Jade,4,2024\nBadaroux,48013,M,Paul,5,2024\n"
    "Ailleurs,48095,F,Rose,6,2024\nMillau,12145,F,Anne,7,2024\n"
)


def test_each_member_gets_its_rows_and_accepts_them_itself(place: Place) -> None:
    upload = file_of(HEADER + ROWS, "prenoms.csv")
    whole = place.call("atd", "odl_deposit_create", organization="causses", upload=upload, schema=SCHEMA)
    run_checks()
    owners = place.call("atd", "odl_deposit_show", id=whole["id"])["owners"]
    assert owners["kind"] == "insee"
    with pytest.raises(tk.ValidationError):
        place.call("atd", "odl_deposit_split", id=whole["id"], column="ZZ")
    done = place.call("atd", "odl_deposit_split", id=whole["id"], column=owners["column"])
    assert {part["organization"]: part["rows"] for part in done["parts"]} == {"badaroux": 2, "chanac": 1}
    assert {one["value"]: one["why"] for one in done["left"]} == {"48095": "unknown", "12145": "rights"}
    again = place.call("atd", "odl_deposit_split", id=whole["id"], column=owners["column"])
    assert {part["deposit"] for part in again["parts"]} == {part["deposit"] for part in done["parts"]}

    mine = next(part["deposit"] for part in done["parts"] if part["organization"] == "badaroux")
    part = model.Session.get(Deposit, mine)
    assert (part.state, part.reason, part.split_of) == ("waiting", "acceptance", whole["id"])
    content = b"".join(keeping.stream(model.Session.get(DepositFile, part.file_id))).decode("utf-8-sig")
    assert "Louise" in content
    assert "Paul" in content
    assert "Jade" not in content
    assert model.Session.query(model.Package).count() == 0
    assert place.call("agent", "odl_deposit_show", id=mine)["state"] == "waiting"
    with pytest.raises(tk.ObjectNotFound):
        place.call("neighbour", "odl_deposit_show", id=mine)
    with pytest.raises(tk.ObjectNotFound):
        place.call("agent", "odl_deposit_split", id=whole["id"], column=owners["column"])
    assert place.call("agent", "odl_deposit_abandon", id=mine, why="Pas nos chiffres")["state"] == "abandoned"


def shared(place: Place, rows: str = ROWS) -> tuple[str, str]:
    """A file of several members, brought by the structure and read: its id and the column."""
    upload = file_of(HEADER + rows, "prenoms.csv")
    whole = place.call("atd", "odl_deposit_create", organization="causses", upload=upload, schema=SCHEMA)["id"]
    run_checks()
    return whole, place.call("atd", "odl_deposit_show", id=whole)["owners"]["column"]


def text(page: BeautifulSoup) -> str:
    return page.get_text(" ", strip=True).replace("\xa0", " ")


def test_what_would_be_made_is_told_and_nothing_is_written(place: Place) -> None:
    whole, column = shared(place)
    told = place.call("atd", "odl_deposit_split", id=whole, column=column, dry_run=True)
    assert [(part["organization"], part["rows"], part["deposit"]) for part in told["parts"]] == [
        ("badaroux", 2, None),
        ("chanac", 1, None),
    ]
    assert told["parts"][0]["values"] == ["48013"]
    assert {one["value"]: (one["rows"], one["why"]) for one in told["left"]} == {
        "48095": (1, "unknown"),
        "12145": (1, "rights"),
    }
    assert place.call("agent", "odl_deposit_list", organization="badaroux")["count"] == 0
    assert model.Session.query(Deposit).count() == 1


def test_the_page_shares_out_and_follows_the_answers(place: Place, page: Callable[..., BeautifulSoup]) -> None:
    whole, column = shared(place)
    address = f"/odl/depot/{whole}/partager"
    read = page("atd", f"/odl/depot/{whole}")
    assert f"Ce fichier parle de 4 collectivités (colonne {column})." in text(read)
    assert read.find("a", href=lambda to: to and to.endswith(address)) is not None

    before = page("atd", address)
    assert "nomme 2 collectivités que vous accompagnez. Comment publier ce fichier ?" in text(before)
    assert "aucune collectivité du portail n’a ce code" in text(before)
    assert "pas dans votre périmètre" in text(before)
    page("agent", address, status=404)
    assert page("atd", address, {"how": "each"}, status=302).location.endswith(address)

    parts = {part["organization"]: part for part in page_parts(place, whole, column)}
    after = text(page("atd", address))
    assert "Comment publier ce fichier" not in after
    assert after.count("attend sa réponse") == 2

    mine = parts["badaroux"]["deposit"]
    listed = text(page("agent", "/odl/depot?collectivite=badaroux"))
    assert "Préparé par Causses Numérique" in listed
    run_checks()
    own = text(page("agent", f"/odl/depot/{mine}"))
    assert "Préparé par Causses Numérique" in own
    assert "L’accepter" in own
    refuse = f"/odl/depot/{mine}/abandonner"
    assert "Refuser ce fichier" in text(page("agent", refuse))
    page("agent", refuse, {"why": " "}, status=422)
    page("agent", refuse, {"why": "Ce ne sont pas nos chiffres"}, status=302)

    after = text(page("atd", address))
    assert "refusé" in after
    assert "Ce ne sont pas nos chiffres" in after
    again = place.call("atd", "odl_deposit_split", id=whole, column=column)
    assert {part["organization"]: part["state"] for part in again["parts"]} == {
        "badaroux": "abandoned",
        "chanac": "waiting",
    }
    assert model.Session.query(Deposit).count() == 3


def page_parts(place: Place, whole: str, column: str) -> list[dict[str, Any]]:
    return place.call("atd", "odl_deposit_split", id=whole, column=column, dry_run=True)["parts"]


def test_who_refused_is_asked_again_with_another_file(place: Place) -> None:
    whole, column = shared(place)
    made = place.call("atd", "odl_deposit_split", id=whole, column=column)["parts"]
    place.call("agent", "odl_deposit_abandon", id=made[0]["deposit"], why="Il manque Louis")
    place.call(
        "atd",
        "odl_deposit_file_add",
        id=whole,
        upload=file_of(HEADER + ROWS + "Badaroux,48013,M,Louis,4,2024\n", "prenoms.csv"),
    )
    run_checks()
    again = place.call("atd", "odl_deposit_split", id=whole, column=column)["parts"]
    assert (again[0]["state"], again[0]["rows"]) == ("waiting", 3)
    assert again[0]["deposit"] != made[0]["deposit"]
    assert again[1]["deposit"] == made[1]["deposit"]


def test_the_worker_makes_what_is_beyond_the_first_parts(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "AT_ONCE", 1)
    whole, column = shared(place)
    done = place.call("atd", "odl_deposit_split", id=whole, column=column)
    assert done["queued"] == 1
    assert [part["state"] for part in done["parts"]] == ["waiting", None]
    user = model.User.get(place.users["atd"])
    splitting.carry_on(whole, column, user.id)
    assert [part["state"] for part in page_parts(place, whole, column)] == ["waiting", "waiting"]


def test_a_file_of_one_member_or_of_a_commune_is_not_shared_out(
    place: Place, page: Callable[..., BeautifulSoup]
) -> None:
    made = place.call(
        "agent", "odl_deposit_create", organization="badaroux", upload=file_of(HEADER + ROWS, "p.csv"), schema=SCHEMA
    )["id"]
    run_checks()
    assert "Ce fichier parle de" not in text(page("agent", f"/odl/depot/{made}"))
    assert page("agent", f"/odl/depot/{made}/partager", status=302).location.endswith(f"/odl/depot/{made}")
