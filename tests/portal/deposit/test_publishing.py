"""A deposit becomes a dataset, one more file of one, or the next bytes of a file."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from ckan.plugins import toolkit as tk

from ckanext.odl import storage
from tests.portal.conftest import GOOD, HEADER, SCHEMA, WRONG, call, run_checks, state_of

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Bring = Callable[..., dict[str, Any]]
Publish = Callable[..., dict[str, Any]]


def content_of(resource: dict[str, Any]) -> bytes:
    return b"".join(storage.stream(resource))


def test_a_file_alone_becomes_a_public_dataset(bring: Bring, publish: Publish, agent: dict[str, Any]) -> None:
    deposit = bring()
    assert deposit["state"] == "draft"
    assert deposit["file"]["state"] == "valid"
    assert deposit["schema"]["id"] == SCHEMA
    assert deposit["proposal"]["package"]["title"]
    done = publish(deposit)
    assert done["state"] == "published"
    package = call("package_show", None, id=done["package_id"])
    assert not package["private"]
    assert package["title"] == deposit["proposal"]["package"]["title"]
    (resource,) = package["resources"]
    assert resource["id"] == done["resource_id"]
    assert resource["odl_schema"] == SCHEMA
    assert sha256(content_of(resource)).hexdigest() == deposit["file"]["sha256"] == sha256(GOOD).hexdigest()
    assert call("package_search", None, q="*:*")["count"] == 1


def test_the_report_of_the_deposit_is_that_of_the_file(bring: Bring, publish: Publish, agent: dict[str, Any]) -> None:
    done = publish(bring(WRONG), despite_problems=True)
    resource = call("resource_show", agent, id=done["resource_id"])
    found = state_of(resource, agent)
    assert found["badge"] == "invalid"
    assert found["report"]["counts"]["errors"] == 2
    assert run_checks() == 0
