"""The API for those who write software: its OpenAPI description, and a page that says where to begin."""

from __future__ import annotations

import flask
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response, jsonify

from ckanext.odl.logic import openapi

from . import csrf

odl_openapi = Blueprint("odl_openapi", __name__, url_prefix="/odl")
csrf.protect(odl_openapi)

#: How long a shared cache may answer without asking, in seconds.
_SHARED_SECONDS = 3600


@odl_openapi.route("/openapi.json")
def description() -> Response:
    """All our actions as OpenAPI 3.1; the same for everybody."""
    answer = jsonify(openapi.document())
    answer.cache_control.public = True
    answer.cache_control.s_maxage = _SHARED_SECONDS
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.add_etag()
    answer.make_conditional(flask.request)
    return answer


@odl_openapi.route("/api")
def read() -> str:
    """Where a developer begins: the one call that publishes a file, the token, the description."""
    portal = tk.h.url_for("home.index", _external=True, locale="default").rstrip("/")
    return tk.render("odl/api.html", {"portal": portal, "actions": openapi.actions()})
