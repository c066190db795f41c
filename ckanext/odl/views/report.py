"""The report of a file: what is wrong, how to mend it, what became better."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ckan import model
from ckan.common import current_user
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response

from ckanext.odl import helpers
from ckanext.odl.language import language
from ckanext.odl.logic import overview, state
from ckanext.odl.logic.state import FileState
from ckanext.odl.model import State
from ckanext.odl.validation import as_csv, as_xlsx, headline, localise
from ckanext.odl.views import causes, csrf

odl_report = Blueprint("odl_report", __name__, url_prefix="/odl/report")
csrf.protect(odl_report)

#: After this long a check waits for its turn rather than for its end.
_LONG_SECONDS = 60


def _context() -> Any:
    return {"user": current_user.name, "auth_user_obj": current_user}


def _file(resource_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The resource and its dataset; 404 for those who may not see it, as for what does not exist."""
    try:
        resource = tk.get_action("resource_show")(_context(), {"id": resource_id})
        package = tk.get_action("package_show")(_context(), {"id": resource["package_id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, tk._("This report does not exist, or is not open to you."))
    return resource, package


def _check(resource_id: str, file: FileState, checks: list[Any]) -> Any:
    """The check to show: the one that the address asks for, else the current one (or None).

    An earlier file is gone from the portal; what was in it is for those who mend it.
    """
    asked = tk.request.args.get("check")
    if not asked:
        return file.check
    found = next((check for check in checks if check.id == asked and check.finished_at), None)
    if found and not _opens(found, file) and not _may("resource_update", resource_id):
        found = None
    return found or tk.abort(404, tk._("This report does not exist, or is not open to you."))


def _opens(check: Any, file: FileState) -> bool:
    """Whether a report is for all who see the file: it is about the bytes that are there now."""
    return file.sha256 is not None and check.sha256 == file.sha256


def _report(check: Any) -> dict[str, Any] | None:
    stored = state.report(check.id) if check and check.state == State.DONE.value else None
    return localise(stored, language()) if stored else None


@odl_report.route("/<resource_id>")
def read(resource_id: str) -> str:
    resource, package = _file(resource_id)
    file = helpers.odl_file(resource)
    checks = state.history(resource_id)
    check = _check(resource_id, file, checks)
    report = _report(check)
    is_earlier = check is not None and (file.check is None or check.id != file.check.id)
    past = _history(checks)
    can_edit = _may("resource_update", resource_id)
    for line in past:
        line["opens"] = can_edit or _opens(line["check"], file)
    return tk.render(
        "odl/report/read.html",
        {
            "resource": resource,
            "package": package,
            "pkg_dict": package,
            "file": file,
            "check": check,
            "report": report,
            "is_earlier": is_earlier,
            "badge": _badge(check) if is_earlier else file.badge,
            "doubt": overview.doubt(file),
            "headline": headline(report, language()) if report else "",
            "change": next((line["change"] for line in past if check and line["check"].id == check.id), None),
            "history": past,
            "can_edit": can_edit,
            "may_check": _may("odl_validation_run", resource_id),
            **_progress(file),
            **(causes.details(report, max(1, tk.request.args.get("page", 1, type=int))) if report else {}),
        },
    )


def _may(action: str, id_: str) -> bool:
    try:
        tk.check_access(action, _context(), {"id": id_})
    except tk.NotAuthorized:
        return False
    return True


def _badge(check: Any) -> str:
    if not check.schema_id:
        return state.unmodelled(check)
    done = check.state == State.DONE.value
    return check.status if done and check.status in state.BADGES else "to_check"


def _history(checks: list[Any]) -> list[dict[str, Any]]:
    """The finished checks, newest first, each with the errors before it and after (``change``) if there was one."""
    done = [check for check in checks if check.finished_at]
    lines = []
    for index, check in enumerate(done):
        before = next((older for older in done[index + 1 :] if _errors(older) is not None), None)
        change = None
        if before is not None and _errors(check) is not None and _errors(before) != _errors(check):
            change = (_errors(before), _errors(check))
        lines.append({"check": check, "badge": _badge(check), "errors": _errors(check), "change": change})
    return lines


def _errors(check: Any) -> int | None:
    judged = check.state == State.DONE.value and check.status in ("valid", "invalid") and check.schema_id
    return check.counts["errors"] if judged and check.counts else None


def _progress(file: FileState) -> dict[str, Any]:
    """How far a check is, for the part of the page that refreshes itself."""
    is_long = file.state == State.WAITING.value and _seconds_since(file.check.queued_at) > _LONG_SECONDS
    return {"step": "long" if is_long else file.state or State.WAITING.value}


def _seconds_since(moment: dt.datetime) -> float:
    return (dt.datetime.now(dt.timezone.utc) - moment).total_seconds()


@odl_report.route("/<resource_id>/fragment")
def fragment(resource_id: str) -> Response:
    """The progress of a check: nothing when it has not moved, the whole page anew when it is over."""
    resource, _package = _file(resource_id)
    file = helpers.odl_file(resource, wait=False)
    response = Response(status=204)
    if file.badge != "checking" and file.state not in (State.WAITING.value, State.RUNNING.value):
        response.headers["HX-Refresh"] = "true"
        response.status_code = 200
        return response
    progress = _progress(file)
    if tk.request.args.get("step") == progress["step"]:
        return response
    return Response(tk.render("odl/report/progress.html", {"resource": resource, "file": file, **progress}))


@odl_report.route("/<resource_id>.csv")
def csv(resource_id: str) -> Response:
    return _download(resource_id, "csv", as_csv, "text/csv; charset=utf-8")


@odl_report.route("/<resource_id>.xlsx")
def xlsx(resource_id: str) -> Response:
    return _download(resource_id, "xlsx", as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def _download(resource_id: str, extension: str, write: Any, content_type: str) -> Response:
    resource, _package = _file(resource_id)
    check = _check(resource_id, helpers.odl_file(resource, wait=False), state.history(resource_id))
    report = _report(check)
    if report is None:
        tk.abort(404, tk._("This file has no report yet."))
    stem = check.file_name.rsplit(".", 1)[0]
    response = Response(write(report, language()), content_type=content_type)
    name = tk._("report-{file}").format(file=stem)
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{extension}")
    response.headers["X-Content-Type-Options"] = "nosniff"
    tk.request.environ["__no_cache__"] = True  # CKAN lets caches keep every other answer, of private files too
    return response


@odl_report.route("/<resource_id>/check", methods=["POST"])
def check_again(resource_id: str) -> Any:
    """Have the file checked once more."""
    _file(resource_id)
    try:
        tk.get_action("odl_validation_run")(_context(), {"id": resource_id})
    except tk.NotAuthorized:
        tk.abort(403, tk._("Only those who may change this file can have it checked again."))
    model.Session.expire_all()
    return tk.redirect_to("odl_report.read", resource_id=resource_id)
