"""What holds of every repair, whatever the table."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.odl.validation import validate
from ckanext.odl.validation.fields import build_fields
from ckanext.odl.validation.repair import default_choices, proposals, repair

from ..conftest import field, schema
from .conftest import rows_of

MODEL = schema(
    field("idAttribuant", required=True),
    field("dateConvention", "date", required=True),
    field("montant", "number", minimum=0),
    field("nombre", "integer"),
    field("notifie", "boolean", keys={"trueValues": ["oui"], "falseValues": ["non"]}),
    field("nature", enum=["aide en numéraire", "aide en nature"]),
    field("codePostal", pattern="[0-9]{5}"),
    field("objet"),
    custom_checks=[
        {"name": "french-siret-value", "params": {"column": "idAttribuant"}},
        {"name": "code-postal", "params": {"column": "codePostal"}},
    ],
)
NAMES = [one["name"] for one in MODEL["fields"]]
DAMAGED = {
    "idAttribuant": ["21480095500012", "214 800 955 00012", "2,15E+13", "21480095500012.0", "22480001100013",
                     "214800955", "21480095500013", "", "'21480095500012"],
    "dateConvention": ["2024-12-31", "31/12/2024", "03/04/2024", "12/31/2024", "3/4/24", "44197", "31/02/2024", "2024",
                       "NC", " 31-12-2024 ", "16 janvier 2018", "1er mars 1998"],
    "montant": ["12.5", "12,5", "1,234", "1 234,50 €", "-3", "1,234,567", "12.345,6", "", "sans objet", "#N/A", "45 %",
                "240 000 € (x)", "12,50"],
    "nombre": ["3", "3,0", "1 000", "2,000", "1.234", "x", ""],
    "notifie": ["oui", "non", "VRAI", "0", "peut-être", "", "Oui "],
    "nature": ["aide en numéraire", "Aide en Nature", "numéraire", "prêt", "", "aide en nature\u200b"],
    "codePostal": ["48000", "1000", "'01000", "48 000", "99999", "", "\u00a048000"],
    "objet": ["a", "a, b", "a;b", '"cité"', "ligne\nbrisée", "", " espaces ", "=1+1", "Total"],
}  # fmt: skip
HEADINGS = {"dateConvention": ["Date Convention", "date_convention"], "montant": ["MONTANT", "montants"],
            "objet": [" objet", "Objet"], "codePostal": ["Code postal"]}  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Rows as a file of an office may have them: titles, odd headings, blank rows, totals, extra columns."""
    header = [draw(st.sampled_from([name, *HEADINGS.get(name, [])])) for name in NAMES]
    order = draw(st.permutations(range(len(NAMES))))
    count = draw(st.integers(1, 6))
    rows = [[draw(st.sampled_from(DAMAGED[name])) for name in NAMES] for _ in range(count)]
    rows = [[row[index] for index in order] for row in rows]
    header = [header[index] for index in order]
    if draw(st.booleans()):
        heading, texts = draw(st.sampled_from([("", ["", " "]), ("Colonne1", [""]), ("", ["x", ""]), ("note", ["y"])]))
        header = [*header, heading]
        rows = [[*row, draw(st.sampled_from(texts))] for row in rows]
    blank, titles = [""] * len(header), draw(st.integers(0, 2))
    extra = draw(st.lists(st.sampled_from(["blank", "total", "header", "short"]), max_size=3))
    for kind in extra:
        place = draw(st.integers(0, len(rows)))
        row = {"blank": blank, "total": ["Total", *blank[1:]], "header": header, "short": blank[:3]}[kind]
        rows.insert(place, list(row))
    return [["Titre du tableau", *blank[1:]]] * titles + [header, *rows]


def written(rows: list[list[str]], delimiter: str, encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding, "replace")


def run(path: Path, chosen: dict[str, Any], format: str | None = None) -> tuple[Path, list[dict[str, str]], dict]:
    new, changes = io.BytesIO(), io.BytesIO()
    result = repair(path, MODEL, chosen, format, outputs=[new, changes])
    out = path.with_name(f"{path.stem}-r.{result['format']}")
    out.write_bytes(new.getvalue())
    listed = csv.DictReader(io.StringIO(changes.getvalue().decode("utf-8-sig")), delimiter=";")
    return out, list(listed), result


def bare(change: str) -> str:
    """A value as it stood in the file: the list puts an apostrophe before what a spreadsheet would compute."""
    return change[1:] if change[:2] in ("'=", "'+", "'-", "'@", "'\t", "'\r", "'\n") else change


