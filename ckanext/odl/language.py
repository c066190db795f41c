"""The language of the person who asks."""

from __future__ import annotations

import flask
from ckan.plugins import toolkit as tk


def language() -> str:
    """Language of the request (``fr``, ``en``…), or the portal's default outside of any request."""
    asked = tk.h.lang() if flask.has_request_context() else None
    return asked or tk.config["ckan.locale_default"]
