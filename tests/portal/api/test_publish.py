"""One call of a vendor's program: what it makes, what it leaves alone, what it is told."""

from __future__ import annotations

import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from sqlalchemy import func, select

from ckanext.odl.model import Deposit
from tests.portal.api.conftest import ANSWERS, SIREN
from tests.portal.conftest import GOOD, HEADER, WRONG, call
from tests.portal.deposit.conftest import GOOD_ROWS, workbook

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index", "clean_redis")

OTHER = (HEADER + "Valbrune,48903,M,Paul,4,2024\n").encode()
NEXT_YEAR = (HEADER + "Valbrune,48903,M,Paul,4,2025\n").encode()


def deposits():
    model.Session.rollback()
    return model.Session.scalar(select(func.count()).select_from(Deposit))


def test_a_first_file_makes_a_dataset(publish, datasets):
    found = publish()

    assert (found["outcome"], found["place"], found["state"]) == ("created", "dataset", "valid")
    assert found["report"]["counts"]["errors"] == 0
    (dataset,) = datasets()
    assert (dataset["id"], dataset["private"]) == (found["package_id"], False)
    assert dataset["organization"]["name"] == "valbrune"
    (resource,) = dataset["resources"]
    assert (resource["id"], resource["odl_schema"], resource["odl_period"]) == (
        found["resource_id"], "scdl/prenoms", "2024",
    )  # fmt: skip


def test_its_addresses_lead_there(app, publish):
    urls = publish()["urls"]

    for name in ("dataset", "file", "report"):
        assert app.get(urls[name]).status_code == 200, name
    assert app.get(urls["download"]).get_data() == GOOD


def test_the_same_file_again_changes_nothing(publish, datasets):
    first = publish()
    before, kept = datasets(), deposits()

    again = publish()

    assert again["outcome"] == "unchanged"
    assert (again["package_id"], again["resource_id"]) == (first["package_id"], first["resource_id"])
    assert datasets() == before
    assert deposits() == kept


def test_the_same_period_replaces_the_file(app, publish, datasets):
    first = publish()

    second = publish(OTHER)

    assert (second["outcome"], second["place"]) == ("updated", "replace")
    assert second["resource_id"] == first["resource_id"]
    (dataset,) = datasets()
    assert len(dataset["resources"]) == 1
    assert app.get(second["urls"]["download"]).get_data() == OTHER


def test_a_new_period_is_one_more_file(publish, datasets):
    first = publish()

    second = publish(NEXT_YEAR, period="2025", title="Un titre de cette année")

    assert (second["outcome"], second["place"]) == ("created", "file")
    assert second["package_id"] == first["package_id"]
    (dataset,) = datasets()
    assert [resource["odl_period"] for resource in dataset["resources"]] == ["2025", "2024"]
    assert dataset["title"] != "Un titre de cette année"


def test_a_file_of_fewer_rows_replaces_another_on_purpose_only(publish, datasets):
    rows = "".join(f"Valbrune,48903,F,Louise,{count},2024\n" for count in range(3, 9))
    first = publish((HEADER + rows).encode())

    waiting = publish(OTHER)

    assert (waiting["outcome"], waiting["place"], waiting["reason"]) == ("waiting", "replace", "loss")
    assert "6 lignes" in waiting["blockers"][0]["message"]
    done = publish(OTHER, replace_confirmed="true")
    assert (done["outcome"], done["resource_id"]) == ("updated", first["resource_id"])


def test_the_title_is_that_of_a_new_dataset(publish, datasets):
    publish(title="Les prénoms de Valbrune")

    assert [dataset["title"] for dataset in datasets()] == ["Les prénoms de Valbrune"]


def test_the_period_is_read_in_the_file_when_nobody_says_it(publish):
    assert publish(period=None)["period"] == "2024"


@pytest.mark.parametrize("reference", [SIREN, "214 809 030", f"{SIREN}00012", "valbrune"])
def test_the_organization_is_known_by_its_number_or_its_name(publish, reference):
    assert publish(organization=reference)["organization"]["name"] == "valbrune"


def test_personal_data_are_asked_about_before_anything_is_public(send, datasets):
    first = send().json["result"]

    assert (first["outcome"], first["package_id"]) == ("waiting", None)
    assert first["reason"] in ("questions", "privacy")
    assert {question["id"] for question in first["questions"]} >= {"persons", "contact"}
    assert datasets() == []

    second = send(answers=ANSWERS).json["result"]

    assert (second["outcome"], second["deposit"], second["questions"]) == ("created", first["deposit"], [])
    assert deposits() == 1


def test_what_may_not_be_published_waits_with_its_reason(publish, datasets):
    found = publish(answers={**ANSWERS, "contact": "yes"})

    assert (found["outcome"], found["reason"]) == ("waiting", "privacy-remove")
    assert [blocker["field"] for blocker in found["blockers"]] == ["answers"]
    assert datasets() == []


def test_the_next_year_is_not_asked_again(publish, send):
    publish()

    assert send(NEXT_YEAR, period="2025").json["result"]["outcome"] == "created"


def test_a_file_with_problems_is_published_with_them_where_that_is_allowed(publish):
    found = publish(WRONG)

    assert (found["outcome"], found["state"], found["report"]["counts"]["errors"]) == ("created", "invalid", 2)


