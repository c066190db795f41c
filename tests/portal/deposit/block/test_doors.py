"""Where a collectivité is strict: what comes by CKAN's own calls waits while it is wrong, and what is online stays."""

from __future__ import annotations

import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from tests.portal.conftest import GOOD, SCHEMA, WRONG, call, run_checks, upload

from .conftest import BETTER, NOTHING_PERSONAL, bytes_of, deposits, headers, refusal, sweep

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


@pytest.mark.usefixtures("worker")
class TestReplacing:
    def test_a_good_file_takes_the_place_of_the_published_one_at_once(self, online, send, agent):
        send(online, BETTER)

        assert bytes_of(online) == BETTER
        assert deposits(agent) == []

    @pytest.mark.parametrize("action", ["resource_patch", "resource_update"])
    def test_a_wrong_one_waits_with_its_report_and_the_published_one_stays(self, online, send, agent, action):
        more = {"package_id": online["package_id"]} if action == "resource_update" else {}
        errors = refusal(lambda: send(online, WRONG, action, **more))

        assert "waits with its report" in errors["upload"][0]
        assert bytes_of(online) == GOOD
        told = errors["odl_deposit"]
        assert (told["state"], told["reason"], told["why"]) == ("waiting", "report", "invalid")
        assert told["report"]["status"] == "invalid"
        assert told["report"]["counts"]["errors"] == 2
        assert told["url"].endswith(f"/odl/depot/{told['id']}")
        shown = call("odl_deposit_show", agent, id=told["id"])
        assert (shown["state"], shown["reason"], shown["resource_id"]) == ("waiting", "report", online["id"])
        assert shown["report"]["counts"]["errors"] == 2
        assert shown["schema"]["id"] == SCHEMA
        assert not shown["can"]["publish"]

    def test_the_answer_over_http(self, app, online, agent):
        answer = app.post(
            "/api/3/action/resource_patch",
            data={"id": online["id"], "upload": (upload(WRONG).stream, "prenoms.csv")},
            headers=headers(agent),
            content_type="multipart/form-data",
            status=409,
        )

        error = answer.json["error"]
        assert error["odl_deposit"]["reason"] == "report"
        assert deposits(agent)[0]["id"] == error["odl_deposit"]["id"]

    def test_sent_again_it_is_the_same_deposit_and_the_corrected_one_ends_it(self, online, send, agent):
        first = refusal(lambda: send(online, WRONG))["odl_deposit"]["id"]
        again = refusal(lambda: send(online, WRONG))["odl_deposit"]["id"]
        other = refusal(lambda: send(online, WRONG.replace(b"Jade", b"Emma")))["odl_deposit"]["id"]
        assert first == again == other
        assert len(call("odl_deposit_show", agent, id=first)["files"]) == 2

        send(online, BETTER)

        assert bytes_of(online) == BETTER
        assert [one["state"] for one in deposits(agent)] == ["published"]

    def test_the_published_bytes_sent_again_are_nothing_new(self, online, send, agent, strict):
        call("organization_patch", None, id=strict["id"], odl_strictness="advise")
        send(online, WRONG)
        run_checks()
        call("organization_patch", None, id=strict["id"], odl_strictness="block")

        send(online, WRONG, name="Prénoms")

        assert call("resource_show", None, id=online["id"])["name"] == "Prénoms"
        assert deposits(agent) == []

    def test_a_call_that_says_nothing_of_the_model_does_not_take_it_away(self, online, agent):
        errors = refusal(
            lambda: call("resource_update", agent, id=online["id"], upload=upload(WRONG), url="prenoms.csv")
        )
        assert errors["odl_deposit"]["report"]["schema"]["id"] == SCHEMA
        call("resource_update", agent, id=online["id"], upload=upload(BETTER), url="prenoms.csv")
        assert call("resource_show", None, id=online["id"])["odl_schema"] == SCHEMA

    def test_words_and_other_fields_are_changed_as_ever(self, online, agent):
        call("resource_patch", agent, id=online["id"], description="Depuis 2020")
        assert call("resource_show", None, id=online["id"])["description"] == "Depuis 2020"

    def test_a_wrong_field_is_told_and_leaves_nothing_behind(self, online, send, agent):
        errors = refusal(lambda: send(online, BETTER, odl_period="jamais"))
        assert list(errors) == ["odl_period"]
        assert bytes_of(online) == GOOD
        assert deposits(agent) == []

    def test_where_nobody_is_strict_it_is_published_with_its_problems(self, online, send, agent, strict):
        call("organization_patch", None, id=strict["id"], odl_strictness="advise")
        send(online, WRONG)
        assert bytes_of(online) == WRONG
        assert deposits(agent) == []

    def test_who_may_not_write_there_is_told_so_and_leaves_nothing(self, online, send, agent):
        with pytest.raises(tk.NotAuthorized):
            call("resource_patch", factories.User(), id=online["id"], upload=upload(WRONG), url="p.csv")
        assert deposits(agent) == []

    def test_the_agent_corrects_it_and_publishes_it_in_its_place(self, online, send, agent):
        waiting = refusal(lambda: send(online, WRONG))["odl_deposit"]["id"]
        call("odl_deposit_update", agent, id=waiting, answers=NOTHING_PERSONAL)
        despite = call("odl_deposit_publish", agent, id=waiting, despite_problems=True)
        assert (despite["state"], despite["reason"]) == ("waiting", "report")
        assert bytes_of(online) == GOOD
        call("odl_deposit_file_add", agent, id=waiting, upload=upload(BETTER))
        run_checks()
        call("odl_deposit_update", agent, id=waiting, answers=NOTHING_PERSONAL)
        done = call("odl_deposit_publish", agent, id=waiting)
        assert (done["state"], done["resource_id"]) == ("published", online["id"])
        assert bytes_of(online) == BETTER

    def test_an_unanswered_finding_of_personal_data_waits_too(self, online, send, agent):
        personal = b"COMMUNE_NOM,COLL_INSEE,ENFANT_SEXE,ENFANT_PRENOM,NOMBRE_OCCURRENCES,ANNEE,contact\n"
        personal += b"Valbrune,48903,F,Louise,3,2024,louise.martin@exemple.fr\n" * 3
        told = refusal(lambda: send(online, personal))

        assert told["odl_deposit"]["why"] == "privacy"
        assert "personal data" in told["upload"][0]
        assert bytes_of(online) == GOOD


