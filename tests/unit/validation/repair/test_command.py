"""``odl-validate FILE --repair OUT``."""

from __future__ import annotations

import json

import pytest

from ckanext.odl.validation.command import main

HEADER = "COMMUNE_NOM;COLL_INSEE;ENFANT_SEXE;ENFANT_PRENOM;NOMBRE_OCCURRENCES;ANNEE\n"
WRONG = HEADER + "Mende;48095;f;Louise;1 234;2024\nMende;48095;M;Louis;2,000;2024\n\nMende;48095;F;Anne;3;2024\n"


@pytest.fixture
def prenoms(file):
    return file(WRONG, "prenoms.csv")


@pytest.mark.parametrize("guard", [[], ["--guard"]])
def test_the_default_repairs_are_done_and_the_rest_is_asked(prenoms, tmp_path, capsys, guard):
    out = tmp_path / "new.csv"

    status = main([str(prenoms), "--repair", str(out), *guard])
    told = capsys.readouterr().out

    assert status == 1
    assert out.read_text() == WRONG.replace(";f;", ";F;").replace("1 234", "1234").replace("\n\n", "\n")
    assert "3 changements. 4 problèmes avant, 1 après." in told
    assert "--choose comma:NOMBRE_OCCURRENCES=thousands  Elle sépare les milliers" in told
    assert (tmp_path / "new-changes.csv").read_text("utf-8-sig").splitlines()[1].startswith("2;C2;ENFANT_SEXE;f;F;")
    assert prenoms.read_text() == WRONG


def test_an_answer_makes_the_file_valid(prenoms, tmp_path, capsys):
    answer = "comma:NOMBRE_OCCURRENCES=thousands"

    status = main([str(prenoms), "--repair", str(tmp_path / "new.xlsx"), "--choose", answer, "--json"])
    report = json.loads(capsys.readouterr().out)

    assert status == 0
    assert (report["status"], report["file"]["format"], report["file"]["name"]) == ("valid", "xlsx", "new.xlsx")
    assert report["repair"]["by_repair"]["comma:NOMBRE_OCCURRENCES"] == 1
    assert report["repair"]["left"] == []


def test_a_repair_may_be_left(prenoms, tmp_path, capsys):
    out = tmp_path / "new.csv"

    main([str(prenoms), "--repair", str(out), "--choose", "blank-rows=non", "--language", "en"])

    assert b"\r\n\r\n" in out.read_bytes()
    assert "? Remove 1 blank row" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--repair", "{folder}/new.pdf"], "doit se terminer par .csv ou .xlsx"),
        (["--repair", "{file}"], "ne peut pas remplacer l’original"),
        (["--repair", "{folder}/nowhere/new.csv"], "ne peut pas être écrit"),
        (["--repair", "{folder}/new.csv", "--choose", "date:ANNEE=yes"], "aucune réparation «\u00a0date:ANNEE\u00a0»"),
        (["--repair", "{folder}/new.csv", "--choose", "comma:NOMBRE_OCCURRENCES=both"], "répondez «\u00a0"),
        (["--repair", "{folder}/new.csv", "--schema", "scdl/inconnu"], "scdl/inconnu"),
    ],
)
def test_wrong_use_writes_nothing(prenoms, tmp_path, capsys, arguments, said):
    filled = [argument.format(folder=tmp_path, file=prenoms) for argument in arguments]

    assert main([str(prenoms), *filled]) == 3
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["prenoms.csv"]
    assert prenoms.read_text() == WRONG


@pytest.mark.parametrize("arguments", [["b.csv", "--repair", "x.csv"], ["--choose", "a=b"]])
def test_options_that_do_not_go_together(prenoms, arguments):
    with pytest.raises(SystemExit) as stopped:
        main([str(prenoms), *arguments])

    assert stopped.value.code == 3


def test_a_file_that_cannot_be_read_is_reported_as_it_is(file, tmp_path, capsys):
    path = file(b"%PDF-1.7", "f.csv")

    assert main([str(path), "--repair", str(tmp_path / "new.csv")]) == 2
    assert "f.csv" in capsys.readouterr().out
    assert not (tmp_path / "new.csv").exists()
