"""A member for whom a part of a file was prepared is told by e-mail, and the structure sees who was not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.model import DepositEvent

from .conftest import Place, run_pieces
from .smtp import Server, text_of
from .test_split import ROWS, shared

pytestmark = pytest.mark.usefixtures("with_plugins")


def email(place: Place, who: str) -> str:
    return model.User.get(place.users[who]).email


def letters(place: Place, whole: str, column: str) -> dict[str, dict[str, Any] | None]:
    told = place.call("atd", "odl_deposit_split", id=whole, column=column, dry_run=True)
    return {part["organization"]: part["letter"] for part in told["parts"]}


def test_each_is_told_of_its_rows_once(place: Place, mail: Server) -> None:
    whole, column = shared(place)
    place.call("atd", "odl_deposit_split", id=whole, column=column)
    place.call("atd", "odl_deposit_split", id=whole, column=column)
    assert run_pieces() == 2
    (message,) = mail.to(email(place, "agent"))
    assert message["Reply-To"] == email(place, "atd")
    assert "prenoms.csv" in str(message["Subject"])
    words = text_of(message)
    mine = next(
        part["deposit"]
        for part in place.call("atd", "odl_deposit_split", id=whole, column=column)["parts"]
        if part["organization"] == "badaroux"
    )
    for expected in ("Causses Numérique", "(Badaroux)", f"/odl/depot/{mine}", "2 "):
        assert expected in words
    assert "{" not in words
    assert len(mail.to(email(place, "neighbour"))) == 1
    assert {letter["state"] for letter in letters(place, whole, column).values() if letter} == {"sent"}
    assert run_pieces() == 0


def test_the_words_are_the_structures_own_and_checked(place: Place, mail: Server) -> None:
    whole, column = shared(place)
    for wrong in ("Bonjour", "{lien} {periode}"):
        with pytest.raises(tk.ValidationError) as refusal:
            place.call("atd", "odl_deposit_split", id=whole, column=column, texts={"part_message": wrong})
        assert list(refusal.value.error_dict) == ["part_message"]
    texts = {"part_subject": "À relire\r\nBcc: x@exemple.fr", "part_message": "{collectivite}: {lignes}, {lien}"}
    place.call("atd", "odl_deposit_split", id=whole, column=column, texts=texts)
    run_pieces()
    (message,) = mail.to(email(place, "neighbour"))
    assert (message["Subject"], message["Bcc"]) == ("À relire Bcc: x@exemple.fr", None)
    assert text_of(message).startswith("Chanac: 1 ")


def test_who_could_not_be_told_is_said(
    place: Place,
    mail: Server,
    page: Callable[..., Any],
) -> None:
    mail.refused[email(place, "agent")] = 550
    mail.refused[email(place, "neighbour")] = 450
    whole, column = shared(place)
    place.call("atd", "odl_deposit_split", id=whole, column=column)
    assert run_pieces() == 2
    told = letters(place, whole, column)
    assert (told["badaroux"]["state"], told["badaroux"]["why"]) == ("bounced", "unknown-recipient")
    assert (told["chanac"]["state"], told["chanac"]["why"]) == ("queued", "later")
    assert "cette adresse n’existe pas" in page("atd", f"/odl/depot/{whole}/partager").get_text()
    mail.refused.clear()
    event = DepositEvent.__table__
    model.Session.execute(sa.update(event).values(at=event.c.at - sa.text("interval '2 minutes'")))
    model.Session.commit()
    assert run_pieces() == 1
    assert letters(place, whole, column)["chanac"]["state"] == "sent"


def test_nobody_is_told_who_has_answered_or_when_it_was_not_wanted(
    place: Place,
    mail: Server,
    page: Callable[..., Any],
) -> None:
    whole, column = shared(place)
    form = page("atd", f"/odl/depot/{whole}/partager").select_one("#odl-share")
    assert "{lien}" in form.select_one("textarea").get_text()
    page("atd", f"/odl/depot/{whole}/partager", {"how": "each", "tell": "1", "part_message": "rien"}, 422)
    done = place.call("atd", "odl_deposit_split", id=whole, column=column)
    for part in done["parts"]:
        place.call("atd", "odl_deposit_abandon", id=part["deposit"], why="Non")
    assert run_pieces() == 0
    other, column = shared(place, ROWS + "Chanac,48039,M,Luc,9,2024\n")
    page("atd", f"/odl/depot/{other}/partager", {"how": "each"}, 302)
    assert run_pieces() == 0
    assert mail.received == []
    assert set(letters(place, other, column).values()) == {None}