def replay(rows: list[list[str]], changes: list[dict[str, str]]) -> list[list[str]]:
    """The input with the listed changes done by hand: what the output must be, if every change is listed."""
    table = [list(row) for row in rows]
    dead_rows, dead_columns = set(), set()
    for change in changes:
        row, cell, after = change["Ligne"], change["Cellule"], bare(change["Après"])
        if not row:
            continue
        if after == "(ligne supprimée)":
            dead_rows.add(int(row) - 1)
        elif after == "(colonne supprimée)":
            dead_columns.add(ord(cell) - 65)
        elif change["Réparation"] == "Ligne complétée par des cellules vides":
            width = len(max(table, key=len))
            table[int(row) - 1] += [""] * (width - len(table[int(row) - 1]))
        else:
            column = ord(cell[0]) - 65
            assert table[int(row) - 1][column] == bare(change["Avant"])
            table[int(row) - 1][column] = after
    return [
        [cell for column, cell in enumerate(row) if column not in dead_columns]
        for number, row in enumerate(table)
        if number not in dead_rows
    ]


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Without the empty cells at the end of rows, which no spreadsheet tells from nothing."""
    out = []
    for row in rows:
        cells = list(row)
        while cells and not cells[-1].strip():
            cells.pop()
        out.append(cells)
    return out


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=tables(),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "cp1252", "utf-8-sig"]),
    data=st.data(),
)
def test_every_change_is_listed_accepted_and_final(rows, delimiter, encoding, data):
    with TemporaryDirectory() as folder:
        path = Path(folder, "f.csv")
        path.write_bytes(written(rows, delimiter, encoding))
        proposed = proposals(path, MODEL)
        if proposed["status"] == "unreadable":
            return
        chosen: dict[str, Any] = default_choices(proposed)
        if data.draw(st.booleans(), "all choices"):
            for one in proposed["repairs"]:
                values = [choice["value"] for choice in one.get("choices", [])]
                chosen[one["id"]] = data.draw(st.sampled_from(values)) if values else True
        before = rows_of(path)
        out, changes, result = run(path, chosen)
        after = rows_of(out)

        # Every change is listed, with the place it had, and counted.
        assert trimmed(replay(before, changes)) == trimmed(after)
        assert result["changes"] == len(changes) == sum(result["by_repair"].values())
        assert set(result["by_repair"]) <= set(chosen)
        assert result["ignored"] == []

        # Each repaired cell is one that its field accepts.
        rules = {rule.title or rule.name: rule for rule in build_fields(MODEL)}
        for change in changes:
            rule = rules.get(change["Colonne"])
            header_row = change["Ligne"] == str(validate(path, MODEL).file["header_row"])
            if rule is not None and len(change["Cellule"]) > 1 and not header_row:
                value = bare(change["Après"])
                assert rule.judge(value)[1] is None, (change, rule.judge(value)[1])

        # Done twice, with the same choices or with those of the new file, nothing more is done.
        again = proposals(out, MODEL)
        assert not {id_ for id_ in default_choices(again) if id_ in chosen}, (rows, delimiter, encoding)
        if again["status"] != "unreadable":
            assert run(out, chosen)[2]["changes"] == 0

        # An error that a repair claimed to mend is gone.
        report = validate(out, MODEL).to_dict()
        kinds = {kind for count in report["counts"]["by_code"] if count["severity"] == "error"
                 for kind in [(count["code"], count["field"])]}  # fmt: skip
        if "blank-rows" in chosen:
            assert ("blank-row", None) not in kinds
        if "totals" in chosen:
            assert again["status"] == "unreadable" or not any(one["id"] == "totals" for one in again["repairs"])
        for column in ("montant", "dateConvention"):
            for one in proposed["repairs"]:
                if one["field"] == column and one["id"] in chosen:
                    left = [error["value"] for error in report["errors"] if error["field"] == column]
                    assert not {example["before"] for example in one["examples"]} & set(left), one


_DAYS = st.dates(date(1990, 1, 1), date(2030, 1, 1)).map(str)
VALID = {
    "idAttribuant": st.sampled_from(["21480095500012", "22480001100013"]),
    "dateConvention": _DAYS,
    "montant": st.decimals(0, 10**7, places=2, allow_nan=False).map(str) | st.just(""),
    "nombre": st.integers(-1000, 10**6).map(str),
    "notifie": st.sampled_from(["oui", "non", ""]),
    "nature": st.sampled_from(["aide en numéraire", "aide en nature", ""]),
    "codePostal": st.sampled_from(["48000", "01000", ""]),
    "objet": st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30),
}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.tuples(*(VALID[name] for name in NAMES)).map(list), min_size=1, max_size=8),
    order=st.permutations(NAMES),
    delimiter=st.sampled_from([",", ";"]),
    format=st.sampled_from(["csv", "xlsx"]),
)
def test_a_valid_file_is_never_changed(rows, order, delimiter, format):
    places = [NAMES.index(name) for name in order]
    table = [list(order), *([row[place] for place in places] for row in rows)]
    with TemporaryDirectory() as folder:
        path = Path(folder, "f.csv")
        path.write_bytes(written(table, delimiter, "utf-8"))
        report = validate(path, MODEL)
        if not report.valid:
            return
        proposed = proposals(path, MODEL)
        out, changes, result = run(path, default_choices(proposed), format)

        assert default_choices(proposed) == {}
        assert proposed["repairs"] == []
        assert (result["changes"], changes) == (0, [])
        same = [[cell.rstrip("0").rstrip(".") if "." in cell else cell for cell in row] for row in rows_of(out)]
        expected = [[cell.rstrip("0").rstrip(".") if "." in cell else cell for cell in row] for row in rows_of(path)]
        assert trimmed(same) == trimmed(expected)
        assert validate(out, MODEL).valid is True
