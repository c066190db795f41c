"""What the portal takes: published, changed by settings, and never a program."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from ckan.plugins import toolkit as tk

import ckanext.odl
from ckanext.odl.validation import limits
from tests.portal.conftest import GOOD, call, run_checks, state_of, upload

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


def test_the_defaults_are_those_of_the_checker():
    declared = yaml.safe_load(Path(ckanext.odl.__path__[0], "config_declaration.yaml").read_text())
    options = {option["key"]: option.get("default") for group in declared["groups"] for option in group["options"]}
    own = {
        key.rsplit(".", 1)[-1].upper(): value for key, value in options.items() if key.startswith("ckanext.odl.limits.")
    }

    assert len(own) > 10
    assert own == {name: getattr(limits, name) for name in own}


def test_the_page_says_them(app):
    page = BeautifulSoup(app.get("/en/odl/limites").get_data(as_text=True), "html.parser")

    rows = {row.th.get_text(strip=True): row.td.get_text(strip=True) for row in page.select("tbody tr")}
    assert rows["Rows"].replace("\u202f", " ") == "1,000,000"


@pytest.mark.ckan_config("ckanext.odl.limits.rows", 1)
def test_a_portal_may_change_them(app, deposit):
    resource = deposit(GOOD + GOOD.splitlines(keepends=True)[1])
    run_checks()

    assert state_of(resource)["report"]["errors"][0]["code"] == "too-many-rows"
    page = BeautifulSoup(app.get("/en/odl/limites").get_data(as_text=True), "html.parser")
    assert "1" in [cell.get_text(strip=True) for cell in page.select("td")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<p>x</p>"),
        ("plan.svg", b"<svg/>"),
        ("outil.exe", b"MZ\x90"),
        ("prenoms.csv", b"\x7fELF\x02\x01"),
        ("a.csv", b"#!/bin/sh\n"),
    ],
)
def test_what_is_no_data_is_refused_in_a_sentence(deposit, name, content):
    with pytest.raises(tk.ValidationError) as refused:
        deposit(content, name)

    assert "publi" in str(refused.value.error_dict)


def test_by_every_door(dataset, agent):
    resource = {"name": "x", "url": "x.html", "upload": upload(b"<p>x</p>", "x.html")}
    with pytest.raises(tk.ValidationError):
        call("package_update", agent, **{**dataset, "resources": [resource]})


@pytest.mark.parametrize("name", ["ABC.CSV", "sans-extension", "plan.pdf"])
def test_usual_files_are_taken(deposit, name):
    assert deposit(b"a,b\n1,2\n", name)["id"]


@pytest.mark.ckan_config("ckanext.odl.upload.formats", ["html"])
def test_a_portal_may_say_which(deposit):
    assert deposit(b"<p>x</p>", "page.html")["id"]
