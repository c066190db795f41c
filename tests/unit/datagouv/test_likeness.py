"""Which of our datasets one of data.gouv.fr may be, and why."""

from __future__ import annotations

import pytest

from ckanext.odl.datagouv.likeness import Shelf
from ckanext.odl.scdl import catalogue
from tests.national import records

SCHEMA = "scdl/subventions"
SHA256 = "ab" * 32


def ours(id="un", title="Aides versées", **file):
    return {"id": id, "name": id, "title": title, "resources": [{"name": "aides.csv", **file}]}


def theirs(title="Subventions 2024", coverage=None, **file):
    resource = records.resource(0, url="https://exemple.fr/f/7", title="f-7.csv", **file)
    return records.dataset(0, title=title, temporal_coverage=coverage, resources=[resource])


def why(dataset, record):
    return [one.why for one in Shelf([dataset]).likely(record, catalogue())]


@pytest.mark.parametrize(
    ("dataset", "record", "reason"),
    [
        (ours(hash="cd" * 20), theirs(checksum={"type": "sha1", "value": "CD" * 20}), "same-content"),
        (ours(sha256=SHA256, hash="x"), theirs(checksum={"type": "sha256", "value": SHA256}), "same-content"),
        (ours(url="https://exemple.fr/f/7/"), theirs(), "same-address"),
        (ours(url="https://exemple.fr/dernier"), theirs(latest="https://exemple.fr/dernier"), "same-address"),
        (
            ours(odl_schema=SCHEMA, odl_period="2024"),
            theirs(schema={"name": SCHEMA, "version": None, "url": None}),
            "same-model",
        ),
        (
            ours(odl_schema=SCHEMA, odl_period="2024-01-01/2024-12-31"),
            theirs("Aides", {"start": "2024-01-01", "end": "2024-12-31"}, schema={"name": SCHEMA, "version": None}),
            "same-model",
        ),
        (ours(title="Aides"), theirs(title="AIDES"), "same-title"),
        (ours(title="Subventions de la commune en 2024"), theirs(), "near-title"),
        (ours(title="Subventions versées 2024"), theirs(), "near-title"),
    ],
)
def test_a_dataset_is_known_by_its_files_or_its_title(dataset, record, reason):
    assert why(dataset, record) == [reason]


def test_a_name_that_tells_something_tells_which_file():
    record = records.dataset(0, title="Aides", resources=[records.resource(0, title="Subventions_Valbrune 2024.csv")])
    [found] = Shelf([{**ours(), "resources": [{"url": "subventions-valbrune-2024.csv"}]}]).likely(record, catalogue())
    assert (found.why, found.file) == ("same-name", "subventions-valbrune-2024.csv")


@pytest.mark.parametrize(
    ("dataset", "record"),
    [
        (ours(), theirs()),
        (ours(hash=""), theirs(checksum={"type": "sha1", "value": ""})),
        (ours(hash="7"), theirs(checksum={"type": "crc", "value": "7"})),
        (ours(odl_schema=SCHEMA, odl_period="2023"), theirs(schema={"name": SCHEMA, "version": None, "url": None})),
        (ours(odl_schema=SCHEMA), theirs(schema={"name": SCHEMA, "version": None, "url": None})),
        (ours(name="donnees.csv"), records.dataset(0, title="x", resources=[records.resource(0, title="donnees.csv")])),
        (ours(title=""), theirs(title="")),
        (ours(), None),
        (ours(), {"title": 3, "resources": [None, {"checksum": "?", "url": 4}]}),
    ],
)
def test_what_anybody_has_tells_nothing(dataset, record):
    assert why(dataset, record) == []


def test_the_surest_comes_first_and_each_dataset_once():
    datasets = [
        ours("titre", title="Subventions 2024"),
        ours("adresse", url="https://exemple.fr/f/7"),
        ours("contenu", title="Subventions 2024", url="https://exemple.fr/f/7", sha256=SHA256),
        ours("proche", title="Subventions 2024 et autres aides"),
    ]
    record = theirs(checksum={"type": "sha256", "value": SHA256})
    found = Shelf(datasets).likely(record, catalogue())
    assert [(one.id, one.why) for one in found] == [
        ("contenu", "same-content"),
        ("adresse", "same-address"),
        ("titre", "same-title"),
    ]
    assert len(Shelf(datasets).likely(record, catalogue(), most=1)) == 1