class TestTime:
    """Checks that last longer than an answer may take."""

    @pytest.fixture
    def waiting(self, online, send, no_patience):
        errors = refusal(lambda: send(online, BETTER, description="Nouvelle livraison"))
        assert "has not ended yet" in errors["upload"][0]
        assert errors["odl_deposit"]["reason"] == "check"
        return errors["odl_deposit"]["id"]

    def test_it_goes_on_by_itself_once_its_report_is_good(self, online, waiting, agent):
        assert sweep()["published"] == 0
        assert bytes_of(online) == GOOD

        run_checks()
        assert sweep() == {"published": 1, "missed": 0, "forms": 0}

        assert bytes_of(online) == BETTER
        assert call("resource_show", None, id=online["id"])["description"] == "Nouvelle livraison"
        assert call("odl_deposit_show", agent, id=waiting)["state"] == "published"
        assert sweep() == {"published": 0, "missed": 0, "forms": 0}

    def test_it_is_published_in_the_name_of_who_sent_it(self, waiting, agent, strict):
        call("organization_member_delete", None, id=strict["id"], username=agent["name"])
        run_checks()

        assert sweep()["missed"] == 1

        shown = call("odl_deposit_show", None, id=waiting)
        assert (shown["state"], shown["reason"]) == ("waiting", "report")
        assert "may no longer publish" in shown["note"]
        assert sweep()["missed"] == 0

    def test_a_wrong_one_waits_for_its_correction(self, online, send, agent, no_patience):
        id_ = refusal(lambda: send(online, WRONG))["odl_deposit"]["id"]
        run_checks()

        assert sweep()["missed"] == 1

        shown = call("odl_deposit_show", agent, id=id_)
        assert (shown["state"], shown["reason"]) == ("waiting", "report")
        assert "its report is not good" in shown["note"]
        assert bytes_of(online) == GOOD

    def test_a_new_file_goes_on_once(self, online, agent, no_patience):
        data = {"package_id": online["package_id"], "odl_schema": SCHEMA, "name": "2025"}
        refusal(lambda: call("resource_create", agent, **data, upload=upload(BETTER, "2025.csv"), url="2025.csv"))
        run_checks()
        sweep()
        sweep()

        names = [one["name"] for one in call("package_show", None, id=online["package_id"])["resources"]]
        assert names == ["prenoms.csv", "2025"]


