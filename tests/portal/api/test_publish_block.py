"""One call of a vendor's program where wrong files wait: nothing is lost, what is online stays."""

from __future__ import annotations

import pytest

from tests.portal.conftest import GOOD, HEADER, WRONG, call

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index", "clean_redis")

OTHER = (HEADER + "Valbrune,48903,M,Paul,4,2024\n").encode()


@pytest.fixture
def strict(commune):
    call("organization_patch", None, id=commune["id"], odl_strictness="block")


def test_a_wrong_file_waits_with_its_report(publish, datasets, agent, strict):
    found = publish(WRONG)

    assert (found["outcome"], found["reason"], found["state"]) == ("waiting", "report", "invalid")
    assert found["report"]["counts"]["errors"] == 2
    assert found["urls"]["deposit"].endswith(f"/odl/depot/{found['deposit']}")
    assert datasets() == []
    shown = call("odl_deposit_show", agent, id=found["deposit"])
    assert (shown["state"], shown["reason"]) == ("waiting", "report")
    assert shown["file"]["kept"]


@pytest.mark.parametrize("insisting", [{}, {"despite_problems": "true"}])
def test_what_is_online_stays_until_a_good_file_comes(app, publish, datasets, strict, insisting):
    first = publish()

    waiting = publish(WRONG, **insisting)

    assert (waiting["outcome"], waiting["place"], waiting["resource_id"]) == (
        "waiting", "replace", first["resource_id"],
    )  # fmt: skip
    assert waiting["report"]["status"] == "invalid"
    assert app.get(first["urls"]["download"]).get_data() == GOOD
    done = publish(OTHER)
    assert (done["outcome"], done["deposit"], done["resource_id"]) == (
        "updated", waiting["deposit"], first["resource_id"],
    )  # fmt: skip
    assert app.get(first["urls"]["download"]).get_data() == OTHER
    (dataset,) = datasets()
    assert len(dataset["resources"]) == 1


def test_a_draft_may_hold_a_wrong_file_and_is_not_opened_with_it(publish, datasets, agent, strict):
    found = publish(WRONG, visibility="draft", despite_problems="true")

    assert found["outcome"] == "created"
    assert [dataset["private"] for dataset in datasets()] == [True]


def test_a_rehearsal_says_that_it_would_wait(publish, datasets, strict):
    found = publish(WRONG, dry_run="true")

    assert (found["outcome"], found["report"]["status"]) == ("waiting", "invalid")
    assert datasets() == []
