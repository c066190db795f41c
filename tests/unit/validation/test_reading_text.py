from __future__ import annotations

import codecs

import pytest

from ckanext.odl.validation import limits
from ckanext.odl.validation.reading.delimiter import detect_delimiter

from .conftest import codes, field, found, schema

TABLE = schema("nom", field("montant", "number"))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("nom;montant\nÉlan;1\n".encode(), "utf-8"),
        (codecs.BOM_UTF8 + "nom;montant\nÉlan;1\n".encode(), "utf-8-sig"),
        (codecs.BOM_UTF8 * 2 + "nom;montant\nÉlan;1\n".encode(), "utf-8-sig"),
        (codecs.BOM_UTF8 + '"nom";"montant"\n"Élan";1\n'.encode(), "utf-8-sig"),
        ("nom;montant\nÉlan à l’école, 5 €;1\n".encode("cp1252"), "cp1252"),
        ("nom;montant\nThéâtre des élèves où ça mène;1\n".encode("mac_roman"), "mac_roman"),
        ("nom;montant\nThéâtre des élèves;1\n".encode("cp850"), "cp850"),
        ("nom;montant\nÉlan;1\n".encode("utf-16"), "utf-16"),
        ("nom;montant\nElan de la vie;1\n".encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_every_encoding_of_french_offices_is_read(check, content, encoding):
    report = check(content, TABLE)
    assert report["status"] == "valid"
    assert report["file"]["encoding"] == encoding
    assert report["warnings"] == []


def test_a_late_accent_decides_for_the_whole_file(check):
    content = b"nom;montant\n" + b"abc;1\n" * 60_000 + "été;2\n".encode("cp1252")
    report = check(content, TABLE)
    assert report["file"]["encoding"] == "cp1252"
    assert report["status"] == "valid"
    assert codes(report, "notices") == ["encoding-notice"]


def test_two_encodings_in_one_file_are_refused_with_the_line(check):
    content = "nom;montant\nété;1\nété;1\nété;1\n".encode() + "été;1\n".encode("cp1252") * 2
    report = check(content, TABLE)
    assert found(report) == [("encoding-mixed", 5)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"\n\n\n", "file-empty"),
        (b"nom;montant\na\x00b;1\n", "nul-byte"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "not-a-table"),
        (b"<?xml version='1.0'?><a/>", "not-a-table"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "not-a-table"),
        (b"\x89PNG\r\n\x1a\n123456", "not-a-table"),
        (b'{"a": 1}', "not-a-table"),
        (b"\x1f\x8b\x08\x00123456789", "archive-not-allowed"),
        (b'nom;montant\n"abc;1\ndef;2\n', "csv-unclosed-quote"),
        (b"nom;montant\n" + b"a" * 40_000 + b";1\n", "cell-too-long"),
        (b"nom;montant\n" + b"a;" * 700_000 + b";1\n", "line-too-long"),
        (b";".join(b"c%d" % i for i in range(1200)) + b"\n", "too-many-columns"),
        (bytes(range(1, 256)) * 40, "not-text"),
        (b"nom;montant\n\x81\x8d\x90\x9d\xff\xfe\xfd\n", "encoding-unknown"),
    ],
)
def test_what_cannot_be_read_gets_one_code(check, content, code):
    report = check(content, TABLE)
    assert report["status"] == "unreadable"
    assert codes(report, "errors") == [code]


def test_an_unclosed_quote_is_found_where_it_opens_even_far_from_the_end(check):
    report = check('nom;montant\nx;1\n"abc;1\n' + "def;2\n" * 50_000, TABLE)
    assert found(report) == [("csv-unclosed-quote", 3)]
    assert report["errors"][0]["params"]["line"] == 3


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_separators(check, delimiter):
    report = check(delimiter.join(("nom", "montant")) + "\n" + delimiter.join(("a", "1.5")) + "\n", TABLE)
    assert report["status"] == "valid"
    assert report["file"]["delimiter"] == delimiter
    assert report["file"]["format"] == ("tsv" if delimiter == "\t" else "csv")


def test_the_separator_is_the_one_that_shows_known_columns():
    sample = "nom;montant\n" + "a, b, c;1,5\n" * 10
    assert detect_delimiter(sample, ["nom", "montant"]) == ";"


def test_a_text_of_quotes_is_split_in_linear_time():
    assert detect_delimiter(',"x' * 20_000) in (",", None)


def test_sep_line_is_understood_and_counted(check):
    report = check("sep=|\nnom|montant\na|x\n", TABLE)
    assert found(report) == [("type-error", "B3")]
    assert "header-not-first" in codes(report, "notices")


def test_row_numbers_are_those_of_a_spreadsheet(check):
    report = check('nom;montant\n"deux\nlignes";1\n\nb;x\n', TABLE)
    assert found(report) == [("blank-row", 3), ("type-error", "B4")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(check, end):
    report = check(end.join(["nom;montant", "a;1", "b;x"]), TABLE)
    assert found(report) == [("type-error", "B3")]
    assert report["notices"] == []


def test_mixed_line_ends_and_double_encoding_are_notices(check):
    report = check("nom;montant\r\nassociÃ©e;1\nb;2\n", TABLE)
    assert codes(report, "notices") == ["line-ends-mixed", "mojibake"]
    assert report["status"] == "valid"


def test_json_records_are_a_table(check):
    report = check('[{"nom": "a", "montant": 1.50}, {"nom": "b", "montant": "x"}]', TABLE, "f.json")
    assert found(report) == [("type-error", 2)]
    assert report["file"]["format"] == "json"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"type": "FeatureCollection", "features": []}', "file-empty"),
        ('{"marches": {"marche": []}}', "format-not-allowed"),
        ('[{"a": {"b": 1}}]', "format-not-allowed"),
        ('[{"a": 1}', "json-invalid"),
        ('{"a": 1}\n{"a": 2}\n', "json-lines"),
        ("[" * 100_000, "json-too-deep"),
        ("[]", "file-empty"),
    ],
)
def test_other_json_gets_a_clear_answer(check, content, code):
    assert codes(check(content, TABLE, "f.json"), "errors") == [code]


def test_limits_are_those_published():
    assert (limits.COLUMNS, limits.CELL_CHARACTERS, limits.SPREADSHEET_CELLS) == (1_000, 32_767, 2_000_000)


def test_a_space_after_each_separator_is_no_part_of_the_cells(check):
    report = check('nom, montant\na, 1\n"b, c", 2\n"d", 3\n', TABLE)
    assert report["status"] == "valid"
    assert [notice["message"] for notice in report["notices"]] == [
        "Une espace suit chaque séparateur du fichier. Elle a été ignorée."
    ]
    assert check("nom,montant\na b, 1\nc d,2\n", TABLE)["status"] == "invalid"
