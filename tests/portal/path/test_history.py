"""Who changed what, for whom, when and why; mandates; waivers and proposals; steps that left the checklist."""

from __future__ import annotations

import datetime as dt

import pytest
from ckan.plugins import toolkit as tk

from ckanext.odl.logic.path import recompute
from tests.portal.path.conftest import ask, step

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

TODAY = dt.datetime.now(dt.timezone.utc).date()
NOTE = {"kind": "note", "value": "Adjointe aux finances"}


def lines(user, organization, **more):
    return ask("odl_history_list", user, id=organization["id"], **more)["results"]


def refused(user, organization, step_id, **change):
    """The fields that a change is refused for."""
    with pytest.raises(tk.ValidationError) as refusal:
        ask("odl_step_update", user, id=organization["id"], step=step_id, **change)
    return list(refusal.value.error_dict)


def test_the_history_says_who_acted_for_whom(people, member, agent, atd):
    ask("odl_step_update", agent, id=member["id"], step="p1.elected", evidence=NOTE)
    ask("odl_step_update", people["atd"], id=member["id"], step="p1.elected", evidence=NOTE)
    ask("odl_step_update", people["parent_atd"], id=member["id"], step="p1.elected", evidence=NOTE)

    given = [line for line in lines(agent, member, step="p1.elected") if line["what"] == "proof_given"]

    assert [(line["who"], line["for_body"]) for line in given] == [
        (people["parent_atd"]["fullname"], "Grande Région"),
        (people["atd"]["fullname"], "Causses Numérique"),
        (agent["fullname"], None),
    ]
    assert given[0]["after"]["value"] == NOTE["value"]
    assert given[0]["label"]


def test_who_acts_under_a_mandate_shows_with_it(people, member, agent):
    mandate = {"role": "secretary", "title": "Secrétaire partagée", "since": "2025-01-01", "user": agent["name"]}
    found = ask("odl_mandate_update", people["atd"], id=member["id"], **mandate, body="pont-de-lirac")

    assert found["results"][0]["in_force"]
    assert found["results"][0]["person"] == agent["fullname"]
    ask("odl_step_update", agent, id=member["id"], step="p1.elected", evidence=NOTE)
    line = next(line for line in lines(agent, member) if line["what"] == "proof_given")
    assert line["mandate"]["title"] == "Secrétaire partagée"
    assert line["for_body"]

    over = ask(
        "odl_mandate_update", people["atd"], id=member["id"], mandate=found["results"][0]["id"], until="2025-06-01"
    )
    assert not over["results"][0]["in_force"]
    ask("odl_step_update", agent, id=member["id"], step="p1.elected", evidence=NOTE)
    line = next(line for line in lines(agent, member) if line["what"] == "proof_given")
    assert line["mandate"] is None
    ask("odl_mandate_update", people["atd"], id=member["id"], mandate=found["results"][0]["id"], remove=True)
    assert ask("odl_mandate_list", agent, id=member["id"])["count"] == 0
    told = [line["what"] for line in lines(agent, member) if line["what"].startswith("mandate")]
    assert told == ["mandate_ended", "mandate_changed", "mandate_given"]


def test_a_named_referent_stands_for_a_commune_without_agents(people, member, adviser):
    from tests.portal.conftest import call  # noqa: PLC0415 (for this test only)

    call("organization_patch", None, id=member["id"], odl_profile="no_agent")
    assert step(adviser, member, "p1.team")["state"] == "todo"

    ask("odl_mandate_update", adviser, id=member["id"], role="atd", title="Conseillère", since=TODAY.isoformat())

    assert step(adviser, member, "p1.team")["state"] == "done"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", {"title": "Maire, 06 12 34 56 78"}),
        ("title", {"title": "maire@exemple.test"}),
        ("role", {"role": "roi"}),
        ("user", {"user": "personne"}),
        ("body", {"body": "nulle-part"}),
        ("until", {"since": "2026-05-01", "until": "2026-04-01"}),
        ("since", {"since": "demain"}),
    ],
)
def test_mandates_that_cannot_be(member, agent, field, wrong):
    with pytest.raises(tk.ValidationError) as refusal:
        ask("odl_mandate_update", agent, id=member["id"], **{"role": "elu", "title": "Maire", **wrong})

    assert list(refusal.value.error_dict) == [field]


