"""Who sees and who changes a path; what one may not see does not exist."""

from __future__ import annotations

import pytest

from tests.portal.conftest import call
from tests.portal.path.conftest import ask, organization, outcome

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

INSIDE = {"agent", "reader", "atd", "parent_atd", "sysadmin"}
ACTING = INSIDE - {"reader"}
ATD = {"atd", "parent_atd", "sysadmin"}
NOTE = {"kind": "note", "value": "Mme la maire, conseil du 3 mars"}


def found(people, action, **data):
    return {person: outcome(action, account, **data) for person, account in people.items()}


def expected(people, allowed, reading=INSIDE):
    def one(person):
        return "done" if person in allowed else "refused" if person in reading else "hidden"

    return {person: one(person) for person in people}


@pytest.mark.parametrize("action", ["odl_progress_show", "odl_history_list", "odl_duties_show", "odl_mandate_list"])
def test_reading(people, member, action):
    assert found(people, action, id=member["name"]) == expected(people, INSIDE)


@pytest.mark.parametrize(
    ("allowed", "change"),
    [
        (ACTING, {"evidence": NOTE}),
        (ACTING, {"propose_not_applicable": True, "reason": "Nous n’avons pas d’élu référent"}),
        (ATD, {"waive": True, "reason": "Commune sans agent"}),
    ],
)
def test_changing_a_step(people, member, allowed, change):
    assert found(people, "odl_step_update", id=member["id"], step="p1.elected", **change) == expected(people, allowed)


def test_recomputing_and_mandates(people, member):
    assert found(people, "odl_progress_recompute", id=member["id"]) == expected(people, ACTING)
    mandate = {"role": "secretary", "title": "Secrétaire de mairie partagée", "since": "2026-01-01"}
    assert found(people, "odl_mandate_update", id=member["id"], **mandate) == expected(people, ACTING)
    assert found(people, "odl_call_note", id=member["id"], note="Rappeler jeudi") == expected(people, ATD)


def test_lists_show_each_their_own(people, member, atd):
    def names(person, **more):
        answer = ask("odl_progress_list", people[person], rows=100, **more)
        return {row["organization"]["name"] for row in answer["results"]}

    assert names("agent") == {"valbrune"}
    assert names("atd") == {"causses", "valbrune"}
    assert names("parent_atd") == {"region", "causses", "valbrune"}
    assert names("other_atd") == {"other-atd"}
    assert names("stranger") == names("removed") == set()
    assert names("sysadmin") == {"region", "causses", "valbrune", "pont-de-lirac", "other-atd"}
    assert names("parent_atd", atd="region") == {"causses", "valbrune"}
    assert names("parent_atd", atd="causses") == {"valbrune"}
    assert outcome("odl_progress_list", people["anonymous"]) == "refused"
    for person in ("stranger", "other_atd", "agent", "anonymous"):
        assert outcome("odl_progress_list", people[person], atd=atd["id"]) == "hidden"


def test_who_leaves_the_atd_leaves_its_list_at_once(people, member, atd):
    call("member_delete", None, id=member["id"], object=atd["id"], object_type="group")

    answer = ask("odl_progress_list", people["atd"])

    assert [row["organization"]["name"] for row in answer["results"]] == ["causses"]
    assert outcome("odl_progress_show", people["atd"], id=member["id"]) == "hidden"


def test_an_open_page_tells_states_and_nothing_of_people_or_private_work(people, member, agent):
    ask("odl_step_update", agent, id=member["id"], step="p1.elected", evidence={"kind": "note", "value": "Mme Durand"})
    ask("odl_step_update", people["atd"], id=member["id"], step="p1.prada", waive=True, reason="Sans agent à ce jour")
    ask("odl_step_update", agent, id=member["id"], step="p1.team", propose_not_applicable=True, reason="Un seul agent")
    call(
        "package_create",
        agent,
        name="brouillon",
        title="Brouillon",
        owner_org=member["id"],
        license_id="lov2",
        private=True,
    )
    assert outcome("odl_progress_show", people["anonymous"], id=member["id"]) == "hidden"

    call("organization_patch", None, id=member["id"], odl_public_progress="true")

    for person in ("anonymous", "stranger", "other_atd"):
        shown = ask("odl_progress_show", people[person], id=member["id"])
        assert (shown["public"], shown["full"]) == (True, False)
        states = {step["id"]: step["state"] for phase in shown["phases"] for step in phase["steps"]}
        assert states["p1.elected"] == "done"
        assert states["p1.prada"] == "waived"
        text = str(shown)
        for secret in ("Durand", "Sans agent", "Un seul agent", "brouillon", "Brouillon", "sylvie", "adviser"):
            assert secret not in text
    assert ask("odl_progress_show", people["agent"], id=member["id"])["full"] is True
    for action in ("odl_history_list", "odl_duties_show", "odl_mandate_list"):
        assert outcome(action, people["anonymous"], id=member["id"]) == "hidden"

    call("organization_patch", None, id=member["id"], odl_public_progress="")
    assert outcome("odl_progress_show", people["anonymous"], id=member["id"]) == "hidden"


def test_a_deleted_organization_has_no_path(people, member):
    call("organization_delete", None, id=member["id"])

    assert set(found(people, "odl_progress_show", id=member["id"]).values()) == {"hidden"}
    listed = ask("odl_progress_list", people["sysadmin"], rows=100)["results"]
    assert member["id"] not in {row["organization"]["id"] for row in listed}


def test_batch_waivers_are_all_or_nothing(people, member, atd):
    second, foreign = organization("saint-exemple", atd), organization("ailleurs")
    asked = {"step": "p1.elected", "waive": True, "reason": "Communes sans agent"}

    assert outcome("odl_step_update", people["atd"], ids=[member["id"], foreign["id"]], **asked) == "hidden"
    assert outcome("odl_step_update", people["agent"], ids=[member["id"]], **asked) == "refused"
    answer = ask("odl_step_update", people["atd"], ids=[member["id"], second["name"]], **asked)

    assert answer["count"] == 2
    for one in (member, second):
        shown = ask("odl_progress_show", people["atd"], id=one["id"])
        assert next(s for p in shown["phases"] for s in p["steps"] if s["id"] == "p1.elected")["state"] == "waived"
        history = ask("odl_history_list", people["atd"], id=one["id"], step="p1.elected")["results"]
        assert {"waived", "state"} <= {line["what"] for line in history}
