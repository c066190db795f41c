"""What is done for several members at once: groups, waivers, answers to their proposals."""

from __future__ import annotations

import pytest

from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "territory")

PAGE = "/en/odl/atd/causses"


def state(territory, name: str, step: str = "p1.prada") -> str:
    shown = territory.call("sysadmin", "odl_progress_recompute", id=name)
    return next(found["state"] for phase in shown["phases"] for found in phase["steps"] if found["id"] == step)


def confirmed(page) -> dict[str, list[str]]:
    """What the button of a confirmation sends."""
    sent = {"confirm": ["1"]}
    for box in page.select(".odl-page form input[type=hidden]"):
        sent.setdefault(box["name"], []).append(box["value"])
    return sent


class TestSelection:
    def test_it_names_those_that_were_ticked(self, look):
        page = look("atd", f"{PAGE}/selection?id=valbrune&id=saint-exemple&id=lointaine&id=inconnue")

        assert words(page.h1) == "What do you want to do for 2 local authorities?"
        assert "Saint-Exemple, Valbrune" in page.get_text()
        assert "Lointaine" not in page.get_text()

    def test_labels_of_steps_are_filled_in(self, look):
        page = look("atd", f"{PAGE}/selection?id=valbrune")

        labels = [words(option) for option in page.select("#odl-step option")]
        assert not [label for label in labels if "{" in label]
        assert "Reach 5 or 10 public datasets" in labels
        assert any(label.startswith("Agree the support with ") for label in labels)

    def test_nothing_ticked(self, look):
        page = look("atd", f"{PAGE}/selection?kind=commune")

        assert words(page.h1) == "No local authority is ticked"
        assert "Tick local authorities" in words(page.select_one(".odl-empty"))
        assert "kind=commune" in page.select_one(".odl-empty a")["href"]

    def test_the_whole_list_keeps_its_filters(self, look):
        page = look("atd", f"{PAGE}/selection?all=1&kind=commune&id=hautes-terres")

        assert words(page.h1) == "What do you want to do for 2 local authorities?"
        assert page.select_one("form input[name=kind]")["value"] == "commune"

    def test_every_form_carries_the_token(self, look):
        for address in (PAGE, f"{PAGE}/selection?id=valbrune"):
            forms = look("atd", address).select(".odl-page form[method=post]")
            assert all(form.select_one("input[name=_csrf_token]") for form in forms)


class TestGroups:
    def test_members_are_put_into_a_group_and_out_of_it(self, look, visit, territory):
        form = {"id": ["valbrune", "saint-exemple"], "group_name": "  Vallée   du Lirac "}

        page = look("atd", f"{PAGE}/groupe", form, follow=True)

        assert "2 local authorities are in the group “Vallée du Lirac”." in page.get_text()
        assert words(page.select("#odl-group option")[1]) == "Vallée du Lirac (2)"
        assert territory.call("sysadmin", "organization_show", id="valbrune")["odl_group"] == "Vallée du Lirac"

        answer = visit("atd", f"{PAGE}/groupe", {"id": ["valbrune"], "group_name": ""}, status=302)

        assert "#" not in answer.headers["Location"]

        assert words(look("atd", PAGE).select("#odl-group option")[1]) == "Vallée du Lirac (1)"
        assert not territory.call("sysadmin", "organization_show", id="valbrune").get("odl_group")

    def test_it_outlives_an_edit_and_a_new_computation(self, visit, territory):
        visit("atd", f"{PAGE}/groupe", {"id": "valbrune", "group_name": "Vallée"}, status=302)

        territory.call("atd", "organization_patch", id="valbrune", description="Nouvelle présentation")
        territory.call("atd", "odl_progress_recompute", id="valbrune")

        assert territory.call("atd", "odl_progress_list", atd="causses", group="Vallée")["count"] == 1

    def test_the_whole_filtered_list(self, visit, territory):
        visit("atd", f"{PAGE}/groupe", {"all": "1", "kind": "commune", "group_name": "Communes"}, status=302)

        found = territory.call("atd", "odl_progress_list", atd="causses", group="Communes")["results"]
        assert sorted(row["organization"]["name"] for row in found) == ["saint-exemple", "valbrune"]

    def test_too_long_a_name_is_refused_and_kept(self, look):
        page = look("atd", f"{PAGE}/groupe", {"id": "valbrune", "group_name": "x" * 61})

        assert "under 60 characters" in words(page.select_one("[role=alert]"))
        assert page.select_one("#odl-group")["value"] == "x" * 61

    def test_only_its_own_members(self, territory):
        from ckan.plugins import toolkit as tk  # noqa: PLC0415 (CKAN is ready now)

        with pytest.raises(tk.ValidationError):
            territory.call("atd", "odl_group_update", atd="causses", ids=["valbrune", "lointaine"], group="x")
        assert territory.call("sysadmin", "odl_progress_list", group="x")["count"] == 0

    def test_the_body_above_may(self, territory):
        assert (
            territory.call("region", "odl_group_update", atd="region-lirac", ids=["valbrune"], group="x")["count"] == 1
        )


