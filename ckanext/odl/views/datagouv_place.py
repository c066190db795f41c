"""Links with data.gouv.fr, for those who work for a local authority: what is there of theirs, what would be lost."""

from __future__ import annotations

from typing import Any

from ckan import authz
from ckan.common import current_user
from ckan.plugins import toolkit as tk
from flask import Blueprint

from ckanext.odl.views import csrf, datagouv_sums
from ckanext.odl.views.collectivite import open_to_its_people
from ckanext.odl.views.datagouv import context, page_asked

odl_datagouv_place = Blueprint("odl_datagouv_place", __name__, url_prefix="/odl/collectivite/<name>/data-gouv")
csrf.protect(odl_datagouv_place)

_PER_PAGE = 20


#: Where a dataset stands in the eyes of data.gouv.fr, the gravest first.
_STATES = ("blocking", "lossy", "advice", "clean", "withheld")


@odl_datagouv_place.route("")
def read(name: str) -> Any:
    """How the data of one local authority stand on data.gouv.fr, and each dataset."""
    organization = open_to_its_people(name)
    link = tk.get_action("odl_datagouv_link_show")(context(), {"id": organization["id"]})
    state = tk.request.args.get("state", "")
    asked: dict[str, Any] = {"id": organization["id"], "type": "organization", "rows": _PER_PAGE}
    if state in _STATES:
        asked["state"] = state
    page = page_asked()
    found = _check(asked, page)
    pages = max(1, -(-found["count"] // _PER_PAGE))
    if page > pages:
        page, found = pages, _check(asked, pages)
    return tk.render(
        "odl/datagouv/collectivite.html",
        {
            "organization": organization,
            "link": link,
            "atd": datagouv_sums.staffed_above(organization["id"]),
            "check": found,
            "rows": found["results"],
            "total": sum(found["counts"].values()),
            "count": found["count"],
            "state": asked.get("state", ""),
            "states": {name: found["counts"][name] for name in _STATES if found["counts"][name]},
            "may_edit": authz.has_user_permission_for_group_or_org(
                organization["id"], current_user.name, "update_dataset"
            ),
            "page": page,
            "pages": pages,
        },
    )


def _check(asked: dict[str, Any], page: int) -> dict[str, Any]:
    return tk.get_action("odl_harvest_check")(context(), {**asked, "start": (page - 1) * _PER_PAGE})
