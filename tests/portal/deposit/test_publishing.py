"""A deposit becomes a dataset, one more file of one, or the next bytes of a file."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import storage
from ckanext.odl.logic.deposit import publishing
from tests.portal.conftest import GOOD, HEADER, SCHEMA, WRONG, call, run_checks, state_of, upload

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Bring = Callable[..., dict[str, Any]]
Publish = Callable[..., dict[str, Any]]
Agent = dict[str, Any]

#: The same file a year later, and the same with one more row.
NEXT_YEAR = GOOD.replace(b"2024", b"2025")
LONGER = GOOD + b"Valbrune,48903,M,Adam,4,2024\n"


def content_of(resource: dict[str, Any]) -> bytes:
    return b"".join(storage.stream(resource))


def datasets() -> int:
    return model.Session.query(model.Package).filter_by(state="active").count()


def test_a_file_alone_becomes_a_public_dataset(bring: Bring, publish: Publish) -> None:
    deposit = bring()
    assert (deposit["state"], deposit["file"]["state"]) == ("draft", "valid")
    assert deposit["schema"]["id"] == SCHEMA
    assert not deposit["schema"]["chosen"]
    assert datasets() == 0
    done = publish(deposit)
    assert done["state"] == "published"
    assert not done["private"]
    package = call("package_show", None, id=done["package_id"])
    assert package["title"] == deposit["proposal"]["package"]["title"]
    assert package["license_id"] == "lov2"
    (resource,) = package["resources"]
    assert resource["id"] == done["resource_id"]
    assert resource["odl_schema"] == SCHEMA
    assert resource["odl_period"] == "2024"
    assert content_of(resource) == GOOD
    assert deposit["file"]["sha256"] == sha256(GOOD).hexdigest()
    assert call("package_search", None, q="*:*")["count"] == 1


def test_the_report_of_the_deposit_is_that_of_the_published_file(bring: Bring, publish: Publish, agent: Agent) -> None:
    done = publish(bring(WRONG), despite_problems=True)
    resource = call("resource_show", agent, id=done["resource_id"])
    found = state_of(resource, agent)
    assert found["badge"] == "invalid"
    assert found["report"]["counts"]["errors"] == 2
    assert run_checks() == 0


def test_what_the_agent_wrote_comes_before_what_was_proposed(bring: Bring, publish: Publish, agent: Agent) -> None:
    deposit = bring()
    said = {"title": "Prénoms donnés à Valbrune", "tag_string": "prénoms"}
    shown = call("odl_deposit_update", agent, id=deposit["id"], package=said, resource={"name": "Prénoms, année 2024"})
    assert shown["proposal"]["package"]["title"] == said["title"]
    assert shown["proposal"]["package"]["notes"] == deposit["proposal"]["package"]["notes"]
    assert "title" not in shown["proposal"]["why"]
    package = call("package_show", None, id=publish(deposit)["package_id"])
    assert package["title"] == said["title"]
    assert [tag["name"] for tag in package["tags"]] == ["prénoms"]
    assert package["resources"][0]["name"] == "Prénoms, année 2024"
    back = call("odl_deposit_list", agent, state="published")
    assert back["results"][0]["title"] == said["title"]


def test_a_draft_is_seen_by_its_own_people_until_it_is_opened(bring: Bring, publish: Publish, agent: Agent) -> None:
    deposit = bring()
    done = call("odl_deposit_publish", agent, id=deposit["id"], visibility="draft")
    assert done["private"]
    with pytest.raises(tk.NotAuthorized):
        tk.get_action("package_show")({"user": "", "ignore_auth": False}, {"id": done["package_id"]})
    with pytest.raises(tk.ValidationError) as refused:  # its questions were never answered
        call("odl_deposit_publish", agent, id=deposit["id"])
    assert "answers" in refused.value.error_dict
    assert call("package_show", None, id=done["package_id"])["private"]


def test_published_twice_is_published_once(bring: Bring, publish: Publish, agent: Agent) -> None:
    deposit = bring()
    first = publish(deposit)
    modified = call("package_show", None, id=first["package_id"])["metadata_modified"]
    assert call("odl_deposit_publish", agent, id=deposit["id"]) == first
    assert datasets() == 1
    assert call("package_show", None, id=first["package_id"])["metadata_modified"] == modified
    history = call("odl_deposit_show", agent, id=deposit["id"])["history"]
    assert [line["what"] for line in history].count("published") == 1


@pytest.mark.parametrize("action", ["package_create", "resource_create", "package_patch"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_death_half_way_is_made_good_by_doing_it_again(
    bring: Bring, publish: Publish, agent: Agent, monkeypatch: pytest.MonkeyPatch, action: str, moment: str
) -> None:
    class Death(BaseException):
        """The process is killed."""

    real = tk.get_action

    def deadly(name: str) -> Any:
        def act(context: Any, data: Any) -> Any:
            if moment == "after":
                real(name)(context, data)
            raise Death

        return act if name == action else real(name)

    deposit = bring()
    with monkeypatch.context() as patch:
        patch.setattr(publishing.tk, "get_action", deadly)
        with pytest.raises(Death):
            publish(deposit)
    model.Session.rollback()
    model.Session.remove()
    assert call("odl_deposit_show", agent, id=deposit["id"])["state"] == "draft"
    done = call("odl_deposit_publish", agent, id=deposit["id"])
    assert datasets() == 1
    package = call("package_show", None, id=done["package_id"])
    assert not package["private"]
    assert [content_of(one) for one in package["resources"]] == [GOOD]


def test_a_new_year_joins_its_series_and_comes_first(bring: Bring, publish: Publish, agent: Agent) -> None:
    first = publish(bring())
    deposit = bring(NEXT_YEAR, "prenoms-2025.csv")
    (candidate,) = deposit["candidates"]
    assert (candidate["question"], candidate["package_id"]) == ("new-period", first["package_id"])
    call("odl_deposit_update", agent, id=deposit["id"], place="file", package_id=first["package_id"])
    done = publish(deposit)
    assert done["package_id"] == first["package_id"]
    assert datasets() == 1
    package = call("package_show", None, id=first["package_id"])
    assert [one["odl_period"] for one in package["resources"]] == ["2025", "2024"]
    assert (package["temporal_start"], package["temporal_end"]) == ("2024-01-01", "2025-12-31")


def test_the_latest_comes_first_though_no_period_was_declared(bring: Bring, publish: Publish, agent: Agent) -> None:
    first = publish(bring())["package_id"]
    for year in (b"2023", b"2025", b"2022"):
        deposit = bring(GOOD.replace(b"2024", year))
        call("odl_deposit_update", agent, id=deposit["id"], place="file", package_id=first)
        publish(deposit)
    resources = call("package_show", None, id=first)["resources"]
    for resource in resources:
        call("resource_patch", agent, id=resource["id"], odl_period="")
    deposit = bring(GOOD.replace(b"2024", b"2026"))
    call("odl_deposit_update", agent, id=deposit["id"], place="file", package_id=first)
    publish(deposit)
    names = [one["name"][-4:] for one in call("package_show", None, id=first)["resources"]]
    assert names == ["2026", "2025", "2024", "2023", "2022"]


def test_a_year_does_not_take_the_place_of_several_unawares(bring: Bring, publish: Publish, agent: Agent) -> None:
    rows = "".join(f"Valbrune,48903,F,Louise,{count},{year}\n" for year in (2021, 2022, 2023) for count in (3, 4))
    several = (HEADER + rows).encode()
    first = publish(bring(several, "prenoms.csv"))
    call("resource_patch", agent, id=first["resource_id"], name="prénoms.csv", odl_period="")
    deposit = bring(GOOD, "prenoms-2024.csv")
    (candidate,) = deposit["candidates"]
    assert (candidate["question"], candidate["resource_id"]) == ("new-period", "")
    (online,) = candidate["files"]
    assert (online["name"], online["holds"]) == ("prénoms.csv", "6 lignes de 2021 à 2023")
    assert online["loss"] == "Les lignes de 2021 à 2023 ne seront plus en ligne."

    shown = call("odl_deposit_update", agent, id=deposit["id"], place="replace", resource_id=first["resource_id"])
    (lost,) = [blocker for blocker in shown["blockers"] if blocker["code"] == "loss"]
    assert (lost["field"], lost["overcome"]) == ("place", "replace_confirmed")
    assert "de 2021 à 2023" in lost["message"]
    with pytest.raises(tk.ValidationError) as refused:
        publish(deposit)
    assert "replace_confirmed" in refused.value.error_dict or "place" in refused.value.error_dict
    assert content_of(call("resource_show", None, id=first["resource_id"])) == several

    assert publish(deposit, replace_confirmed=True)["resource_id"] == first["resource_id"]
    resource = call("resource_show", None, id=first["resource_id"])
    assert content_of(resource) == GOOD
    assert resource["odl_period"] == "2024"


def test_what_was_typed_for_a_new_dataset_is_not_written_into_another(
    bring: Bring, publish: Publish, agent: Agent
) -> None:
    first = publish(bring())
    title = call("package_show", None, id=first["package_id"])["title"]
    deposit = bring(NEXT_YEAR)
    call("odl_deposit_update", agent, id=deposit["id"], package={"title": "Prénoms 2025"})
    shown = call("odl_deposit_update", agent, id=deposit["id"], place="file", package_id=first["package_id"])
    assert shown["proposal"]["package"]["title"] == title
    assert shown["history"][0]["detail"]["set_aside"] == {"title": "Prénoms 2025"}
    publish(deposit)
    assert call("package_show", None, id=first["package_id"])["title"] == title


def test_the_newest_file_of_a_series_gives_the_dataset_its_word(bring: Bring, publish: Publish, agent: Agent) -> None:
    first = publish(bring(WRONG), despite_problems=True)
    run_checks()
    search = {"q": "*:*", "facet.field": ["vocab_odl_state"], "rows": 0}
    found = call("package_search", agent, **search)["search_facets"]["vocab_odl_state"]["items"]
    assert [item["name"] for item in found] == ["invalid"]
    deposit = bring(NEXT_YEAR, "prenoms-2025.csv")
    call("odl_deposit_update", agent, id=deposit["id"], place="file", package_id=first["package_id"])
    publish(deposit)
    found = call("package_search", agent, **search)["search_facets"]["vocab_odl_state"]["items"]
    assert [item["name"] for item in found] == ["valid"]


def test_the_same_file_is_recognised(bring: Bring, publish: Publish) -> None:
    done = publish(bring())
    (candidate,) = bring()["candidates"]
    assert candidate["question"] == "same-file"
    assert candidate["resource_id"] == done["resource_id"]


def test_a_published_file_stays_until_the_next_is_published(bring: Bring, publish: Publish, agent: Agent) -> None:
    first = publish(bring())
    deposit = bring(LONGER, resource_id=first["resource_id"])
    assert (deposit["place"], deposit["package_id"]) == ("replace", first["package_id"])
    resource = call("resource_show", None, id=first["resource_id"])
    assert content_of(resource) == GOOD
    done = publish(deposit)
    assert done["resource_id"] == first["resource_id"]
    resource = call("resource_show", None, id=first["resource_id"])
    assert content_of(resource) == LONGER
    assert state_of(resource)["badge"] == "valid"
    assert run_checks() == 0


def test_the_questions_of_a_dataset_are_asked_once(bring: Bring, publish: Publish, agent: Agent) -> None:
    first = publish(bring())
    again = bring(LONGER, resource_id=first["resource_id"])
    assert again["questions"] == []
    assert call("odl_deposit_publish", agent, id=again["id"])["state"] == "published"
    wider = b"\n".join(line + (b",remarques" if line.startswith(b"COMMUNE") else b",rien") for line in GOOD.split())
    assert bring(wider, resource_id=first["resource_id"])["questions"]


def test_the_next_year_of_a_series_is_not_asked_again(bring: Bring, publish: Publish, agent: Agent) -> None:
    first = publish(bring())
    deposit = bring(NEXT_YEAR, "prenoms-2025.csv")
    assert deposit["questions"]  # as long as nobody said where it belongs
    shown = call("odl_deposit_update", agent, id=deposit["id"], place="file", package_id=first["package_id"])
    assert shown["questions"] == []
    assert call("odl_deposit_publish", agent, id=deposit["id"])["state"] == "published"


def test_nothing_is_published_while_a_finding_is_unanswered(bring: Bring, publish: Publish, agent: Agent) -> None:
    named = GOOD.replace(b"ANNEE\n", b"ANNEE,contact\n").replace(b"2024\n", b"2024,jeanne.martin@exemple.fr\n")
    deposit = bring(named)
    (signal,) = [signal for signal in deposit["signals"] if signal["kind"] == "email"]
    assert (signal["column"], signal["count"], signal["places"][0]["cell"]) == ("G", 1, "G2")
    assert "martin" not in str(signal)
    assert "privacy" in [blocker["code"] for blocker in deposit["blockers"]]
    with pytest.raises(tk.ValidationError) as refused:
        call("odl_deposit_publish", agent, id=deposit["id"], despite_problems=True)
    assert "answers" in refused.value.error_dict
    assert datasets() == 0


def test_what_is_missing_is_said_by_field(bring: Bring, agent: Agent) -> None:
    deposit = bring()
    shown = call("odl_deposit_update", agent, id=deposit["id"], package={"title": "", "license_id": ""})
    said = {blocker["field"]: blocker["message"] for blocker in shown["blockers"] if blocker["code"] == "field"}
    assert said.keys() == {"title", "license_id"}
    assert all(said.values())
    with pytest.raises(tk.ValidationError) as refused:
        call("odl_deposit_publish", agent, id=deposit["id"])
    assert {"title", "license_id"} <= refused.value.error_dict.keys()
    assert datasets() == 0


def test_a_dataset_of_somebody_else_is_no_place(bring: Bring, agent: Agent, commune: dict[str, Any]) -> None:
    other = call("organization_create", None, name="autre", title="Autre")
    foreign = call("package_create", None, name="ailleurs", title="Ailleurs", owner_org=other["id"], license_id="lov2")
    deposit = bring()
    with pytest.raises(tk.ValidationError):
        call("odl_deposit_update", agent, id=deposit["id"], place="file", package_id=foreign["id"])
    with pytest.raises(tk.ValidationError):
        call("odl_deposit_create", agent, organization="valbrune", package_id=foreign["id"], upload=upload(GOOD))
