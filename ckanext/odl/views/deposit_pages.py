"""What the pages of a deposit share: reading it, where it stands on its way, where its pages are."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import flask
from ckan.common import current_user
from ckan.plugins import toolkit as tk

from ckanext.odl import config, helpers
from ckanext.odl.language import language
from ckanext.odl.logic import state
from ckanext.odl.model import State

#: The pages of a deposit by the name that the templates give them.
_PAGES = {
    "read": "odl_deposit.read",
    "fragment": "odl_deposit.fragment",
    "model": "odl_deposit.model",
    "check": "odl_deposit.check",
    "sheets": "odl_deposit.sheets",
    "file": "odl_deposit.file",
    "repair": "odl_deposit.repair",
    "abandon": "odl_deposit.abandon",
    "privacy": "odl_deposit_form.privacy",
    "place": "odl_deposit_form.place",
    "description": "odl_deposit_form.description",
    "publish": "odl_deposit_form.publish",
    "done": "odl_deposit_form.done",
    "share": "odl_deposit_split.share",
}
#: A page waits for the check of a small file at most this long, and only for one that has just been asked for.
_WAIT_SECONDS = 1.0
_FRESH_SECONDS = 15
_PAUSE = 0.1


def context() -> Any:
    """The context of an action called for the person."""
    return {"user": current_user.name, "auth_user_obj": current_user}


def log_in_first() -> None:
    """Strangers log in, and come back to where they wanted to go."""
    if not current_user.is_authenticated:
        here = tk.request.full_path.rstrip("?") if tk.request.method == "GET" else tk.url_for("odl_deposit.index")
        flask.abort(tk.redirect_to("user.login", came_from=here))


def find(id_: str, *, wait: bool = False) -> dict[str, Any]:
    """The deposit of this id; 404 for those who may not see it, as for what does not exist.

    :param wait: give a small file that has just come a moment to be read
    """
    log_in_first()
    deposit = _show(id_)
    if wait and tk.request.method == "GET" and _answer_is_near(deposit):
        end = time.monotonic() + _WAIT_SECONDS
        read = (deposit["repair"] or {}).get("file_id") or deposit["file"]["id"]
        while time.monotonic() < end and _is_under_way(read):
            time.sleep(_PAUSE)
        deposit = _show(id_)
    return deposit


def _show(id_: str) -> dict[str, Any]:
    try:
        return tk.get_action("odl_deposit_show")(context(), {"id": id_, "language": language()})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("This deposit does not exist, or is not open to you."))


def _answer_is_near(deposit: Mapping[str, Any]) -> bool:
    if is_checked(deposit) or deposit["file"]["size"] > config.answer_size():
        return False
    since = helpers.odl_moment_of(deposit["updated_at"])
    return (dt.datetime.now(dt.timezone.utc) - since).total_seconds() < _FRESH_SECONDS


def _is_under_way(file_id: str) -> bool:
    latest = next(iter(state.history(file_id)), None)
    return latest is None or latest.state in (State.WAITING.value, State.RUNNING.value)


def errors_before(deposit: Mapping[str, Any]) -> int | None:
    """How many problems the file had that came before the present one, None when that is not known."""
    for file in deposit["files"][1:]:
        done = (check for check in state.history(file["id"]) if check.state == State.DONE.value)
        counted = next((check for check in done if check.status in ("valid", "invalid")), None)
        if counted:
            return (counted.counts or {}).get("errors") or 0
    return None


def addresses(deposit: Mapping[str, Any]) -> dict[str, str]:
    """Where the pages of a deposit are, by name; ``files`` is the beginning of the addresses of its files."""
    found = {name: tk.url_for(endpoint, id=deposit["id"]) for name, endpoint in _PAGES.items()}
    if deposit["can"]["open"]:  # the file lies in its dataset: it is read and described there
        found |= {"read": found["done"], "description": found["publish"]}
    found["corrected"] = _corrected(deposit, found["read"])
    found["report_xlsx"] = tk.url_for("odl_deposit.report", id=deposit["id"], extension="xlsx")
    found["report_csv"] = tk.url_for("odl_deposit.report", id=deposit["id"], extension="csv")
    found["files"] = unquote(tk.url_for("odl_deposit.download", id=deposit["id"], file_id="{file_id}"))
    found["changes"] = unquote(tk.url_for("odl_deposit.changes", id=deposit["id"], file_id="{file_id}"))
    return found


def _corrected(deposit: Mapping[str, Any], read: str) -> str:
    """Where the corrected file is brought: on the page of the deposit, or in the place of the draft made of it."""
    if deposit["can"]["open"]:
        return helpers.odl_deposit_url(deposit["organization"], fichier=deposit["resource_id"])
    return f"{read}#field-upload"


def is_checked(deposit: Mapping[str, Any]) -> bool:
    """Whether the portal has looked at the file."""
    return badge_of(deposit) != "checking"


def badge_of(deposit: Mapping[str, Any]) -> str:
    """The word for the file of a deposit, one of :data:`ckanext.odl.logic.state.BADGES`."""
    return deposit["file"]["state"]


def is_prepared(deposit: Mapping[str, Any]) -> bool:
    """Whether somebody else took it out of a file of theirs, and its people have neither accepted nor refused it."""
    return bool(deposit["prepared_by"]) and deposit["reason"] == "acceptance"


def is_over(deposit: Mapping[str, Any]) -> bool:
    """Whether nothing is left to do: public, or set aside."""
    return deposit["state"] in ("published", "abandoned") and not deposit["can"]["open"]


def is_placed(deposit: Mapping[str, Any]) -> bool:
    """Whether it is known where the file belongs: a person said so, or nothing resembles it."""
    return deposit["place"] != "dataset" or not deposit["candidates"] or _was_said(deposit, "place")


def is_described(deposit: Mapping[str, Any]) -> bool:
    """Whether a person has confirmed what the portal proposes to say of the file, and nothing in it is refused."""
    return _was_said(deposit, "resource") and not field_errors(deposit)


def _was_said(deposit: Mapping[str, Any], field: str) -> bool:
    said = (line["detail"].get("fields") or () for line in deposit["history"] if line["what"] == "updated")
    return any(field in fields for fields in said)


def field_errors(deposit: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is refused in the description, by field."""
    found: dict[str, list[str]] = {}
    for blocker in deposit["blockers"]:
        if blocker["code"] == "field":
            found.setdefault(blocker["field"], []).append(blocker["message"])
    return found