def test_a_program_may_want_it_right_first(publish, datasets):
    found = publish(WRONG, despite_problems="false")

    assert (found["outcome"], found["state"], found["reason"]) == ("waiting", "invalid", "problems")
    assert datasets() == []


def test_the_corrected_file_goes_on_with_what_waits(publish, datasets):
    waiting = publish(WRONG, despite_problems="false")

    done = publish(GOOD, despite_problems="false")

    assert (done["outcome"], done["deposit"]) == ("created", waiting["deposit"])
    assert len(datasets()) == 1


def test_what_waits_twice_is_one_deposit(send):
    first, second = send().json["result"], send().json["result"]

    assert first["deposit"] == second["deposit"]
    assert deposits() == 1


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"])
def test_what_is_no_table_waits(publish, datasets, content):
    found = publish(content)

    assert (found["outcome"], found["state"]) == ("waiting", "unreadable")
    assert datasets() == []


def test_a_rehearsal_keeps_nothing(publish, datasets):
    assert publish(dry_run="true")["outcome"] == "created"
    assert (datasets(), deposits()) == ([], 0)

    publish()
    kept = deposits()
    told = [publish(content, dry_run="true", period=year) for content, year in (
        (GOOD, "2024"), (OTHER, "2024"), (NEXT_YEAR, "2025"),
    )]  # fmt: skip

    assert [(one["outcome"], one["place"]) for one in told] == [
        ("unchanged", "replace"), ("updated", "replace"), ("created", "file"),
    ]  # fmt: skip
    assert all(one["dry_run"] and one["deposit"] is None for one in told)
    assert deposits() == kept


def test_a_rehearsal_asks_the_same_questions(send):
    found = send(dry_run="true").json["result"]

    assert (found["outcome"], found["report"]["status"]) == ("waiting", "valid")
    assert found["questions"]


def test_two_calls_at_once_make_one_dataset(loaded, authorization, agent, datasets):
    """Each call in a thread of its own, as a web server has them."""
    headers, ready = authorization(agent), threading.Barrier(2)
    model.Session.remove()

    def send(content: bytes) -> str:
        ready.wait()
        data = {
            "organization": SIREN, "model": "scdl/prenoms", "period": "2024", "answers": json.dumps(ANSWERS),
            "file": (io.BytesIO(content), "prenoms.csv"),
        }  # fmt: skip
        answer = CKANTestApp(loaded.app).post("/api/3/action/odl_publish", data=data, headers=headers)
        model.Session.remove()
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json["result"]["outcome"]

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(send, [GOOD, GOOD]))

    assert outcomes == ["created", "unchanged"]
    (dataset,) = datasets()
    assert len(dataset["resources"]) == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"organization": "999999999"}, "organization"),
        ({"organization": "inconnue"}, "organization"),
        ({"model": "scdl/inconnu"}, "model"),
        ({"model": "scdl/prenoms@9.9.9"}, "model"),
        ({"period": "2025-02-31"}, "period"),
        ({"period": "bientôt"}, "period"),
        ({"dataset": "inconnu"}, "dataset"),
        ({"answers": '{"persons": "peut-être"}'}, "answers"),
        ({"answers": "oui"}, "answers"),
        ({"visibility": "secret"}, "visibility"),
        ({"content": None}, "file"),
        ({"name": "programme.exe"}, "file"),
        ({"file": "a,b"}, "file"),
    ],
)
def test_what_is_unfit_is_said_of_its_parameter(send, datasets, more, field):
    if more.get("file"):
        more = {**more, "content": None}

    answer = send(**{"answers": ANSWERS, **more})

    assert answer.status_code == 409
    assert len(answer.json["error"][field][0].split()) > 3
    assert datasets() == []


def test_only_those_who_publish_there_may(send, authorization, commune, datasets):
    member = factories.User()
    call("organization_member_create", None, id=commune["id"], username=member["name"], role="member")

    for headers in ({}, authorization(factories.User()), authorization(member)):
        assert send(headers=headers).status_code == 403
    assert (datasets(), deposits()) == ([], 0)


def test_several_datasets_of_one_model_are_told_apart(publish, agent, commune):
    first = publish()
    other = call(
        "package_create", agent, name="autres", title="Autres prénoms", owner_org=commune["id"], license_id="lov2"
    )

    second = publish(NEXT_YEAR, period="2025", dataset="autres")

    assert (second["package_id"], second["place"]) == (other["id"], "file")
    assert second["package_id"] != first["package_id"]


def test_of_a_workbook_with_several_sheets_the_call_says_what_is_published(publish, datasets):
    book = workbook(("2023", [*GOOD_ROWS[:1], ["Valbrune", "48903", "F", "Zoé", 3, 2023]]), ("2024", GOOD_ROWS))

    waits = publish(book, name="prenoms.xlsx", sheet="2024")
    rehearsed = publish(book, name="prenoms.xlsx", sheet="2024", sheets="one", dry_run="true")
    done = publish(book, name="prenoms.xlsx", sheet="2024", sheets="one")
    again = publish(book, name="prenoms.xlsx", sheet="2024", sheets="one")

    assert (waits["outcome"], waits["reason"]) == ("waiting", "sheets")
    assert rehearsed["outcome"] == "created"
    assert (done["outcome"], done["report"]["file"]["rows"]) == ("created", 2)
    assert again["outcome"] == "unchanged"
    (dataset,) = datasets()
    assert len(dataset["resources"]) == 1
