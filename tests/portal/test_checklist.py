"""A portal changes the path by a file of its own: checked by command, told in the log, never half taken."""

from __future__ import annotations

import logging
import os

import pytest

from ckanext.odl.logic import checklist as portal

RIGHT = "version: 1\nsteps:\n  p3.volume: {params: {min: 7}}\n"
WRONG = "version: 1\nsteps:\n  p3.volume: {rule: public_cuont}\n"


@pytest.fixture
def own_file(tmp_path, ckan_config):
    """The portal's own file, empty to begin with; a call writes it."""
    path = tmp_path / "parcours.yaml"
    logging.getLogger(portal.__name__).disabled = False  # CKAN's commands silence what was there before them
    ckan_config["ckanext.odl.checklist"] = str(path)
    moment = 1_700_000_000

    def write(text: str) -> str:
        nonlocal moment
        path.write_text(text, "utf-8")
        moment += 60
        os.utime(path, (moment, moment))
        return str(path)

    return write


def run(cli, *arguments: str):
    from ckan.cli.cli import ckan  # noqa: PLC0415 (CKAN is loaded by the fixtures)

    return cli.invoke(ckan, ["odl", "checklist", *arguments])


def test_without_a_file_the_path_is_the_packaged_one(ckan_config):
    assert portal.checklist() is portal.packaged()


def test_the_file_changes_the_path_and_is_read_again_when_it_changes(own_file):
    own_file(RIGHT)
    assert portal.checklist().step("p3.volume").params["min"] == 7
    own_file(RIGHT.replace("7", "8"))
    assert portal.checklist().step("p3.volume").params["min"] == 8


def test_a_wrong_file_is_told_in_the_log_and_the_last_right_one_stays(own_file, caplog):
    own_file(RIGHT)
    portal.checklist()
    name = own_file(WRONG)
    with caplog.at_level(logging.ERROR, logger="ckanext.odl.logic.checklist"):
        assert portal.checklist().step("p3.volume").params["min"] == 7
        assert portal.checklist().step("p3.volume").rule == "public_count"
    (record,) = caplog.records
    assert f"{name}:3: steps › p3.volume › rule: There is no rule “public_cuont”." in record.getMessage()
    assert "public_count" in record.getMessage()


def test_a_file_that_is_wrong_from_the_start_leaves_the_packaged_path(own_file, caplog):
    own_file(WRONG)
    assert portal.checklist().step("p3.volume").params["min"] == 10


def test_a_missing_file_leaves_the_packaged_path_and_is_told_once(own_file, caplog):
    with caplog.at_level(logging.ERROR, logger="ckanext.odl.logic.checklist"):
        assert portal.checklist() is portal.packaged()
        assert portal.checklist() is portal.packaged()
    assert len(caplog.records) == 1


def test_check_tells_what_is_wrong_by_line_with_its_remedy(own_file, cli):
    name = own_file(WRONG)
    result = run(cli, "check", "--language", "fr")
    assert result.exit_code == 1
    assert (
        f"{name}:3: steps › p3.volume › rule: La règle «\u00a0public_cuont\u00a0» n’existe pas. Choisissez"
        in result.output
    )
    assert run(cli, "check", own_file(RIGHT)).exit_code == 0


def test_diff_tells_what_the_file_changes(own_file, cli):
    own_file(RIGHT)
    assert run(cli, "diff", "--language", "en").output.splitlines() == ["steps › p3.volume › params › min: 10 → 7."]
    own_file("")
    result = run(cli, "diff", "--language", "fr")
    assert (result.exit_code, result.output.strip()) == (0, "Aucune différence avec la définition fournie.")


def test_a_file_saved_by_an_old_editor_is_read(own_file, cli, tmp_path):
    path = tmp_path / "vieux.yaml"
    path.write_bytes("steps:\n  p1.team: {label: {fr: Équipe, en: Team}}\n".encode("cp1252"))
    assert "Équipe" in run(cli, "diff", str(path), "--language", "fr").output