def test_a_waiver_needs_a_reason_and_can_be_taken_back(people, member, adviser, agent):
    assert refused(adviser, member, "p1.elected", waive=True) == ["reason"]

    found = ask("odl_step_update", adviser, id=member["id"], step="p1.elected", waive=True, reason="Trop tôt")
    assert found["state"] == "waived"
    assert "Trop tôt" in found["reason"]
    found = ask("odl_step_update", adviser, id=member["id"], step="p1.elected", unwaive=True, reason="Il est temps")
    assert found["state"] == "todo"
    assert refused(adviser, member, "p1.elected", unwaive=True) == ["unwaive"]
    told = [(line["what"], line["why"]) for line in lines(agent, member, step="p1.elected") if line["who"]]
    assert told == [("unwaived", "Il est temps"), ("waived", "Trop tôt")]


def test_a_proposal_waits_until_the_atd_answers(people, member, adviser, agent):
    def propose():
        return ask(
            "odl_step_update",
            agent,
            id=member["id"],
            step="p1.training",
            propose_not_applicable=True,
            reason="Nous sommes déjà formés",
        )

    found = propose()
    assert found["state"] == "todo"
    assert found["proposal"]["reason"] == "Nous sommes déjà formés"
    assert found["proposal"]["author"] == agent["fullname"]
    waiting = ask("odl_proposal_list", adviser, atd="causses")
    assert (waiting["count"], waiting["results"][0]["step"]) == (1, "p1.training")
    assert ask("odl_progress_list", adviser, problem="proposal")["count"] == 1
    assert refused(adviser, member, "p1.training", refuse=True) == ["reason"]

    found = ask("odl_step_update", adviser, id=member["id"], step="p1.training", refuse=True, reason="Pas tous")
    assert (found["state"], found["proposal"]) == ("todo", None)
    propose()
    found = ask("odl_step_update", adviser, id=member["id"], step="p1.training", accept=True)
    assert (found["state"], found["proposal"]) == ("not_applicable", None)
    assert ask("odl_proposal_list", adviser)["count"] == 0
    assert refused(adviser, member, "p1.training", accept=True) == ["proposal"]
    told = [line["what"] for line in lines(agent, member, step="p1.training") if line["who"]]
    assert told == ["accepted", "proposed", "refused", "proposed"]


def test_a_duty_is_never_waived(member, adviser):
    assert refused(adviser, member, "ob.decp", waive=True, reason="Non") == ["step"]


def test_a_step_that_left_the_checklist_keeps_its_history(member, agent, ckan_config, tmp_path, monkeypatch):
    ask("odl_step_update", agent, id=member["id"], step="p1.elected", evidence=NOTE)
    own = tmp_path / "checklist.yaml"
    own.write_text("version: 1\nsteps:\n  p1.elected: {enabled: false}\n", "utf-8")
    monkeypatch.setitem(ckan_config, "ckanext.odl.checklist", str(own))

    shown = ask("odl_progress_show", agent, id=member["id"])

    assert "p1.elected" not in {found["id"] for phase in shown["phases"] for found in phase["steps"]}
    retired = {found["id"]: found for found in shown["retired"]}
    assert retired["p1.elected"]["history"] >= 2
    assert retired["p1.elected"]["label"] != "p1.elected"
    kept = lines(agent, member, step="p1.elected")
    assert {line["what"] for line in kept} == {"proof_given", "state"}
    assert refused(agent, member, "p1.elected", evidence=NOTE) == ["step"]

    # a wrong file changes nothing, in this process and in one that begins now
    from ckanext.odl.logic import checklist  # noqa: PLC0415 (for this test only)

    own.write_text("version: 1\nsteps:\n  p1.elected: {rule: nothing_like_it}\n", "utf-8")
    again = ask("odl_progress_recompute", agent, id=member["id"])
    assert [found["id"] for found in again["retired"]] == ["p1.elected"]
    checklist._read.clear()
    again = ask("odl_progress_recompute", agent, id=member["id"])
    assert [found["id"] for found in again["retired"]] == ["p1.elected"]


def test_history_comes_in_pages(member, agent):
    for number in range(5):
        ask("odl_step_update", agent, id=member["id"], step="p1.elected", evidence={**NOTE, "value": f"N° {number}"})
    recompute.recompute(member["id"])

    found = ask("odl_history_list", agent, id=member["id"], rows=2, start=1)

    assert found["count"] >= 6
    assert len(found["results"]) == 2
    assert found["results"][0]["id"] > found["results"][1]["id"]
