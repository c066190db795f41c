"""How often one person may deposit and have files checked: an action cannot answer 429, the route can.

Counted per minute in Redis, by account, or by address for who has none. Without Redis nobody is refused.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from ckan.common import current_user
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from flask import Flask, Response, jsonify, make_response

from ckanext.odl import config

log = logging.getLogger(__name__)

_MINUTE = 60
_DEPOSITS = {
    "resource_create", "resource_update", "resource_patch", "package_revise", "odl_publish", "odl_deposit_create",
    "odl_deposit_file_add",
}  # fmt: skip
_CHECKS = {
    "odl_validate", "odl_validation_run", "odl_table_check", "odl_deposit_repair", "odl_deposit_repair_list",
    "odl_deposit_split",
}  # fmt: skip
#: Pages that have a file read.
_READERS = ("odl_grid.check", "odl_grid.typed", "odl_models.carried", "odl_report.check_again")
_LINKS = "odl_deposit_link."
_FORMS = ("resource.new", "resource.edit", "odl_deposit.index", "odl_deposit.file", "odl_deposit_split.share")


def protect(app: Flask) -> None:
    """Refuse (429) who calls *app* more often than the settings allow."""
    app.before_request(_refuse_too_many)


def _refuse_too_many() -> Response | None:
    kind = _kind()
    if kind is None:
        return None
    most = config.rate(kind)
    if not most:
        return None
    now = time.time()
    try:
        count = _count(f"odl:{tk.config['ckan.site_id']}:rate:{kind}:{_who()}:{int(now // _MINUTE)}")
    except Exception:
        log.exception("Requests could not be counted")
        return None
    if count <= most:
        return None
    wait = int(_MINUTE - now % _MINUTE) + 1
    words = tk._("That was more than {most} files in a minute. Nothing was lost: try again in {wait} seconds.")
    sentence = words.format(most=most, wait=wait)
    response = _in_words(sentence)
    response.status_code = 429
    response.headers["Retry-After"] = str(wait)
    return response


def _kind() -> str | None:
    """What the request asks of us: a ``deposit``, a ``check``, or nothing that is counted."""
    endpoint = tk.request.endpoint or ""
    if endpoint == "api.action":
        action = (tk.request.view_args or {}).get("logic_function")
        if action in _CHECKS:
            return "check"
        return "deposit" if action in _DEPOSITS and tk.request.files else None
    if endpoint.startswith(_LINKS):
        return "deposit" if tk.request.files else "link"
    if endpoint in _READERS:
        return "check"
    if tk.request.method == "POST" and endpoint.endswith(_FORMS):
        return "deposit"
    return None


def _who() -> str:
    return current_user.id if current_user.is_authenticated else f"{tk.request.remote_addr}"


def _count(key: str) -> int:
    pipeline: Any = connect_to_redis().pipeline()
    pipeline.incr(key).expire(key, 2 * _MINUTE)
    return pipeline.execute()[0]


def _in_words(sentence: str) -> Response:
    if tk.request.endpoint == "api.action":
        error = {"__type": "Too Many Requests", "message": sentence}
        return jsonify({"help": "", "success": False, "error": error})
    return make_response(tk.render("error_document_template.html", {"code": 429, "content": sentence, "name": ""}))