def advice(deposit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the answers on personal data lead to: the blockers to settle before the file is public."""
    return [blocker for blocker in deposit["blockers"] if blocker["code"].startswith("privacy-")]


def next_page(deposit: Mapping[str, Any], after: str = "read") -> str:
    """The address of the first page that still waits for something, past the page *after*."""
    to = addresses(deposit)
    privacy = bool(deposit["questions"] or [one for one in advice(deposit) if not one["overcome"]])
    if deposit["can"]["open"]:  # all else was said when it was published as a draft
        return to["privacy"] if privacy and after != "privacy" else to["publish"]
    waits = {
        "place": not is_placed(deposit),
        "privacy": privacy,
        "description": not is_described(deposit),
        "publish": True,
    }
    names = list(waits)
    first = names.index(after) + 1 if after in names else 0
    return to[next(name for name in names[first:] or ["publish"] if waits[name])]


def steps(deposit: Mapping[str, Any], here: str) -> list[dict[str, Any]]:
    """The steps of the way, each ``done``, ``here`` or ``todo``; those that can be opened have their address."""
    to = addresses(deposit)
    open_, is_public = is_checked(deposit) and not is_over(deposit), deposit["state"] == "published"
    if deposit["can"]["open"]:
        is_public = False
        to = {**to, "place": "", "description": ""}
    checked, placed, described = is_checked(deposit), is_placed(deposit), is_described(deposit)
    settled = checked and (not deposit["sheets"] or bool(deposit["sheets_kept"]))
    if not deposit["candidates"] and deposit["place"] == "dataset":  # nothing resembles it: there is nothing to ask
        to = {**to, "place": ""}
    told = [
        ("read", tk._("Reading and corrections"), settled and deposit["file"]["state"] != "invalid"),
        ("place", tk._("Its place"), checked and placed),
        ("privacy", tk._("Personal data"), checked and not deposit["questions"] and not advice(deposit)),
        ("description", tk._("Description"), described),
        ("publish", tk._("Publication"), is_public),
    ]
    lines = [{"title": tk._("File"), "url": None, "state": "done"}]
    for name, title, is_done in told:
        state = "here" if name == here else "done" if is_done or is_public else "todo"
        reachable = name == "read" or open_
        lines.append(
            {"title": title, "url": (to[name] or None) if reachable and name != here else None, "state": state}
        )
    return lines


def frame(deposit: dict[str, Any], here: str) -> dict[str, Any]:
    """What every page of a deposit shows around its own part."""
    return {
        "deposit": deposit,
        "target_title": target_title(deposit),
        "badge": badge_of(deposit),
        "to": addresses(deposit),
        "steps": steps(deposit, here),
        "errors": {},
        "problems": [],
    }


def target_title(deposit: Mapping[str, Any]) -> str:
    """The title of the dataset that the file is to join, empty when it gets one of its own."""
    target = deposit["target"]
    return (target["title"] or target["name"]) if target else ""


def shown(action: str, id_: str | None) -> dict[str, Any] | None:
    """A dataset or a file as the person sees it, None when there is none."""
    if not id_:
        return None
    try:
        return tk.get_action(action)(context(), {"id": id_})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None


def update(deposit: Mapping[str, Any], **values: Any) -> Any:
    """Write what a person said into a deposit."""
    return tk.get_action("odl_deposit_update")(context(), {"id": deposit["id"], "language": language(), **values})


def sentences(error: Any) -> list[str]:
    """The sentences of a refusal, however deep they lie."""
    if isinstance(error, str):
        return [error]
    inner = error.values() if isinstance(error, Mapping) else error or ()
    return [sentence for part in inner for sentence in sentences(part)]
