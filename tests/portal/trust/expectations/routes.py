"""Every route of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.portal.conftest import SCHEMA, upload
from tests.portal.trust.expectations.call import LOGIN, Call, org, resource
from tests.portal.trust.people import (
    ACCOUNTS,
    EDITORS,
    EDITORS_B,
    EVERYBODY,
    INSIDE,
    NOBODY,
    OTHER_STAFF,
    STAFF,
    STATES,
    SYSADMIN,
    readers,
)

COMMUNE = "/odl/collectivite/<name>"
PATH = f"{COMMUNE}/parcours"
ATD = "/odl/atd/<name>"
REPORT = "/odl/report/<resource_id>"
DEPOSIT = "/odl/depot/<id>"
MODELS = f"{COMMUNE}/modeles"
TABLE = "/odl/grille/<path:schema>"
NATIONAL = f"{ATD}/data-gouv"
LINK = "/odl/depot/lien/<token>"

INSIDE_PAGE: dict[str, Any] = {"may": INSIDE, "anonymous": LOGIN}
ACTING_PAGE: dict[str, Any] = {"may": EDITORS, "sees": INSIDE, "anonymous": LOGIN}
DECIDING_PAGE: dict[str, Any] = {"may": STAFF, "sees": INSIDE, "anonymous": LOGIN}

_VARIABLES = {"source": "source_id", "found": "national_id", "list": "id", "campaign": "id"}


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


def of_model() -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"schema": SCHEMA}


def of_commune(world: Any) -> str:
    return f"collectivite={world.orgs['a']}"


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
        may=SYSADMIN,
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
         form=lambda world: {"do": f"ignore:{world.things['national']}"}, may=SYSADMIN, asks_all=False),
    Call(f"GET {NATIONAL}/a-examiner/<national_id>", thing("found"), may=STAFF),
    Call(f"GET {NATIONAL}/a-examiner/<national_id>", thing("found", "other"), may=NOBODY),
    Call(f"POST {NATIONAL}/a-examiner/<national_id>", thing("found"), form=posted(), may=STAFF),
    Call(f"GET {COMMUNE}/data-gouv", named(), **INSIDE_PAGE),
    Call(f"GET {COMMUNE}/publie-pour-vous/<dataset>", covered("a"), **ACTING_PAGE),
    Call(f"POST {COMMUNE}/publie-pour-vous/<dataset>", covered("a"), form=posted(why="Non"), **ACTING_PAGE),
    Call(f"GET {COMMUNE}/publie-pour-vous/<dataset>", covered("b"), may=EDITORS_B,
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
    Call("GET /odl/justificatif/<proof_id>", lambda world: {"proof_id": world.things["proof"]}, may=INSIDE),
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
