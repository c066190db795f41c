"""What was lost on the way to data.gouv.fr, field by field."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.datagouv.backcheck import loss_words, losses, words

from .samples import FILE, SITE, held, record, sent
from .test_refusals import JSON


def found(ours: dict[str, Any], theirs: dict[str, Any]) -> list[tuple[str, str]]:
    return [(loss.field, loss.kind) for loss in losses(ours, theirs)]


def test_nothing_is_lost_when_all_arrived() -> None:
    assert found(sent(), record()) == []


#: What differs there, what differs here, what is then told.
TABLE: list[tuple[dict[str, Any], dict[str, Any], list[tuple[str, str]]]] = [
    ({"title": "Prénoms"}, {}, [("title", "changed")]),
    ({"description": ""}, {}, [("description", "gone")]),
    ({"description": "Autre chose"}, {}, [("description", "changed")]),
    (
        {"description": "# Prénoms - filles - garçons Voir [la notice](https://valbrune.fr/notice)."},
        {},
        [("description", "flattened")],
    ),
    # what HTML becomes on the way has the same words
    ({"description": "**Prénoms** & <u>noms</u>\n"}, {"description": "<p><b>Prénoms</b> &amp; noms</p>"}, []),
    ({"license": "notspecified"}, {}, [("license", "gone")]),
    ({"license": None}, {}, [("license", "gone")]),
    ({"license": "odc-odbl"}, {}, [("license", "changed")]),
    ({"license": "lov2"}, {"license": "notspecified"}, []),
    ({"frequency": "unknown"}, {}, [("frequency", "gone")]),
    ({"frequency": "monthly"}, {}, [("frequency", "changed")]),
    ({"temporal_coverage": None}, {}, [("period", "gone")]),
    ({"temporal_coverage": {"start": "2023-01-01", "end": "2023-12-31"}}, {}, [("period", "changed")]),
    ({"temporal_coverage": None}, {"temporal_coverage": {"start": None, "end": None}}, []),
    ({"tags": ["prenoms"]}, {}, [("tags", "gone")]),
    ({}, {"tags": ["état civil", "ea"]}, [("tags", "short")]),
    ({"spatial": None}, {}, [("territory", "gone")]),
    ({"spatial": {"zones": ["fr:commune:48903"], "geom": None}}, {}, []),
    ({"spatial": None}, {"territory": {"label": "Valbrune", "geometry": False}}, [("territory", "without_outline")]),
    ({"contact_points": []}, {}, [("contact", "gone"), ("publisher", "gone")]),
    (
        {"contact_points": [{"name": "Commune de Valbrune", "email": "autre@valbrune.fr"}]},
        {},
        [("contact", "changed")],
    ),
    ({"contact_points": [], "organization": {"name": "COMMUNE DE VALBRUNE"}}, {"contact": ""}, []),
    ({"resources": []}, {}, [("file", "gone")]),
    ({"resources": [held(title="Autre")]}, {}, [("file_title", "changed")]),
    ({"resources": [held(schema=None)]}, {}, [("schema", "gone")]),
    # as old records write « none »
    ({"resources": [held(schema={"name": None, "url": None, "version": None})]}, {}, [("schema", "gone")]),
    ({"resources": [held(schema={"url": "https://ailleurs.fr/schema.json"})]}, {}, [("schema", "unknown")]),
    ({"resources": [held(schema={"name": "scdl/prenoms", "version": "1.0.0"})]}, {}, [("schema", "changed")]),
    ({"resources": [held(checksum=None)]}, {}, [("checksum", "gone")]),
    ({"resources": [held(checksum={"type": "sha1", "value": "b" * 40})]}, {}, [("checksum", "changed")]),
    ({"resources": [held(checksum={"type": "sha2", "value": "A" * 64})]}, {}, []),
    ({"resources": [held(filesize=None)]}, {}, [("size", "gone")]),
    ({"resources": [held(filesize=12)]}, {}, [("size", "changed")]),
    ({"resources": [held(format=None)]}, {}, [("format", "gone")]),
    ({"resources": [held(format="xlsx")]}, {}, [("format", "changed")]),
    # read from here once, not here any more
    ({"resources": [held(), held(id="old", url=f"{SITE}/vieux.csv", harvest=None)]}, {}, [("file", "extra")]),
    # added by hand there: theirs
    ({"resources": [held(), held(id="notice", url="https://static.data.gouv.fr/n.pdf", harvest=None)]}, {}, []),
    # over CKAN's API a file is known by its id
    ({"resources": [held(url=f"{SITE}/ailleurs", harvest={"remote_id": "r1"})]}, {}, []),
    # an address may be written with or without its escapes
    (
        {"resources": [held(url="https://valbrune.fr/pr%C3%A9noms.csv")]},
        {"files": [{**sent()["files"][0], "url": "https://valbrune.fr/prénoms.csv"}]},
        [],
    ),
]


@pytest.mark.parametrize(("theirs", "ours", "expected"), TABLE)
def test_each_loss_is_told(theirs: dict[str, Any], ours: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert found(sent(**ours), record(**theirs)) == expected


def test_every_loss_has_words() -> None:
    told = {pair for _theirs, _ours, pairs in TABLE for pair in pairs}
    known = {(field, kind) for field, kinds in words._texts()["losses"].items() for kind in kinds}
    # a title or a name cannot be empty there
    assert known - told == {("title", "gone"), ("file_title", "gone")}
    for field, kind in known:
        for language in ("fr", "en"):
            shown = loss_words({"field": field, "kind": kind, "ours": "x", "theirs": "y", "name": "z"}, language)
            assert all(shown[part] and "?" not in shown[part] for part in ("field", "sentence", "remedy"))


def test_both_values_are_kept_and_shown() -> None:
    (loss,) = losses(sent(), record(license="odc-odbl"))
    labels = {"lov2": "Licence Ouverte 2.0", "odc-odbl": "ODbL 1.0"}
    shown = loss_words(loss.to_dict(), label=lambda _field, value: labels[value])
    assert shown["field"] == "Licence"
    assert "« ODbL 1.0 » au lieu de « Licence Ouverte 2.0 »" in shown["sentence"].replace("\u00a0", " ")
    assert (shown["ours"], shown["theirs"]) == ("Licence Ouverte 2.0", "ODbL 1.0")


def test_what_changed_here_since_has_nothing_to_mend() -> None:
    (loss,) = losses(sent(), record(title="Avant"))
    assert "attendez" in loss_words(loss.to_dict(), late=True)["remedy"]


def test_files_are_told_apart_by_their_own_names() -> None:
    two = [sent()["files"][0], {**sent()["files"][0], "id": "r2", "name": "Notice", "url": FILE.replace("r1", "r2")}]
    (loss,) = losses(sent(files=two), record())
    assert (loss.field, loss.kind, loss.file, loss.name) == ("file", "gone", "r2", "Notice")


@given(JSON, JSON)
def test_no_odd_record_raises(ours: Any, theirs: Any) -> None:
    losses(ours, theirs)
    loss_words(ours)


PARTS = st.sampled_from(sorted(record()))
FILE_PARTS = st.sampled_from(sorted(held()))


@given(st.dictionaries(PARTS, JSON), st.dictionaries(FILE_PARTS, JSON), st.dictionaries(PARTS, JSON))
def test_no_odd_part_raises(theirs: Any, file: Any, ours: Any) -> None:
    for loss in losses(sent(**ours), {**record(resources=[held(**file)]), **theirs}):
        assert loss_words(loss.to_dict())["sentence"]
