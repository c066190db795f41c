"""A wrong file is never lost: it is kept as it came, corrected, repaired, given up and taken up again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import jobs, storage
from ckanext.odl.logic.deposit import access, expiring, keeping
from ckanext.odl.model import Deposit, DepositFile, Validation
from tests.portal.conftest import GOOD, HEADER, SCHEMA, WRONG, call, run_checks, upload
from tests.portal.deposit.conftest import NOTHING_PERSONAL

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Bring = Callable[..., dict[str, Any]]
Publish = Callable[..., dict[str, Any]]
Agent = dict[str, Any]

#: Decimal numbers with spaces, and a code whose zero is lost: both can be mended for sure.
SPACED = (HEADER + "Valbrune,48903,f,Louise,1 003,2024\nValbrune,48903,M,Adam,1 204,2024\n").encode()


def bytes_of(file_id: str) -> bytes:
    return b"".join(keeping.stream(model.Session.get(DepositFile, file_id)))


def codes(deposit: dict[str, Any]) -> list[str]:
    return [blocker["code"] for blocker in deposit["blockers"]]


def make_old(deposit: dict[str, Any]) -> None:
    """As if its time were over."""
    table = Deposit.__table__
    over = sa.func.clock_timestamp() - sa.text("interval '1 hour'")
    model.Session.execute(sa.update(table).where(table.c.id == deposit["id"]).values(expires_at=over))
    model.Session.commit()


def test_a_wrong_file_waits_with_its_report_and_is_corrected(bring: Bring, publish: Publish, agent: Agent) -> None:
    deposit = bring(WRONG)
    assert deposit["file"]["state"] == "invalid"
    assert deposit["report"]["counts"]["errors"] == 2
    assert deposit["groups"]
    assert "problems" in codes(deposit)
    with pytest.raises(tk.ValidationError) as refused:
        publish(deposit)
    assert "despite_problems" in refused.value.error_dict
    added = call("odl_deposit_file_add", agent, id=deposit["id"], upload=upload(GOOD, "prenoms-2.csv"))
    assert added["file"]["state"] == "checking"
    assert "checking" in codes(added)
    run_checks()
    shown = call("odl_deposit_show", agent, id=deposit["id"])
    assert shown["file"]["state"] == "valid"
    assert [file["kind"] for file in shown["files"]] == ["corrected", "original"]
    assert bytes_of(shown["files"][1]["id"]) == WRONG
    assert publish(deposit)["state"] == "published"


def test_repairs_make_a_new_file_with_its_list_of_changes(bring: Bring, publish: Publish, agent: Agent) -> None:
    deposit = bring(SPACED)
    offered = call("odl_deposit_repair_list", agent, id=deposit["id"])["repairs"]
    chosen = {one["id"]: True for one in offered if not one.get("choices")}
    assert chosen
    call("odl_deposit_repair", agent, id=deposit["id"], chosen=chosen)
    run_checks()
    shown = call("odl_deposit_show", agent, id=deposit["id"])
    repaired, original = shown["files"]
    assert (repaired["kind"], repaired["made_from"]) == ("repaired", original["id"])
    assert repaired["changes"]["changes"] == sum(one["count"] for one in offered if one["id"] in chosen)
    assert bytes_of(original["id"]) == SPACED
    assert b"1003" in bytes_of(repaired["id"])
    changes = b"".join(keeping.stream_changes(model.Session.get(DepositFile, repaired["id"])))
    assert b"1 003" in changes
    assert shown["report"]["counts"]["errors"] < deposit["report"]["counts"]["errors"]
    assert publish(deposit, despite_problems=True)["state"] == "published"


def test_a_model_chosen_by_a_person_is_what_the_file_is_checked_against(bring: Bring, agent: Agent) -> None:
    deposit = bring()
    shown = call("odl_deposit_update", agent, id=deposit["id"], schema="scdl/subventions")
    assert (shown["schema"]["id"], shown["schema"]["chosen"]) == ("scdl/subventions", True)
    assert shown["file"]["state"] == "checking"
    run_checks()
    shown = call("odl_deposit_show", agent, id=deposit["id"])
    assert shown["file"]["state"] == "invalid"
    assert shown["report"]["schema"]["id"] == "scdl/subventions"
    assert SCHEMA in [match["id"] for match in shown["matches"]]
    without = call("odl_deposit_update", agent, id=deposit["id"], schema="")
    assert (without["schema"], without["file"]["state"], without["report"]) == (None, "no_schema", None)


def test_the_same_file_sent_twice_is_one_deposit(bring: Bring, agent: Agent) -> None:
    assert bring()["id"] == bring()["id"]
    assert call("odl_deposit_list", agent)["count"] == 1
    assert bring(WRONG)["id"] != bring()["id"]


def test_a_second_deposit_is_told_of_the_first(bring: Bring) -> None:
    first = bring()
    second = bring(WRONG, "prenoms-2.csv")
    assert [other["id"] for other in second["beside"]] == [first["id"]]
    assert second["beside"][0]["file"] == "prenoms.csv"


def test_two_clicks_at_once_come_one_after_the_other(bring: Bring) -> None:
    deposit, order = bring(), []

    def click() -> None:
        with access.alone_with(deposit["id"]):
            order.append("in")
            order.append("out")
        model.Session.remove()

    with access.alone_with(deposit["id"]):
        other = threading.Thread(target=click)
        other.start()
        other.join(0.5)
        order.append("first")
    other.join()
    assert order == ["first", "in", "out"]


def test_deposits_are_no_business_of_datasets(bring: Bring, agent: Agent) -> None:
    bring(WRONG)
    assert call("odl_validation_list", agent, organization_id="valbrune")["count"] == 0
    assert call("package_search", agent, q="*:*", include_private=True)["count"] == 0
    assert jobs.sweep() == {"released": 0, "interrupted": 0, "late": 0, "read": 0, "lost": 0}


def test_a_lost_check_is_asked_for_again(bring: Bring, agent: Agent) -> None:
    deposit = bring(check=False)
    model.Session.execute(sa.delete(Validation.__table__))
    model.Session.commit()
    assert jobs.sweep()["lost"] == 1
    run_checks()
    assert call("odl_deposit_show", agent, id=deposit["id"])["file"]["state"] == "valid"


def test_what_is_abandoned_can_be_taken_up_again_until_it_is_erased(bring: Bring, agent: Agent) -> None:
    deposit = bring()
    gone = call("odl_deposit_abandon", agent, id=deposit["id"], why="Mauvais fichier")
    assert gone["state"] == "abandoned"
    assert gone["expires_at"]
    with pytest.raises(tk.ValidationError):
        call("odl_deposit_update", agent, id=deposit["id"], package={"title": "Autre"})
    assert expiring.sweep()["erased"] == 0
    assert call("odl_deposit_abandon", agent, id=deposit["id"], undo=True)["state"] == "draft"
    call("odl_deposit_abandon", agent, id=deposit["id"])
    make_old(deposit)
    assert expiring.sweep()["erased"] == 1
    assert expiring.sweep()["erased"] == 0
    with pytest.raises(storage.MissingFile):
        bytes_of(deposit["file"]["id"])
    shown = call("odl_deposit_show", agent, id=deposit["id"])
    assert (shown["report"], shown["signals"], shown["can"]["undo"]) == (None, [], False)
    assert [line["what"] for line in shown["history"]][:2] == ["erased", "abandoned"]
    with pytest.raises(tk.ValidationError):
        call("odl_deposit_abandon", agent, id=deposit["id"], undo=True)


def test_a_draft_that_nobody_touches_is_given_up(bring: Bring, agent: Agent) -> None:
    deposit = bring()
    assert expiring.sweep() == {"expired": 0, "erased": 0}
    make_old(deposit)
    assert expiring.sweep() == {"expired": 1, "erased": 0}
    shown = call("odl_deposit_show", agent, id=deposit["id"])
    assert (shown["state"], shown["can"]["undo"]) == ("abandoned", True)


def test_a_death_while_the_file_arrives_leaves_nothing(
    bring: Bring, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Death(BaseException):
        """The process is killed."""

    def die(*_: Any, **__: Any) -> None:
        raise Death

    with monkeypatch.context() as patch:
        patch.setattr(storage, "keep", die)
        with pytest.raises(Death):
            bring()
    model.Session.rollback()
    assert call("odl_deposit_list", agent)["count"] == 0
    model.Session.execute(sa.update(Deposit.__table__).values(expires_at=sa.text("now() - interval '1 hour'")))
    model.Session.commit()
    assert expiring.sweep()["erased"] == 1
    assert model.Session.query(Deposit).count() == 0
    assert bring()["file"]["state"] == "valid"


def test_the_bytes_of_a_deposit_end_with_its_published_file(bring: Bring, publish: Publish, agent: Agent) -> None:
    deposit = bring()
    done = publish(deposit)
    expiring.sweep()
    assert call("odl_deposit_show", agent, id=deposit["id"])["expires_at"] is None
    call("package_delete", agent, id=done["package_id"])
    expiring.sweep()
    assert call("odl_deposit_show", agent, id=deposit["id"])["expires_at"]
    make_old(deposit)
    assert expiring.sweep()["erased"] == 1
    with pytest.raises(storage.MissingFile):
        bytes_of(deposit["file"]["id"])


def test_a_file_that_is_no_table_is_kept_and_said(bring: Bring) -> None:
    deposit = bring(b"%PDF-1.4\n", "note.csv")
    assert deposit["file"]["state"] == "unreadable"
    assert deposit["report"]["status"] == "unreadable"
    assert "problems" in codes(deposit)


@pytest.mark.parametrize("data", [{"upload": None}, {"upload": "", "schema": SCHEMA}])
def test_without_a_file_there_is_no_deposit(agent: Agent, commune: dict[str, Any], data: dict[str, Any]) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        call("odl_deposit_create", agent, organization=commune["id"], **data)
    assert refused.value.error_dict.keys() == {"upload"}
    assert call("odl_deposit_list", agent)["count"] == 0


def test_a_program_and_an_unknown_model_are_refused(agent: Agent, commune: dict[str, Any]) -> None:
    program = upload(b"MZ\x90\x00", "prenoms.csv")
    for data, field in (({"upload": program}, "upload"), ({"upload": upload(GOOD), "schema": "scdl/rien"}, "schema")):
        with pytest.raises(tk.ValidationError) as refused:
            call("odl_deposit_create", agent, organization=commune["id"], **data)
        assert refused.value.error_dict.keys() == {field}


def test_a_link_reaches_its_own_deposits_and_publishes_nothing(agent: Agent, commune: dict[str, Any]) -> None:
    def by(link: str, action: str, **data: Any) -> Any:
        return tk.get_action(action)({"user": "", "odl_link": link, "ignore_auth": False}, data)

    deposit = by("one", "odl_deposit_create", organization=commune["id"], upload=upload(GOOD))
    run_checks()
    assert by("one", "odl_deposit_list")["count"] == 1
    assert by("other", "odl_deposit_list")["count"] == 0
    with pytest.raises(tk.ObjectNotFound):
        by("other", "odl_deposit_show", id=deposit["id"])
    offered = by("one", "odl_deposit_publish", id=publishable(by, deposit))
    assert (offered["state"], offered["reason"]) == ("waiting", "acceptance")
    assert model.Session.query(model.Package).count() == 0
    shown = call("odl_deposit_show", agent, id=deposit["id"])
    assert (shown["state"], shown["can"]["accept"]) == ("waiting", True)
    assert call("odl_deposit_publish", agent, id=deposit["id"])["state"] == "published"
    assert [line["by_link"] for line in shown["history"]] == [True] * len(shown["history"])


def publishable(by: Callable[..., Any], deposit: dict[str, Any]) -> str:
    """The id of a deposit whose questions its link has answered."""
    return by("one", "odl_deposit_update", id=deposit["id"], answers=NOTHING_PERSONAL)["id"]


def test_an_empty_file_is_never_published(bring: Bring, agent: Agent) -> None:
    deposit = bring(b"", "vide.csv")

    assert "file" in codes(deposit)
    with pytest.raises(tk.ValidationError):
        call("odl_deposit_publish", agent, id=deposit["id"], visibility="draft", despite_problems=True)
