"""Who gets what: every action and every route of ours, in rows to be read like a table.

``may`` are those whose call is carried out; ``sees`` those who are told that they may not (403); all others are
answered as if the thing did not exist (404), or by what ``others`` says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.portal.conftest import GOOD, SCHEMA, upload
from tests.portal.trust.world import ACCOUNTS, EDITORS, EVERYBODY, INSIDE, STAFF, STATES

NOBODY: frozenset[str] = frozenset()
OTHER_STAFF = frozenset({"staff_other", "sysadmin"})
LOGIN = "login"


@dataclass(frozen=True)
class Call:
    """One call of an action, or one request to a route.

    :param what: the name of the action, or method and rule of the route
    :param data: world -> the data of the call, or the variable parts of the route
    :param form: world -> the form that is posted
    :param query: what follows the question mark
    :param anonymous: what is said to a visitor when it is something else (``LOGIN``: log in first)
    :param asks_all: False when the call of one who may would change the world for the next
    """

    what: str
    data: Callable[[Any], dict[str, Any]] = lambda world: {}
    may: frozenset[str] = EVERYBODY
    sees: frozenset[str] = NOBODY
    others: int = 404
    form: Callable[[Any], dict[str, Any]] | None = None
    query: Callable[[Any], str] = lambda world: ""
    anonymous: Any = None
    asks_all: bool = True

    def expected(self, who: str) -> Any:
        """The status that *who* gets; 200 stands for all that was carried out."""
        if who in self.may:
            return 200
        if who == "anonymous" and self.anonymous is not None:
            return self.anonymous
        return 403 if who in self.sees else self.others


def org(name: str = "a", **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"id": world.orgs[name], **more}


def of_atd(name: str = "atd", **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"atd": world.orgs[name], **more}


def step(id_: str, **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"id": world.orgs["a"], "step": id_, **more}


def thing(name: str, key: str = "id", **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {key: world.things[name], **more}


def cover(name: str, **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"id": world.things["covered"], "organization": world.orgs[name], **more}


def resource(state: str, key: str = "id") -> Callable[[Any], dict[str, Any]]:
    return lambda world: {key: world.resources[state]}


def readers(state: str) -> frozenset[str]:
    return EVERYBODY if state in ("public", "replaced") else INSIDE


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
    Call("odl_progress_show", org("b"), may=STAFF | {"member_b", "editor_b", "admin_b"}),
    Call("odl_progress_list", may=ACCOUNTS, others=403),
    Call("odl_progress_list", of_atd("atd"), may=STAFF),
    Call("odl_progress_list", of_atd("a"), **READ),
    Call("odl_progress_list", of_atd("other"), may=frozenset({"staff_other", "sysadmin"})),
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
    Call("odl_call_list", of_atd("a"), may=frozenset({"sysadmin"}), others=403),
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
        may=frozenset({"staff_other", "sysadmin"}),
        others=403,
    ),
    # links with data.gouv.fr
    Call("odl_datagouv_link_show", org("a"), **READ),
    Call("odl_datagouv_link_list", of_atd("atd"), may=STAFF),
    Call("odl_datagouv_link_list", of_atd("other"), may=frozenset({"staff_other", "sysadmin"})),
    Call("odl_datagouv_link_list", of_atd("a"), may=frozenset({"sysadmin"}), sees=INSIDE, asks_all=False),
    Call("odl_datagouv_link_update", org("a", withheld=True, withheld_reason="Fusion"), **DECIDE),
    # switched off in this portal: those who may ask are told so, and nobody's request leaves
    Call("odl_datagouv_organization_search", org("a", q="Valbrune"), asks_all=False, **DECIDE),
    # what arrived there: the link for whoever sees the dataset, the rest for its own people
    Call("odl_datagouv_backcheck", org("a"), **ACT),
    Call("odl_datagouv_backcheck", org("atd"), may=STAFF, asks_all=False),
    Call("odl_datagouv_backcheck_show", org("a"), **READ),
    Call("odl_datagouv_backcheck_show", org("b"), may=STAFF | {"member_b", "editor_b", "admin_b"}),
    Call("odl_datagouv_backcheck_show", org("atd"), may=STAFF),
    *(
        Call("odl_datagouv_twin_show", lambda world, s=state: {"id": world.packages[s]}, may=readers(state))
        for state in STATES
    ),
    # what data.gouv.fr would refuse: its own people and those above, for each dataset that they may see
    Call("odl_harvest_check", org("a", type="organization"), may=INSIDE, others=403),
    Call(
        "odl_harvest_check", org("b", type="organization"), may=STAFF | {"member_b", "editor_b", "admin_b"}, others=403
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
         may=frozenset({"staff_other", "sysadmin"}), others=403, asks_all=False),
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
    Call("odl_datagouv_review_list", org("other"), may=frozenset({"staff_other", "sysadmin"}), others=403),
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
        Call(action, lambda world, d=data: d(world), may=frozenset({"sysadmin"}), asks_all=False,
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
         may=frozenset({"sysadmin"}), others=403, asks_all=False),
    Call("odl_member_import_show", thing("list"), may=STAFF),
    Call("odl_member_import_run", thing("list"), may=STAFF),
    Call("odl_campaign_list", org("atd"), may=STAFF, others=403),
    Call("odl_campaign_list", org("other"), may=frozenset({"staff_other", "sysadmin"}), others=403),
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
         may=STAFF | {"member_b", "editor_b", "admin_b"}, others=403),
    Call("odl_cover_list", lambda world: {"organization": world.orgs["atd"]}, may=STAFF, others=403),
    Call("odl_cover_refuse", cover("a", why="Non"), may=EDITORS, others=403),
    Call("odl_cover_refuse", cover("b", why="Non"), may=STAFF | {"editor_b", "admin_b"}, others=403, asks_all=False),
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
    Call("odl_deposit_list", lambda world: {"organization": world.orgs["b"]}, may=STAFF | {"editor_b", "admin_b"}),
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
        for organization, may in (("a", EDITORS), ("b", STAFF | {"editor_b", "admin_b"}), ("other", OTHER_STAFF))
    ),
    Call("odl_deposit_create", lambda world: {"organization": world.orgs["b"], "upload": upload(GOOD)},
         may=STAFF | {"editor_b", "admin_b"}, asks_all=False),
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
    Call("odl_template_list", org("b"), may=STAFF | {"member_b", "editor_b", "admin_b"}),
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
        may=frozenset({"sysadmin"}),
        others=403,
        asks_all=False,
    ),
    Call(
        "member_delete",
        lambda world: {"id": world.orgs["a"], "object": world.orgs["atd"], "object_type": "group"},
        may=frozenset({"sysadmin"}),
        others=403,
        asks_all=False,
    ),
]  # fmt: skip

COMMUNE = "/odl/collectivite/<name>"
PATH = f"{COMMUNE}/parcours"
ATD = "/odl/atd/<name>"
REPORT = "/odl/report/<resource_id>"
DEPOSIT = "/odl/depot/<id>"


def named(name: str = "a", **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"name": world.orgs[name], **more}


def posted(**form: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: form


def chosen(**form: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"id": world.orgs["a"], **form}


def deposit(state: str, **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"id": world.things[f"deposit_{state}"], **more}


def covered(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"name": world.orgs[name], "dataset": world.things["covered"]}


INSIDE_PAGE: dict[str, Any] = {"may": INSIDE, "anonymous": LOGIN}
ACTING_PAGE: dict[str, Any] = {"may": EDITORS, "sees": INSIDE, "anonymous": LOGIN}
DECIDING_PAGE: dict[str, Any] = {"may": STAFF, "sees": INSIDE, "anonymous": LOGIN}
OTHER_STAFF = frozenset({"staff_other", "sysadmin"})

MODELS = f"{COMMUNE}/modeles"
TABLE = "/odl/grille/<path:schema>"


def of_model() -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"schema": SCHEMA}


def of_commune(world: Any) -> str:
    return f"collectivite={world.orgs['a']}"


NATIONAL = f"{ATD}/data-gouv"
_VARIABLES = {"source": "source_id", "found": "national_id", "list": "id", "campaign": "id"}
LINK = "/odl/depot/lien/<token>"


def member(name: str, atd: str = "atd") -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"name": world.orgs[atd], "member": world.orgs[name]}


def thing(what: str, atd: str = "atd", **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"name": world.orgs[atd], _VARIABLES[what]: world.things[what], **more}


def of_member() -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"name": world.orgs["atd"], "id": world.things["campaign"], "organization": world.orgs["a"]}


def by_link(name: str, **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"token": world.things[name], **more}


ROUTES = [
    # the dashboard of an ATD
    Call("GET /odl/atd"),
    Call(f"GET {ATD}", named("atd"), may=STAFF, anonymous=LOGIN),
    Call(f"GET {ATD}", named("other"), may=OTHER_STAFF, anonymous=LOGIN),
    Call(f"GET {ATD}", named("a"), may=NOBODY, anonymous=LOGIN),
    *(
        Call(f"GET {ATD}/export.<any(csv, xlsx, json):extension>", named("atd", extension=kind), may=STAFF)
        for kind in ("csv", "xlsx", "json")
    ),
    Call(f"GET {ATD}/selection", named("atd"), query=lambda world: f"id={world.orgs['a']}", may=STAFF),
    Call(f"GET {ATD}/selection", named("other"), query=lambda world: f"id={world.orgs['a']}", may=OTHER_STAFF),
    Call(f"GET {ATD}/propositions", named("atd"), may=STAFF),
    Call(
        f"POST {ATD}/appel",
        named("atd"),
        form=lambda world: {"organization": world.orgs["a"], "note": "Rappeler"},
        may=STAFF,
    ),
    # through the dashboard of another ATD: only a sysadmin, whose business every commune is
    Call(
        f"POST {ATD}/appel",
        named("other"),
        form=lambda world: {"organization": world.orgs["a"], "note": "Rappeler"},
        may=frozenset({"sysadmin"}),
    ),
    Call(f"POST {ATD}/groupe", named("atd"), form=chosen(group_name="Rentrée"), may=STAFF, asks_all=False),
    Call(f"POST {ATD}/dispense", named("atd"), form=chosen(step="p1.team", reason="Oui"), may=STAFF),
    Call(
        f"POST {ATD}/propositions",
        named("atd"),
        form=lambda world: {"organization": world.orgs["a"], "step": "p1.training", "do": "refuse", "reason": "Non"},
        may=STAFF,
    ),
    # lists of members and campaigns
    Call(f"GET {ATD}/importer", named("atd"), may=STAFF),
    Call(f"GET {ATD}/importer", named("other"), may=OTHER_STAFF),
    Call(f"POST {ATD}/importer", named("atd"), form=lambda world: {"upload": upload(b"INSEE\n48095\n")}, may=STAFF),
    Call(f"GET {ATD}/importer/<id>", thing("list"), may=STAFF),
    Call(f"GET {ATD}/importer/<id>", thing("list", "other"), may=NOBODY),
    Call(f"POST {ATD}/importer/<id>", thing("list"), form=posted(), may=STAFF),
    Call(f"GET {ATD}/importer/<id>/avancement", thing("list"), may=STAFF),
    Call(f"GET {ATD}/importer/<id>/export.<any(csv, xlsx):extension>", thing("list", extension="csv"), may=STAFF),
    Call(f"GET {ATD}/campagnes", named("atd"), may=STAFF),
    Call(f"GET {ATD}/campagnes/nouvelle", named("atd"), may=STAFF),
    Call(f"POST {ATD}/campagnes/nouvelle", named("atd"), form=posted(schema=""), may=STAFF),
    Call(f"GET {ATD}/campagnes/<id>", thing("campaign"), may=STAFF),
    Call(f"GET {ATD}/campagnes/<id>", thing("campaign", "other"), may=NOBODY),
    Call(f"GET {ATD}/campagnes/<id>/message", thing("campaign"), may=STAFF),
    Call(f"POST {ATD}/campagnes/<id>/message", thing("campaign"), form=posted(subject=""), may=STAFF),
    Call(f"POST {ATD}/campagnes/<id>/agir", thing("campaign"), form=posted(do="remind"), may=STAFF),
    Call(f"POST {ATD}/campagnes/<id>/agir", thing("campaign", "other"), form=posted(do="close"), may=NOBODY),
    Call(f"GET {ATD}/campagnes/<id>/membre/<organization>", of_member(), may=STAFF),
    Call(f"POST {ATD}/campagnes/<id>/membre/<organization>", of_member(), form=posted(do="link"), may=STAFF),
    Call(f"GET {ATD}/campagnes/<id>/export.<any(csv, xlsx):extension>", thing("campaign", extension="xlsx"), may=STAFF),
    # a link opens for whoever holds it, and shows nothing but its own deposit; a revoked one is dead everywhere
    *(
        Call(f"{method} {LINK}{part}", by_link(name), form=posted() if method == "POST" else None, may=may, others=410,
             asks_all=method == "GET")
        for method, part in (
            ("GET", ""), ("GET", "/fragment"), ("GET", "/modele.xlsx"), ("GET", "/reparer"),
            ("GET", "/donnees-personnelles"), ("POST", ""), ("POST", "/reparer"), ("POST", "/donnees-personnelles"),
            ("POST", "/feuilles"), ("POST", "/envoyer"), ("POST", "/ouvert"),
        )
        for name, may in (("link_a", EVERYBODY), ("link_b", NOBODY))
    ),
    Call(f"GET {LINK}/rapport.<any(csv, xlsx):extension>", by_link("link_a", extension="csv")),
    Call(f"GET {LINK}/rapport.<any(csv, xlsx):extension>", by_link("link_b", extension="csv"), may=NOBODY, others=410),
    # links with data.gouv.fr
    Call(f"GET {NATIONAL}", named("atd"), may=STAFF, anonymous=LOGIN),
    Call(f"GET {NATIONAL}", named("other"), may=OTHER_STAFF, anonymous=LOGIN),
    Call(f"GET {NATIONAL}", named("a"), may=NOBODY, anonymous=LOGIN),
    Call(f"GET {NATIONAL}/collectivite/<member>", member("a"), may=STAFF),
    Call(f"GET {NATIONAL}/collectivite/<member>", member("a", "other"), may=NOBODY),
    Call(f"POST {NATIONAL}/collectivite/<member>", member("a"), form=posted(do="withdraw"), may=STAFF),
    Call(f"POST {NATIONAL}/collectivite/<member>", member("a", "other"), form=posted(do="withdraw"), may=NOBODY),
    Call(f"POST {NATIONAL}/relire", named("atd"), form=lambda world: {"member": world.orgs["a"]}, may=STAFF),
    Call(f"GET {NATIONAL}/collecte", named("atd"), may=STAFF),
    Call(f"POST {NATIONAL}/collecte", named("atd"), form=posted(title=""), may=STAFF),
    Call(f"GET {NATIONAL}/collecte/<source_id>", thing("source"), may=STAFF),
    Call(f"GET {NATIONAL}/collecte/<source_id>", thing("source", "other"), may=NOBODY),
    Call(f"GET {NATIONAL}/collecte/<source_id>/etat", thing("source"), may=STAFF),
    Call(f"POST {NATIONAL}/collecte/<source_id>", thing("source"), form=posted(do="settle", title=""), may=STAFF),
    Call(f"GET {NATIONAL}/a-examiner", named("atd"), may=STAFF),
    Call(f"POST {NATIONAL}/a-examiner", named("atd"), form=lambda world: {"do": f"ignore:{world.things['national']}"},
         may=STAFF, asks_all=False),
    # through the list of another ATD: what is not its own to decide is not there
    Call(f"POST {NATIONAL}/a-examiner", named("other"),
         form=lambda world: {"do": f"ignore:{world.things['national']}"}, may=frozenset({"sysadmin"}), asks_all=False),
    Call(f"GET {NATIONAL}/a-examiner/<national_id>", thing("found"), may=STAFF),
    Call(f"GET {NATIONAL}/a-examiner/<national_id>", thing("found", "other"), may=NOBODY),
    Call(f"POST {NATIONAL}/a-examiner/<national_id>", thing("found"), form=posted(), may=STAFF),
    Call(f"GET {COMMUNE}/data-gouv", named(), **INSIDE_PAGE),
    Call(f"GET {COMMUNE}/publie-pour-vous/<dataset>", covered("a"), **ACTING_PAGE),
    Call(f"POST {COMMUNE}/publie-pour-vous/<dataset>", covered("a"), form=posted(why="Non"), **ACTING_PAGE),
    Call(f"GET {COMMUNE}/publie-pour-vous/<dataset>", covered("b"), may=STAFF | {"editor_b", "admin_b"},
         sees=frozenset({"member_b"}), anonymous=LOGIN),
    # a collectivité and its path
    Call("GET /odl/home"),
    Call("GET /odl/collectivite", may=ACCOUNTS, anonymous=LOGIN),
    Call(f"GET {COMMUNE}", named(), **INSIDE_PAGE),
    Call(f"GET {COMMUNE}/bilan", named(), **INSIDE_PAGE),
    Call(f"GET {PATH}", named(), **INSIDE_PAGE),
    Call(f"GET {PATH}/<step>", named(step="p1.elected"), **INSIDE_PAGE),
    Call(f"GET {PATH}/<step>", named(step="p1.training"), **INSIDE_PAGE),
    Call(f"GET {PATH}/historique", named(), **INSIDE_PAGE),
    Call(f"GET {PATH}/obligations", named(), **INSIDE_PAGE),
    Call(f"GET {PATH}/referents", named(), **INSIDE_PAGE),
    Call(f"POST {PATH}/aide", named(), form=posted(level="used"), **INSIDE_PAGE),
    Call(f"POST {PATH}/<step>", named(step="p1.elected"), form=posted(do="evidence", note="Adjointe"), **ACTING_PAGE),
    Call(f"POST {PATH}/<step>", named(step="p1.team"), form=posted(do="waive", reason="Petite"), **DECIDING_PAGE),
    Call(f"POST {PATH}/referents", named(), form=posted(role="agent", title="Secrétaire"), **ACTING_PAGE),
    Call("GET /odl/justificatif/<proof_id>", lambda world: {"proof_id": world.things["proof"]}, **READ),
    # its models, the table typed on a page, and its catalogue, which is public
    Call(f"GET {MODELS}", named(), **INSIDE_PAGE),
    Call(f"POST {MODELS}", named(), form=posted(do=""), **INSIDE_PAGE),
    Call(f"POST {MODELS}", named(), form=posted(do="catalogue-off"), may=STAFF | {"admin_a"}, sees=INSIDE,
         anonymous=LOGIN, asks_all=False),
    Call(f"GET {MODELS}/<path:schema>", named(schema=SCHEMA), **INSIDE_PAGE),
    *(
        Call(f"GET {MODELS}/<path:schema>/modele.<any(csv, xlsx):extension>", named(schema=SCHEMA, extension=kind),
             **INSIDE_PAGE)
        for kind in ("csv", "xlsx")
    ),
    Call(f"GET {MODELS}/<path:schema>/reprise.xlsx", named(schema=SCHEMA), may=NOBODY, anonymous=LOGIN),
    Call("GET /odl/modele/<path:schema>", lambda world: {"schema": SCHEMA}, may=ACCOUNTS, anonymous=LOGIN),
    Call(f"GET {TABLE}", of_model(), query=of_commune, **ACTING_PAGE),
    Call(f"POST {TABLE}", of_model(), query=of_commune, form=posted(do="add", r0c0="Valbrune"), **ACTING_PAGE),
    Call(f"POST {TABLE}/verifier", of_model(), query=of_commune, form=posted(rows='[{"ANNEE": "2024"}]'),
         **ACTING_PAGE),
    Call(f"POST {TABLE}/enregistrer", of_model(), query=of_commune, form=posted(rows='[{"ANNEE": "2024"}]'),
         asks_all=False, **ACTING_PAGE),
    *(Call(f"GET {COMMUNE}/catalogue.csv", named(name)) for name in ("a", "b")),
    # what everybody may read of it: Valbrune has opened its page, Pont-de-Lirac has not
    Call("GET /odl/avancement"),
    *(Call("GET /odl/avancement.<any(csv, json):extension>", lambda world, k=kind: {"extension": k})
      for kind in ("csv", "json")),
    *(
        Call(f"GET /odl/avancement/<name>{part}", named(name), may=may)
        for part in ("", "/badge", "/badge.svg")
        for name, may in (("a", EVERYBODY), ("b", NOBODY))
    ),
    # what data.gouv.fr reads
    *(Call("GET /odl/dcat.<any(rdf, ttl, jsonld):extension>", lambda world, k=kind: {"extension": k})
      for kind in ("rdf", "ttl", "jsonld")),
    *(Call("GET /odl/dcat/<organization>.<any(rdf, ttl, jsonld):extension>",
           lambda world, n=name: {"organization": world.orgs[n], "extension": "rdf"})
      for name in ("b", "atd", "other")),  # the data of a are held back by one of the actions above
    # reports of files
    *(
        Call(f"GET {REPORT}{part}", resource(state, "resource_id"), may=readers(state))
        for part in ("", ".csv", ".xlsx", "/fragment")
        for state in (*STATES, "replaced")
    ),
    *(
        Call(f"GET {REPORT}{part}", resource("replaced", "resource_id"), may=EDITORS,
             query=lambda world: f"check={world.things['former_check']}")
        for part in ("", ".csv", ".xlsx")
    ),
    *(
        Call(f"POST {REPORT}/check", resource(state, "resource_id"), form=posted(), may=EDITORS, sees=readers(state))
        for state in STATES
    ),
    # deposits
    Call("GET /odl/depot", may=ACCOUNTS, anonymous=LOGIN),
    Call("GET /odl/depot", query=lambda world: f"collectivite={world.orgs['a']}", may=EDITORS, anonymous=LOGIN),
    Call("POST /odl/depot", form=lambda world: {"collectivite": world.orgs["a"]}, may=EDITORS, anonymous=LOGIN),
    *(
        Call(f"GET {DEPOSIT}{part}", deposit(state), may=EDITORS, anonymous=LOGIN)
        for part in ("", "/fragment", "/modele", "/reparer", "/abandonner", "/donnees-personnelles", "/ou",
                     "/description", "/publier", "/en-ligne", "/partager")
        for state in ("draft", "abandoned")
    ),
    *(
        Call(f"GET {DEPOSIT}/rapport.<any(csv, xlsx):extension>", deposit("draft", extension=kind), may=EDITORS,
             anonymous=LOGIN)
        for kind in ("csv", "xlsx")
    ),
    *(
        Call(f"GET {DEPOSIT}/fichiers/<file_id>{part}", deposit("draft", file_id="none"), may=NOBODY, anonymous=LOGIN)
        for part in ("", "/changements")
    ),
    *(
        Call(f"POST {DEPOSIT}{part}", deposit("draft"), form=posted(), may=EDITORS, anonymous=LOGIN)
        for part in ("/modele", "/fichier", "/reparer", "/donnees-personnelles", "/ou", "/publier", "/verifier",
                     "/partager", "/feuilles", "/sans-refus")
    ),
    Call(f"POST {DEPOSIT}/description", deposit("draft"), form=posted(title="Prénoms"), may=EDITORS, anonymous=LOGIN),
    Call(f"POST {DEPOSIT}/abandonner", deposit("abandoned"), form=posted(), may=EDITORS, anonymous=LOGIN),
    # models and limits
    Call("GET /odl/limites"),
    Call("GET /odl/api"),
    Call("GET /odl/openapi.json"),
    Call("GET /odl/schemas"),
    Call("GET /odl/schemas/<path:id>", lambda world: {"id": SCHEMA}),
    *(
        Call("GET /odl/schemas/<path:id>/modele.<any(csv, xlsx):extension>",
             lambda world, k=kind: {"id": SCHEMA, "extension": k})
        for kind in ("csv", "xlsx")
    ),
    # the form of an organization with the answers to its search
    Call("GET /odl/territoire/choisir"),
    Call("GET /odl/territoire/choisir/<id>", org()),
    Call("POST /odl/territoire/choisir", form=posted(odl_find="Mende"), may=STAFF | {"staff_other"}, others=403),
    Call("POST /odl/territoire/choisir/<id>", org(), form=posted(odl_find="Mende"), may=STAFF | {"admin_a"},
         others=403),
]  # fmt: skip

#: Pages and calls of CKAN that show our data, or through which they could be asked for; only looked at for markers.
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
