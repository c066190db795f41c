"""Good files, odd as people's files are: each must be accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator

from .case import NAMES, Case, csv, rows, text
from .office import ods, ods_content, ods_row, row, sheet, xlsx
from .texts import PAYLOADS

_EMPTY_ODS_TAIL = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
NAMES_OF_FILES = [
    "a[1].csv", "*.csv", "..%2f..%2fetc%2fpasswd.csv", "con.csv", "-rf.csv", "espace et accent é.csv", "ABC.CSV",
    "a;b&c|d.csv", "'quoted'.csv", "<script>.csv", "\u202ecsv.exe.csv", "x" * 120 + ".csv", "sans-extension", "a.b.c.csv",
    "データ.csv", "=1+1.csv", "données (copie 2).csv",
]  # fmt: skip


def noted(remark: str) -> bytes:
    """A good file with a column more, of free text."""
    return text([[*cells, remark] for cells in rows()], header=[*NAMES, "remarque"]).encode()


def cases() -> Iterator[Case]:
    for name, content in _texts().items():
        yield Case(f"good-{name}.csv", lambda c=content: c)
    for name, content in _sheets().items():
        yield Case(f"good-{name}", lambda c=content: c)
    for index, name in enumerate(NAMES_OF_FILES):
        yield Case(name, lambda n=index: csv(rows(3 + n)))
    for index, payload in enumerate(PAYLOADS[:6]):
        yield Case(f"good-payload-{index}.csv", lambda p=payload: noted('"' + p.replace('"', '""') + '"'))


def _texts() -> dict[str, bytes]:
    good = text(rows())
    accents = text(rows(3, COMMUNE_NOM="Sainte-Énimie"))
    late = text([*rows(6000), *rows(3, COMMUNE_NOM="Sainte-Énimie")])
    _head, _, body = good.partition("\n")
    shuffled = [[cells[n] for n in (5, 3, 1, 0, 2, 4)] for cells in rows()]
    return {
        "utf8": accents.encode(),
        "bom": accents.encode("utf-8-sig"),
        "double-bom": b"\xef\xbb\xbf" + accents.encode("utf-8-sig"),
        "bom-quoted-header": ("\ufeff" + ",".join(f'"{name}"' for name in NAMES) + "\n" + body).encode(),
        "utf16-le": b"\xff\xfe" + accents.encode("utf-16-le"),
        "utf16-be": b"\xfe\xff" + accents.encode("utf-16-be"),
        "cp1252": accents.encode("cp1252"),
        "cp1252-late": late.encode("cp1252"),
        "semicolon": text(rows(), ";").encode(),
        "tab": text(rows(), "\t").encode(),
        "pipe": text(rows(), "|").encode(),
        "sep-line": b"sep=;\r\n" + text(rows(), ";", "\r\n").encode(),
        "crlf": text(rows(), end="\r\n").encode(),
        "cr": text(rows(), end="\r").encode(),
        "mixed-ends": good.encode().replace(b"\n", b"\r\n", 2),
        "no-last-end": good.rstrip("\n").encode(),
        "blank-tail": good.encode() + b"\n" * 300,
        "separators-tail": good.encode() + b",,,,,\n" * 300,
        "blank-first": b"\n\n" + good.encode(),
        "title-lines": "Prénoms de Valbrune\n\n".encode() + good.encode(),
        "trailing-separators": text([[*cells, "", ""] for cells in rows()], header=[*NAMES, "", ""]).encode(),
        "quoted-all": "\n".join(",".join(f'"{cell}"' for cell in cells) for cells in [NAMES, *rows()]).encode(),
        "quoted-newline": noted('"Val\nbrune"'),
        "quoted-quote": noted('"Val ""le"" brune"'),
        "header-case": text(rows(), header=[name.lower() for name in NAMES]).encode(),
        "header-spaces": text(rows(), header=[f" {name} " for name in NAMES]).encode(),
        "header-nbsp": text(rows(), header=[f"{name}\u00a0" for name in NAMES]).encode(),
        "header-zero-width": text(rows(), header=["\u200b" + NAMES[0], *NAMES[1:]]).encode(),
        "other-order": text(shuffled, header=[NAMES[n] for n in (5, 3, 1, 0, 2, 4)]).encode(),
        "extra-column": text([[*cells, "note"] for cells in rows()], header=[*NAMES, "remarque"]).encode(),
        "extra-900": text(
            [[*cells, *["x"] * 900] for cells in rows()], header=[*NAMES, *(f"c{n}" for n in range(900))]
        ).encode(),
        "one-row": csv(rows(1)),
        "rows-20000": csv([[*cells[:4], str(n % 900 + 1), cells[5]] for n, cells in enumerate(rows(20_000))]),
        "long-cell": noted("a" * 32_000),
        "emoji": noted("Valbrune 🌻"),
        "rtl": noted("\u202eValbrune\u202c"),
        "formula-in-text": noted("=1+1"),
        "decomposed": noted("Sainte-E\u0301nimie"),
    }


def _sheets() -> dict[str, bytes]:
    far = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    records = [dict(zip(NAMES, cells, strict=True)) for cells in rows()]
    return {
        "plain.xlsx": xlsx(),
        "plain.ods": ods(),
        "dimension-lies.xlsx": xlsx(sheet(before='<dimension ref="A1:XFD1048576"/>')),
        "far-empty-cell.xlsx": xlsx(sheet(more=far)),
        "formatted-tail.xlsx": xlsx(sheet(more='<row><c s="1"/><c s="1"/></row>' * 20_000)),
        "numbers.xlsx": xlsx(
            sheet(
                rows(2),
                more="<row><c t='inlineStr'><is><t>Valbrune</t></is></c><c><v>48903</v></c>"
                "<c t='inlineStr'><is><t>F</t></is></c><c t='inlineStr'><is><t>Zoe</t></is></c><c><v>3</v></c><c><v>2024</v></c></row>",
            )
        ),
        "formula-with-value.xlsx": xlsx(
            sheet(
                more="<row><c t='str'><f>A2</f><v>Valbrune</v></c><c t='str'><f>B2</f><v>48903</v></c>"
                "<c t='str'><f>C2</f><v>F</v></c><c t='str'><f>D2</f><v>Ana</v></c><c><f>E2</f><v>3</v></c><c><f>F2</f><v>2024</v></c></row>"
            )
        ),
        "second-sheet.xlsx": xlsx(sheet([]).replace(row(NAMES), row(["Mode d'emploi"])), sheet()),
        "libreoffice-tail.ods": ods(ods_content(more=_EMPTY_ODS_TAIL)),
        "repeated-row.ods": ods(ods_content(more=ods_row(["Valbrune", "48903", "M", "Ana", "7", "2024"]))),
        "records.json": json.dumps(records).encode(),
        "records-bom.json": b"\xef\xbb\xbf" + json.dumps(records).encode(),
        "records-indented.json": json.dumps(records, indent=4, ensure_ascii=False).encode(),
    }
