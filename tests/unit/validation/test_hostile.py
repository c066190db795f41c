"""Hostile, broken and odd files: each has the answer that it deserves, within the limits, and nothing dies."""

from __future__ import annotations

import pytest

from ckanext.odl.validation import guarded
from tests.hostile.corpus import answers, corpus, given

CASES = corpus()
ANSWERS = answers()
#: These are large by nature; ``make hostile`` runs them.
_LARGE = {"bomb-1024mb.xlsx", "bomb-300mb.xlsx", "one-line-45mb.csv", "rows-1000001.csv"}
SMALL = [case for case in CASES if case.name not in _LARGE]
MEBIBYTES = 768


def test_the_manifest_tells_of_each_file_once():
    assert len(CASES) >= 250
    assert sorted(case.name for case in CASES) == sorted(ANSWERS)
    assert sum(answer.status == "valid" for answer in ANSWERS.values()) >= 50


@pytest.mark.parametrize("case", SMALL, ids=lambda case: ascii(case.name)[:60])
def test_each_file_has_its_answer(case, tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(case.make())

    report = guarded(path, case.schema, name=case.name, memory=MEBIBYTES, seconds=30)

    assert given(report) == ANSWERS[case.name]
    for finding in report["errors"] + report["warnings"] + report["notices"]:
        assert str(tmp_path) not in finding["message"] + (finding["remedy"] or "")
