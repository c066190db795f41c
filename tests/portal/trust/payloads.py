"""Texts that would run as a script, make an element or a live formula if a page or an export took them for more than
text; and what finds it when one did.

Every script calls ``zqx`` and every element carries an ``id`` that begins so: nothing of the portal does.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag

SCRIPTS = (
    "<script id=zqx01>zqx(1)</script>",
    "<img id=zqx02 src=x onerror=zqx(2)>",
    "<svg id=zqx03 onload=zqx(3)>",
    "<svg id=zqx04><script>zqx(4)</script></svg>",
    "<iframe id=zqx05 src=javascript:zqx(5)></iframe>",
    "<iframe id=zqx06 srcdoc='<script>zqx(6)</script>'></iframe>",
    "<body id=zqx07 onload=zqx(7)>",
    "<a id=zqx08 href=javascript:zqx(8)>8</a>",
    "<a id=zqx09 href='java\tscript:zqx(9)'>9</a>",
    "<a id=zqx10 href='&#106;avascript:zqx(10)'>10</a>",
    "<details id=zqx11 open ontoggle=zqx(11)>11</details>",
    "<input id=zqx12 autofocus onfocus=zqx(12)>",
    "<video id=zqx13><source onerror=zqx(13)></video>",
    "<math id=zqx14><mi xlink:href=javascript:zqx(14)>14</mi></math>",
    "<object id=zqx15 data=javascript:zqx(15)></object>",
    "<embed id=zqx16 src=javascript:zqx(16)>",
    "<form id=zqx17 action=javascript:zqx(17)><button>17</button></form>",
    "<button id=zqx18 formaction=javascript:zqx(18)>18</button>",
    "<base id=zqx19 href=javascript:zqx(19)//>",
    "<meta id=zqx20 http-equiv=refresh content='0;url=javascript:zqx(20)'>",
    "<link id=zqx21 rel=stylesheet href=javascript:zqx(21)>",
    "<style id=zqx22>@import 'javascript:zqx(22)'</style>",
    "<div id=zqx23 style=background:url(javascript:zqx(23))>23</div>",
    '"><img id=zqx24 src=x onerror=zqx(24)>',
    "'><img id=zqx25 src=x onerror=zqx(25)>",
    '" id=zqx26 onmouseover="zqx(26)',
    "' id=zqx27 onmouseover='zqx(27)",
    "--><script id=zqx28>zqx(28)</script>",
    "</title><script id=zqx29>zqx(29)</script>",
    "</textarea><script id=zqx30>zqx(30)</script>",
    "</script><script id=zqx31>zqx(31)</script>",
    "</style><script id=zqx32>zqx(32)</script>",
    "]]><script id=zqx33>zqx(33)</script>",
    "[34](javascript:zqx(34))",
    '![35](x"id=zqx35 onerror="zqx(35))',
    "<scr<script>ipt id=zqx36>zqx(36)</scr</script>ipt>",
    "<ScRiPt\x0bid=zqx37>zqx(37)</sCrIpT>",
    "<img id=zqx38 src=`x` onerror=zqx(38)//",
    "javascript:zqx(39)",
    "{{ 7 * 7 }}{% raw %}${zqx(40)}<zqx40 onclick=zqx(40)>",
)
FORMULAS = (
    '=HYPERLINK("https://exemple.test/zqx","Ouvrir")',
    "=1+1+cmd|' /C calc'!A0",
    "+1+1+zqx",
    "-1+1+zqx",
    "@SUM(1;1)*zqx",
    "\t=1+1+zqx",
    ' =HYPERLINK("https://exemple.test/zqx")',
    "＝1+1+zqx",
)
#: All scripts in one line of text.
ALL = " ".join(SCRIPTS)

_ADDRESSES = ("href", "src", "action", "formaction", "data", "xlink:href", "srcdoc", "poster", "background", "srcset")
_RUNS = re.compile(r"^(?:javascript|vbscript|data):", re.IGNORECASE)
_NUMBER = re.compile(r"^[+-]?\d[\d\s\u202f\u00a0]*([.,]\d+)?$")


def living(page: str) -> list[str]:
    """The elements and attributes of a page that come from one of the texts above."""
    return [str(tag)[:200] for tag in BeautifulSoup(page, "html.parser").find_all(True) if _is_alive(tag)]


def _is_alive(tag: Tag) -> bool:
    attributes = {name.lower(): _text(value) for name, value in tag.attrs.items()}
    if tag.name.startswith("zqx") or attributes.get("id", "").startswith("zqx"):
        return True
    for name, value in attributes.items():
        if "zqx" in name or (name.startswith("on") and "zqx" in value) or (name == "style" and "zqx" in value):
            return True
        if name in _ADDRESSES and "zqx" in value and _RUNS.match(_as_browsers_read(value)):
            return True
    # data for machines, which no browser runs
    is_data = attributes.get("type") in ("application/ld+json", "application/json")
    return tag.name in ("script", "style") and not is_data and "zqx" in tag.get_text()


def _as_browsers_read(address: str) -> str:
    """Without what the URL standard leaves out: tabs and ends of lines, spaces and control characters around it."""
    return re.sub(r"[\t\n\r]", "", address).strip("".join(map(chr, range(33))))


def _text(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)


#: The formula of our own models, which repeats a prepared cell: it names cells and nothing else.
_OWN_FORMULA = re.compile(r'<f>IF\(AND\(COUNTA\([A-Z0-9:,]+\)&gt;0,[A-Z]+\$2&lt;&gt;""\),[A-Z]+\$2,""\)</f>')


def formulas(content: bytes) -> Iterator[str]:
    """The cells of an exported table (CSV or XLSX) that a spreadsheet would compute."""
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            for name in book.namelist():
                if name.startswith("xl/worksheets/"):
                    sheet = book.read(name).decode()
                    found = re.findall(r"<f\b.*?</f>|<hyperlink\b[^>]*>", sheet)
                    yield from (cell for cell in found if not _OWN_FORMULA.fullmatch(cell))
        return
    text = content.decode("utf-8-sig")
    heading = text.partition("\n")[0]
    for row in csv.reader(io.StringIO(text), delimiter=max(";,", key=heading.count)):
        for cell in row:
            if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) and not _NUMBER.match(cell):
                yield cell
