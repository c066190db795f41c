"""Files given as proof of a step: for those who may read the path, as a download and nothing else."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ckan.common import current_user
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response

from ckanext.odl.logic.path import evidence
from ckanext.odl.storage import MissingFile
from ckanext.odl.views import csrf

odl_evidence = Blueprint("odl_evidence", __name__, url_prefix="/odl/justificatif")
csrf.protect(odl_evidence)


@odl_evidence.route("/<proof_id>")
def read(proof_id: str) -> Any:
    """The bytes of a proof; nothing in them can act in the reader's browser."""
    nothing = tk._("This document does not exist, or is not open to you.")
    context: Any = {"user": current_user.name, "auth_user_obj": current_user}
    try:
        proof = tk.get_action("odl_proof_show")(context, {"id": proof_id})
        blocks = evidence.stream(proof["id"], proof["file_name"])
        first = next(blocks, b"")
    except (tk.ObjectNotFound, tk.NotAuthorized, MissingFile):
        tk.abort(404, nothing)
    answer = Response(_joined(first, blocks), content_type=proof["file_type"])
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(proof['file_name'])}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _joined(first: bytes, rest: Any) -> Any:
    yield first
    yield from rest
