"""Delimited texts: hostile, broken, wrong."""

from __future__ import annotations

from collections.abc import Iterator

from .case import NAMES, Case, csv, rows, text

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>',
    "'-alert(1)-'",
    "javascript:alert(1)",
    "{{7*7}}",
    "{% include '/etc/passwd' %}",
    "${7*7}",
    "[a](javascript:alert(1))",
    "![x](http://127.0.0.1/x)",
    "</textarea><script>alert(1)</script>",
]
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://127.0.0.1")', "\t=1+1"]
NUMBERS = [
    "1e999999999", "-1e999999999", "1e-999999", "9" * 401, "9" * 5000, "NaN", "sNaN", "Infinity", "-inf", "1_000",
    "٣", "３", "0x10", "1e3", "--1", "1.5", "1,5", "½", "1 000", "+", "1\u00a0000", "", " ",
]  # fmt: skip


def cases() -> Iterator[Case]:
    yield from _bytes()
    yield from _quotes()
    yield from _shape()
    for index, value in enumerate(NUMBERS):
        yield _wrong_cell(f"number-{index:02d}.csv", "NOMBRE_OCCURRENCES", value)
    for index, value in enumerate(
        ["a" * 40 + "!", "x" * 5000, "-" * 3000 + "!", "a-" * 1500 + "!", " " * 3000 + "!", "é" * 3000 + "1"]
    ):
        yield _wrong_cell(f"pattern-{index}.csv", "ENFANT_PRENOM", value)
    for index, value in enumerate(["4890", "489031", "4890A", "٤٨٩٠٣", "48903 ", "48903\u200b"]):
        yield _wrong_cell(f"code-{index}.csv", "COLL_INSEE", value)
    for index, value in enumerate(["f", "X", "Ｆ", "F ", "F,"]):
        if "," not in value:
            yield _wrong_cell(f"sex-{index}.csv", "ENFANT_SEXE", value)
    for index, value in enumerate(["24", "20244", "２０２４", "2024.0", "-2024", "deux mille"]):
        yield _wrong_cell(f"year-{index}.csv", "ANNEE", value)


def _wrong_cell(name: str, column: str, value: str) -> Case:
    quoted = '"' + value.replace('"', '""') + '"'
    return Case(name, lambda: csv(rows(3, **{column: quoted})))


def _bytes() -> Iterator[Case]:
    good = csv()
    yield Case("empty.csv", lambda: b"")
    yield Case("spaces.csv", lambda: b"   \n  \n")
    yield Case("newlines.csv", lambda: b"\n" * 5000)
    yield Case("bom-only.csv", lambda: b"\xef\xbb\xbf")
    for index, place in enumerate((0, 10, 80, len(good) - 1)):
        yield Case(f"nul-{index}.csv", lambda p=place: good[:p] + b"\0" + good[p:])
    yield Case("zeros.csv", lambda: b"\0" * 100_000)
    yield Case("binary.csv", lambda: bytes(range(256)) * 400)
    overlong = good.replace(b"Louiseb", b"Lou\xc0\xafse")
    yield Case("controls.csv", lambda: good.replace(b"Louiseb", b"Lou\x01ise"))
    yield Case("ansi.csv", lambda: good.replace(b"Louiseb", b"\x1b[31mLouise"))
    yield Case("overlong.csv", lambda: overlong)
    yield Case("utf16-odd.csv", lambda: "\ufeff".encode("utf-16-le") + good.decode().encode("utf-16-le")[:-1])
    yield Case("utf16-lone-surrogate.csv", lambda: b"\xff\xfe" + good.decode().encode("utf-16-le") + b"\x00\xd8")


def _quotes() -> Iterator[Case]:
    head = ",".join(NAMES) + "\n"
    yield Case("quote-open.csv", lambda: (head + 'Valbrune,48903,F,"Louise,3,2024\n' * 5000).encode())
    yield Case("quote-open-end.csv", lambda: csv() + b'Valbrune,48903,F,"Louise,3,2024\n')
    yield Case("quotes-alone.csv", lambda: b'"' * 1_000_001)
    yield Case("quotes-pairs.csv", lambda: b'""' * 500_000)
    yield Case("sniffer.csv", lambda: b',"x' * 40_000)
    yield Case("sniffer-2.csv", lambda: b'",\'"' * 60_000)
    yield Case("quoted-newlines.csv", lambda: (head + 'Valbrune,48903,F,"' + "\n" * 40_000 + '",3,2024\n').encode())


def _shape() -> Iterator[Case]:
    head = ",".join(NAMES)
    yield Case("line-too-long.csv", lambda: (head + "\n" + "a" * (2 << 20) + ",48903,F,Louise,3,2024\n").encode())
    yield Case("one-line-45mb.csv", lambda: b"a," * (22 << 20))
    yield Case("cell-too-long.csv", lambda: csv(rows(3, COMMUNE_NOM="a" * 40_000)))
    yield Case("columns-1001.csv", lambda: csv(header=[*NAMES, *(f"c{n}" for n in range(1000))]))
    yield Case(
        "columns-20000-same.csv", lambda: (",".join(["a"] * 20_000) + "\n" + ",".join(["1"] * 20_000) + "\n").encode()
    )
    yield Case("header-too-long.csv", lambda: csv(header=[*NAMES, "x" * 70_000]))
    yield Case("header-only.csv", lambda: csv([]))
    yield Case("required-missing.csv", lambda: csv([cells[:5] for cells in rows()], header=NAMES[:5]))
    yield Case("duplicate-header.csv", lambda: csv([[*cells, "F"] for cells in rows()], header=[*NAMES, "ENFANT_SEXE"]))
    yield Case("other-model.csv", lambda: b"id,nom\n1,a\n")
    yield Case("short-row.csv", lambda: csv([*rows(), ["Valbrune", "48903"]]))
    yield Case("long-row.csv", lambda: csv([*rows(), [*rows()[0], "x", "y"]]))
    yield Case("blank-middle.csv", lambda: text(rows(2)).encode() + b"\n\n" + text(rows(1)).split("\n", 1)[1].encode())
    yield Case("mixed-separator.csv", lambda: csv() + b"Valbrune;48903;F;Louise;3;2024\n")
    yield Case("all-wrong.csv", lambda: csv([["", "x", "y", "", "z", "t"] for _ in range(50_000)]))
    yield Case("ragged-many.csv", lambda: csv([["a"] * (n % 40 + 1) for n in range(20_000)]))
    yield Case("rows-1000001.csv", lambda: csv([["Valbrune", "48903", "F", "Louise", "3", "2024"]] * 1_000_001))
    for index, payload in enumerate(PAYLOADS):
        yield _wrong_cell(f"payload-cell-{index:02d}.csv", "ENFANT_PRENOM", payload)
        yield Case(
            f"payload-header-{index:02d}.csv",
            lambda p=payload: csv(
                [cells[:5] for cells in rows()], header=[*NAMES[:4], '"' + p.replace('"', '""') + '"']
            ),
        )
    for index, formula in enumerate(FORMULAS):
        yield _wrong_cell(f"formula-{index}.csv", "ENFANT_SEXE", formula)
