"""What the tests of these pages do again and again."""

from __future__ import annotations

import sqlalchemy as sa
from bs4 import BeautifulSoup
from ckan import model

from ckanext.odl.deposit import privacy
from ckanext.odl.model import Deposit

HERE = "/en/odl/depot"


def page_of(answer):
    return BeautifulSoup(answer.data, "html.parser")


def deposits():
    model.Session.expire_all()
    return list(model.Session.scalars(sa.select(Deposit)))


def answers():
    """Nothing personal in it."""
    first = {question["id"]: question["answers"][0]["value"] for question in privacy.questions()}
    return {name: value for name, value in first.items() if name != "allowed"}


def describe(send, look, agent, address, **changes):
    """Send the form of the description as it stands, with *changes*."""
    form = look(f"{address}/description", agent).select_one("form.odl-description")
    sent = {box["name"]: box.get("value", "") for box in form.select("input[name]")}
    sent |= {box["name"]: box.get_text().lstrip("\n") for box in form.select("textarea[name]")}
    for box in form.select("select[name]"):
        chosen = box.select_one("option[selected]")
        sent[box["name"]] = chosen["value"] if chosen else ""
    sent.pop("_csrf_token")
    return send(f"{address}/description", **{**sent, **changes})
