"""Each rule of the pre-check: what refuses a dataset, what loses something of it, what is only advice."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.odl.datagouv import outgoing, precheck, precheck_rules
from ckanext.odl.datagouv.precheck import ADVICE, BLOCKING, LOSSY, check

from .packages import ADDRESS, CASES, FILE_ID, SQUARE, Case, file, organization, package

PORTAL = "https://donnees.valbrune.fr"
RULES = precheck._rules()


class Known:
    """A portal that has the outline of Mende."""

    def get(self, level: str, code: str) -> dict[str, Any] | None:
        return SQUARE if (level, code) == ("commune", "48095") else None


def codes(found: dict[str, Any], level: str, channel: str = "dcat", **more: Any) -> set[str]:
    return {one.code for one in check(found, **more) if one.level == level and one.concerns(channel)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_refuses_is_foreseen_by_each_way_out(case: Case):
    assert codes(case.package, BLOCKING, "dcat") == set(case.dcat)
    assert codes(case.package, BLOCKING, "ckan") == set(case.ckan)


def test_every_rule_that_refuses_has_its_case():
    tried = {code for case in CASES for code in (*case.dcat, *case.ckan)} | {"portal-address"}
    assert {code for code, rule in RULES.items() if BLOCKING in rule["levels"].values()} == tried


def test_a_right_dataset_has_nothing_to_tell_on_the_feed():
    assert [one for one in check(package()) if one.concerns("dcat")] == []


#: What is wrong, level, ways out, code
LESS: list[tuple[dict[str, Any], str, str, str]] = [
    (package(license_id="maison"), LOSSY, "both", "licence-unknown"),
    (package(license_id="notspecified"), ADVICE, "both", "licence-none"),
    (package(frequency="Tous les ans", extras=[]), LOSSY, "both", "frequency-unknown"),
    (package(temporal_end="", extras=[]), LOSSY, "ckan", "period-one-end"),
    (package(temporal_start="2026-01-01", extras=[]), LOSSY, "both", "period-reversed"),
    (package(temporal_start="été", extras=[]), LOSSY, "both", "period-unreadable"),
    (package(tags=[{"name": "ea"}, {"name": "eau"}]), LOSSY, "both", "keywords-short"),
    (package(tags=[{"name": "c++"}]), LOSSY, "both", "keywords-short"),
    (package(tags=[{"name": "a" * 97}]), LOSSY, "both", "keywords-long"),
    (package(tags=[]), ADVICE, "both", "no-keywords"),
    (package(tags=[{"name": "Base Adresse Locale"}]), ADVICE, "both", "address-base-keyword"),
    (package(odl_territory="commune 48095 Mende"), LOSSY, "both", "territory-without-outline"),
    (package(file(odl_schema="maison/menus")), LOSSY, "dcat", "model-unknown"),
    (package(file(odl_schema="scdl/prenoms", odl_schema_version="0.0.1")), LOSSY, "dcat", "model-unknown"),
    (package(file(hash="crc:12")), LOSSY, "dcat", "checksum-unknown"),
    (package(file(), file(id="b", name="Encore")), LOSSY, "dcat", "same-address"),
    (package(file(url="javascript:alert(1)")), LOSSY, "dcat", "file-address-lost"),
    (package(file(resource_type="documentation")), LOSSY, "dcat", "notice-as-file"),
    (package(file(resource_type="image")), LOSSY, "ckan", "file-left-out"),
    (package(), LOSSY, "ckan", "left-out-by-api"),
    (package(maintainer_email=""), ADVICE, "dcat", "no-contact"),
    (package(maintainer_email="mairie"), ADVICE, "dcat", "email-wrong"),
    (package(resources=[]), ADVICE, "dcat", "no-file"),
    (package(file(url="")), LOSSY, "dcat", "file-address-empty"),
    (package(title="prenoms.csv"), ADVICE, "both", "title-is-file"),
    (package(file(format="")), ADVICE, "both", "format-missing"),
    (package(file(url="https://nom:secret@x.fr/a")), ADVICE, "both", "file-address-password"),
    (package(url="https://www.valbrune.fr"), ADVICE, "ckan", "page-address"),
]


@pytest.mark.parametrize(("found", "level", "channel", "code"), LESS, ids=lambda value: str(value)[:40])
def test_what_is_lost_or_could_be_better(found: dict[str, Any], level: str, channel: str, code: str):
    told = {(one.code, one.level, one.channel) for one in check(found)}
    assert (code, level, channel) in told


def test_every_lesser_rule_has_its_case():
    tried = {(code, level) for _, level, _, code in LESS}
    asked = {(code, level) for code, rule in RULES.items() for level in rule["levels"].values() if level != BLOCKING}
    assert asked == tried


def test_a_territory_with_its_outline_is_not_lost():
    found = package(odl_territory="commune 48095 Mende")
    assert "territory-without-outline" not in codes(found, LOSSY, outlines=Known())


def test_a_known_model_and_checksum_are_not_lost():
    found = package(file(odl_schema="scdl/prenoms", hash="d41d8cd98f00b204e9800998ecf8427e"))
    assert codes(found, LOSSY) == set()
    api = next(one for one in check(found) if one.code == "left-out-by-api")
    assert set(api.values["lost"]) == {"lost-contact", "lost-model", "lost-checksum", "lost-size"}


def test_the_contact_of_the_organization_stands_for_that_of_the_dataset():
    found = package(maintainer_email="")
    assert codes(found, ADVICE, organization=organization(odl_contact="mairie@valbrune.fr")) == set()


def test_the_address_of_the_portal_is_told_once_and_is_not_the_agents():
    site = "http://127.0.0.1:5000"
    files = [file(url=f"{site}/dataset/d/resource/{n}/download/a.csv", id=str(n), url_type="upload") for n in range(3)]
    told = [one for one in check(package(*files), site_url=site) if one.level == BLOCKING]
    assert [(one.code, one.place, one.channel) for one in told] == [("portal-address", "portal", "both")]
    assert codes(package(file(url="a.csv", url_type="upload")), BLOCKING, site_url=PORTAL) == set()


def test_findings_come_the_gravest_first_and_say_where():
    told = check(package(file(url="https://srv.lan/a"), title="prenoms.csv", license_id="maison"))
    ranks = [precheck.LEVELS.index(one.level) for one in told]
    assert ranks == sorted(ranks)
    assert (told[0].resource, told[0].field, told[0].place) == (FILE_ID, "url", "file")
    assert precheck.worst(told) == BLOCKING
    assert precheck.worst([]) == ""


def test_an_organization_of_more_than_a_thousand_datasets_is_warned_of_the_api():
    assert precheck.check_organization(899) == []
    assert [one.level for one in precheck.check_organization(1000)] == [ADVICE]
    (told,) = precheck.check_organization(1001)
    assert (told.level, told.channel) == (LOSSY, "ckan")
    assert "1\u202f001" in told.sentence("fr")


def test_what_data_gouv_says_of_a_refusal_is_recognised():
    """Messages of udata 17.18.0, as its job items give them."""
    said = {
        "no-file": "Dataset prenoms has no record",
        "file-address-ending": 'Validation error:\n- [resources.0.url] URL invalide "https://srv.lan/a" : Domaine',
        "email-wrong": "Validation error:\n- [maintainer_email] This email is invalid.: mairie",
        "organization-incomplete": "Validation error:\n- [organization.description] expected str: None",
        "geometry-kind": "Unsupported spatial geometry Point in {'type': 'Point'}",
        "file-type-unknown": "Validation error:\n- [resources.0.resource_type] not a valid value: main",
    }
    for code, message in said.items():
        assert re.search(RULES[code]["national"], message), code
    for code, rule in RULES.items():
        assert (BLOCKING in rule["levels"].values()) == ("national" in rule), code


# -- any shape


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FILES = st.lists(st.dictionaries(st.sampled_from([*file(), "odl_schema", "odl_schema_version"]), ANY), max_size=2)
EXTRAS = st.lists(
    st.fixed_dictionaries({"key": st.sampled_from(["spatial", "spatial-text", "frequency", "custom:x"]), "value": ANY}),
    max_size=3,
)
ANY_PACKAGE = st.dictionaries(st.sampled_from([*package(), "odl_territory", "odl_service"]), ANY | FILES | EXTRAS)


@settings(max_examples=120, deadline=None)
@given(ANY_PACKAGE, ANY)
def test_a_dataset_of_any_shape_gets_an_answer(found: dict[str, Any], owner: Any):
    for one in check(found, owner if isinstance(owner, dict) else None, site_url=PORTAL, outlines=Known()):
        for language in ("fr", "en"):
            assert one.sentence(language)
            assert one.remedy(language)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"https?://[a-z0-9.\-:@\[\]]{1,30}(/\S{0,10})?", fullmatch=True))
def test_any_address_gets_an_answer(address: str):
    check(package(file(url=address)))


# -- words


def test_functions_and_entries_go_together():
    assert set(RULES) == set(precheck_rules.RULES)
    for code, rule in RULES.items():
        assert rule["place"] in precheck.PLACES, code
        assert set(rule["levels"]) <= set(precheck.CHANNELS), code
        assert set(rule["levels"].values()) <= set(precheck.LEVELS), code


def test_fields_are_those_of_our_forms():
    form = yaml.safe_load(files("ckanext.odl").joinpath("schemas", "dataset.yaml").read_text("utf-8"))
    names = {
        "dataset": {one["field_name"] for one in form["dataset_fields"]},
        "file": {one["field_name"] for one in form["resource_fields"]},
    }
    for code, rule in RULES.items():
        if rule["place"] in names and rule.get("field"):
            assert rule["field"] in names[rule["place"]], code


_NEVER = re.compile(r"ressource|moissonn|package|regex|null|UTF-8|champ requis|udata|DCAT|API", re.IGNORECASE)


def sentences() -> list[tuple[str, str]]:
    whole = precheck._document()
    entries = {**whole["rules"], **whole["organization_rules"]}
    found = [(f"{code}.{part}", rule[part]["fr"]) for code, rule in entries.items() for part in ("says", "remedy")]
    return found + [(reason, words["fr"]) for reason, words in whole["withheld"].items()]


@pytest.mark.parametrize(("where", "french"), sentences())
def test_french_is_plain_and_well_set(where: str, french: str):
    assert not _NEVER.search(french), where
    assert "'" not in french, where
    assert not re.search(r"(?<!\u00a0)[;:?!»]", re.sub(r"https?:|ftp:|\{[^}]*\}", "", french)), where
    assert french.endswith("."), where


def test_reasons_to_stay_here_are_all_in_words():
    for reason in outgoing.REASONS:
        assert precheck.withheld_words(reason, "fr")
        assert precheck.withheld_words(reason, "en")


def test_the_address_of_a_case_is_public():
    assert codes(package(file(url=ADDRESS)), BLOCKING) == set()
