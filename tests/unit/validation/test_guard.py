"""A check that takes too much is stopped, and the file is not blamed for it."""

from __future__ import annotations

import pytest

from ckanext.odl.validation import guarded, localise

HEADER = "COMMUNE_NOM,COLL_INSEE,ENFANT_SEXE,ENFANT_PRENOM,NOMBRE_OCCURRENCES,ANNEE\n"


@pytest.fixture
def file(tmp_path):
    """A function that writes a prénoms file of that many rows, each with other values."""

    def write(rows: int):
        path = tmp_path / "upload"
        with path.open("w") as stream:
            stream.write(HEADER)
            stream.writelines(f"Valbrune,48903,F,Louise,{n % 999999 + 1},2024\n" for n in range(rows))
        return path

    return write


def test_the_report_is_that_of_the_file(file):
    report = guarded(file(3), "scdl/prenoms@1.1.6", name="prenoms.csv")

    assert (report["status"], report["file"]["rows"], report["file"]["name"]) == ("valid", 3, "prenoms.csv")


def test_a_schema_may_be_left_out(file):
    assert guarded(file(3), None, name="prenoms.csv")["guess"]["id"] == "scdl/prenoms"


@pytest.mark.parametrize(("limit", "code"), [({"seconds": 1}, "limit-time"), ({"memory": 100}, "limit-memory")])
def test_too_much_is_said_in_words(file, limit, code):
    path = file(2_000_000 if code == "limit-time" else 400_000)

    report = guarded(path, "scdl/prenoms@1.1.6", name="prenoms.csv", **limit)

    assert (report["status"], report["valid"]) == ("incomplete", None)
    assert [error["code"] for error in report["errors"]] == [code]
    assert report["file"]["size"] == path.stat().st_size
    assert localise(report, "en")["errors"][0]["message"] != report["errors"][0]["message"]


def test_the_child_knows_nothing_of_the_portal(file, monkeypatch):
    """The addresses and passwords in the environment stay with the portal."""
    seen = {}

    class Stopped(Exception):
        pass

    def look(*_args, env, **_options):
        seen.update(env)
        raise Stopped

    monkeypatch.setenv("CKAN_SQLALCHEMY_URL", "postgresql://secret")
    monkeypatch.setattr("subprocess.run", look)
    with pytest.raises(Stopped):
        guarded(file(1))

    assert set(seen) <= {"PYTHONPATH", "LANG"}
