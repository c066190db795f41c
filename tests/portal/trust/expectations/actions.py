"""Every action of ours, and those of CKAN that ours stand before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.portal.conftest import GOOD, SCHEMA, upload
from tests.portal.trust.expectations.call import Call, org, resource
from tests.portal.trust.people import (
    ACCOUNTS,
    EDITORS,
    EDITORS_B,
    EVERYBODY,
    INSIDE,
    INSIDE_B,
    NOBODY,
    OTHER_STAFF,
    STAFF,
    STATES,
    SYSADMIN,
    readers,
)


def of_atd(name: str = "atd", **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"atd": world.orgs[name], **more}


def step(id_: str, **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"id": world.orgs["a"], "step": id_, **more}


def thing(name: str, key: str = "id", **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {key: world.things[name], **more}


def cover(name: str, **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"id": world.things["covered"], "organization": world.orgs[name], **more}


NOTE = {"kind": "note", "value": "Adjoint au numérique"}
READ: dict[str, Any] = {"may": INSIDE}
ACT: dict[str, Any] = {"may": EDITORS, "sees": INSIDE}
DECIDE: dict[str, Any] = {"may": STAFF, "sees": INSIDE}

#: A source of another type, by each way in which ckanext-harvest takes one, and what it offers over those there are.
_SOURCE = {"name": "prise", "title": "Prise", "url": "http://127.0.0.1/", "source_type": "ckan", "license_id": "lov2"}
#: They look for the dataset of the source, which ours has not.
_OF_DATASETS = ("harvest_source_update", "harvest_source_show")
HARVEST_DOORS: list[tuple[str, Callable[[Any], dict[str, Any]]]] = [
    ("harvest_source_create", lambda world: {**_SOURCE, "owner_org": world.orgs["a"]}),
    ("package_create", lambda world: {**_SOURCE, "owner_org": world.orgs["a"], "type": "harvest"}),
    ("harvest_source_list", lambda world: {}),
    *(
        (name, lambda world: {"id": world.things["source"]})
        for name in ("harvest_source_update", "harvest_source_delete", "harvest_source_show", "harvest_source_clear")
    ),
    ("harvest_job_create", lambda world: {"source_id": world.things["source"]}),
    ("harvest_job_list", lambda world: {"source_id": world.things["source"]}),
    ("harvest_job_show", lambda world: {"id": world.things["run"]}),
    ("harvest_job_abort", lambda world: {"id": world.things["run"]}),
    ("harvest_jobs_run", lambda world: {}),
    ("harvest_abort_failed_jobs", lambda world: {"job_id": world.things["run"], "life_span": 1}),
    ("harvest_job_create_all", lambda world: {}),
    ("harvest_sources_job_history_clear", lambda world: {}),
]

ACTIONS = [
    # the path of a collectivité
    Call("odl_progress_show", org("a")),
    Call("odl_progress_show", org("b"), may=INSIDE_B),
    Call("odl_progress_list", may=ACCOUNTS, others=403),
    Call("odl_progress_list", of_atd("atd"), may=STAFF),
    Call("odl_progress_list", of_atd("a"), **READ),
    Call("odl_progress_list", of_atd("other"), may=OTHER_STAFF),
    Call("odl_progress_public_list"),
    Call("odl_proposal_list", may=ACCOUNTS, others=403),
    Call("odl_proposal_list", of_atd("atd"), may=STAFF),
    Call("odl_history_list", org("a"), **READ),
    Call("odl_duties_show", org("a"), **READ),
    Call("odl_mandate_list", org("a"), **READ),
    Call("odl_proof_show", lambda world: {"id": world.things["proof"]}, **READ),
    Call("odl_mandate_update", org("a", role="agent", title="Secrétaire"), **ACT),
    Call(
        "odl_mandate_update",
        lambda world: {"id": world.orgs["a"], "mandate": world.things["mandate"], "remove": True},
        asks_all=False,
        **ACT,
    ),
    Call("odl_step_update", step("p1.elected", **NOTE), **ACT),
    Call("odl_step_update", step("p1.training", propose_not_applicable=True, reason="Déjà formés"), **ACT),
    Call(
        "odl_step_update",
        lambda world: step("p1.elected", withdraw=world.things["note"])(world),
        asks_all=False,
        **ACT,
    ),
    Call("odl_step_update", step("p1.team", waive=True, reason="Trop petite"), **DECIDE),
    Call("odl_step_update", step("p1.team", unwaive=True), **DECIDE),
    Call("odl_step_update", step("p1.training", refuse=True, reason="Non"), **DECIDE),
    Call("odl_step_update", step("p1.training", accept=True), asks_all=False, **DECIDE),
    Call(
        "odl_step_update",
        lambda world: {"ids": [world.orgs["b"], world.orgs["a"]], "step": "p1.team", "waive": True, "reason": "Oui"},
        may=STAFF,
        sees=frozenset({"member_b", "editor_b", "admin_b"}),
        asks_all=False,
    ),
    Call("odl_step_update", of_atd(profile="small", step="p1.team", waive=True, reason="Oui"), may=STAFF),
    Call("odl_progress_recompute", org("a"), **ACT),
    Call("odl_call_note", org("a", note="Rappeler"), **DECIDE),
    Call("odl_call_list", of_atd("atd"), may=STAFF, others=403),
    Call("odl_call_list", of_atd("a"), may=SYSADMIN, others=403),
    Call(
        "odl_group_update",
        lambda world: {"atd": world.orgs["atd"], "ids": [world.orgs["b"]], "group": "Rentrée"},
        may=STAFF,
        others=403,
    ),
    # another structure takes a commune that is not one of its members
    Call(
        "odl_group_update",
        lambda world: {"atd": world.orgs["other"], "ids": [world.orgs["a"]], "group": "Prise"},
        may=OTHER_STAFF,
        others=403,
    ),
    # links with data.gouv.fr
    Call("odl_datagouv_link_show", org("a"), **READ),
    Call("odl_datagouv_link_list", of_atd("atd"), may=STAFF),
    Call("odl_datagouv_link_list", of_atd("other"), may=OTHER_STAFF),
    Call("odl_datagouv_link_list", of_atd("a"), may=SYSADMIN, sees=INSIDE, asks_all=False),
    Call("odl_datagouv_link_update", org("a", withheld=True, withheld_reason="Fusion"), **DECIDE),
    # switched off in this portal: those who may ask are told so, and nobody's request leaves
    Call("odl_datagouv_organization_search", org("a", q="Valbrune"), asks_all=False, **DECIDE),
    # what arrived there: the link for whoever sees the dataset, the rest for its own people
    Call("odl_datagouv_backcheck", org("a"), **ACT),
    Call("odl_datagouv_backcheck", org("atd"), may=STAFF, asks_all=False),
    Call("odl_datagouv_backcheck_show", org("a"), **READ),
    Call("odl_datagouv_backcheck_show", org("b"), may=INSIDE_B),
    Call("odl_datagouv_backcheck_show", org("atd"), may=STAFF),
    *(
        Call("odl_datagouv_twin_show", lambda world, s=state: {"id": world.packages[s]}, may=readers(state))
        for state in STATES
    ),
    # what data.gouv.fr would refuse: its own people and those above, for each dataset that they may see
    Call("odl_harvest_check", org("a", type="organization"), may=INSIDE, others=403),
    Call(
        "odl_harvest_check", org("b", type="organization"), may=INSIDE_B, others=403
    ),
    Call("odl_harvest_check", org("atd", type="organization"), may=STAFF, others=403),
    Call("odl_harvest_check", lambda world: {"id": world.packages["public"]}, may=INSIDE, others=403),
    Call("odl_harvest_check", lambda world: {"id": world.packages["private"]}, may=INSIDE),
    Call("odl_harvest_check", lambda world: {"id": world.packages["draft"]}, may=INSIDE),
    Call("odl_harvest_check", lambda world: {"id": world.packages["deleted"]}, may=NOBODY),
    # what comes in from data.gouv.fr: the staff of the ATD, and of the one above
    Call("odl_datagouv_source_create", of_atd("atd", title="Autre source"), may=STAFF, others=403, asks_all=False),
    # told to its staff only: a commune supports nobody
    Call("odl_datagouv_source_create", of_atd("a", title="Sienne"), may=STAFF, others=403, asks_all=False),
    # another structure follows the members of this one
    Call("odl_datagouv_source_create",
         lambda world: {"atd": world.orgs["other"], "organizations": [world.orgs["a"]]},
         may=OTHER_STAFF, others=403, asks_all=False),
    Call("odl_datagouv_source_update", thing("source", title="Renommée"), may=STAFF, others=403, asks_all=False),
    Call("odl_datagouv_source_show", thing("source"), may=STAFF, others=403),
    Call("odl_datagouv_source_list", may=STAFF | {"staff_other"}, others=403),
    Call("odl_datagouv_source_list", of_atd("atd"), may=STAFF, others=403),
    Call("odl_datagouv_run", thing("source"), may=STAFF, others=403),
    Call("odl_datagouv_run_list", may=STAFF | {"staff_other"}, others=403),
    Call("odl_datagouv_run_list", of_atd("atd"), may=STAFF, others=403),
    Call("odl_datagouv_run_list", thing("source", "source"), may=STAFF, others=403),
    Call("odl_datagouv_run_show", thing("run"), may=STAFF, others=403),
    Call("odl_datagouv_review_list", org("atd"), may=STAFF, others=403),
    Call("odl_datagouv_review_list", org("a", state="ignored"), may=STAFF, others=403),
    Call("odl_datagouv_review_list", org("other"), may=OTHER_STAFF, others=403),
    *(
        Call(
            "odl_datagouv_review_decide",
            lambda world, d=decision: {"ids": [world.things["national"]], "decision": d,
                                       "package_id": world.packages["public"]},
            may=STAFF, others=403, asks_all=False,
        )
        for decision in ("accept", "ignore", "twin", "reconsider")
    ),
    # ckanext-harvest's own doors
    *(
        Call(action, lambda world, d=data: d(world), may=SYSADMIN, asks_all=False,
             others=404 if action in _OF_DATASETS else 403)
        for action, data in HARVEST_DOORS
    ),
    # files
    *(
        Call("odl_validation_show", resource(state), may=readers(state))
        for state in (*STATES, "replaced")
    ),
    *(
        Call("odl_validation_list", resource(state, "resource_id"), may=readers(state))
        for state in (*STATES, "replaced")
    ),
    *(
        Call("odl_validation_list", lambda world, s=state: {"package_id": world.packages[s]}, may=readers(state))
        for state in STATES
    ),
    Call("odl_validation_list", lambda world: {"organization_id": world.orgs["a"], "limit": 1000}),
    *(Call("odl_validation_run", resource(state), may=EDITORS, sees=readers(state)) for state in STATES),
    # lists of members and campaigns: the structure's staff
    Call("odl_member_import", lambda world: {"atd": world.orgs["atd"], "upload": upload(b"INSEE\n48095\n")},
         may=STAFF, others=403),
    Call("odl_member_import", lambda world: {"atd": world.orgs["a"], "upload": upload(b"INSEE\n48095\n")},
         may=SYSADMIN, others=403, asks_all=False),
    Call("odl_member_import_show", thing("list"), may=STAFF),
    Call("odl_member_import_run", thing("list"), may=STAFF),
    Call("odl_campaign_list", org("atd"), may=STAFF, others=403),
    Call("odl_campaign_list", org("other"), may=OTHER_STAFF, others=403),
    Call("odl_campaign_create",
         lambda world: {"atd": world.orgs["atd"], "schema": SCHEMA, "due_on": "2099-12-31",
                        "contact": {"name": "Anne", "email": "anne@exemple.fr"}}, may=STAFF, others=403),
    Call("odl_campaign_show", thing("campaign"), may=STAFF),
    Call("odl_campaign_update", thing("campaign", due_on="2099-12-30"), may=STAFF),
    Call("odl_campaign_open", thing("campaign"), may=STAFF),
    Call("odl_campaign_remind", thing("campaign"), may=STAFF),
    Call("odl_campaign_accept", thing("campaign"), may=STAFF),
    Call("odl_campaign_close", thing("campaign"), may=STAFF, asks_all=False),
    Call("odl_deposit_link_create", thing("campaign", "campaign", organization="x"), may=STAFF, asks_all=False),
    Call("odl_deposit_link_revoke", thing("campaign", "campaign", organizations=["x"]), may=STAFF),
    Call("odl_deposit_split", thing("deposit_draft", column="A"), may=EDITORS, asks_all=False),
    Call("odl_deposit_split", thing("deposit_draft", column="A", dry_run=True), may=EDITORS, asks_all=False),
    # a dataset that speaks of members: they answer for themselves
    Call("odl_cover_show", thing("covered")),
    *(
        Call("odl_cover_show", lambda world, s=state: {"id": world.packages[s]},
             may=NOBODY if state == "deleted" else readers(state))
        for state in STATES
    ),
    Call("odl_cover_list", lambda world: {"organization": world.orgs["a"]}, may=INSIDE, others=403),
    Call("odl_cover_list", lambda world: {"organization": world.orgs["b"]},
         may=INSIDE_B, others=403),
    Call("odl_cover_list", lambda world: {"organization": world.orgs["atd"]}, may=STAFF, others=403),
    Call("odl_cover_refuse", cover("a", why="Non"), may=EDITORS, others=403),
    Call("odl_cover_refuse", cover("b", why="Non"), may=EDITORS_B, others=403, asks_all=False),
    Call("odl_cover_refuse", lambda world: {**cover("a", why="Non")(world), "id": world.packages["private"]},
         may=NOBODY, sees=EVERYBODY - EDITORS),
    # it refused itself: those above do not take this back
    Call("odl_cover_accept", cover("a"), may=frozenset({"editor_a", "admin_a", "sysadmin"}), others=403,
         asks_all=False),
    Call("odl_deposit_leave_out", thing("deposit_draft"), may=EDITORS, asks_all=False),
    # deposits: those who publish for the organization, and nobody else of it
    Call("odl_deposit_list", may=ACCOUNTS, others=403),
    Call("odl_deposit_list", lambda world: {"mine": True, "state": "open"}, may=ACCOUNTS, others=403),
    Call("odl_deposit_list", lambda world: {"organization": world.orgs["a"]}, may=EDITORS),
    Call("odl_deposit_list", lambda world: {"organization": world.orgs["b"]}, may=EDITORS_B),
    Call("odl_deposit_list", lambda world: {"organization": world.orgs["other"]}, may=OTHER_STAFF),
    Call("odl_deposit_create", lambda world: {"organization": world.orgs["a"], "upload": upload(GOOD)}, may=EDITORS),
    *(
        Call(
            "odl_publish",
            lambda world, organization=organization: {
                "organization": world.orgs[organization], "model": SCHEMA, "period": "2024", "dry_run": "true",
                "file": upload(GOOD),
            },
            may=may,
            others=403,
        )
        for organization, may in (("a", EDITORS), ("b", EDITORS_B), ("other", OTHER_STAFF))
    ),
    Call("odl_deposit_create", lambda world: {"organization": world.orgs["b"], "upload": upload(GOOD)},
         may=EDITORS_B, asks_all=False),
    *(
        Call(action, thing(deposit, **more), may=EDITORS, asks_all=asks_all)
        for deposit in ("deposit_draft", "deposit_abandoned")
        for action, more, asks_all in (
            ("odl_deposit_show", {}, True),
            ("odl_deposit_repair_list", {}, True),
            ("odl_deposit_update", {"package": {"title": "Prénoms"}}, deposit == "deposit_draft"),
            ("odl_deposit_check", {}, deposit == "deposit_draft"),
            ("odl_deposit_repair", {"chosen": {"all": True}}, False),
            ("odl_deposit_publish", {"despite_problems": True}, False),
            ("odl_deposit_abandon", {"undo": True}, deposit == "deposit_draft"),
        )
    ),
    Call("odl_deposit_file_add", lambda world: {"id": world.things["deposit_draft"], "upload": upload(GOOD)},
         may=EDITORS, asks_all=False),
    Call("odl_validate", lambda world: {"upload": upload(GOOD), "schema": SCHEMA}, may=ACCOUNTS, others=403),
    # half-filled models, the table typed on a page, the catalogue of one's own data
    Call("odl_template_list", org("a"), **READ),
    Call("odl_template_list", org("b"), may=INSIDE_B),
    Call("odl_template_show", org("a", schema=SCHEMA), **READ),
    Call("odl_table_check", org("a", schema=SCHEMA, rows=[{"ANNEE": "2024"}]), **ACT),
    Call("odl_table_save", org("a", schema=SCHEMA, rows=[{"ENFANT_PRENOM": "Louise"}]), asks_all=False, **ACT),
    Call("odl_catalogue_update", org("a", on=False), may=STAFF | {"admin_a"}, sees=INSIDE, asks_all=False),
    # what is public
    Call("odl_schema_list"),
    Call("odl_schema_show", lambda world: {"id": SCHEMA}),
    Call("odl_territory_search", lambda world: {"q": "Mende"}),
    Call("odl_territory_show", lambda world: {"insee": "48095"}),
    # actions of CKAN that ours stand before
    Call("organization_show", org("a", include_datasets=True)),
    Call("organization_create", lambda world: {"name": "nouvelle", "groups": [{"name": world.orgs["atd"]}]},
         may=STAFF, others=403, asks_all=False),
    Call("organization_update", org("a", title="Prise"), may=STAFF | {"admin_a"}, others=403, asks_all=False),
    Call("group_update", org("a", title="Prise"), may=STAFF | {"admin_a"}, others=403, asks_all=False),
    Call(
        "member_create",
        lambda world: {"id": world.orgs["a"], "object": world.orgs["other"], "object_type": "group",
                       "capacity": "parent"},
        may=SYSADMIN,
        others=403,
        asks_all=False,
    ),
    Call(
        "member_delete",
        lambda world: {"id": world.orgs["a"], "object": world.orgs["atd"], "object_type": "group"},
        may=SYSADMIN,
        others=403,
        asks_all=False,
    ),
]  # fmt: skip
