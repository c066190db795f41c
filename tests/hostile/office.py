"""Spreadsheets made by hand, part by part, so that each part can be wrong."""

from __future__ import annotations

import io
import struct
import zipfile
from xml.sax.saxutils import escape

from .case import NAMES, rows

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def cell(value: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def row(cells: list[str]) -> str:
    return "<row>" + "".join(cell(value) for value in cells) + "</row>"


def sheet(table: list[list[str]] | None = None, more: str = "", before: str = "") -> str:
    """The XML of a sheet; *more* stands after the last row, *before* in front of the data."""
    lines = "".join(row(cells) for cells in [NAMES, *(rows() if table is None else table)])
    return f"{HEAD}<worksheet {MAIN}>{before}<sheetData>{lines}{more}</sheetData></worksheet>"


def xlsx_parts(*sheets: str) -> dict[str, str]:
    sheets = sheets or (sheet(),)
    numbers = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in numbers
    )
    return {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{overrides}</Types>',
        "_rels/.rels": f'{HEAD}<Relationships {_RELATIONS}><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook {MAIN} xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"{HEAD}<Relationships {_RELATIONS}>{relations}</Relationships>",
        **{f"xl/worksheets/sheet{n}.xml": content for n, content in zip(numbers, sheets, strict=True)},
    }


def packed(parts: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else compression
            archive.writestr(name, content, kind)
    return out.getvalue()


def xlsx(*sheets: str, **changed: str) -> bytes:
    return packed({**xlsx_parts(*sheets), **{name.replace("__", "/"): content for name, content in changed.items()}})


_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods_cell(value: str, attributes: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="string"{attributes}><text:p>{escape(value)}</text:p></table:table-cell>'
    )


def ods_row(cells: list[str], attributes: str = "") -> str:
    return f"<table:table-row{attributes}>" + "".join(ods_cell(value) for value in cells) + "</table:table-row>"


def ods_content(table: list[list[str]] | None = None, more: str = "") -> str:
    lines = "".join(ods_row(cells) for cells in [NAMES, *(rows() if table is None else table)])
    return (
        f'{HEAD}<office:document-content xmlns:office="{_ODF}office:1.0" xmlns:table="{_ODF}table:1.0" '
        f'xmlns:text="{_ODF}text:1.0" office:version="1.2"><office:body><office:spreadsheet><table:table '
        f'table:name="S1">{lines}{more}</table:table></office:spreadsheet></office:body></office:document-content>'
    )


def ods_parts(content: str | None = None) -> dict[str, str]:
    manifest = f'xmlns:manifest="{_ODF}manifest:1.0"'
    return {
        "mimetype": ODS_TYPE,
        "META-INF/manifest.xml": f'{HEAD}<manifest:manifest {manifest}><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{ODS_TYPE}"/><manifest:file-entry manifest:full-path="content.xml" '
        'manifest:media-type="text/xml"/></manifest:manifest>',
        "content.xml": ods_content() if content is None else content,
    }


def ods(content: str | None = None) -> bytes:
    return packed(ods_parts(content))


def encrypted_flag(archive: bytes) -> bytes:
    """The same archive whose entries say that they are encrypted."""
    data = bytearray(archive)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(signature)
        while place >= 0:
            flags = struct.unpack_from("<H", data, place + offset)[0] | 1
            struct.pack_into("<H", data, place + offset, flags)
            place = data.find(signature, place + 4)
    return bytes(data)


def lying_size(archive: bytes, entry: str, size: int) -> bytes:
    """The same archive where one entry declares another size than it has."""
    data = bytearray(archive)
    name = entry.encode()
    for signature, offset, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        place = data.find(signature)
        while place >= 0:
            if data[place + name_at : place + name_at + len(name)] == name:
                struct.pack_into("<I", data, place + offset, size)
            place = data.find(signature, place + 4)
    return bytes(data)


def overlapping(archive: bytes, entry: str, copies: int) -> bytes:
    """The same archive with *copies* more entries that point at the bytes of *entry* (the better zip bomb)."""
    end = archive.rfind(b"PK\x05\x06")
    count, size, start = struct.unpack_from("<H2I", archive, end + 10)
    name = entry.encode()
    one = archive.rfind(b"PK\x01\x02", 0, archive.rfind(name, 0, end))
    line = archive[one : one + 46 + len(name)]
    more = b"".join(line.replace(name, f"{n:02d}".encode().rjust(len(name), b"x")) for n in range(copies))
    directory = archive[start:end] + more
    total = count + copies
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, total, total, size + len(more), start, 0)
    return archive[:start] + directory + tail


def ole(streams: tuple[str, ...] = ("EncryptionInfo", "EncryptedPackage")) -> bytes:
    """A compound file (the envelope of old and of encrypted office files) with empty streams of these names."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", header, 44, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    names = ("Root Entry", *streams)[:4]
    directory = b"".join(_entry(name, index, len(names)) for index, name in enumerate(names)).ljust(512, b"\0")
    return bytes(header) + table + directory


def _entry(name: str, index: int, count: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    right = index + 1 if 0 < index < count - 1 else 0xFFFFFFFF
    child = 1 if index == 0 and count > 1 else 0xFFFFFFFF
    head = encoded.ljust(64, b"\0") + struct.pack("<HBB", len(encoded), 5 if index == 0 else 2, 1)
    return (head + struct.pack("<III", 0xFFFFFFFF, right, child)).ljust(116, b"\0") + struct.pack(
        "<III", 0xFFFFFFFE, 0, 0
    )
