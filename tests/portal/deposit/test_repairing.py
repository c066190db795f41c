"""A repair is work for the worker: shown while it lasts, taken up again when it died, done once whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import config, jobs, mending, storage
from ckanext.odl.logic.deposit import keeping
from ckanext.odl.model import Deposit, DepositFile, State, Validation
from ckanext.odl.validation.guard import Stopped
from tests.portal.conftest import GOOD, HEADER, call, run_checks, upload

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Bring = Callable[..., dict[str, Any]]
Agent = dict[str, Any]

SPACED = (HEADER + "Valbrune,48903,F,Louise,1 003,2024\nValbrune,48903,M,Adam,1 204,2024\n").encode()


def shown(agent: Agent, deposit: dict[str, Any], language: str = "fr") -> dict[str, Any]:
    model.Session.expire_all()
    return call("odl_deposit_show", agent, id=deposit["id"], language=language)


def chosen_by_default(agent: Agent, deposit: dict[str, Any]) -> dict[str, bool]:
    offered = call("odl_deposit_repair_list", agent, id=deposit["id"])["repairs"]
    return {one["id"]: True for one in offered if one["chosen_by_default"]}


def ask(agent: Agent, deposit: dict[str, Any], format_: str = "csv") -> dict[str, Any]:
    chosen = chosen_by_default(agent, deposit)
    return call("odl_deposit_repair", agent, id=deposit["id"], chosen=chosen, format=format_)


def waiting_check() -> Any:
    table = Validation.__table__
    open_ = table.c.state.in_([State.WAITING.value, State.RUNNING.value])
    return model.Session.execute(sa.select(table).where(open_)).one()


def test_the_deposit_says_that_it_is_being_repaired_and_keeps_its_file(bring: Bring, agent: Agent) -> None:
    deposit = bring(SPACED)
    asked = ask(agent, deposit)
    assert (asked["file"]["state"], asked["file"]["check"], asked["repair"]["state"]) == (
        "checking",
        "waiting",
        "waiting",
    )
    assert asked["file"]["id"] == deposit["file"]["id"]
    assert [file["kind"] for file in asked["files"]] == ["original"]
    assert "checking" in [blocker["code"] for blocker in asked["blockers"]]
    assert call("odl_deposit_list", agent)["results"][0]["file"]["state"] == "checking"
    run_checks()
    done = shown(agent, deposit)
    assert (done["file"]["kind"], done["file"]["state"], done["repair"]) == ("repaired", "valid", None)
    assert [line["what"] for line in done["history"]].count("file") == 2


def test_asked_twice_it_is_done_once(bring: Bring, agent: Agent) -> None:
    deposit = bring(SPACED)
    ask(agent, deposit)
    ask(agent, deposit)
    run_checks()
    assert len(shown(agent, deposit)["files"]) == 2
    assert model.Session.scalar(sa.select(sa.func.count()).select_from(DepositFile.__table__)) == 2


def test_the_page_says_so_without_javascript_too(app: Any, bring: Bring, agent: Agent, authorization: Any) -> None:
    deposit = bring(SPACED)
    ask(agent, deposit)
    model.Session.commit()
    headers = authorization(agent)
    page = app.get(f"/odl/depot/{deposit['id']}", headers=headers).body
    assert "La réparation est en cours." in page
    assert "step=repair" in page
    part = app.get(f"/odl/depot/{deposit['id']}/fragment?step=repair", headers=headers)
    assert part.status_code == 204
    run_checks()
    part = app.get(f"/odl/depot/{deposit['id']}/fragment?step=repair", headers=headers)
    assert part.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("moment", ["while it repairs", "once the bytes are kept", "while it checks"])
@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_a_worker_that_dies_loses_nothing(
    bring: Bring, agent: Agent, monkeypatch: pytest.MonkeyPatch, moment: str, format_: str
) -> None:
    deposit = bring(SPACED)
    ask(agent, deposit, format_)

    class Death(BaseException):
        pass

    def die(*_args: Any, **_more: Any) -> Any:
        raise Death

    module, name = {
        "while it repairs": (mending, "in_child"),
        "once the bytes are kept": (mending, "_take_over"),
        "while it checks": (jobs.inspecting, "look"),
    }[moment]
    with monkeypatch.context() as patch:
        patch.setattr(module, name, die)
        with pytest.raises(Death):
            run_checks()
    model.Session.rollback()
    check = waiting_check()
    assert check.state == State.RUNNING.value
    assert shown(agent, deposit)["file"]["state"] == "checking"
    over = sa.func.clock_timestamp() - sa.text("interval '1 hour'")
    model.Session.execute(sa.update(Validation.__table__).values(lease_until=over).where(Validation.id == check.id))
    model.Session.commit()
    jobs.sweep()
    run_checks()
    done = shown(agent, deposit)
    assert (done["file"]["kind"], done["file"]["state"], len(done["files"])) == ("repaired", "valid", 2)
    kept = model.Session.get(DepositFile, done["file"]["id"])
    assert storage.identify(storage.ours(kept.id, kept.name)).sha256 == done["file"]["sha256"]


@pytest.mark.parametrize("code", ["limit-time", "limit-memory"])
def test_a_file_beyond_the_limits_stays_as_it_is_and_the_page_says_why(
    app: Any, bring: Bring, agent: Agent, authorization: Any, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    deposit = bring(SPACED)
    ask(agent, deposit)

    def stopped(*_args: Any, **_more: Any) -> Any:
        raise Stopped(code)

    monkeypatch.setattr(mending, "in_child", stopped)
    run_checks()
    left = shown(agent, deposit)
    assert (left["file"]["id"], left["file"]["state"]) == (deposit["file"]["id"], "invalid")
    assert left["repair"]["state"] == "stopped"
    assert "too large" in call("odl_deposit_show", agent, id=deposit["id"])["repair"]["message"]
    model.Session.commit()
    page = app.get(f"/odl/depot/{deposit['id']}", headers=authorization(agent)).body
    assert "trop gros ou trop particulier" in page
    monkeypatch.undo()
    ask(agent, deposit)
    run_checks()
    assert shown(agent, deposit)["file"]["kind"] == "repaired"


def test_a_child_that_is_killed_again_and_again_is_left_alone(
    bring: Bring, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    deposit = bring(SPACED)
    ask(agent, deposit)
    calls: list[int] = []

    def killed(*_args: Any, **_more: Any) -> Any:
        calls.append(1)
        raise Stopped("limit-interrupted")

    monkeypatch.setattr(mending, "in_child", killed)
    for _ in range(5):
        run_checks()
        over = sa.func.clock_timestamp() - sa.text("interval '1 hour'")
        running = Validation.state == State.RUNNING.value
        model.Session.execute(sa.update(Validation.__table__).values(lease_until=over).where(running))
        model.Session.commit()
        jobs.sweep()
    assert len(calls) == 3
    left = shown(agent, deposit)
    assert (left["file"]["state"], left["repair"]["state"]) == ("invalid", "stopped")


def test_a_file_brought_meanwhile_counts(bring: Bring, agent: Agent) -> None:
    deposit = bring(SPACED)
    ask(agent, deposit)
    call("odl_deposit_file_add", agent, id=deposit["id"], upload=upload(GOOD, "prenoms-2.csv"))
    run_checks()
    done = shown(agent, deposit)
    assert (done["file"]["kind"], done["file"]["state"], done["repair"]) == ("corrected", "valid", None)


def test_given_up_meanwhile_it_stays_so_and_its_bytes_can_be_taken_away(bring: Bring, agent: Agent) -> None:
    deposit = bring(SPACED)
    ask(agent, deposit)
    call("odl_deposit_abandon", agent, id=deposit["id"])
    keeping.discard(deposit["id"])
    run_checks()
    model.Session.expire_all()
    row = model.Session.get(Deposit, deposit["id"])
    assert (row.state, row.file_id) == ("abandoned", deposit["file"]["id"])


def test_what_is_not_proposed_is_refused_at_once(bring: Bring, agent: Agent) -> None:
    deposit = bring(SPACED)
    with pytest.raises(tk.ValidationError, match="Choose at least one"):
        call("odl_deposit_repair", agent, id=deposit["id"], chosen={"dates": True})


def test_the_repairs_are_told_in_the_language_of_the_reader(bring: Bring, agent: Agent) -> None:
    deposit = bring(SPACED)
    french, english = (
        call("odl_deposit_repair_list", agent, id=deposit["id"], language=language)["repairs"][0]["title"]
        for language in ("fr", "en")
    )
    assert french == "Écrire les nombres sans espace ni symbole"
    assert english != french


def test_the_limits_of_the_worker_hold_and_not_those_of_an_answer(
    bring: Bring, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    deposit = bring(SPACED)
    ask(agent, deposit)
    given: list[int] = []
    child = mending.in_child

    def noted(*args: Any, **more: Any) -> Any:
        given.append(more["seconds"])
        return child(*args, **more)

    monkeypatch.setattr(mending, "in_child", noted)
    run_checks()
    assert given == [config.seconds()]


def test_the_list_of_changes_is_downloaded_in_the_language_of_its_reader(
    app: Any, bring: Bring, agent: Agent, authorization: Any
) -> None:
    deposit = bring(SPACED)
    ask(agent, deposit)
    run_checks()
    file_id = shown(agent, deposit)["file"]["id"]
    model.Session.commit()
    lists = {
        language: app.get(
            f"{prefix}/odl/depot/{deposit['id']}/fichiers/{file_id}/changements", headers=authorization(agent)
        ).body.splitlines()
        for language, prefix in (("fr", "/fr"), ("en", "/en"))
    }
    assert lists["fr"][0].endswith("Ligne;Cellule;Colonne;Avant;Après;Réparation")
    assert "Before" in lists["en"][0]
    assert len(lists["fr"]) == len(lists["en"]) > 1
    assert "1 003" in lists["en"][1]


def test_why_a_model_was_recognised_is_said_in_the_language_of_the_reader(bring: Bring, agent: Agent) -> None:
    deposit = bring(GOOD)
    french, english = (shown(agent, deposit, language) for language in ("fr", "en"))
    assert french["matches"][0]["reasons"][0].startswith("Les ")
    assert english["matches"][0]["reasons"][0].startswith("All ")
    assert french["proposal"]["why"]["odl_period"] != english["proposal"]["why"]["odl_period"]
