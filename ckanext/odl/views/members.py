"""Bring the list of members: read it, answer what it asks, see what became of each row."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from flask import Blueprint, Response

from ckanext.odl.logic import collectivite
from ckanext.odl.views import csrf, tables
from ckanext.odl.views.atd_pages import atd, context, nothing

odl_members = Blueprint("odl_members", __name__, url_prefix="/odl/atd")
csrf.protect(odl_members)

_PER_PAGE = 100
#: The order in which rows are shown: what waits for somebody first.
_ORDER = ("asked", "unknown", "refused", "elsewhere", "twice", "new", "created", "there")


def words(state: str) -> str:
    """What a row is called."""
    return {
        "new": tk._("to be created"),
        "created": tk._("created"),
        "there": tk._("a member already"),
        "elsewhere": tk._("not moved"),
        "asked": tk._("to be chosen"),
        "unknown": tk._("not recognised"),
        "twice": tk._("repeated"),
        "refused": tk._("refused"),
    }[state]


@odl_members.route("/<name>/importer", methods=["GET", "POST"])
def index(name: str) -> Any:
    """Choose the file of the list."""
    group = atd(name)
    if tk.request.method == "GET":
        return tk.render("odl/campaign/import.html", _form(group, {}, {}))
    typed = {"department": tk.request.form.get("department", "")}
    upload = tk.request.files.get("upload")
    given = {"upload": upload} if upload and upload.filename else {}
    try:
        made = tk.get_action("odl_member_import")(context(), {"atd": group.id, **typed, **given})
    except tk.NotAuthorized:
        return tk.abort(404, nothing())
    except tk.ValidationError as refusal:
        return tk.render("odl/campaign/import.html", _form(group, typed, refusal.error_dict)), 422
    return tk.redirect_to("odl_members.show", name=group.name, id=made["id"])


def _form(group: Any, typed: dict[str, str], errors: dict[str, Any]) -> dict[str, Any]:
    fields = collectivite.fields(group)
    department = typed.get("department", fields.get("odl_department") or "")
    return {"atd": group, "department": department, "departments": tk.h.odl_departments(), "problems": errors}


@odl_members.route("/<name>/importer/<id>", methods=["GET", "POST"])
def show(name: str, id: str) -> Any:
    """What was read, before anything is created; then what became of each row."""
    group = atd(name)
    found = _find(group, id)
    if tk.request.method == "POST":
        prefix = "choice-"
        choices = {key.removeprefix(prefix): value for key, value in tk.request.form.items() if key.startswith(prefix)}
        try:
            tk.get_action("odl_member_import_run")(context(), {"id": id, "choices": choices})
        except tk.ValidationError as refusal:
            return _shown(group, found, refusal.error_dict), 422
        return tk.redirect_to("odl_members.show", name=group.name, id=id)
    return _shown(group, found, {})


def _find(group: Any, id_: str) -> dict[str, Any]:
    try:
        found = tk.get_action("odl_member_import_show")(context(), {"id": id_})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, nothing())
    return found if found["atd"]["id"] == group.id else tk.abort(404, nothing())


def _shown(group: Any, found: dict[str, Any], errors: dict[str, Any]) -> str:
    rows = sorted(found["rows"], key=lambda row: (_ORDER.index(row["state"]), row["line"]))
    asked = [row for row in rows if row["state"] == "asked"]
    others = [row for row in rows if row["state"] != "asked"]
    pages = max(1, -(-len(others) // _PER_PAGE))
    page = min(max(1, tk.request.args.get("page", 1, type=int)), pages)
    done = sum(1 for row in rows if row["done"])
    return tk.render(
        "odl/campaign/import_list.html",
        {
            "atd": group,
            "list": found,
            "counts": found["counts"],
            "asked": asked,
            "rows": others[(page - 1) * _PER_PAGE : page * _PER_PAGE],
            "words": words,
            "done": done,
            "page": page,
            "pages": pages,
            "problems": errors,
        },
    )


@odl_members.route("/<name>/importer/<id>/avancement")
def progress(name: str, id: str) -> Response:
    """How far the list is, for the part of the page that refreshes itself; the page anew when it is done."""
    found = _find(atd(name), id)
    if found["state"] != "running":
        return Response(status=200, headers={"HX-Refresh": "true"})
    done = sum(1 for row in found["rows"] if row["done"])
    page = {"list": found, "counts": found["counts"], "done": done, "atd": atd(name)}
    return Response(tk.render("odl/campaign/import_progress.html", page))


@odl_members.route("/<name>/importer/<id>/export.<any(csv, xlsx):extension>")
def export(name: str, id: str, extension: str) -> Response:
    """The rows with what became of each, as a file: those to correct can be corrected there."""
    group = atd(name)
    found = _find(group, id)
    header = [tk._("Row"), tk._("In your list"), tk._("Recognised as"), tk._("Outcome"), tk._("Why"), tk._("E-mail")]
    rows = [
        [row["line"], row["text"], row["label"], words(row["state"]), _why(row), row["email"]] for row in found["rows"]
    ]
    content: Any = tables.as_csv(header, rows, for_excel=True)
    if extension == "xlsx":
        content = tables.as_xlsx(tk._("Members"), header, [8, 30, 40, 20, 70, 35], rows)
    return tables.sent(content, extension, f"{group.name}-import")


def _why(row: dict[str, Any]) -> str:
    return " ".join(part for part in (row["why"], row["note"], row["email_problem"]) if part)
