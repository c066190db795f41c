"""What everybody may read of the path: a page for each collectivité that agreed to it, their list, files, badges."""

from __future__ import annotations

from typing import Any

import flask
from ckan import model
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response

from ckanext.odl import helpers
from ckanext.odl.language import language
from ckanext.odl.logic import public_progress
from ckanext.odl.views import csrf, tables

odl_progress = Blueprint("odl_progress", __name__, url_prefix="/odl")
csrf.protect(odl_progress)

_PER_PAGE = 50
#: How long a shared cache may answer without asking, in seconds; browsers ask each time, and are told “unchanged”.
_SHARED_SECONDS = 3600
_LICENCE = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"


def _anybody() -> Any:
    """The context of someone without an account: the page is the same for all, and shows nobody more than that."""
    return {"user": "", "auth_user_obj": model.AnonymousUser()}


def _shown(name: str) -> dict[str, Any]:
    """Where a collectivité stands, as everybody may read it; 404 for one that did not open its page."""
    try:
        progress = tk.get_action("odl_progress_show")(_anybody(), {"id": name})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        progress = {"public": False}
    if not progress["public"]:
        tk.abort(404, tk._("No public page has this address, or the local authority has not opened its own yet."))
    return progress


@odl_progress.route("/avancement")
def index() -> str:
    """The collectivités that show where they stand; search and page are in the address."""
    query = tk.request.args.get("q", "").strip()[:100]
    page = max(1, tk.request.args.get("page", 1, type=int))
    asked = {"q": query, "start": (page - 1) * _PER_PAGE, "rows": _PER_PAGE}
    found = tk.get_action("odl_progress_public_list")(_anybody(), asked)
    pages = max(1, -(-found["count"] // _PER_PAGE))
    if page > pages:
        page = pages
        found = tk.get_action("odl_progress_public_list")(_anybody(), {**asked, "start": (page - 1) * _PER_PAGE})
    return tk.render(
        "odl/progress/index.html",
        {"places": found["results"], "count": found["count"], "query": query, "page": page, "pages": pages},
    )


@odl_progress.route("/avancement/<name>")
def read(name: str) -> str:
    """Where one collectivité stands, for its residents."""
    return tk.render("odl/progress/read.html", {"progress": _shown(name)})


@odl_progress.route("/avancement/<name>/badge.svg")
def badge(name: str) -> Response:
    """The badge, a picture of 280 × 72."""
    progress = _shown(name)
    return _kept(flask.render_template("odl/progress/badge.svg", **_badge(progress)), "image/svg+xml", progress)


@odl_progress.route("/avancement/<name>/badge")
def badge_page(name: str) -> Response:
    """The badge as a page to be framed by another site, with a link to the page it sums up."""
    progress = _shown(name)
    answer = _kept(flask.render_template("odl/progress/badge.html", **_badge(progress)), "text/html", progress)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; img-src 'self'; frame-ancestors *"
    answer.headers.pop("X-Frame-Options", None)
    return answer


def _badge(progress: dict[str, Any]) -> dict[str, Any]:
    name = progress["organization"]["name"]
    return {
        "lang": language(),
        "name": progress["organization"]["title"],
        "phases": progress["phases"],
        "headline": tk._("Our open data"),
        "count": helpers.odl_steps_done(progress),
        "alternative": helpers.odl_badge_text(progress),
        "page_url": tk.url_for("odl_progress.read", name=name, _external=True),
        "image_url": tk.url_for("odl_progress.badge", name=name, _external=True),
    }


def _kept(content: str, kind: str, progress: dict[str, Any]) -> Response:
    """An answer without cookies that caches may keep, and that is sent again only when it changed."""
    answer = Response(content, content_type=f"{kind}; charset=utf-8")
    answer.add_etag()
    answer.last_modified = helpers.odl_moment_of(progress["computed_at"])
    return _shared(answer)


def _shared(answer: Response) -> Response:
    answer.cache_control.public = True
    answer.cache_control.s_maxage = _SHARED_SECONDS
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.make_conditional(flask.request)
    return answer


@odl_progress.route("/avancement.<any(csv, json):extension>")
def export(extension: str) -> Response:
    """All public progress as open data: the observatory's columns and ours, written while it is sent."""
    version = public_progress.version()
    rows = public_progress.export()
    if extension == "csv":
        content = tables.as_csv(public_progress.COLUMNS, (list(row.values()) for row in rows), for_excel=False)
    else:
        content = tables.as_json(rows, count=version.number, licence=_LICENCE, columns=list(public_progress.COLUMNS))
    answer = Response(tables.streamed(content), content_type=tables.KINDS[extension])
    answer.set_etag(f"{version.tag}-{extension}", weak=True)
    answer.last_modified = version.changed_at
    answer.headers["Link"] = f'<{_LICENCE}>; rel="license"'
    answer.headers["Content-Disposition"] = f'attachment; filename="avancement.{extension}"'
    answer.automatically_set_content_length = False  # werkzeug would hold the whole of it to measure it
    return _shared(answer)
