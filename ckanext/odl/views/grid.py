"""A small table typed on a page. Everything works as a plain form; a script makes it quicker."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ckan import model
from ckan.common import current_user
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response, jsonify

from ckanext.odl.language import language
from ckanext.odl.logic import table
from ckanext.odl.logic.action.prefilled import may_publish
from ckanext.odl.logic.deposit import access
from ckanext.odl.logic.prefilled import former, listing
from ckanext.odl.model import Deposit, DepositFile, DepositState
from ckanext.odl.scdl import NotATable, UnknownSchema
from ckanext.odl.views import csrf
from ckanext.odl.views.collectivite import open_to_its_people

odl_grid = Blueprint("odl_grid", __name__, url_prefix="/odl/grille")
csrf.protect(odl_grid)

_FIRST = 5
"""Rows that a new table has: pasted ones bring theirs along."""
_MORE = 10
"""Rows that one click adds."""
_FIELD = re.compile(r"r(\d{1,3})c(\d{1,3})")


def _context() -> Any:
    return {"user": current_user.name, "auth_user_obj": current_user}


class _Place:
    """The collectivité and the model that the request is about, for those who may publish there."""

    def __init__(self, schema: str) -> None:
        name = tk.request.args.get("collectivite", "").strip()
        self.organization = open_to_its_people(name)
        self.group: Any = model.Group.get(self.organization["id"])
        if not may_publish(_context(), self.group.id):
            tk.abort(403, tk._("Only those who publish for this local authority can fill in a table here."))
        try:
            self.entry = listing.one(self.group, schema, language(), listing.today())
        except (UnknownSchema, NotATable):
            tk.abort(404, tk._("The portal knows no such model."))
        self.deposit = self._deposit(tk.request.args.get("depot", "").strip())

    def _deposit(self, id_: str) -> Any:
        """The open deposit of that id, if it is one of this collectivité and this model.

        404 for all others: what one may not see does not exist.
        """
        if not id_:
            return None
        found = model.Session.get(Deposit, id_)
        if found is None or found.organization_id != self.group.id or not access.may_reach(_context(), found):
            tk.abort(404, tk._("This deposit does not exist, or is not open to you."))
        return found

    @property
    def cells(self) -> dict[str, str]:
        return self.entry["cells"]

    def columns(self) -> list[table.Column]:
        return table.columns(self.entry["id"], language(), self.cells)

    def address(self, deposit: str | None = None) -> str:
        return tk.url_for(
            "odl_grid.show",
            schema=self.entry["id"],
            collectivite=self.group.name,
            **({"depot": deposit} if deposit else {}),
        )


@odl_grid.route("/<path:schema>")
def show(schema: str) -> Any:
    """An empty table, the one that was begun (``?depot=``), or the rows of last time (``?reprise=1``)."""
    if not tk.request.args.get("collectivite"):
        return tk.redirect_to("odl_models.choose", schema=schema)
    place = _Place(schema)
    rows, more = [], False
    try:
        if place.deposit is not None:
            if place.deposit.state != DepositState.DRAFT.value:
                return tk.redirect_to(_deposit_address(place.deposit.id))
            file = model.Session.get(DepositFile, place.deposit.file_id)
            found = former.rows_of_deposit(file, place.entry["id"], table.MOST_ROWS) if file else {}
            rows, more = found.get("rows", []), bool(found.get("more"))
        elif tk.request.args.get("reprise") and place.entry["last"]:
            found = former.rows(place.entry["last"], table.MOST_ROWS)
            rows, more = found["rows"], found["more"]
    except former.CannotCarry as error:
        tk.h.flash_error(former.sentence(error.args[0]))
    if more:
        tk.h.flash_error(tk._("This file has more rows than a table typed here. Correct it in your spreadsheet."))
        return tk.redirect_to("odl_models.show", name=place.group.name, schema=place.entry["id"])
    return _page(place, rows)


def _page(
    place: _Place,
    rows: list[Mapping[str, str]] | list[dict[str, str]],
    *,
    checked: table.Checked | None = None,
    problems: list[str] | None = None,
    spare: int = 3,
) -> str:
    """The table with *rows* and some empty ones after them."""
    shown = [dict(row) for row in rows]
    wanted = min(table.MOST_ROWS, max(_FIRST, len(shown) + spare))
    shown += [dict(place.cells) for _ in range(wanted - len(shown))]
    messages: dict[str, list[str]] = {}
    lines: dict[int, list[str]] = {}
    if checked is not None:
        for at, column, text in checked.cells:
            messages.setdefault(f"{at} {column}", []).append(text)
        for at, text in checked.lines:
            lines.setdefault(at, []).append(text)
    return tk.render(
        "odl/models/grid.html",
        {
            "organization": place.organization,
            "entry": place.entry,
            "columns": place.columns(),
            "rows": shown,
            "checked": checked,
            "messages": messages,
            "lines": lines,
            "problems": problems or [],
            "deposit": place.deposit,
            "drafts": [] if place.deposit is not None else _drafts(place),
            "most": table.MOST_ROWS,
            "address": place.address(place.deposit.id if place.deposit is not None else None),
            "check_url": tk.url_for("odl_grid.check", schema=place.entry["id"], collectivite=place.group.name),
            "save_url": tk.url_for("odl_grid.save", schema=place.entry["id"], collectivite=place.group.name),
        },
    )


def _drafts(place: _Place) -> list[dict[str, Any]]:
    """The tables of this model that were begun here and are not published yet, the latest first."""
    d, f = Deposit.__table__, DepositFile.__table__
    found = model.Session.execute(
        d.join(f, f.c.id == d.c.file_id)
        .select()
        .with_only_columns(d.c.id, d.c.updated_at)
        .where(
            d.c.organization_id == place.group.id,
            d.c.schema_id == place.entry["id"],
            d.c.state == DepositState.DRAFT.value,
            d.c.link_id.is_(None),
            f.c.kind == "typed",
        )
        .order_by(d.c.updated_at.desc())
        .limit(5)
    )
    return [{"url": place.address(row.id), "updated_at": row.updated_at} for row in found]


@odl_grid.route("/<path:schema>", methods=["POST"])
def typed(schema: str) -> Any:
    """What the plain form does: add rows, take one away, check, save, go on."""
    place = _Place(schema)
    rows, do = _typed_rows(place), tk.request.form.get("do", "check")
    removed = re.fullmatch(r"remove-(\d{1,3})", do)
    if removed:
        return _page(place, [row for at, row in enumerate(rows) if at != int(removed[1])], spare=0)
    if do == "add":
        return _page(place, rows, spare=_MORE)
    try:
        if do in ("save", "continue"):
            saved = _save(place, rows)
            if do == "continue":
                return tk.redirect_to(_deposit_address(saved))
            tk.h.flash_success(tk._("Your table is saved as a draft. You can close this page and come back."))
            return tk.redirect_to(place.address(saved))
        found = table.check(place.group, place.entry["id"], rows, place.cells, language())
    except tk.ValidationError as error:
        return _page(place, rows, problems=_sentences(error)), 400
    return _page(place, found.rows, checked=found, spare=0)


def _typed_rows(place: _Place) -> list[dict[str, str]]:
    """The rows of the form, in their order; fields are named by the numbers of row and column."""
    names = [column.words.name for column in place.columns()]
    found: dict[int, dict[str, str]] = {}
    for name, text in tk.request.form.items():
        match = _FIELD.fullmatch(name)
        if match and int(match[2]) < len(names):
            found.setdefault(int(match[1]), {})[names[int(match[2])]] = text
    return [found[at] for at in sorted(found)][: table.MOST_ROWS]


def _save(place: _Place, rows: list[dict[str, str]]) -> str:
    order = {"id": place.group.id, "schema": place.entry["id"], "rows": rows}
    if place.deposit is not None:
        order["deposit"] = place.deposit.id
    return tk.get_action("odl_table_save")(_context(), order)["deposit"]


def _deposit_address(id_: str) -> str:
    return tk.url_for("odl_deposit.read", id=id_)


def _sentences(error: tk.ValidationError) -> list[str]:
    return [
        str(words) for found in error.error_dict.values() for words in (found if isinstance(found, list) else [found])
    ]


@odl_grid.route("/<path:schema>/verifier", methods=["POST"])
def check(schema: str) -> Any:
    """The same for the script: rows in, what is wrong out. Nothing is stored."""
    place = _Place(schema)
    try:
        found = table.check(place.group, place.entry["id"], _sent_rows(), place.cells, language())
    except tk.ValidationError as error:
        return jsonify({"problems": _sentences(error)}), 400
    return _not_kept(jsonify({**found.to_dict(), "sentence": tk.h.odl_table_standing(found)}))


@odl_grid.route("/<path:schema>/enregistrer", methods=["POST"])
def save(schema: str) -> Any:
    """The same for the script: rows in, the address of the draft out."""
    place = _Place(schema)
    try:
        id_ = _save(place, _sent_rows())
    except tk.ValidationError as error:
        return jsonify({"problems": _sentences(error)}), 400
    found = {"deposit": id_, "address": place.address(id_), "next": _deposit_address(id_)}
    return _not_kept(jsonify({**found, "sentence": tk._("Saved as a draft.")}))


def _sent_rows() -> Any:
    """The rows, as JSON: the whole of the request, or the field ``rows`` of a form."""
    sent = tk.request.get_json(silent=True)
    if isinstance(sent, dict):
        return sent.get("rows")
    try:
        return json.loads(tk.request.form.get("rows") or "null")
    except (ValueError, RecursionError):
        return None


def _not_kept(answer: Response) -> Response:
    answer.cache_control.no_store = True
    tk.request.environ["__no_cache__"] = True
    return answer
