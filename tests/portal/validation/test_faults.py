"""What the portal shows and keeps when something breaks around a check: the disk, the search, a transaction."""

from __future__ import annotations

import errno
import hashlib
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import search, uploader
from ckan.lib.search.index import PackageSearchIndex
from ckan.plugins import toolkit as tk

from ckanext.odl import config, inspecting, intake, jobs, storage
from ckanext.odl.model import Validation
from tests.portal.conftest import GOOD, WRONG, call, run_checks, state_of, upload

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


def path_of(resource: dict[str, Any]) -> Path:
    return Path(uploader.get_resource_uploader(dict(resource)).get_path(resource["id"]))


def put(resource: dict[str, Any], content: bytes) -> None:
    """Write a file as an upload does whose transaction never comes to its end."""
    path = path_of(resource)
    draft = path.with_name("draft")
    draft.write_bytes(content)
    draft.replace(path)


def found(badge: str) -> int:
    return call("package_search", None, fq=f"vocab_odl_state:{badge}")["count"]


def test_a_report_is_not_shown_for_bytes_that_were_never_committed(deposit):
    resource = deposit(GOOD)
    run_checks()
    put(resource, WRONG)

    shown = state_of(resource)

    assert (shown["badge"], shown["current"], shown["report"]) == ("checking", False, None)


def test_bytes_that_were_never_committed_are_found_and_judged(deposit):
    resource = deposit(GOOD)
    run_checks()
    put(resource, WRONG)

    assert jobs.sweep()["read"] == 1
    run_checks()

    shown = state_of(resource)
    assert (shown["badge"], shown["sha256"]) == ("invalid", hashlib.sha256(WRONG).hexdigest())
    assert jobs.sweep()["read"] == 0


def test_a_file_that_vanished_has_no_report(deposit):
    resource = deposit(GOOD)
    run_checks()
    path_of(resource).unlink()

    assert state_of(resource)["badge"] == "to_check"
    assert jobs.sweep()["read"] == 0


def test_a_full_disk_is_no_death_of_the_check(deposit, monkeypatch):
    resource = deposit(GOOD)
    identify = storage.identify

    def no_room(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "identify", no_room)
    for _ in range(5):
        run_checks()
    row = model.Session.execute(sa.select(Validation.state, Validation.attempts)).one()
    assert tuple(row) == ("waiting", 0)

    monkeypatch.setattr(storage, "identify", identify)
    run_checks()
    assert state_of(resource)["badge"] == "valid"


def test_a_storage_out_of_reach_is_no_missing_file(deposit, monkeypatch):
    resource = deposit(GOOD)

    def out_of_reach(*_: Any, **__: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("builtins.open", out_of_reach)
        with pytest.raises(OSError, match="Input/output"):
            list(storage.stream(resource))


def break_search(monkeypatch) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise search.SearchIndexError("Solr is down")

    monkeypatch.setattr(search, "rebuild", down)


def change_times() -> None:
    model.Session.execute(sa.update(Validation).values(finished_at=sa.func.now() - sa.text("interval '1 hour'")))
    model.Session.commit()


def test_the_search_learns_later_what_it_could_not_be_told(deposit, monkeypatch):
    resource = deposit(GOOD)
    with monkeypatch.context() as patch:
        break_search(patch)
        run_checks()
    assert state_of(resource)["badge"] == "valid"
    assert found("valid") == 0

    change_times()
    jobs.sweep()

    assert found("valid") == 1


def test_the_search_learns_later_of_a_file_that_needed_no_check(deposit, agent, monkeypatch):
    resource = deposit(GOOD)
    run_checks()
    call("resource_update", agent, **{**resource, "upload": upload(WRONG)})
    run_checks()
    assert found("invalid") == 1
    refresh = intake.refresh
    with monkeypatch.context() as patch:
        patch.setattr(intake, "refresh", lambda package_id: None)
        call("resource_update", agent, **{**resource, "upload": upload(GOOD)})
    with monkeypatch.context() as patch:
        break_search(patch)
        refresh(resource["package_id"])

    change_times()
    jobs.sweep()

    assert found("valid") == 1


def test_a_dataset_that_cannot_be_read_does_not_hide_the_others(deposit, monkeypatch):
    first, second = deposit(GOOD), deposit(GOOD)
    run_checks()
    looked_at = []
    refresh = intake.refresh

    def one_fails(package_id: str) -> None:
        looked_at.append(package_id)
        if len(looked_at) == 1:
            raise OSError(errno.EIO, "Input/output error")
        refresh(package_id)

    put(first, WRONG)
    call("package_create", None, name="autre", title="Autre", owner_org="valbrune", license_id="lov2")
    model.Session.execute(
        sa.update(model.Resource)
        .where(model.Resource.id == second["id"])
        .values(package_id=model.Package.get("autre").id)
    )
    model.Session.commit()
    put(second, WRONG)
    monkeypatch.setattr(jobs, "refresh", one_fails)

    assert jobs.sweep()["read"] == 2
    assert len(looked_at) == 2


def test_a_lease_is_renewed_after_a_restart_of_the_database(deposit, monkeypatch):
    deposit(GOOD)
    renewed, keep = [], Validation.keep

    def first_time_down(session: Any, id_: str, attempt: int) -> bool:
        renewed.append(id_)
        if len(renewed) == 1:
            raise sa.exc.OperationalError("update", {}, Exception("server closed the connection"))
        return keep(session, id_, attempt)

    def slow(*args: Any, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        until = time.monotonic() + 10
        while len(renewed) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        return look(*args, **options)

    look = inspecting.look
    monkeypatch.setattr(Validation, "keep", first_time_down)
    monkeypatch.setattr(inspecting, "look", slow)
    monkeypatch.setitem(tk.config, config.PATIENCE, 1)
    run_checks()

    assert len(renewed) >= 2


def test_a_check_whose_process_was_killed_is_tried_again(deposit, monkeypatch):
    resource = deposit(GOOD)
    look = inspecting.look
    with monkeypatch.context() as patch:
        dead = {"status": "incomplete", "errors": [{"code": "limit-interrupted"}], "counts": {}, "file": {"rows": None}}
        patch.setattr(inspecting, "look", lambda *_, **__: (dead, {}))
        run_checks()
    assert state_of(resource)["badge"] == "checking"

    model.Session.execute(sa.update(Validation).values(lease_until=sa.func.now() - sa.text("interval '1 hour'")))
    model.Session.commit()
    assert jobs.sweep()["released"] == 1
    monkeypatch.setattr(inspecting, "look", look)
    run_checks()

    assert state_of(resource)["badge"] == "valid"


@pytest.mark.parametrize("gone", ["package_delete", "dataset_purge", "package_patch"])
def test_a_dataset_that_goes_while_the_search_is_told_does_not_come_back(deposit, agent, app, monkeypatch, gone):
    resource = deposit(GOOD)
    what = {"id": resource["package_id"]} | ({"private": True} if gone == "package_patch" else {})

    def go() -> None:
        with app.flask_app.test_request_context():
            tk.get_action(gone)({"ignore_auth": True, "user": agent["name"]}, what)
            model.Session.remove()

    going = threading.Thread(target=go)
    add = PackageSearchIndex.index_package

    def in_between(index: Any, package: Any, defer_commit: bool = False) -> None:
        """The dataset was read, and is not written yet."""
        if threading.current_thread() is not going and not going.ident:
            going.start()
            going.join(2)
        add(index, package, defer_commit)

    monkeypatch.setattr(PackageSearchIndex, "index_package", in_between)
    run_checks()
    going.join()

    assert call("package_search", None)["count"] == 0
