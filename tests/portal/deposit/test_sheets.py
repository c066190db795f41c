"""A workbook with several sheets: which one is read, what of it is published, and that nothing goes on line unsaid."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import storage
from ckanext.odl.logic.deposit import keeping
from ckanext.odl.model import DepositFile
from tests.portal.conftest import SCHEMA, call, run_checks, upload
from tests.portal.deposit.conftest import GOOD_ROWS, NAMES, NOTHING_PERSONAL, workbook

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Bring = Callable[..., dict[str, Any]]
Agent = dict[str, Any]
OTHERS = [["adhérent", "courriel"], ["A", "anne.roux@exemple.fr"], ["B", "jean.noel@exemple.fr"], ["C", "x"]]


BOOK = workbook(("Prénoms", GOOD_ROWS), ("Adhérents", OTHERS), hidden="Adhérents")


def codes(deposit: dict[str, Any]) -> list[str]:
    return [blocker["code"] for blocker in deposit["blockers"]]


def say(agent: Agent, deposit: dict[str, Any], **values: Any) -> dict[str, Any]:
    call("odl_deposit_update", agent, id=deposit["id"], **values)
    run_checks()
    return call("odl_deposit_show", agent, id=deposit["id"])


def publish(agent: Agent, deposit: dict[str, Any], **order: Any) -> dict[str, Any]:
    call("odl_deposit_update", agent, id=deposit["id"], answers=NOTHING_PERSONAL)
    return call("odl_deposit_publish", agent, id=deposit["id"], **order)


def published_bytes(resource_id: str) -> bytes:
    resource = call("resource_show", None, id=resource_id)
    out: Any = io.BytesIO()
    storage.identify(resource, out)
    return out.getvalue()


def test_the_sheets_are_named_and_one_has_to_be_chosen(bring: Bring, agent: Agent) -> None:
    deposit = bring(BOOK, "prenoms.xlsx")
    assert [(one["name"], one["rows"], one["hidden"]) for one in deposit["sheets"]] == [
        ("Prénoms", 2, False),
        ("Adhérents", 3, True),
    ]
    assert deposit["report"]["file"]["sheet"] == "Prénoms"
    assert deposit["file"]["state"] == "valid"
    assert "sheets" in codes(deposit)
    assert not deposit["can"]["publish"]
    with pytest.raises(tk.ValidationError) as refused:
        publish(agent, deposit)
    assert "sheets" in refused.value.error_dict


def test_a_sheet_alone_is_published_and_the_workbook_kept(bring: Bring, agent: Agent) -> None:
    deposit = bring(BOOK, "prenoms.xlsx")
    assert [signal["sheet"] for signal in deposit["signals"]] == ["Adhérents"]
    alone = say(agent, deposit, sheets="one")
    assert (alone["sheets"], alone["sheets_kept"], alone["file"]["kind"]) == ([], "one", "sheet")
    assert [file["kind"] for file in alone["files"]] == ["sheet", "original"]
    assert alone["file"]["name"] == "prenoms – Prénoms.xlsx"
    assert alone["signals"] == []
    original = model.Session.get(DepositFile, alone["files"][1]["id"])
    assert b"".join(keeping.stream(original)) == BOOK
    done = publish(agent, alone)
    assert done["state"] == "published"
    content = published_bytes(done["resource_id"])
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Prénoms"]
    assert [[str(cell) for cell in row] for row in book["Prénoms"].iter_rows(values_only=True)] == [
        [str(cell) for cell in row] for row in GOOD_ROWS
    ]
    assert "odl_sheet" not in call("resource_show", agent, id=done["resource_id"])


def test_a_sheet_without_a_model_is_published_under_its_name_too(bring: Bring, agent: Agent) -> None:
    deposit = bring(workbook(("Prénoms", GOOD_ROWS), ("Adhérents", OTHERS)), "budget-2024.xlsx")
    alone = say(agent, deposit, sheet="Adhérents", sheets="one")
    assert alone["proposal"]["resource"]["name"] == "Budget 2024 – Adhérents"


def test_another_sheet_is_read_with_all_that_is_said_of_it(bring: Bring, agent: Agent) -> None:
    deposit = bring(BOOK, "prenoms.xlsx")
    other = say(agent, deposit, sheet="Adhérents")
    assert (other["report"]["file"]["sheet"], other["report"]["file"]["sheet_why"]) == ("Adhérents", "asked")
    assert other["report"]["file"]["rows"] == 3
    assert other["schema"] is None
    assert [signal["sheet"] for signal in other["signals"]] == [""]
    with pytest.raises(tk.ValidationError) as refused:
        call("odl_deposit_update", agent, id=deposit["id"], sheet="Autre")
    assert "Prénoms" in refused.value.error_dict["sheet"][0]
    back = say(agent, deposit, sheet="Prénoms")
    assert back["schema"]["id"] == SCHEMA


def test_the_whole_workbook_is_published_on_purpose_and_read_the_same_ever_after(bring: Bring, agent: Agent) -> None:
    twice = workbook(("2023", GOOD_ROWS), ("2024", [*GOOD_ROWS, GOOD_ROWS[1]]))
    deposit = say(agent, bring(twice, "prenoms.xlsx"), sheet="2024", sheets="all")
    assert deposit["sheets_kept"] == "all"
    assert "sheets" not in codes(deposit)
    line = next(line for line in deposit["history"] if line["what"] == "sheets")
    assert (line["detail"]["kept"], line["detail"]["sheet"]) == ("all", "2024")
    done = publish(agent, deposit)
    resource = call("resource_show", agent, id=done["resource_id"])
    assert resource["odl_sheet"] == "2024"
    assert published_bytes(done["resource_id"]) == twice
    call("odl_validation_run", agent, id=done["resource_id"])
    run_checks()
    found = call("odl_validation_show", agent, id=done["resource_id"])
    assert (found["report"]["file"]["sheet"], found["report"]["file"]["rows"]) == ("2024", 3)
    call("resource_patch", agent, id=done["resource_id"], odl_sheet="2023")
    run_checks()
    assert call("odl_validation_show", agent, id=done["resource_id"])["report"]["file"]["sheet"] == "2023"


def test_a_choice_can_be_taken_back_and_belongs_to_the_file(bring: Bring, agent: Agent) -> None:
    deposit = say(agent, bring(BOOK, "prenoms.xlsx"), sheets="one")
    workbook_again = say(agent, deposit, sheet="Prénoms")
    assert (workbook_again["file"]["kind"], workbook_again["sheets_kept"]) == ("original", None)
    assert "sheets" in codes(workbook_again)
    say(agent, deposit, sheets="all")
    other = workbook(("Prénoms", GOOD_ROWS), ("Autres", OTHERS))
    call("odl_deposit_file_add", agent, id=deposit["id"], upload=upload(other, "prenoms-2.xlsx"))
    run_checks()
    shown = call("odl_deposit_show", agent, id=deposit["id"])
    assert (shown["sheets_kept"], "sheets" in codes(shown)) == (None, True)


def test_repairs_are_of_the_sheet_that_was_chosen(bring: Bring, agent: Agent) -> None:
    spaced = [NAMES, ["Valbrune", "48903", "f", "Zoé", "1 003", 2023]]
    book = workbook(("2024", GOOD_ROWS), ("2023", spaced))
    deposit = say(agent, bring(book, "prenoms.xlsx"), sheet="2023")
    offered = call("odl_deposit_repair_list", agent, id=deposit["id"])["repairs"]
    chosen = {one["id"]: True for one in offered if not one.get("choices")}
    call("odl_deposit_repair", agent, id=deposit["id"], chosen=chosen, format="xlsx")
    run_checks()
    shown = call("odl_deposit_show", agent, id=deposit["id"])
    assert (shown["file"]["kind"], shown["report"]["file"]["rows"], shown["sheets"]) == ("repaired", 1, [])


def test_a_file_without_sheets_has_none_to_choose(bring: Bring, agent: Agent) -> None:
    deposit = bring()
    assert (deposit["sheets"], deposit["sheets_kept"]) == ([], None)
    with pytest.raises(tk.ValidationError):
        call("odl_deposit_update", agent, id=deposit["id"], sheets="one")


def test_a_document_is_no_unreadable_table(bring: Bring, agent: Agent) -> None:
    deposit = bring(b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", "compte-rendu.pdf")
    assert (deposit["file"]["state"], deposit["matches"]) == ("document", [])
    assert "problems" not in codes(deposit)
    done = publish(agent, deposit)
    assert done["state"] == "published"
    run_checks()
    assert call("odl_validation_show", agent, id=done["resource_id"])["badge"] == "document"
    assert bring(b"%PDF-1.7\n%\xe2\xe3\n2 0 obj", "budget.csv")["file"]["state"] == "unreadable"
