"""What a reader sees of a Markdown text, whichever way it is written."""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup
from markdown import markdown

PARTS = {
    "headings": "h1, h2, h3, h4",
    "items": "li",
    "bold": "strong, b",
    "italic": "em, i",
    "code": "code",
    "quotes": "blockquote",
    "cells": "td, th",
}
_ADDRESS = re.compile(r"https?://[^\s<>\"')]+[^\s<>\"').,;:!?]|[\w.]+@[\w.-]+\w")


def of(text: str | None) -> dict[str, Any]:
    """Return the words, the addresses, the line breaks and the words of each kind of element."""
    html = markdown(text or "", extensions=["tables", "fenced_code", "sane_lists", "nl2br"])
    soup = BeautifulSoup(html, "html.parser")
    addresses = {link["href"].removeprefix("mailto:") for link in soup.select("a[href]")}
    addresses |= set(_ADDRESS.findall(soup.get_text(" ")))
    parts = {name: [_words(part.get_text()) for part in soup.select(selector)] for name, selector in PARTS.items()}
    return {"words": _words(soup.get_text(" ")), "addresses": sorted(addresses), **parts}


def _words(text: str) -> str:
    # how a space is written says nothing, a non-breaking one aside
    return re.sub(r"\s*([.,;])", r"\1", re.sub(r"[ \t\r\n]+", " ", text)).strip()
