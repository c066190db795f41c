"""Spreadsheets that want to exhaust, to lead elsewhere, or that are broken."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Iterator

from .case import NAMES, Case, csv, rows
from .office import (
    HEAD,
    encrypted_flag,
    lying_size,
    ods,
    ods_content,
    ods_parts,
    ods_row,
    ole,
    overlapping,
    packed,
    row,
    sheet,
    xlsx,
    xlsx_parts,
)

_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "{"&" + a + ";" * 1}{("&" + a + ";") * 9}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
_DOCTYPES = {
    "laughs": _LAUGHS,
    "quadratic": '<!DOCTYPE x [<!ENTITY a "' + "x" * 100_000 + '">]>',
    "external-file": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "external-http": '<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/x">]>',
    "external-dtd": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    "parameter": '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;]>',
    "unused": "<!DOCTYPE x []>",
}
_MIB = 1 << 20


def cases() -> Iterator[Case]:
    yield from _entities()
    yield from _bombs()
    yield from _lies()
    yield from _broken()


def _entities() -> Iterator[Case]:
    parts = xlsx_parts()
    for kind, doctype in _DOCTYPES.items():
        for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            changed = parts[part].replace(HEAD, HEAD + doctype)
            name = f"xml-{kind}-{part.rsplit('/', 1)[-1].partition('.')[0]}.xlsx"
            yield Case(name, lambda p=part, c=changed: packed({**parts, p: c}))
        content = ods_content().replace(HEAD, HEAD + doctype)
        yield Case(f"xml-{kind}-content.ods", lambda c=content: ods(c))
    for part in ("[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"):
        changed = parts[part].replace(HEAD, HEAD + _DOCTYPES["unused"])
        name = "xml-unused-" + part.strip("_[]").replace("/", "-").partition(".")[0] + ".xlsx"
        yield Case(name, lambda p=part, c=changed: packed({**parts, p: c}))
    hidden = parts["xl/workbook.xml"].replace(HEAD, "").encode("utf-16").replace(b"", b"")
    doctype = ("<?xml version='1.0' encoding='UTF-16'?>" + _DOCTYPES["laughs"]).encode("utf-16")
    yield Case("xml-dtd-in-utf16.xlsx", lambda: packed({**parts, "xl/workbook.xml": doctype + hidden[2:]}))


def _bombs() -> Iterator[Case]:
    parts: dict[str, str | bytes] = dict(xlsx_parts())
    for size in (101, 300, 1024):
        yield Case(f"bomb-{size}mb.xlsx", lambda s=size: packed({**parts, "xl/media/x.bin": _Zeros(s)}))
    yield Case("bomb-60mb.xlsx", lambda: packed({**parts, "xl/media/x.bin": b"\0" * (60 * _MIB)}))
    yield Case(
        "bomb-strings.xlsx",
        lambda: packed({**parts, "xl/sharedStrings.xml": b"<sst>" + b"<si><t>a</t></si>" * 3_000_000 + b"</sst>"}),
    )
    yield Case("bomb-60mb.ods", lambda: packed({**ods_parts(), "Pictures/x": b"\0" * (60 * _MIB)}))
    yield Case(
        "bomb-overlap.xlsx",
        lambda: overlapping(packed({**parts, "xl/a": random.Random(1).randbytes(100_000)}), "xl/a", 50),
    )
    yield Case("entries-501.xlsx", lambda: packed({**parts, **{f"xl/media/{n}": b"" for n in range(600)}}))
    yield Case("entries-501.ods", lambda: packed({**ods_parts(), **{f"Pictures/{n}": "" for n in range(600)}}))
    yield Case("zip-in-zip.xlsx", lambda: packed({"a.xlsx": packed(parts)}))
    yield Case("sheets-101.xlsx", lambda: xlsx(*[sheet() for _ in range(120)]))


class _Zeros(bytes):
    """So many mebibytes of zeros, made when they are written."""

    def __new__(cls, mebibytes: int) -> _Zeros:
        return super().__new__(cls, mebibytes * _MIB)


def _lies() -> Iterator[Case]:
    yield Case("encrypted-entries.xlsx", lambda: encrypted_flag(xlsx()))
    yield Case("encrypted-entries.ods", lambda: encrypted_flag(ods()))
    yield Case("encrypted-office.xlsx", ole)
    yield Case("encrypted-office.xls", ole)
    manifest = ods_parts()["META-INF/manifest.xml"].replace(
        'manifest:media-type="text/xml"/>',
        'manifest:media-type="text/xml"><manifest:encryption-data/></manifest:file-entry>',
    )
    yield Case(
        "encrypted-office.ods",
        lambda: packed({**ods_parts(), "META-INF/manifest.xml": manifest, "content.xml": b"\x8f\x13\x99" * 300}),
    )
    big = sheet([[*cells[:3], cells[3] + "x" * 500, *cells[4:]] for cells in rows(2000)])
    yield Case("size-says-less.xlsx", lambda: lying_size(xlsx(big), "xl/worksheets/sheet1.xml", 100))
    yield Case(
        "cells-2000001.xlsx",
        lambda: packed({**xlsx_parts(), "xl/worksheets/sheet1.xml": _many_cells(2_100_000)}, zipfile.ZIP_DEFLATED),
    )
    yield Case("columns-16384.xlsx", lambda: xlsx(sheet([["1"] * 16_384])))
    repeated = ods_row(rows(1)[0], ' table:number-rows-repeated="1000000000"')
    yield Case("repeated-rows-real.ods", lambda: ods(ods_content(more=repeated)))
    wide = '<table:table-row><table:table-cell office:value-type="string" table:number-columns-repeated="2000000000"><text:p xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">x</text:p></table:table-cell></table:table-row>'
    yield Case("repeated-cells-real.ods", lambda: ods(ods_content(more=wide)))
    yield Case("cell-40000.xlsx", lambda: xlsx(sheet(rows(3, COMMUNE_NOM="a" * 40_000))))
    for index, formula in enumerate(("=1+1", "+1", "@a", '=HYPERLINK("http://127.0.0.1")')):
        yield Case(f"formula-text-{index}.xlsx", lambda f=formula: xlsx(sheet(rows(3, ENFANT_SEXE=f))))
    yield Case("formula-without-value.xlsx", lambda: xlsx(sheet(more="<row>" + "<c><f>1+1</f></c>" * 6 + "</row>")))
    yield Case("error-cell.xlsx", lambda: xlsx(sheet(more="<row>" + '<c t="e"><v>#N/A</v></c>' * 6 + "</row>")))
    yield Case("no-sheet.xlsx", lambda: packed({**xlsx_parts(), "xl/workbook.xml": f"{HEAD}<workbook/>"}))
    yield Case("empty-sheet.xlsx", lambda: xlsx(sheet([], before="").replace(row(NAMES), "")))
    yield Case("no-table.ods", lambda: ods(ods_content().replace("table:table ", "table:nothing ")))


def _many_cells(count: int) -> str:
    line = "<row>" + "<c><v>1</v></c>" * 300 + "</row>"
    return sheet(more=line * (count // 300))


def _broken() -> Iterator[Case]:
    whole = {"xlsx": xlsx(), "ods": ods()}
    for kind, content in whole.items():
        for share in (5, 30, 60, 95):
            yield Case(f"cut-{share}.{kind}", lambda c=content, s=share: c[: len(c) * s // 100])
        flipped = bytearray(content)
        place = content.find(b"sheet1.xml" if kind == "xlsx" else b"content.xml") + 40
        flipped[place] ^= 0xFF
        yield Case(f"flipped.{kind}", lambda f=bytes(flipped): f)
    yield Case(
        "not-xml.xlsx", lambda: xlsx(xl__workbook__nothing="x", **{"xl__worksheets__sheet1.xml": "<worksheet><row"})
    )
    yield Case("not-xml.ods", lambda: ods("<office:document"))
    yield Case(
        "missing-part.xlsx", lambda: packed({name: part for name, part in xlsx_parts().items() if "sheet1" not in name})
    )
    yield Case(
        "missing-content.ods",
        lambda: packed({name: part for name, part in ods_parts().items() if name != "content.xml"}),
    )
    yield Case("zip-of-csv.zip", lambda: packed({"prenoms.csv": csv()}))
    yield Case("zip-of-csv.csv", lambda: packed({"prenoms.csv": csv()}))
    yield Case(
        "document.docx", lambda: packed({"[Content_Types].xml": f"{HEAD}<Types/>", "word/document.xml": f"{HEAD}<a/>"})
    )
    yield Case(
        "document.odt",
        lambda: packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": f"{HEAD}<a/>"}),
    )
    yield Case("path-traversal.xlsx", lambda: packed({**xlsx_parts(), "../../../tmp/x": "x"}))
    yield Case("ole-empty.xls", lambda: ole(()))
    yield Case("ole-cut.xls", lambda: ole()[:700])
