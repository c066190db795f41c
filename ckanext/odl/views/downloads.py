"""How the files that people brought leave the portal: as files, never as pages of the portal.

An HTML or SVG file shown under the portal's own address would run its scripts in the session of whoever opens it.
"""

from __future__ import annotations

from ckan import model
from ckan.plugins import toolkit as tk
from flask import Flask, Response

#: Types that a browser shows without running anything.
INERT = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp", "text/csv", "text/plain"})
_POLICY = "default-src 'none'; sandbox"
_ENDPOINTS = (
    "resource.download",
    "_resource.download",
    "file.download",
    "file.trusted_download",
    "file.public_download",
)


def protect(app: Flask) -> None:
    """Have every answer of *app* that carries an uploaded file say how it is to be taken."""
    app.after_request(_as_a_file)


def _as_a_file(response: Response) -> Response:
    endpoint = tk.request.endpoint or ""
    if not (endpoint.endswith(_ENDPOINTS) or tk.request.path.startswith("/uploads/")):
        return response
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.status_code in (200, 206, 304):
        _name(response)
        response.headers["Content-Security-Policy"] = _POLICY
        if response.mimetype not in INERT:
            shown = response.headers.get("Content-Disposition", "")
            _, _, name = shown.partition(";")
            response.headers["Content-Disposition"] = f"attachment;{name}" if name else "attachment"
    return response


def _name(response: Response) -> None:
    """Give the file its name where the address has none: that of our feeds never changes, so it says no name.

    CKAN would have it saved under a name of its own storage.
    """
    asked = tk.request.view_args or {}
    if "resource_id" not in asked or asked.get("filename"):
        return
    resource = model.Resource.get(asked["resource_id"])
    name = str(resource.url).rpartition("/")[2] if resource else ""
    if name:
        response.headers.set("Content-Disposition", "attachment", filename=name)
