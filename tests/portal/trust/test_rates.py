"""One account cannot occupy the whole portal."""

from __future__ import annotations

import pytest
from ckan.tests import factories

from ckanext.odl.views import rates
from tests.portal.conftest import GOOD, upload

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index", "clean_redis")


def check(app, token=None, **options):
    headers = {"Authorization": token} if token else {}
    data = {"upload": upload(GOOD), "schema": "scdl/prenoms"}
    return app.post("/api/3/action/odl_validate", data=data, headers=headers, **options)


@pytest.fixture
def token():
    return factories.APIToken(user=factories.User()["name"])["token"]


@pytest.mark.ckan_config("ckanext.odl.rates.check", 2)
def test_who_asks_too_often_is_told_when_to_come_back(app, token):
    answers = [check(app, token) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 61
    assert "2" in answers[2].json["error"]["message"]


@pytest.mark.ckan_config("ckanext.odl.rates.check", 1)
def test_another_person_is_not_concerned(app, token):
    other = factories.APIToken(user=factories.User()["name"])["token"]
    check(app, token)

    assert check(app, other).status_code == 200


@pytest.mark.ckan_config("ckanext.odl.rates.deposit", 1)
def test_deposits_are_counted_and_readings_are_not(app, dataset, agent):
    headers = {"Authorization": factories.APIToken(user=agent["name"])["token"]}

    def deposit():
        data = {"package_id": dataset["id"], "name": "p", "url": "p.csv", "upload": upload(GOOD)}
        return app.post("/api/3/action/resource_create", data=data, headers=headers).status_code

    assert [deposit(), deposit()] == [200, 429]
    assert app.get(f"/api/3/action/package_show?id={dataset['id']}", headers=headers).status_code == 200


@pytest.mark.ckan_config("ckanext.odl.rates.check", 1)
def test_without_redis_nobody_is_refused(app, token, monkeypatch):
    def unreachable():
        raise ConnectionError

    monkeypatch.setattr(rates, "connect_to_redis", unreachable)

    assert [check(app, token).status_code for _ in range(3)] == [200, 200, 200]