@pytest.mark.usefixtures("worker")
class TestDatasets:
    def test_a_new_file_of_a_public_dataset_waits_while_it_is_wrong(self, online, agent):
        data = {"package_id": online["package_id"], "odl_schema": SCHEMA, "odl_period": "2025"}
        errors = refusal(lambda: call("resource_create", agent, **data, upload=upload(WRONG, "2.csv"), url="2.csv"))

        shown = call("odl_deposit_show", agent, id=errors["odl_deposit"]["id"])
        assert (shown["place"], shown["package_id"]) == ("file", online["package_id"])
        assert shown["proposal"]["resource"]["odl_period"] == "2025"
        assert len(call("package_show", None, id=online["package_id"])["resources"]) == 1

    def test_a_file_without_a_model_has_nothing_to_follow(self, online, agent):
        data = {"package_id": online["package_id"], "url": "notice.txt"}
        call("resource_create", agent, **data, upload=upload(b"Mode d'emploi", "notice.txt"))
        assert len(call("package_show", None, id=online["package_id"])["resources"]) == 2

    def test_files_of_a_private_dataset_are_free_and_it_opens_once_they_are_good(self, strict, agent):
        made = call(
            "package_create", agent, name="prive", title="P", owner_org=strict["id"], license_id="lov2", private=True
        )
        data = {"package_id": made["id"], "odl_schema": SCHEMA, "url": "p.csv"}
        file = call("resource_create", agent, **data, upload=upload(WRONG, "p.csv"))

        errors = refusal(lambda: call("package_patch", agent, id=made["id"], private=False))
        assert "a file does not follow its model" in errors["private"][0]
        assert "p.csv" in errors["private"][0]
        refusal(lambda: call("bulk_update_public", None, datasets=[made["id"]], org_id=strict["id"]))
        assert call("package_show", agent, id=made["id"])["private"]

        call("resource_patch", agent, id=file["id"], upload=upload(GOOD, "p.csv"), url="p.csv")
        call("package_patch", agent, id=made["id"], private=False)
        assert not call("package_show", agent, id=made["id"])["private"]

    def test_a_draft_becomes_public_with_good_files_only(self, strict, agent):
        made = call(
            "package_create",
            agent,
            name="brouillon",
            title="D",
            owner_org=strict["id"],
            license_id="lov2",
            state="draft",
        )
        data = {"package_id": made["id"], "odl_schema": SCHEMA, "url": "p.csv"}
        call("resource_create", agent, **data, upload=upload(WRONG, "p.csv"))

        errors = refusal(lambda: call("package_patch", agent, id=made["id"], state="active"))
        assert list(errors) == ["private"]
        assert call("package_show", agent, id=made["id"])["state"] == "draft"

    @pytest.mark.parametrize("by", ["package_update", "package_revise"])
    def test_a_call_with_several_files_is_carried_out_whole_or_not_at_all(self, online, agent, by):
        second = call(
            "resource_create",
            agent,
            package_id=online["package_id"],
            odl_schema=SCHEMA,
            url="2.csv",
            upload=upload(BETTER, "2.csv"),
        )

        def write(one: bytes, two: bytes) -> None:
            if by == "package_revise":
                call(
                    by,
                    agent,
                    match={"id": online["package_id"]},
                    update={"title": "Autre titre"},
                    update__resources__0={"upload": upload(one)},
                    update__resources__1={"upload": upload(two)},
                )
                return
            package = call("package_show", agent, id=online["package_id"])
            package["title"] = "Autre titre"
            package["resources"][0]["upload"] = upload(one)
            package["resources"][1]["upload"] = upload(two)
            call(by, agent, **package)

        third = GOOD.replace(b"Louise", b"Anna")
        errors = refusal(lambda: write(third, WRONG))

        good, wrong = errors["resources"]
        assert "is good" in good["upload"][0]
        assert wrong["odl_deposit"]["why"] == "invalid"
        assert call("package_show", None, id=online["package_id"])["title"] == "Prénoms"
        assert (bytes_of(online), bytes_of(second)) == (GOOD, BETTER)
        assert {one["resource_id"] for one in deposits(agent)} == {online["id"], second["id"]}

        write(third, GOOD)
        assert (bytes_of(online), bytes_of(second)) == (third, GOOD)
        assert {one["state"] for one in deposits(agent)} == {"published"}
        assert call("package_show", None, id=online["package_id"])["title"] == "Autre titre"
