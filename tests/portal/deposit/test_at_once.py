"""Two people publish at the same moment, each in a thread of its own, as a web server has them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ckan import model
from ckan.tests.helpers import CKANTestApp

from ckanext.odl import storage
from ckanext.odl.logic.deposit import keeping
from tests.portal.conftest import GOOD, call
from tests.portal.deposit.conftest import NOTHING_PERSONAL

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index", "clean_redis")

LUCIE, PAUL = (GOOD.replace(b"Louise", name) for name in (b"Lucie", b"Paul"))


@pytest.fixture
def together(loaded, authorization, agent) -> Callable[..., list[Any]]:
    """A function that publishes deposits over HTTP at the same moment; returns the answers."""
    headers = authorization(agent)

    def publish(*ids: str) -> list[Any]:
        ready = threading.Barrier(len(ids))
        model.Session.remove()

        def send(id_: str) -> Any:
            ready.wait()
            client = CKANTestApp(loaded.app)
            answer = client.post("/api/3/action/odl_deposit_publish", json={"id": id_}, headers=headers)
            model.Session.remove()
            return answer

        with ThreadPoolExecutor(len(ids)) as pool:
            return list(pool.map(send, ids))

    return publish


def ready(bring: Any, agent: dict[str, Any], content: bytes = GOOD, **more: Any) -> str:
    deposit = bring(content, **more)
    call("odl_deposit_update", agent, id=deposit["id"], answers=NOTHING_PERSONAL)
    return deposit["id"]


def test_one_deposit_published_twice_at_once_is_published_once(bring, agent, together) -> None:
    id_ = ready(bring, agent)

    first, second = together(id_, id_)

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json["result"] == second.json["result"]
    model.Session.expire_all()
    assert model.Session.query(model.Package).filter_by(state="active").count() == 1
    history = call("odl_deposit_show", agent, id=id_)["history"]
    assert [line["what"] for line in history].count("published") == 1


def test_of_two_deposits_for_the_same_file_one_wins_and_the_other_is_told(
    bring, publish, agent, together, monkeypatch
) -> None:
    both_are_here, one_at_a_time = threading.Barrier(2), keeping.one_at_a_time

    def together_at_the_lock(key: str) -> Any:
        if key.startswith("dataset "):
            both_are_here.wait(60)
        return one_at_a_time(key)

    online = publish(bring())
    ids = [ready(bring, agent, content, resource_id=online["resource_id"]) for content in (LUCIE, PAUL)]

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "one_at_a_time", together_at_the_lock)
        answers = together(*ids)

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    shown = {id_: call("odl_deposit_show", agent, id=id_) for id_ in ids}
    for id_, answer in zip(ids, answers, strict=True):
        if answer.status_code == 409:
            assert "Quelqu’un d’autre vient de remplacer ce fichier" in answer.json["error"]["place"][0]
            assert shown[id_]["state"] == "draft"
        else:
            assert shown[id_]["state"] == "published"
        assert shown[id_]["file"]["kept"]
    (winner,) = [content for id_, content in zip(ids, (LUCIE, PAUL), strict=True) if shown[id_]["state"] == "published"]
    resource = call("resource_show", None, id=online["resource_id"])
    assert b"".join(storage.stream(resource)) == winner
    (loser,) = [id_ for id_ in ids if shown[id_]["state"] == "draft"]
    assert call("odl_deposit_publish", agent, id=loser)["state"] == "published"  # on purpose, now that one knows


def test_two_files_for_the_same_dataset_are_both_there(bring, publish, agent, together) -> None:
    online = publish(bring())
    years = [GOOD.replace(b"2024", year) for year in (b"2025", b"2026")]
    ids = [ready(bring, agent, content, package_id=online["package_id"]) for content in years]

    answers = together(*ids)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(call("package_show", None, id=online["package_id"])["resources"]) == 3
