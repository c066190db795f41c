"""Links with data.gouv.fr, for a body that supports local authorities: what goes out, what comes in, by which way."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.common import current_user
from ckan.plugins import toolkit as tk
from flask import Blueprint, make_response

from ckanext.odl.logic import collectivite
from ckanext.odl.territory import Name
from ckanext.odl.views import csrf, datagouv_sums

odl_datagouv = Blueprint("odl_datagouv", __name__, url_prefix="/odl/atd/<name>/data-gouv")
csrf.protect(odl_datagouv)

_PER_PAGE = 50


def context() -> Any:
    return {"user": current_user.name, "auth_user_obj": current_user}


def nothing() -> str:
    return tk._("This page does not exist, or is not open to you.")


def atd_of(name: str) -> model.Group:
    """The body whose page is asked for; 404 for all but its staff and that of a body above it."""
    if not current_user.is_authenticated:
        tk.abort(404, nothing())
    group = model.Group.get(name)
    if group is None or not collectivite.may_see_dashboard(current_user.name, group):
        tk.abort(404, nothing())
    return group


def page_asked() -> int:
    return max(1, tk.request.args.get("page", 1, type=int))


def refused(page: str) -> Any:
    """A page that says what was refused."""
    answer = make_response(page)
    answer.status_code = 422
    return answer


@odl_datagouv.route("")
def read(name: str) -> Any:
    """How the links stand, what is to be seen to, and the way of each member."""
    if not current_user.is_authenticated:
        return tk.redirect_to("user.login", came_from=tk.url_for("odl_datagouv.read", name=name))
    return _overview(atd_of(name))


def _overview(atd: model.Group, problems: dict[str, Any] | None = None) -> str:
    asked = {key: tk.request.args.get(key, "").strip() for key in ("q", "way")}
    asked["way"] = asked["way"] if asked["way"] in datagouv_sums.ways() else ""
    page = page_asked()
    found = _members(atd, asked, page)
    pages = max(1, -(-found["count"] // _PER_PAGE))
    if page > pages:
        page, found = pages, _members(atd, asked, pages)
    link = tk.get_action("odl_datagouv_link_show")(context(), {"id": atd.id})
    sources = datagouv_sums.sources(context(), atd)
    review = datagouv_sums.to_review(context(), atd)
    return tk.render(
        "odl/datagouv/atd.html",
        {
            "atd": atd,
            "link": link,
            "register": datagouv_sums.register(atd, link),
            "figures": datagouv_sums.figures(found["totals"], is_registered=bool(link["harvester_id"])),
            "totals": found["totals"],
            "review": review,
            "sources": sources,
            "todo": datagouv_sums.todo(atd, link, sources, review, found["totals"]),
            "rows": found["results"],
            "count": found["count"],
            "asked": asked,
            "ways": datagouv_sums.ways(),
            "filtered": any(asked.values()),
            "problems": problems or {},
            "page": page,
            "pages": pages,
        },
    )


def _members(atd: model.Group, asked: dict[str, str], page: int) -> dict[str, Any]:
    wanted = {key: value for key, value in asked.items() if value}
    wanted |= {"atd": atd.id, "start": (page - 1) * _PER_PAGE, "rows": _PER_PAGE}
    return tk.get_action("odl_datagouv_link_list")(context(), wanted)


# -- one member, or the body itself


@odl_datagouv.route("/collectivite/<member>", methods=["GET", "POST"])
def place(name: str, member: str) -> Any:
    """The way of one member: its organization on data.gouv.fr, found and confirmed, and how its datasets go out."""
    atd = atd_of(name)
    organization = _member(atd, member)
    if tk.request.method == "GET":
        return _place(atd, organization)
    form = tk.request.form
    try:
        tk.get_action("odl_datagouv_link_update")(context(), {"id": organization.id, **_changes(form)})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, nothing())
    except tk.ValidationError as refusal:
        return refused(_place(atd, organization, form, datagouv_sums.sentences(refusal)))
    tk.h.flash_success(_said(form.get("do", ""), organization))
    if form.get("back") == "atd":
        return tk.redirect_to("odl_datagouv.read", name=atd.name)
    return tk.redirect_to("odl_datagouv.place", name=atd.name, member=organization.name)


def _member(atd: model.Group, member: str) -> model.Group:
    """A member of the body, at any depth, or itself; 404 for others."""
    group = model.Group.get(member)
    if group is None or group.state != model.State.ACTIVE or not group.is_organization:
        tk.abort(404, nothing())
    if group.id != atd.id and group.id not in collectivite.descendants(atd):
        tk.abort(404, nothing())
    return group


def _changes(form: Any) -> dict[str, Any]:
    """What one of the forms of the page changes, as ``odl_datagouv_link_update`` takes it."""
    do = form.get("do", "")
    if do == "declare":
        return {"national_id": form.get("national_id", "")}
    if do == "withdraw":
        return {"national_id": "", "mode": "carried"}
    if do == "harvester":
        return {"harvester_id": form.get("harvester_id", "")}
    if do != "settle":
        tk.abort(400, tk._("The page did not say what to do. Please try again."))
    return {
        **({"mode": form["mode"]} if form.get("mode") else {}),
        "withheld": form.get("withheld") == "1",
        "withheld_reason": form.get("withheld_reason", ""),
        **({"auto_accept": form.get("auto_accept") == "1"} if form.get("with_auto_accept") else {}),
    }


def _said(do: str, organization: model.Group) -> str:
    name = Name(organization.display_name)
    if do == "declare":
        return tk._("The data.gouv.fr organization of {name} is confirmed.").format(name=name)
    if do == "withdraw":
        return tk._("{name} has no data.gouv.fr organization declared here any more.").format(name=name)
    if do == "harvester":
        return tk._("The address of the harvester is kept.")
    return tk._("Saved.")


def _place(
    atd: model.Group, organization: model.Group, typed: Any = None, problems: dict[str, list[str]] | None = None
) -> str:
    link = tk.get_action("odl_datagouv_link_show")(context(), {"id": organization.id})
    found, query = None, tk.request.args.get("q")
    problems = problems or {}
    if query is not None and tk.request.method == "GET":
        try:
            found = tk.get_action("odl_datagouv_organization_search")(context(), {"id": organization.id, "q": query})
        except tk.ValidationError as refusal:
            problems = datagouv_sums.sentences(refusal)
    return tk.render(
        "odl/datagouv/place.html",
        {
            "atd": atd,
            "organization": organization,
            "is_self": organization.id == atd.id,
            "link": link,
            "register": datagouv_sums.register(organization, link),
            "confirmed_by": datagouv_sums.name_of(link["confirmed_by"]),
            "identity": datagouv_sums.identity(organization),
            "found": found,
            "query": query,
            "typed": typed or {},
            "problems": problems,
        },
    )


@odl_datagouv.route("/relire", methods=["POST"])
def look(name: str) -> Any:
    """Have data.gouv.fr looked at again, for the body or for one member."""
    atd = atd_of(name)
    organization = _member(atd, tk.request.form.get("member", ""))
    try:
        tk.get_action("odl_datagouv_backcheck")(context(), {"id": organization.id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, nothing())
    except tk.ValidationError as refusal:
        tk.h.flash_error(" ".join(one for said in datagouv_sums.sentences(refusal).values() for one in said))
    else:
        tk.h.flash_success(tk._("The portal is looking at data.gouv.fr; what it sees is shown here in a few minutes."))
    if organization.id == atd.id:
        return tk.redirect_to("odl_datagouv.read", name=atd.name)
    return tk.redirect_to("odl_datagouv.place", name=atd.name, member=organization.name)


# -- what is read on data.gouv.fr

_RUNS_PER_PAGE = 20
_PROBLEMS_SHOWN = 20


@odl_datagouv.route("/collecte", methods=["GET", "POST"])
def new_source(name: str) -> Any:
    """Follow organizations of data.gouv.fr; a POST does, and reads them."""
    atd = atd_of(name)
    if tk.request.method == "GET":
        first = {"title": "data.gouv.fr", "follow": "all", "organizations": [], "frequency": "DAILY"}
        return _source_form(atd, first)
    form = _typed_source()
    try:
        wanted = {"atd": atd.id, **_settings(form)}
        made = tk.get_action("odl_datagouv_source_create")(context(), wanted)
        tk.get_action("odl_datagouv_run")(context(), {"id": made["id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, nothing())
    except tk.ValidationError as refusal:
        return refused(_source_form(atd, form, _of_form(refusal)))
    tk.h.flash_success(tk._("They are followed; the first reading begins."))
    return tk.redirect_to("odl_datagouv.source", name=atd.name, source_id=made["id"])


def _typed_source() -> dict[str, Any]:
    form = tk.request.form
    return {
        "title": form.get("title", "").strip(),
        "follow": form.get("follow", "all"),
        "organizations": form.getlist("organizations"),
        "frequency": form.get("frequency", "DAILY"),
        "skip_harvested": form.get("skip_harvested") == "1",
    }


def _settings(form: dict[str, Any]) -> dict[str, Any]:
    """What was typed, as the actions take it.

    :raises ValidationError: only some are to be followed, and none is ticked
    """
    wanted = {key: form[key] for key in ("title", "frequency", "skip_harvested")}
    if not form["title"]:
        raise tk.ValidationError({"title": [tk._("Give it a name, to find it again.")]})
    if form["follow"] == "some":
        if not form["organizations"]:
            raise tk.ValidationError({"organizations": [tk._("Tick at least one, or follow all of them.")]})
        wanted["organizations"] = form["organizations"]
    return wanted


def _of_form(refusal: tk.ValidationError) -> dict[str, list[str]]:
    said = datagouv_sums.sentences(refusal)
    others = [one for field, some in said.items() if field not in ("title", "organizations") for one in some]
    return {**said, **({"others": others} if others else {})}


def _source_form(atd: model.Group, form: dict[str, Any], problems: dict[str, list[str]] | None = None) -> str:
    return tk.render(
        "odl/datagouv/new_source.html",
        {
            "atd": atd,
            "source": None,
            "form": form,
            "organizations": datagouv_sums.declared(context(), atd),
            "frequencies": datagouv_sums.frequencies(),
            "problems": problems or {},
        },
    )


@odl_datagouv.route("/collecte/<source_id>", methods=["GET", "POST"])
def source(name: str, source_id: str) -> Any:
    """One reading: what it follows, how the last ones went; a POST has it read, or changes it."""
    atd = atd_of(name)
    found = _source(atd, source_id)
    if tk.request.method == "GET":
        return _source_page(atd, found)
    do = tk.request.form.get("do", "")
    if do not in ("run", "confirm", "settle"):
        tk.abort(400, tk._("The page did not say what to do. Please try again."))
    form = _typed_source()
    try:
        if do == "settle":
            wanted = _settings(form)
            followed = {} if "organizations" in wanted else {"all_members": True}
            tk.get_action("odl_datagouv_source_update")(context(), {"id": source_id, **wanted, **followed})
            tk.h.flash_success(tk._("Saved."))
        else:
            tk.get_action("odl_datagouv_run")(context(), {"id": source_id, "confirm_removals": do == "confirm"})
            tk.h.flash_success(tk._("The reading begins; you may leave this page."))
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, nothing())
    except tk.ValidationError as refusal:
        return refused(_source_page(atd, found, form if do == "settle" else None, _of_form(refusal)))
    return tk.redirect_to("odl_datagouv.source", name=atd.name, source_id=source_id)


@odl_datagouv.route("/collecte/<source_id>/etat")
def source_state(name: str, source_id: str) -> Any:
    """The part of the page that says how far the reading is."""
    atd = atd_of(name)
    found = datagouv_sums.source(_source(atd, source_id))
    here = tk.url_for("odl_datagouv.source", name=atd.name, source_id=source_id)
    answer = make_response(tk.render("odl/datagouv/source_state.html", {"atd": atd, "source": found, "here": here}))
    if not found["is_running"]:
        answer.headers["HX-Refresh"] = "true"  # the list of readings below has one more
    return answer


def _source(atd: model.Group, source_id: str) -> dict[str, Any]:
    """A reading of this very body; 404 for those of others."""
    try:
        found = tk.get_action("odl_datagouv_source_show")(context(), {"id": source_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, nothing())
    if not found["atd"] or found["atd"]["id"] != atd.id:
        tk.abort(404, nothing())
    return found


def _source_page(
    atd: model.Group,
    found: dict[str, Any],
    form: dict[str, Any] | None = None,
    problems: dict[str, list[str]] | None = None,
) -> str:
    page = page_asked()
    asked = {"source": found["id"], "start": (page - 1) * _RUNS_PER_PAGE, "rows": _RUNS_PER_PAGE}
    runs = tk.get_action("odl_datagouv_run_list")(context(), asked)
    over = [run for run in runs["results"] if run["finished"]]
    declared = {one["id"]: one for one in datagouv_sums.declared(context(), atd)}
    chosen = [one["id"] for one in [*found["organizations"], *found["not_declared"]]]
    return tk.render(
        "odl/datagouv/source.html",
        {
            "atd": atd,
            "source": datagouv_sums.source(found),
            "runs": [datagouv_sums.run(run, declared, _PROBLEMS_SHOWN) for run in over],
            "form": form
            or {
                **{key: found[key] for key in ("title", "frequency", "skip_harvested")},
                "follow": "all" if found["all_members"] else "some",
                "organizations": [] if found["all_members"] else chosen,
            },
            "organizations": list(declared.values()),
            "frequencies": datagouv_sums.frequencies(),
            "problems": problems or {},
            "page": page,
            "pages": max(1, -(-runs["count"] // _RUNS_PER_PAGE)),
        },
    )
