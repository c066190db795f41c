"""What the tests of deposits have in common."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from ckanext.odl.deposit import privacy
from tests.portal.conftest import GOOD, HEADER, call, run_checks, upload
from tests.portal.pages.conftest import look  # noqa: F401 (fixture)

#: « No » to each question on personal data that is not about a finding.
NOTHING_PERSONAL = {
    question["id"]: next(answer["value"] for answer in question["answers"] if answer["outcome"] == "ok")
    for question in privacy.questions()
    if not question["only_if"]
}


NAMES = HEADER.strip().split(",")
GOOD_ROWS = [NAMES, ["Valbrune", "48903", "F", "Louise", 12, 2024], ["Valbrune", "48903", "M", "Adam", 10, 2024]]


def workbook(*sheets: tuple[str, list[list[Any]]], hidden: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def bring(commune: dict[str, Any], agent: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """A function by which the agent deposits a file for the commune; it is checked unless ``check`` is false."""

    def put(content: bytes = GOOD, name: str = "prenoms.csv", *, check: bool = True, **more: Any) -> dict[str, Any]:
        made = call("odl_deposit_create", agent, organization=commune["name"], upload=upload(content, name), **more)
        if check:
            run_checks()
        return call("odl_deposit_show", agent, id=made["id"])

    return put


@pytest.fixture
def publish(agent: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """A function by which the agent answers the questions on personal data and publishes."""

    def do(deposit: dict[str, Any], **order: Any) -> dict[str, Any]:
        call("odl_deposit_update", agent, id=deposit["id"], answers=NOTHING_PERSONAL)
        return call("odl_deposit_publish", agent, id=deposit["id"], **order)

    return do