class TestWaivers:
    def test_for_those_that_were_chosen(self, look, visit, territory):
        form = {"id": ["saint-exemple", "valbrune"], "step": "p1.decision", "reason": "Décidé par la communauté."}

        page = look("atd", f"{PAGE}/dispense", form)

        assert [words(line) for line in page.select(".odl-waived li")] == ["Saint-Exemple", "Valbrune"]
        assert "for 2 local authorities?" in words(page.h1)
        assert state(territory, "saint-exemple", "p1.decision") != "waived"

        told_here = look("atd", f"{PAGE}/dispense", confirmed(page), follow=True).get_text()

        assert "is waived for 2 local authorities: Saint-Exemple, Valbrune." in told_here
        assert "“" in told_here
        assert state(territory, "saint-exemple", "p1.decision") == "waived"
        assert state(territory, "hautes-terres", "p1.decision") != "waived"
        told = territory.call("agent", "odl_history_list", id="saint-exemple", step="p1.decision")["results"]
        assert "Décidé par la communauté." in [line["why"] for line in told]

    def test_for_a_profile(self, look, visit, territory):
        territory.stands("saint-exemple", profile="no_agent")
        territory.stands("lointaine", profile="no_agent")
        choice = look("atd", f"{PAGE}/selection?id=hautes-terres").select("input[name=profile]")
        assert [radio["value"] for radio in choice] == ["", "no_agent"]
        assert [radio.has_attr("checked") for radio in choice] == [True, False]
        assert "Hautes Terres" in words(choice[0].parent)
        assert words(choice[1].parent).endswith("(1) Saint-Exemple")
        form = {"id": "hautes-terres", "profile": "no_agent", "step": "p1.decision", "reason": "Personne pour cela."}

        page = look("atd", f"{PAGE}/dispense", form)

        assert [words(line) for line in page.select(".odl-waived li")] == ["Saint-Exemple"]
        assert state(territory, "saint-exemple", "p1.decision") != "waived"

        visit("atd", f"{PAGE}/dispense", confirmed(page), status=302)

        assert state(territory, "saint-exemple", "p1.decision") == "waived"
        for other in ("valbrune", "hautes-terres", "lointaine"):
            assert state(territory, other, "p1.decision") != "waived"

    def test_a_confirmation_is_about_the_names_that_were_read(self, visit, territory):
        territory.stands("saint-exemple", profile="no_agent")
        form = {"id": "valbrune", "profile": "no_agent", "all": "1", "step": "p1.decision", "reason": "x"}

        visit("atd", f"{PAGE}/dispense", {**form, "confirm": "1"}, status=302)

        assert state(territory, "valbrune", "p1.decision") == "waived"
        assert state(territory, "saint-exemple", "p1.decision") != "waived"

    @pytest.mark.parametrize(("step", "reason"), [("p1.decision", ""), ("", "Parce que."), ("p9.none", "Parce que.")])
    def test_a_step_and_a_reason_are_needed(self, look, territory, step, reason):
        page = look("atd", f"{PAGE}/dispense", {"id": "valbrune", "step": step, "reason": reason})

        assert page.select("[role=alert]")
        assert page.select_one("#odl-reason").text.strip() == reason
        assert state(territory, "valbrune", "p1.decision") != "waived"

    def test_not_for_members_of_others(self, look, territory):
        look("atd", f"{PAGE}/dispense", {"id": "lointaine", "step": "p1.decision", "reason": "x", "confirm": "1"})

        assert state(territory, "lointaine", "p1.decision") != "waived"


class TestProposals:
    @pytest.fixture(autouse=True)
    def proposal(self, territory):
        territory.call(
            "agent", "odl_step_update", id="saint-exemple", step="p1.training", propose_not_applicable=True,
            reason="Déjà formés ailleurs.",
        )  # fmt: skip

    def answer(self, look, visit, do, reason="", status=302):
        proof = look("atd", f"{PAGE}/propositions").select_one(".odl-proposals input[name=proof]")["value"]
        form = {"organization": "saint-exemple", "step": "p1.training", "proof": proof, "reason": reason, "do": do}
        return visit("atd", f"{PAGE}/propositions", form, status=status)

    def test_they_are_announced_and_listed(self, look):
        assert "1 proposal of “not applicable” awaits your answer" in words(look("atd", PAGE))

        entry = look("atd", f"{PAGE}/propositions").select_one(".odl-proposals li")
        assert "Déjà formés ailleurs." in words(entry)
        assert "Saint-Exemple" in words(entry)

    def test_accepted(self, look, visit, territory):
        self.answer(look, visit, "accept")

        assert state(territory, "saint-exemple", "p1.training") == "not_applicable"
        assert look("atd", f"{PAGE}/propositions").select_one(".odl-empty")

    def test_refused_with_a_reason(self, look, visit, territory):
        self.answer(look, visit, "refuse", "La loi a changé depuis.")

        assert state(territory, "saint-exemple", "p1.training") == "todo"
        told = territory.call("agent", "odl_history_list", id="saint-exemple", step="p1.training")["results"]
        assert "La loi a changé depuis." in [line["why"] for line in told]

    def test_a_refusal_without_a_reason_is_refused(self, look, visit, territory):
        page = self.answer(look, visit, "refuse", status=200)

        assert b'role="alert"' in page.data
        assert territory.call("atd", "odl_proposal_list", atd="causses")["count"] == 1

    def test_another_body_reads_none(self, territory):
        assert territory.call("other_atd", "odl_proposal_list", atd="plateau")["count"] == 0
        assert territory.call("region", "odl_proposal_list", atd="region-lirac")["count"] == 1
