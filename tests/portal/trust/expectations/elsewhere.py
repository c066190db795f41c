"""Pages and calls of CKAN that show our data, or through which they could be asked for; only looked at for markers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.portal.conftest import SCHEMA
from tests.portal.trust.people import STATES

ELSEWHERE: list[tuple[str, Callable[[Any], str]]] = [
    *((f"dataset {state}", lambda world, s=state: f"/dataset/{world.packages[s]}") for state in STATES),
    *(
        (f"file {state}", lambda world, s=state: f"/dataset/{world.packages[s]}/resource/{world.resources[s]}")
        for state in STATES
    ),
    *(
        (
            f"download {state}",
            lambda world, s=state: f"/dataset/{world.packages[s]}/resource/{world.resources[s]}/download/x.csv",
        )
        for state in STATES
    ),
    ("home", lambda world: "/"),
    ("search", lambda world: "/dataset?q=zq*"),
    ("search by state", lambda world: "/dataset?vocab_odl_state=invalid"),
    ("search by model", lambda world: f"/dataset?vocab_odl_schema={SCHEMA}"),
    ("organizations", lambda world: "/organization"),
    ("organization", lambda world: f"/organization/{world.orgs['a']}"),
    ("about", lambda world: f"/organization/about/{world.orgs['a']}"),
    ("activity", lambda world: f"/organization/activity/{world.orgs['a']}"),
    ("user", lambda world: "/user/editor-a"),
    ("feed", lambda world: f"/feeds/organization/{world.orgs['a']}.atom"),
    ("catalogue", lambda world: "/catalog.jsonld"),
    *(
        (f"api {name}", lambda world, n=name, q=query: f"/api/3/action/{n}?{q(world)}")
        for name, query in (
            ("package_search", lambda world: "include_private=true&include_drafts=true&include_deleted=true&rows=1000"),
            ("package_search", lambda world: "fq=vocab_odl_state:invalid&include_private=true&include_drafts=true"
                                             '&facet.field=["vocab_odl_schema","title","name","res_name"]'),
            ("package_list", lambda world: ""),
            ("resource_search", lambda world: "query=name:zq"),
            ("organization_list", lambda world: "all_fields=true&include_extras=true"),
            ("organization_show", lambda world: f"id={world.orgs['a']}&include_datasets=true&include_extras=true"),
            ("group_show", lambda world: f"id={world.orgs['a']}&include_datasets=true"),
            ("organization_activity_list", lambda world: f"id={world.orgs['a']}"),
            ("recently_changed_packages_activity_list", lambda world: ""),
            ("user_show", lambda world: "id=editor-a&include_datasets=true"),
            ("package_autocomplete", lambda world: "q=zq"),
        )
    ),
]  # fmt: skip
