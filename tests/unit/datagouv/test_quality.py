"""The nine criteria of data.gouv.fr, judged as udata does."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from ckanext.odl.datagouv import quality
from ckanext.odl.datagouv.quality import CRITERIA, assess, of_record

from .packages import SQUARE, file, package

TODAY = dt.date(2026, 3, 10)
FREQUENCIES = "http://publications.europa.eu/resource/authority/frequency/"
MENDE = "commune 48095 Mende"


class Known:
    def get(self, level: str, code: str) -> dict[str, Any] | None:
        return SQUARE


def unmet(*args: Any, **more: Any) -> set[str]:
    return {one.id for one in assess(*args, TODAY, **more).missing}


def test_a_whole_dataset_meets_the_nine():
    found = assess(package(odl_territory=MENDE), TODAY, outlines=Known())
    assert (found.met, found.score, found.missing) == (9, 1.0, ())
    assert tuple(one.id for one in found.criteria) == CRITERIA


#: What is missing, and the criteria that are then not met (the outline of the territory aside)
CASES: list[tuple[dict[str, Any], set[str]]] = [
    (package(notes="x" * 100), {"dataset_description_quality"}),
    (package(notes="x" * 101), set()),
    (package(notes=None), {"dataset_description_quality"}),
    (package(file(description="")), {"resources_documentation"}),
    (package(file(description=""), file(id="b", url="https://x.fr/b")), set()),
    # a feed does not say that a file is a notice
    (package(file(description="", resource_type="documentation")), {"resources_documentation"}),
    # data.gouv.fr gives « not specified » to what has none
    (package(license_id=None), set()),
    (package(frequency="", extras=[]), {"update_frequency", "update_fulfilled_in_time"}),
    (package(frequency=FREQUENCIES + "UNKNOWN", extras=[]), {"update_frequency", "update_fulfilled_in_time"}),
    (package(frequency=FREQUENCIES + "IRREG", extras=[]), set()),
    (package(frequency=FREQUENCIES + "WEEKLY", extras=[], metadata_modified="2026-03-02T08:00:00"), set()),
    (package(frequency=FREQUENCIES + "WEEKLY", metadata_modified="2026-03-01T08:00:00"), {"update_fulfilled_in_time"}),
    # data.gouv.fr gives a year to what comes twice a year
    (package(frequency=FREQUENCIES + "ANNUAL_2", metadata_modified="2025-04-01T08:00:00"), set()),
    (package(file(format="XLSX")), {"has_open_format"}),
    (package(file(format="PDF"), file(id="b", format="ODS")), set()),
    (package(file(format="")), {"has_open_format"}),
    (package(temporal_start="", temporal_end="", extras=[]), {"temporal_coverage"}),
    (package(temporal_end="", extras=[]), set()),
    (package(resources=[]), {"resources_documentation", "has_open_format", "all_resources_available"}),
]


@pytest.mark.parametrize(("found", "expected"), CASES)
def test_what_each_criterion_looks_at(found: dict[str, Any], expected: set[str]):
    assert unmet({**found, "odl_territory": MENDE}, outlines=Known()) == expected


def test_a_territory_counts_with_its_outline_only():
    assert unmet(package(odl_territory=MENDE)) == {"spatial"}


def test_a_file_known_not_to_answer_counts():
    assert "all_resources_available" in unmet(package(), unavailable={file()["id"]})


def test_what_data_gouv_says_itself_is_read_as_it_is():
    told = {
        "license": True, "temporal_coverage": False, "spatial": False, "update_frequency": False,
        "dataset_description_quality": False, "has_resources": True, "has_open_format": True,
        "all_resources_available": True, "resources_documentation": False, "score": 0.3333333333333333,
    }  # fmt: skip
    found = of_record({"quality": told})
    assert found is not None
    assert found.score == told["score"]
    assert of_record({}) is None
    assert of_record({"quality": None}) is None


def test_each_criterion_has_its_words():
    never = re.compile(r"ressource|moissonn|package|regex|null|UTF-8|udata|DCAT|API", re.IGNORECASE)
    assert set(quality._document()) == set(CRITERIA)
    for one in assess({}, TODAY).criteria:
        for language in ("fr", "en"):
            assert one.label(language)
            assert bool(one.advice(language)) is not one.is_met
        assert not never.search(one.label() + one.advice())
        assert not re.search(r"(?<!\u00a0)[;:?!»]", one.label() + one.advice())
