"""The check that a form was filled in on this portal.

CKAN 2.12.0 stops checking the token of a view, for the life of the process, once someone without an account has read
it (CVE-2026-41255). Our blueprints therefore check it themselves.
"""

from __future__ import annotations

from ckan.plugins import toolkit as tk
from flask import Blueprint
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


def protect(blueprint: Blueprint) -> None:
    """Refuse (400) every request to *blueprint* that changes something and does not carry the person's token."""
    blueprint.before_request(_check)


def _check() -> None:
    if tk.request.method in _SAFE_METHODS or not tk.config["WTF_CSRF_ENABLED"]:
        return
    token = tk.request.form.get(tk.config["WTF_CSRF_FIELD_NAME"]) or tk.request.headers.get("X-CSRFToken")
    try:
        validate_csrf(token)
    except ValidationError:
        message = tk._("The page stayed open too long, or was opened elsewhere. Go back, reload it, and try again.")
        tk.abort(400, message)
