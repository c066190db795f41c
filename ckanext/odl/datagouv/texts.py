"""Texts in the form in which data.gouv.fr keeps them whole.

udata takes a description for HTML as soon as Python's HTML parser finds one tag in it, and then rewrites all of it:
line breaks, lists and every word between angle brackets go. A Markdown text therefore leaves without anything like a
tag; one with real HTML leaves as HTML altogether, from which udata makes Markdown again.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from markdown import markdown

# not allowed in XML 1.0: one of them would make a whole feed unreadable
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ADDRESS = re.compile(r"<((?:https?|ftp)://[^\s<>]+|mailto:[^\s<>]+|[^\s<>@]+@[^\s<>@]+)>", re.IGNORECASE)
#: Parts of a Markdown text in which characters stand for themselves: fenced blocks, indented blocks, spans.
_CODE = re.compile(r"(^(?:```|~~~).*?^(?:```|~~~)\s*?$|^(?: {4}|\t).*?$|`+[^`]+`+)", re.MULTILINE | re.DOTALL)
_TAG = re.compile(r"<(?=(/?)([A-Za-z][^\s/>]*))")
_DECLARATION = re.compile(r"<(?=[!?])(?!!--)")
_BREAK = re.compile(r"[ \t]*<br\s*/?>[ \t]*\n?", re.IGNORECASE)

#: The elements that people write in a description; everything else between angle brackets is text.
_ELEMENTS = frozenset({
    "a", "abbr", "address", "article", "aside", "b", "big", "blockquote", "br", "caption", "center", "cite", "code",
    "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark",
    "nav", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "summary",
    "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "script", "style",
    "iframe", "object", "embed", "form", "input", "button", "video", "audio", "source", "svg",
})  # fmt: skip


def plain(value: Any) -> str:
    """Return *value* as text that XML can carry, "" for None."""
    return _NOT_IN_XML.sub("", str(value)) if value is not None else ""


class _Detector(HTMLParser):
    found = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found = True

    def handle_endtag(self, tag: str) -> None:
        self.found = True


def has_tag(text: str) -> bool:
    """Tell whether data.gouv.fr takes *text* for HTML, or fails on it: its parser raises on ``<![`` and the like."""
    detector = _Detector()
    try:
        detector.feed(text)
    except AssertionError:
        return True
    return detector.found


def _fails(text: str) -> bool:
    try:
        _Detector().feed(text)
    except AssertionError:
        return True
    return False


def description(value: Any) -> str:
    """Return a Markdown text such that data.gouv.fr shows what was written.

    Without anything like a tag it leaves as it is. Addresses between angle brackets lose these (they stay links there),
    ``<br>`` becomes Markdown's line break, a word between angle brackets that is no element of HTML has its bracket
    escaped. What then still has a tag leaves as HTML.
    """
    text = plain(value).replace("\r\n", "\n").strip()
    if not has_tag(text):
        return text
    parts = [part if _is_code(part) else _without_tags(part) for part in _CODE.split(text)]
    text = "".join(parts)
    if has_tag(text):
        text = markdown(text, extensions=["tables", "fenced_code", "sane_lists"])
    return _DECLARATION.sub("&lt;", text) if _fails(text) else text


def _is_code(part: str) -> bool:
    return bool(_CODE.fullmatch(part))


def _without_tags(text: str) -> str:
    text = _ADDRESS.sub(lambda found: found[1].removeprefix("mailto:"), text)
    text = _BREAK.sub("  \n", text)
    text = _DECLARATION.sub("&lt;", text)
    return _TAG.sub(lambda found: "<" if found[2].lower() in _ELEMENTS else "&lt;", text)
