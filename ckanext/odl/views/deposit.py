"""« Déposer un fichier »: the file comes first. Where it is brought, what is read in it, how it is mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit as tk
from flask import Blueprint, Response, jsonify

from ckanext.odl import helpers
from ckanext.odl.language import language
from ckanext.odl.model import FileKind
from ckanext.odl.scdl import catalogue
from ckanext.odl.storage import MissingFile
from ckanext.odl.validation import as_csv, as_xlsx, headline
from ckanext.odl.views import (
    causes,
    csrf,
    deposit_bringing,
    deposit_files,
    deposit_pages,
    deposit_sheets,
    deposit_split,
)
from ckanext.odl.views.deposit_pages import context, find, frame

odl_deposit = Blueprint("odl_deposit", __name__, url_prefix="/odl/depot")
csrf.protect(odl_deposit)

#: After this long a check waits for its turn rather than for its end.
_LONG_SECONDS = 60
#: What was chosen when a person says that no model fits.
_NO_MODEL = ""


# -- bringing a file


@odl_deposit.route("", methods=["GET", "POST"])
def index() -> Any:
    """Choose for whom, bring one or more files; the deposits under way."""
    deposit_pages.log_in_first()
    organization = deposit_bringing.organization_asked(tk.request.values.get("collectivite", ""))
    if tk.request.method == "POST":
        return deposit_bringing.bring(organization)
    return tk.render("odl/deposit/index.html", deposit_bringing.page(organization))


# -- what was read


@odl_deposit.route("/<id>")
def read(id: str) -> Any:
    """What the portal read, the model it recognised, the report, the one thing to do."""
    deposit = find(id, wait=True)
    if deposit["state"] == "published":
        return tk.redirect_to("odl_deposit_form.done", id=id)
    return tk.render("odl/deposit/read.html", _look(deposit))


def _look(deposit: dict[str, Any], file_error: str = "") -> dict[str, Any]:
    page = frame(deposit, "read")
    report, badge, sheets = deposit.get("report"), page["badge"], deposit_sheets.offer(deposit)
    if report and sheets:  # said by the choice between them
        report = {**report, "notices": [one for one in report["notices"] if one["code"] != "sheet-chosen"]}
    return {
        **page,
        "sheets": sheets,
        "report": report,
        "headline": headline(report, language()) if report else "",
        "model": _model(deposit),
        "matches": deposit["matches"],
        "change": _change(deposit),
        "main": _main(deposit, badge),
        "grid": _grid(deposit),
        "next": None if deposit_pages.is_over(deposit) else deposit_pages.next_page(deposit),
        "waiting": helpers.odl_deposit_waiting(deposit),
        "file_error": file_error,
        "is_prepared": deposit_pages.is_prepared(deposit),
        "shared": deposit_split.offer(deposit),
        "rows_link": None if "page" in tk.request.args else helpers.odl_with(page["to"]["read"], page=1) + "#rows",
        **_progress(deposit),
        **(_details(deposit, report) if report else {}),
    }


def _details(deposit: Mapping[str, Any], report: dict[str, Any]) -> dict[str, Any]:
    page = max(1, tk.request.args.get("page", 1, type=int))
    return causes.details(report, page, is_typed=deposit["file"]["kind"] == FileKind.TYPED.value)


def _grid(deposit: Mapping[str, Any]) -> str | None:
    """Where the table can be typed on, when it was typed on a page of the portal and is still a draft."""
    typed = deposit["file"]["kind"] == FileKind.TYPED.value and deposit["state"] == "draft" and deposit["can"]["edit"]
    if not typed or not deposit["schema"]:
        return None
    place = {"collectivite": deposit["organization"]["name"], "depot": deposit["id"]}
    return tk.url_for("odl_grid.show", schema=deposit["schema"]["id"], **place)


def _main(deposit: Mapping[str, Any], badge: str) -> str:
    """The one main button: ``sheets``, ``repair``, ``file``, ``model``, ``check`` or ``go_on``."""
    if deposit_sheets.is_open(deposit):
        return "sheets"
    if badge == "invalid":
        return "repair" if deposit["repairable"] else "file"
    if badge == "unreadable":
        return "repair" if deposit["repairable"] else "file"
    if badge == "no_schema" and not deposit["schema_chosen"]:
        return "model"
    return "check" if badge == "to_check" else "go_on"


def _model(deposit: Mapping[str, Any]) -> dict[str, Any] | None:
    schema = deposit["schema"]
    if not schema:
        return None
    match = next((match for match in deposit["matches"] if match["id"] == schema["id"]), None)
    why = [tk._("Chosen by hand.")] if schema["chosen"] else []
    return {**schema, "why": " ".join([*why, *([_match_words(match)] if match else [])])}


def _match_words(match: Mapping[str, Any]) -> str:
    """Why a model was recognised: the share of its columns, then what else speaks for it."""
    if match.get("reasons"):
        return " ".join(match["reasons"])
    sentence = tk.ungettext(
        "{matched} of its {total} column is in the file.",
        "{matched} of its {total} columns are in the file.",
        match["total"],
    )
    return sentence.format(matched=helpers.odl_number(match["matched"]), total=helpers.odl_number(match["total"]))


def _change(deposit: Mapping[str, Any]) -> tuple[int, int] | None:
    """The problems of the file before this one, and of this one, when there are fewer."""
    if deposit_pages.badge_of(deposit) not in ("valid", "invalid"):
        return None
    before, now = deposit_pages.errors_before(deposit), deposit["report"]["counts"]["errors"]
    return (before, now) if before is not None and now < before else None


def _progress(deposit: Mapping[str, Any]) -> dict[str, str]:
    """How far the check is, for the part of the page that refreshes itself."""
    if deposit["repair"]:
        return {"step": "repair"}
    if deposit["file"]["check"] == "running":
        return {"step": "running"}
    since = helpers.odl_moment_of(deposit["updated_at"])
    is_long = (dt.datetime.now(dt.timezone.utc) - since).total_seconds() > _LONG_SECONDS
    return {"step": "long" if is_long else "waiting"}


@odl_deposit.route("/<id>/fragment")
def fragment(id: str) -> Response:
    """The progress of a check: nothing when it has not moved, the whole page anew when it is over."""
    deposit = find(id)
    if deposit_pages.is_checked(deposit):
        return Response(status=200, headers={"HX-Refresh": "true"})
    progress = _progress(deposit)
    if tk.request.args.get("step") == progress["step"]:
        return Response(status=204)
    return Response(tk.render("odl/deposit/snippets/progress.html", {**frame(deposit, "read"), **progress}))


@odl_deposit.route("/<id>/verifier", methods=["POST"])
def check(id: str) -> Any:
    """Have the file read once more, with the same model."""
    deposit = find(id)
    tk.get_action("odl_deposit_check")(context(), {"id": deposit["id"]})
    return tk.redirect_to("odl_deposit.read", id=id)


# -- the model


@odl_deposit.route("/<id>/modele", methods=["GET", "POST"])
def model(id: str) -> Any:
    """Choose another model than the one that was recognised, or none."""
    deposit = find(id)
    if tk.request.method == "POST":
        asked = tk.request.form.get("schema")
        if asked is not None and (asked == _NO_MODEL or deposit_bringing.known_schema(asked)):
            deposit_pages.update(deposit, schema=asked)
            return tk.redirect_to("odl_deposit.read", id=id)
        words = tk._("Choose a model, or say that none fits.")
        return tk.render("odl/deposit/model.html", {**_models(deposit), **_refusal("", "odl-q", words)}), 422
    return tk.render("odl/deposit/model.html", _models(deposit))


def _refusal(label: str, anchor: str, text: str) -> dict[str, Any]:
    return {"errors": {anchor: text}, "problems": [{"label": label, "anchor": anchor, "text": text}]}


def _models(deposit: dict[str, Any]) -> dict[str, Any]:
    query = tk.request.args.get("q", "").strip()
    matches = [{**match, "why": _match_words(match)} for match in deposit["matches"]]
    schema = deposit["schema"] or {}
    known = {match["id"] for match in matches}
    found = catalogue().search(query) if query else []
    if query:
        options = [_option(entry, known) for entry in found if not entry.obsolete]
        groups = [{"label": tk._("Answers to “{query}”").format(query=query), "options": options}] if options else []
    else:
        groups = [
            {"label": group["label"], "options": [_plain_option(option, known) for option in group["options"]]}
            for group in tk.h.odl_schema_groups(None)
        ]
    for number, option in enumerate((option for group in groups for option in group["options"]), 1):
        option["key"] = number
    chosen = schema.get("id") or (_NO_MODEL if deposit["schema_chosen"] else None)
    return {
        **frame(deposit, "read"),
        "matches": [] if query else matches,
        "found": groups,
        "query": query,
        "chosen": chosen,
    }


def _option(entry: Any, known: set[str]) -> dict[str, Any]:
    return {"value": entry.id, "text": entry.title(language()), "about": "", "is_match": False}


def _plain_option(option: Mapping[str, str], known: set[str]) -> dict[str, Any]:
    return {**option, "about": "", "is_match": option["value"] in known}


# -- the sheets of a workbook


@odl_deposit.route("/<id>/feuilles", methods=["POST"])
def sheets(id: str) -> Any:
    """Read another sheet, publish one alone or the whole workbook."""
    deposit = find(id)
    try:
        deposit_pages.update(deposit, **deposit_sheets.chosen(deposit))
    except tk.ValidationError as error:
        tk.h.flash_error(" ".join(deposit_pages.sentences(error.error_dict)))
    return tk.redirect_to("odl_deposit.read", id=id)


# -- the corrected file


@odl_deposit.route("/<id>/fichier", methods=["POST"])
def file(id: str) -> Any:
    """Bring the file again, corrected."""
    deposit = find(id)
    upload = tk.request.files.get("upload")
    try:
        given = {"id": id, "language": language(), **({"upload": upload} if upload and upload.filename else {})}
        tk.get_action("odl_deposit_file_add")(context(), given)
    except tk.ValidationError as error:
        words = " ".join(deposit_pages.sentences(error.error_dict))
        if deposit_bringing.is_script():
            return jsonify({"refused": [{"name": upload.filename if upload else "", "text": words}]}), 422
        page = {**_look(deposit, words), **_refusal("", "field-upload", words)}
        return tk.render("odl/deposit/read.html", page), 422
    return deposit_bringing.go(tk.url_for("odl_deposit.read", id=id))


# -- repairs


def _repairs(deposit: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return tk.get_action("odl_deposit_repair_list")(context(), {"id": deposit["id"], "language": language()})
    except tk.ValidationError:
        return {"repairs": [], "impossible": []}


@odl_deposit.route("/<id>/reparer", methods=["GET", "POST"])
def repair(id: str) -> Any:
    """The repairs that are sure, shown before they are made."""
    deposit = find(id)
    if not deposit_pages.is_checked(deposit):
        return tk.redirect_to("odl_deposit.read", id=id)
    offered = _repairs(deposit)
    if tk.request.method == "GET":
        return tk.render("odl/deposit/repair.html", _repair_page(deposit, offered))
    chosen = deposit_files.chosen(offered)
    if not chosen:
        words = tk._("Tick at least one repair, or go back to the report.")
        return tk.render(
            "odl/deposit/repair.html", {**_repair_page(deposit, offered), **_refusal("", "odl-r1", words)}
        ), 422
    format_ = "xlsx" if tk.request.form.get("format") == "xlsx" else "csv"
    asked = {"id": id, "chosen": chosen, "format": format_, "language": language()}
    try:
        tk.get_action("odl_deposit_repair")(context(), asked)
    except tk.ValidationError as error:
        words = " ".join(deposit_pages.sentences(error.error_dict))
        return tk.render(
            "odl/deposit/repair.html", {**_repair_page(deposit, offered), **_refusal("", "odl-r1", words)}
        ), 422
    return tk.redirect_to("odl_deposit.read", id=id)


def _repair_page(deposit: dict[str, Any], offered: Mapping[str, Any]) -> dict[str, Any]:
    sent = tk.request.form if tk.request.method == "POST" else None
    told = deposit_files.told(offered, sent)
    known = (deposit["report"] or {}).get("file") or {}
    format_ = (sent or {}).get("format") or ("xlsx" if known.get("format") in ("xlsx", "ods", "xls") else "csv")
    return {**frame(deposit, "read"), **told, "format": format_}


# -- setting aside


@odl_deposit.route("/<id>/abandonner", methods=["GET", "POST"])
def abandon(id: str) -> Any:
    """Leave it there; what is online does not change."""
    deposit = find(id)
    refuses = deposit_pages.is_prepared(deposit)
    if tk.request.method == "GET":
        return tk.render("odl/deposit/abandon.html", {**frame(deposit, ""), "refuses": refuses})
    if tk.request.form.get("undo"):
        return _take_up_again(id)
    why = tk.request.form.get("why", "").strip()[:500]
    if refuses and not why:  # who prepared it can do nothing with a bare no
        refusal = _refusal("", "field-why", tk._("Say in a few words why you refuse it."))
        return tk.render("odl/deposit/abandon.html", {**frame(deposit, ""), **refusal, "refuses": True}), 422
    tk.get_action("odl_deposit_abandon")(context(), {"id": id, "why": why})
    said = tk._("“{name}” was refused. {who} can read why.") if refuses else tk._("“{name}” was set aside.")
    who = deposit["prepared_by"]["title"] if refuses else ""
    tk.h.flash_success(said.format(name=deposit["file"]["name"], who=who))
    return tk.redirect_to("odl_deposit.index", collectivite=deposit["organization"]["name"])


def _take_up_again(id_: str) -> Any:
    try:
        tk.get_action("odl_deposit_abandon")(context(), {"id": id_, "undo": True})
    except tk.ValidationError as error:
        tk.h.flash_error(" ".join(deposit_pages.sentences(error.error_dict)))
    return tk.redirect_to("odl_deposit.read", id=id_)


# -- downloads


@odl_deposit.route("/<id>/rapport.<any(csv, xlsx):extension>")
def report(id: str, extension: str) -> Response:
    """The report for a spreadsheet."""
    deposit = find(id)
    found = deposit.get("report")
    if not found:
        return tk.abort(404, tk._("This file has no report yet."))
    write, type_ = (as_xlsx, deposit_files.XLSX) if extension == "xlsx" else (as_csv, "text/csv; charset=utf-8")
    stem = deposit["file"]["name"].rpartition(".")[0] or deposit["file"]["name"]
    name = tk._("report-{file}").format(file=stem)
    return deposit_files.as_attachment([write(found, language())], f"{name}.{extension}", type_)


@odl_deposit.route("/<id>/fichiers/<file_id>")
def download(id: str, file_id: str) -> Response:
    """The bytes of a file of a deposit, as they are kept."""
    return _bytes(id, file_id, changes=False)


@odl_deposit.route("/<id>/fichiers/<file_id>/changements")
def changes(id: str, file_id: str) -> Response:
    """The list of what was changed in a repaired file."""
    return _bytes(id, file_id, changes=True)


def _bytes(id: str, file_id: str, *, changes: bool) -> Response:
    found = next((file for file in find(id)["files"] if file["id"] == file_id), None)
    if found is None or (changes and not found.get("changes")):
        return tk.abort(404, tk._("This file does not exist, or is not open to you."))
    try:
        return deposit_files.stream(found, changes=changes)
    except MissingFile:
        return tk.abort(404, tk._("This file is no longer kept."))
