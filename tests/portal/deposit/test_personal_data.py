"""Personal data in a file that came by CKAN's own forms and calls: online at once, and never in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import storage
from tests.portal.conftest import GOOD, HEADER, SCHEMA, call, run_checks, upload
from tests.portal.deposit.conftest import NOTHING_PERSONAL
from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Agent = dict[str, Any]
NAMED = (HEADER.strip() + ",contact\nValbrune,48903,F,Louise,3,2024,jeanne.martin@exemple.fr\n").encode()


@pytest.fixture
def put(deposit: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """A function by which a program puts a file into the public dataset, until it is checked."""

    def send(content: bytes = NAMED, **more: Any) -> dict[str, Any]:
        resource = deposit(content, **more)
        run_checks()
        return resource

    return send


def waiting(agent: Agent, state: str = "open") -> list[dict[str, Any]]:
    model.Session.expire_all()
    return call("odl_deposit_list", agent, organization="valbrune", state=state)["results"]


def settle(agent: Agent, id_: str) -> dict[str, Any]:
    call("odl_deposit_update", agent, id=id_, answers=NOTHING_PERSONAL)
    return call("odl_deposit_publish", agent, id=id_, despite_problems=True)


def test_it_is_online_and_asked_about(put, agent: Agent) -> None:
    resource = put()

    (asked,) = waiting(agent)
    assert (asked["state"], asked["reason"], asked["resource_id"]) == ("waiting", "privacy", resource["id"])
    shown = call("odl_deposit_show", agent, id=asked["id"])
    assert [signal["kind"] for signal in shown["signals"]] == ["email"]
    assert shown["schema"]["id"] == SCHEMA
    assert "privacy" in [blocker["code"] for blocker in shown["blockers"]]
    assert b"".join(storage.stream(call("resource_show", None, id=resource["id"]))) == NAMED


def test_once_answered_it_is_asked_no_more(put, agent: Agent) -> None:
    resource = put()

    done = settle(agent, waiting(agent)[0]["id"])

    assert (done["state"], done["resource_id"]) == ("published", resource["id"])
    assert waiting(agent) == []
    call("odl_validation_run", agent, id=resource["id"])
    put(NAMED.replace(b"2024", b"2025"), name="prenoms-2025.csv")
    assert waiting(agent) == []  # the same columns of the same dataset


def test_the_same_file_checked_again_is_asked_about_once(put, agent: Agent) -> None:
    resource = put()

    call("odl_validation_run", agent, id=resource["id"])
    run_checks()

    assert len(waiting(agent)) == 1


def test_what_takes_its_place_is_asked_about_instead(put, agent: Agent) -> None:
    resource = put()
    (first,) = waiting(agent)

    other = NAMED.replace(b"jeanne", b"lucie")
    call("resource_patch", agent, id=resource["id"], upload=upload(other), url="prenoms.csv")
    run_checks()
    (second,) = waiting(agent)
    assert second["id"] != first["id"]

    call("resource_patch", agent, id=resource["id"], upload=upload(GOOD), url="prenoms.csv")
    run_checks()
    assert waiting(agent) == []
    assert [one["state"] for one in waiting(agent, "abandoned")] == ["abandoned"] * 2


def test_a_file_without_findings_is_not_asked_about(put, agent: Agent) -> None:
    put(GOOD)

    assert waiting(agent) == []


def test_what_a_deposit_brought_is_not_asked_about_twice(bring, publish, agent: Agent) -> None:
    done = publish(bring(NAMED))

    call("odl_validation_run", agent, id=done["resource_id"])
    run_checks()

    assert waiting(agent) == []


def test_a_private_dataset_with_such_a_file_becomes_public_once_it_is_answered(put, dataset, agent: Agent) -> None:
    call("package_patch", agent, id=dataset["id"], private=True)
    put()
    (asked,) = waiting(agent)

    with pytest.raises(tk.ValidationError) as refused:
        call("package_patch", agent, id=dataset["id"], private=False)
    model.Session.rollback()
    told: Any = refused.value.error_dict["odl_deposit"]
    assert (told["id"], told["why"]) == (asked["id"], "privacy")

    settle(agent, asked["id"])
    call("package_patch", agent, id=dataset["id"], private=False)
    assert not call("package_show", None, id=dataset["id"])["private"]


def test_it_is_told_where_people_look(put, agent: Agent, look) -> None:
    put()
    (asked,) = waiting(agent)

    told = look("/en/dataset/prenoms", agent).select_one(".odl-preparation")
    assert "personal data to look at" in words(told)
    assert told.select_one(f"a[href='/en/odl/depot/{asked['id']}']")
    assert "seems to hold personal data" in words(look("/en/odl/collectivite/valbrune", agent))
    assert not look("/en/dataset/prenoms").select(".odl-preparation")
    page = look(f"/en/odl/depot/{asked['id']}", agent)
    assert page.select_one(f"a[href='/en/odl/depot/{asked['id']}/donnees-personnelles']")
