"""Accents saved in two ways in one file, or converted once too often: given back where that is sure, else said."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.odl.validation import validate
from ckanext.odl.validation.reading.text import unmangled
from ckanext.odl.validation.repair import changes_told, default_choices, proposals, repair

from ..conftest import field, schema
from .conftest import ids, mend, proposal

MODEL = schema(field("nom", required=True), field("nature", enum=["école", "marché"]), field("note"))


def mixed(*lines: tuple[str, str]) -> bytes:
    return b"".join(text.encode(encoding) + b"\n" for text, encoding in lines)


PASTED = mixed(
    ("nom;nature;note", "utf-8"),
    ("Évrard;école;déjà là", "utf-8"),
    ("Hélène;marché;où ça", "cp1252"),
    ("Paul;école;", "utf-8"),
)


def test_each_line_is_read_as_it_was_saved(file):
    path = file(PASTED)
    assert validate(path, MODEL).status == "unreadable"
    done = mend(path, MODEL)
    assert proposal(done.proposed, "encoding-mixed")["chosen_by_default"]
    assert done.rows[2] == ["Hélène", "marché", "où ça"]
    assert done.report["status"] == "valid"
    assert [(change["Ligne"], change["Après"]) for change in done.changes] == [("3", "Hélène;marché;où ça")]
    assert default_choices(proposals(done.path, MODEL)) == {}


def test_the_other_repairs_are_proposed_with_it(file):
    path = file(PASTED.replace(b"Paul;", b"Paul;\xc3\x89cole;x\nJean;"))
    done = mend(path, MODEL)
    assert proposal(done.proposed, "accepted-value:nature")["needs"] == "encoding-mixed"
    assert done.report["status"] == "valid"
    # what is chosen with it is of no use without it
    alone = mend(path, MODEL, {"accepted-value:nature": True})
    assert set(alone.result["by_repair"]) == {"accepted-value:nature", "encoding-mixed"}


@pytest.mark.parametrize(
    "line",
    [
        "Hélène;marché;".encode("mac_roman"),
        "Hélène;marché;".encode("cp850"),
        "Hélène".encode() + ";marché;".encode("cp1252"),  # two encodings in one line
        b"H\x81l\xe8ne;x;",
    ],
)
def test_what_can_be_read_in_several_ways_is_left_alone(file, line):
    path = file(b"nom;nature;note\n" + "Évrard;école;à\n".encode() * 3 + line + b"\n" + line + b"\n")
    report = validate(path, MODEL).to_dict()
    assert report["status"] == "unreadable"
    proposed = proposals(path, MODEL)
    assert (proposed["repairs"], len(proposed["impossible"])) == ([], 1)
    assert "deux façons d’enregistrer les accents" in proposed["impossible"][0]["message"]
    with pytest.raises(Exception, match="encoding"):
        repair(path, MODEL, {"encoding-mixed": True}, outputs=[io.BytesIO(), io.BytesIO()])


def test_nothing_chosen_writes_nothing(file):
    with pytest.raises(Exception, match="encoding-mixed"):
        repair(file(PASTED), MODEL, {}, outputs=[io.BytesIO(), io.BytesIO()])


def is_told_apart(text: str) -> bool:
    """Whether the bytes of one way are not by chance those of another text in the other (« à«« » is « ૫ »)."""
    try:
        return text.encode("cp1252").decode() == text
    except UnicodeDecodeError:
        return True


FRENCH = st.text("abc éèàêçâîôûùëïœ’°«»ÉÈÀ", min_size=1, max_size=12).filter(is_told_apart)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(FRENCH, st.booleans()), min_size=1, max_size=8))
def test_what_two_files_said_is_what_the_repaired_one_says(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("mixed") / "f.csv"
    lines = [("nom;nature;note", "utf-8"), ("évidé;;", "utf-8"), ("hélé;;", "cp1252")]
    path.write_bytes(mixed(*lines, *((f"x{text};;", "cp1252" if legacy else "utf-8") for text, legacy in rows)))
    proposed = proposals(path, MODEL)
    if "encoding-mixed" not in ids(proposed):
        assert proposed["repairs"] == []
        return
    done = mend(path, MODEL, {"encoding-mixed": True})
    assert [row[0] for row in done.rows] == ["nom", "évidé", "hélé", *(f"x{text}" for text, _ in rows)]
    legacy = [text for text, is_legacy in rows if is_legacy and not text.isascii()]
    assert done.result["changes"] == len(legacy) + 1
    assert "encoding-mixed" not in ids(proposals(done.path, MODEL))


def test_accents_converted_once_too_often_are_given_back(file):
    path = file("nom;nature;note\nHÃ©lÃ¨ne;marchÃ©;l’Ã©tÃ©\nÉvrard;école;lâ€™étÃ©\nPaul;école;l’été\n")
    done = mend(path, MODEL)
    assert {"mojibake:nom", "mojibake:nature"} <= set(ids(done.proposed))
    assert done.rows[1][:2] == ["Hélène", "marché"]
    # a cell in which good and damaged letters stand together is not sure
    assert done.rows[2] == ["Évrard", "école", "lâ€™étÃ©"]
    assert done.report["status"] == "valid"
    assert not [id_ for id_ in ids(proposals(done.path, MODEL)) if id_.startswith("mojibake")]


def test_in_a_valid_file_damaged_accents_are_shown_and_not_chosen(file):
    proposed = proposals(file("nom;nature;note\nHÃ©lÃ¨ne;école;\n"), MODEL)
    assert (proposed["status"], ids(proposed), default_choices(proposed)) == ("valid", ["mojibake:nom"], {})


@given(FRENCH)
def test_damage_is_undone_exactly(text):
    damaged = "".join(byte.to_bytes(1, "big").decode("cp1252", "ignore") or chr(byte) for byte in text.encode())
    assert unmangled(damaged) in (None, text)
    assert unmangled(text) is None


def test_the_list_of_changes_is_told_in_the_language_of_its_reader(file):
    path = file("nom;nature;note\nPaul;École;x\n;;\nJean;marché;y\n")
    listed = io.BytesIO()
    chosen = default_choices(proposals(path, MODEL))
    repair(path, MODEL, chosen, outputs=[io.BytesIO(), listed], language=None)
    lines = list(csv.reader(io.StringIO(listed.getvalue().decode("utf-8-sig")), delimiter=";"))
    french, english = (list(changes_told(lines, language)) for language in ("fr", "en"))
    assert french[0] == ["Ligne", "Cellule", "Colonne", "Avant", "Après", "Réparation"]
    assert french[1][3:] == ["École", "école", "Valeur de la liste du modèle"]
    assert english[1][3:5] == ["École", "école"]
    assert english[1][5] != french[1][5]
    assert french[2][4] == "(ligne supprimée)"
    assert english[2][4] == "(row removed)"
    again = mend(path, MODEL)
    assert [list(change.values()) for change in again.changes] == french[1:]
