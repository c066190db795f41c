"""What was kept as a draft becomes public by the questions of its deposit, and by no other door before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.logic.deposit import publishing
from tests.portal.conftest import GOOD, HEADER, SCHEMA, WRONG, call, run_checks, upload
from tests.portal.deposit.conftest import NOTHING_PERSONAL
from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Agent = dict[str, Any]
NAMED = (HEADER.strip() + ",contact\nValbrune,48903,F,Louise,3,2024,jeanne.martin@exemple.fr\n").encode()


@pytest.fixture
def draft(bring: Callable[..., dict[str, Any]], agent: Agent) -> Callable[..., dict[str, Any]]:
    """A function by which the agent deposits a file and keeps it as a draft; returns what publishing answers."""

    def keep(content: bytes = NAMED, **more: Any) -> dict[str, Any]:
        deposit = bring(content, **more)
        done = call("odl_deposit_publish", agent, id=deposit["id"], visibility="draft", despite_problems=True)
        assert (done["state"], done["private"]) == ("published", True)
        return done

    return keep


def refused(do: Callable[[], Any]) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as refusal:
        do()
    model.Session.rollback()
    return dict(refusal.value.error_dict)


def is_private(id_: str) -> bool:
    model.Session.expire_all()
    return call("package_show", None, id=id_)["private"]


def patch(agent: Agent, id_: str) -> None:
    call("package_patch", agent, id=id_, private=False)


def update(agent: Agent, id_: str) -> None:
    call("package_update", agent, **{**call("package_show", agent, id=id_), "private": "False"})


def revise(agent: Agent, id_: str) -> None:
    call("package_revise", agent, match={"id": id_}, update={"private": False})


def bulk(agent: Agent, id_: str) -> None:
    call("bulk_update_public", None, datasets=[id_], org_id=call("package_show", agent, id=id_)["owner_org"])


@pytest.mark.parametrize("door", [patch, update, revise, bulk])
def test_no_door_opens_it_while_a_finding_is_unanswered(draft, agent: Agent, door: Any) -> None:
    done = draft()

    errors = refused(lambda: door(agent, done["package_id"]))

    assert "seems to hold personal data" in errors["private"][0]
    assert "prenoms.csv" in errors["private"][0]
    told = errors["odl_deposit"]
    assert (told["id"], told["why"]) == (done["deposit"], "privacy")
    assert told["url"].endswith(f"/odl/depot/{done['deposit']}/donnees-personnelles")
    assert is_private(done["package_id"])


def test_the_questions_without_a_finding_are_asked_as_well(draft, agent: Agent) -> None:
    done = draft(GOOD)

    errors = refused(lambda: patch(agent, done["package_id"]))

    assert errors["odl_deposit"]["why"] == "questions"


def test_an_answer_that_forbids_it_forbids_it_everywhere(draft, agent: Agent) -> None:
    done = draft()
    shown = call("odl_deposit_update", agent, id=done["deposit"], answers={**NOTHING_PERSONAL, "contact": "yes"})
    assert shown["questions"] == []

    errors = refused(lambda: patch(agent, done["package_id"]))

    assert errors["odl_deposit"]["why"] == "privacy-remove"
    assert "answers" in refused(lambda: call("odl_deposit_publish", agent, id=done["deposit"]))
    assert is_private(done["package_id"])


def test_an_answer_to_be_confirmed_waits_for_a_name(draft, agent: Agent) -> None:
    done = draft()
    call("odl_deposit_update", agent, id=done["deposit"], answers={**NOTHING_PERSONAL, "small": "unknown"})
    errors = refused(lambda: patch(agent, done["package_id"]))
    assert errors["odl_deposit"]["why"] == "privacy-ask"
    assert errors["odl_deposit"]["url"].endswith("/publier")

    opened = call("odl_deposit_publish", agent, id=done["deposit"], approved_by="Mme Martin, maire")

    assert not opened["private"]
    line = call("odl_deposit_show", agent, id=done["deposit"])["history"][0]
    assert (line["what"], line["detail"]["approved_by"]) == ("opened", "Mme Martin, maire")


@pytest.mark.parametrize("door", [patch, bulk])
def test_once_answered_every_door_is_open(draft, agent: Agent, door: Any) -> None:
    done = draft()
    call("odl_deposit_update", agent, id=done["deposit"], answers=NOTHING_PERSONAL)

    door(agent, done["package_id"])

    assert not is_private(done["package_id"])


def test_a_draft_is_published_by_its_own_questions(draft, bring, agent: Agent) -> None:
    done = draft()
    listed = call("odl_deposit_list", agent, state="unpublished")["results"]
    assert [(one["id"], one["private"]) for one in listed] == [(done["deposit"], True)]
    assert call("odl_deposit_show", agent, id=done["deposit"])["can"]["open"]
    assert "answers" in refused(lambda: call("odl_deposit_publish", agent, id=done["deposit"]))
    call("odl_deposit_update", agent, id=done["deposit"], answers=NOTHING_PERSONAL)

    opened = call("odl_deposit_publish", agent, id=done["deposit"])

    assert (opened["state"], opened["private"], opened["package_id"]) == ("published", False, done["package_id"])
    assert call("package_search", None, q="*:*")["count"] == 1
    shown = call("odl_deposit_show", agent, id=done["deposit"])
    assert [line["what"] for line in shown["history"]][:3] == ["opened", "updated", "published"]
    assert not shown["can"]["open"]
    assert call("odl_deposit_list", agent, state="unpublished")["count"] == 0
    again = call("odl_deposit_publish", agent, id=done["deposit"])
    assert again == opened
    next_year = bring(NAMED.replace(b"2024", b"2025"), package_id=done["package_id"])
    assert next_year["questions"] == []  # answered once for the dataset


def test_of_a_draft_only_the_answers_may_still_change(draft, agent: Agent) -> None:
    done = draft()

    errors = refused(lambda: call("odl_deposit_update", agent, id=done["deposit"], package={"title": "Autre"}))

    assert "deposit" in errors


def test_its_problems_are_published_on_purpose(draft, agent: Agent) -> None:
    done = draft(WRONG)
    call("odl_deposit_update", agent, id=done["deposit"], answers=NOTHING_PERSONAL)
    assert "despite_problems" in refused(lambda: call("odl_deposit_publish", agent, id=done["deposit"]))

    assert not call("odl_deposit_publish", agent, id=done["deposit"], despite_problems=True)["private"]


def test_the_corrected_file_is_what_counts(draft, bring, agent: Agent) -> None:
    done = draft()
    call("odl_deposit_update", agent, id=done["deposit"], answers={**NOTHING_PERSONAL, "contact": "yes"})
    corrected = bring(GOOD, resource_id=done["resource_id"])
    call("odl_deposit_update", agent, id=corrected["id"], answers=NOTHING_PERSONAL)
    replaced = call("odl_deposit_publish", agent, id=corrected["id"])
    assert (replaced["resource_id"], replaced["private"]) == (done["resource_id"], True)
    assert not call("odl_deposit_show", agent, id=done["deposit"])["can"]["open"]

    assert not call("odl_deposit_publish", agent, id=corrected["id"])["private"]


def test_a_file_that_was_taken_away_holds_nothing_back(draft, agent: Agent) -> None:
    done = draft()
    call("resource_delete", agent, id=done["resource_id"])

    patch(agent, done["package_id"])

    assert not is_private(done["package_id"])


def test_a_publication_that_died_half_way_opens_by_no_other_door(
    bring, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Death(BaseException):
        """The process is killed."""

    def die(*_given: Any) -> None:
        raise Death

    deposit = bring(NAMED)
    with monkeypatch.context() as dying:
        dying.setattr(publishing, "_newest_first", die)
        with pytest.raises(Death):
            call("odl_deposit_publish", agent, id=deposit["id"], visibility="draft")
    model.Session.rollback()
    model.Session.remove()
    package_id = call("odl_deposit_show", agent, id=deposit["id"])["package_id"]

    assert refused(lambda: patch(agent, package_id))["odl_deposit"]["id"] == deposit["id"]


def test_a_change_of_owner_does_not_open_it(draft, agent: Agent) -> None:
    done = draft()
    other = call("organization_create", None, name="autre", title="Autre")

    call("package_owner_org_update", None, id=done["package_id"], organization_id=other["id"])

    assert is_private(done["package_id"])
    refused(lambda: call("package_patch", None, id=done["package_id"], private=False))


def test_a_private_dataset_of_ckan_s_own_forms_opens_as_ever(agent: Agent, commune: dict[str, Any]) -> None:
    made = call(
        "package_create", agent, name="prive", title="Prénoms", owner_org=commune["id"], license_id="lov2", private=True
    )
    call("resource_create", agent, package_id=made["id"], odl_schema=SCHEMA, url="p.csv", upload=upload(GOOD, "p.csv"))

    patch(agent, made["id"])

    assert not is_private(made["id"])


class TestPages:
    def test_the_form_of_the_dataset_says_why_and_where_it_is_settled(
        self, draft, agent: Agent, app, authorization, look
    ) -> None:
        done = draft()
        name = call("package_show", agent, id=done["package_id"])["name"]
        form = look(f"/en/dataset/edit/{name}", agent).select_one("form.dataset-form, #dataset-edit")
        sent = {box["name"]: box.get("value", "") for box in form.select("input[name]")}
        sent |= {box["name"]: box.get_text() for box in form.select("textarea[name]")}
        for box in form.select("select[name]"):
            chosen = box.select_one("option[selected]")
            sent[box["name"]] = chosen["value"] if chosen else ""

        answer = app.post(
            f"/en/dataset/edit/{name}", data={**sent, "private": "False", "save": ""}, headers=authorization(agent)
        )

        assert "seems to hold personal data" in answer.body
        assert f"/odl/depot/{done['deposit']}/donnees-personnelles" in answer.body
        assert is_private(done["package_id"])

    def test_the_page_of_many_datasets_leads_to_the_questions(
        self, draft, agent: Agent, app, authorization, commune
    ) -> None:
        done = draft()
        call("organization_member_create", None, id=commune["id"], username=agent["name"], role="admin")

        answer = app.post(
            f"/en/organization/bulk_process/{commune['name']}",
            data={"bulk_action.public": "public", f"dataset_{done['package_id']}": "on"},
            headers=authorization(agent),
            follow_redirects=False,
        )

        assert answer.status_code == 302
        assert answer.headers["Location"].endswith(f"/odl/depot/{done['deposit']}/donnees-personnelles")
        assert is_private(done["package_id"])

    def test_a_draft_is_led_to_the_public_from_each_place(
        self, draft, agent: Agent, app, authorization, look, commune
    ) -> None:
        done = draft()
        name = call("package_show", agent, id=done["package_id"])["name"]
        questions = f"/en/odl/depot/{done['deposit']}/donnees-personnelles"
        page = look(f"/en/odl/depot/{done['deposit']}/en-ligne", agent)
        assert words(page.h1) == "It is kept as a draft"
        assert page.select_one(f".odl-actions a[href='{questions}']").get_text() == "Publish"
        assert look(f"/en/dataset/{name}", agent).select_one(f".odl-preparation a[href='{questions}']")
        listed = look(f"/en/odl/depot?collectivite={commune['name']}", agent).select_one(".odl-deposits")
        assert "Kept as a draft" in words(listed)
        assert listed.select_one(f"a[href='/en/odl/depot/{done['deposit']}/publier']")
        assert "Answer the questions" in words(look(f"/en/odl/depot/{done['deposit']}/publier", agent))

        headers, options = authorization(agent), {"follow_redirects": False}
        answer = app.post(questions, data=NOTHING_PERSONAL, headers=headers, **options)
        assert answer.headers["Location"].endswith("/publier")
        assert [
            box["value"] for box in look(f"/en/odl/depot/{done['deposit']}/publier", agent).select("[name=when]")
        ] == ["now"]
        app.post(f"/en/odl/depot/{done['deposit']}/publier", data={"when": "now"}, headers=headers, **options)

        assert words(look(f"/en/odl/depot/{done['deposit']}/en-ligne", agent).h1) == "It is online"
        assert not is_private(done["package_id"])
        assert not look(f"/en/dataset/{name}", agent).select(".odl-preparation")

    def test_another_file_of_the_same_draft_is_asked_about_too(
        self, draft, bring, agent: Agent, app, authorization
    ) -> None:
        done = draft(GOOD)
        second = bring(NAMED.replace(b"2024", b"2025"), name="deux.csv", package_id=done["package_id"])
        call("odl_deposit_publish", agent, id=second["id"], visibility="draft")
        call("odl_deposit_update", agent, id=done["deposit"], answers=NOTHING_PERSONAL)

        answer = app.post(
            f"/en/odl/depot/{done['deposit']}/publier",
            data={"when": "now"},
            headers=authorization(agent),
            follow_redirects=False,
        )

        assert answer.headers["Location"].endswith(f"/odl/depot/{second['id']}/donnees-personnelles")
        assert is_private(done["package_id"])


def test_what_a_check_found_is_not_asked_of_what_is_public(bring, publish, agent: Agent) -> None:
    done = publish(bring(NAMED))
    run_checks()
    call("package_patch", agent, id=done["package_id"], private=True)

    patch(agent, done["package_id"])

    assert not is_private(done["package_id"])
