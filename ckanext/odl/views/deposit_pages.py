"""What the pages of a deposit share: reading it, where it stands on its way, where its pages are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import flask
from ckan.common import current_user
from ckan.plugins import toolkit as tk

from ckanext.odl import helpers
from ckanext.odl.language import language

#: The pages of a deposit by the name that the templates give them.
_PAGES = {
    "read": "odl_deposit.read",
    "fragment": "odl_deposit.fragment",
    "model": "odl_deposit.model",
    "check": "odl_deposit.check",
    "file": "odl_deposit.file",
    "repair": "odl_deposit.repair",
    "abandon": "odl_deposit.abandon",
    "privacy": "odl_deposit_form.privacy",
    "place": "odl_deposit_form.place",
    "description": "odl_deposit_form.description",
    "publish": "odl_deposit_form.publish",
    "done": "odl_deposit_form.done",
}
CHECKING = ("checking", "waiting", "running")


def context() -> Any:
    """The context of an action called for the person."""
    return {"user": current_user.name, "auth_user_obj": current_user}


def log_in_first() -> None:
    """Strangers log in, and come back to where they wanted to go."""
    if not current_user.is_authenticated:
        here = tk.request.full_path.rstrip("?") if tk.request.method == "GET" else tk.url_for("odl_deposit.index")
        flask.abort(tk.redirect_to("user.login", came_from=here))


def find(id_: str) -> dict[str, Any]:
    """The deposit of this id; 404 for those who may not see it, as for what does not exist."""
    log_in_first()
    try:
        return tk.get_action("odl_deposit_show")(context(), {"id": id_, "language": language()})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("This deposit does not exist, or is not open to you."))


def addresses(deposit: Mapping[str, Any]) -> dict[str, str]:
    """Where the pages of a deposit are, by name; ``files`` is the beginning of the addresses of its files."""
    found = {name: tk.url_for(endpoint, id=deposit["id"]) for name, endpoint in _PAGES.items()}
    found["report_xlsx"] = tk.url_for("odl_deposit.report", id=deposit["id"], extension="xlsx")
    found["report_csv"] = tk.url_for("odl_deposit.report", id=deposit["id"], extension="csv")
    found["files"] = unquote(tk.url_for("odl_deposit.download", id=deposit["id"], file_id="{file_id}"))
    found["changes"] = unquote(tk.url_for("odl_deposit.changes", id=deposit["id"], file_id="{file_id}"))
    return found


def is_checked(deposit: Mapping[str, Any]) -> bool:
    """Whether the portal has looked at the file."""
    return badge_of(deposit) != "checking"


def badge_of(deposit: Mapping[str, Any]) -> str:
    """The word for the file of a deposit, one of the six."""
    word = (deposit.get("file") or {}).get("state") or "to_check"
    return "checking" if word in CHECKING else word


def is_over(deposit: Mapping[str, Any]) -> bool:
    """Whether nothing is left to do: published, or set aside."""
    return deposit["state"] in ("published", "abandoned")


def is_placed(deposit: Mapping[str, Any]) -> bool:
    """Whether it is known where the file belongs: a person said so, or nothing resembles it."""
    return bool(deposit.get("place_chosen")) or deposit["place"] != "dataset" or not deposit["candidates"]


def is_described(deposit: Mapping[str, Any]) -> bool:
    """Whether a person has confirmed what the portal proposes to say of the file."""
    return bool(deposit.get("described"))


def next_page(deposit: Mapping[str, Any], after: str = "read") -> str:
    """The address of the first page that still waits for something, past the page *after*."""
    to = addresses(deposit)
    waits = {
        "privacy": bool(deposit["questions"]),
        "place": not is_placed(deposit),
        "description": not is_described(deposit),
        "publish": True,
    }
    names = list(waits)
    first = names.index(after) + 1 if after in names else 0
    return to[next(name for name in names[first:] or ["publish"] if waits[name])]


def steps(deposit: Mapping[str, Any], here: str) -> list[dict[str, Any]]:
    """The steps of the way, each ``done``, ``here`` or ``todo``; those that can be opened have their address."""
    to = addresses(deposit)
    open_ = is_checked(deposit) and not is_over(deposit)
    checked, placed, described = is_checked(deposit), is_placed(deposit), is_described(deposit)
    told = [
        ("read", tk._("Reading and corrections"), checked and deposit["file"]["state"] != "invalid"),
        ("privacy", tk._("Personal data"), checked and not deposit["questions"]),
        ("description", tk._("Description"), placed and described),
        ("publish", tk._("Publication"), deposit["state"] == "published"),
    ]
    lines = [{"title": tk._("File"), "url": None, "state": "done"}]
    for name, title, is_done in told:
        state = "here" if name == here else "done" if is_done or deposit["state"] == "published" else "todo"
        reachable = name == "read" or open_
        lines.append({"title": title, "url": to[name] if reachable and name != here else None, "state": state})
    return lines


def frame(deposit: dict[str, Any], here: str) -> dict[str, Any]:
    """What every page of a deposit shows around its own part."""
    return {
        "deposit": {**deposit, "target": target_title(deposit)},
        "badge": badge_of(deposit),
        "to": addresses(deposit),
        "steps": steps(deposit, here),
        "errors": {},
        "problems": [],
    }


def target_title(deposit: Mapping[str, Any]) -> str:
    """The title of the dataset that the file is to join, empty when it gets one of its own."""
    if deposit["place"] == "dataset" or not deposit.get("package_id"):
        return ""
    package = shown("package_show", deposit["package_id"])
    return (package.get("title") or package["name"]) if package else ""


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


def rows(report: Mapping[str, Any] | None) -> str:
    """How many lines and columns a file has, in words."""
    return helpers.odl_deposit_rows(report) if report else ""
