"""Find English on a French page: by the messages that the software knows, then by words that are only English."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import ckan.lib.extract  # noqa: F401 (Babel finds it by its name below)
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString
from ckan.plugins import toolkit as tk

ROOT = Path(__file__).parents[2]
PACKAGES = ("ckan", "ckanext.activity", "ckanext.harvest", "ckanext.scheming", "ckanext.dcat", "ckanext.odl")
METHODS = [
    ("**.py", "python"),
    ("**/emails/**.txt", "ckan.lib.extract:extract_ckan"),
    ("**.html", "ckan.lib.extract:extract_ckan"),
    ("**.js", "javascript"),
]
SKIPPED = {"tests", "vendor", "migration", "i18n", "cli", "templates_2_new", "2.8_templates"}

ATTRIBUTES = ("title", "placeholder", "data-bs-title", "aria-label", "alt", "content", "data-module-content")
INLINE = {"a", "abbr", "b", "bdi", "br", "code", "em", "i", "img", "q", "small", "span", "strong", "sub", "sup", "time"}
PLACEHOLDER = re.compile(r"%\([A-Za-z_]+\)[a-z]|%[sdirx]|\{[^{}]*\}")
WORD = re.compile(r"[^\W\d_]+")

#: Words that English sentences can hardly do without and that French does not have.
_WORDS = """
about add all and are back been by can cannot choose click confirm could create current delete did do does drag edit
enter every found from has have here how if is it its know learn least like list log made more must my need new no not
of only out password please read remove required save search see select set should show sorry start status submit
successfully than that the their them then there these they this to try unable unknown update updated upload use user
username view was we were what when which while who why will with within without you your
"""
ENGLISH_WORDS = frozenset(_WORDS.split())

#: What may stay as it is on a French page, with the reason.
ALLOWED = {
    "Username": "written in the template of CKAN's administration, for sysadmins",
    "Cancel": "written in the template of CKAN's trash, for sysadmins",
    "State": "a stored value on CKAN's page of a file, which our scheming template leaves out",
    "Frequency": "written in the code of the harvester, for those who run it",
    "Reharvest": "written in the template of the harvester, for those who run it",
    "Save": "written in the template of the harvester, for those who run it",
    "There already is an unrun job for this source": "written in the template of the harvester",
    "Stop this Job": "written in the template of the harvester",
    "Harvest object not found": "written in the code of the harvester",
    "Open Data": "the licence mark's own name",
    "[Open Data]": "the licence mark's own name",
    "Open Data Commons Attribution License": "a licence's own name",
    "Open Data Commons Open Database License (ODbL)": "a licence's own name",
    "Open Data Commons Public Domain Dedication and License (PDDL)": "a licence's own name",
    "Creative Commons Attribution": "a licence's own name",
    "Creative Commons Attribution Share-Alike": "a licence's own name",
    "Creative Commons CCZero": "a licence's own name",
    "GNU Free Documentation License": "a licence's own name",
    "UK Open Government Licence (OGL)": "a licence's own name",
    "English": "the language menu names each language in itself",
    "CKAN API": "a product's name",
}

#: What CKAN 2.11 alone writes into its templates without asking for a translation.
ALLOWED_ON_211 = {
    "Everything": "the dashboard's list of what one follows",
    "View changes from": "the comparison of two versions",
    "Email address": "the example in the box for a new member of a group",
    "Name": "the label of the box that names a new token",
}
FORMS_ON_211 = re.compile(r"\d+ datasets")  # the page on which an organization's datasets are ticked

#: The same for texts that CKAN puts a value into before it looks for a translation, which can then not be found.
ALLOWED_FORMS = re.compile(r"\d+ members|Not authorized to access .* members download")


def normal(text: str) -> str:
    return " ".join(text.split())


@cache
def english_messages() -> tuple[frozenset[str], re.Pattern[str]]:
    """Return the messages of the software that a French page must not show: exact ones, and a pattern of the others.

    They are read from the installed code, so that a message missing from every catalogue is known too.
    """
    exact: set[str] = set()
    patterns: set[str] = set()
    for message in _messages() - _same_in_french():
        literal = PLACEHOLDER.sub(" ", message)
        if not any(len(word) > 2 for word in WORD.findall(literal)):
            continue
        if PLACEHOLDER.search(message):
            patterns.add(".*".join(re.escape(part) for part in PLACEHOLDER.split(message)))
        else:
            exact.add(message)
    return frozenset(exact), re.compile("|".join(f"(?:{pattern})" for pattern in sorted(patterns)))


def _messages() -> set[str]:
    found: set[str] = set()
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        assert spec, package
        assert spec.submodule_search_locations, package
        for _, _, message, _, _ in extract_from_dir(
            next(iter(spec.submodule_search_locations)), METHODS, directory_filter=_is_code
        ):
            for text in message if isinstance(message, tuple) else (message,):
                found.add(_text_of(text))
    return found - {""}


def _is_code(folder: str) -> bool:
    name = Path(folder).name
    return name not in SKIPPED and not name.startswith("example_")


def _same_in_french() -> set[str]:
    """Return the messages that a catalogue expressly gives the same words in French (« Description »)."""
    core = importlib.util.find_spec("ckan")
    assert core
    assert core.origin
    files = [Path(core.origin).parent / "i18n" / "fr" / "LC_MESSAGES" / "ckan.po"]
    files += (ROOT / "ckanext" / "odl" / "i18n" / "fr" / "LC_MESSAGES").glob("*.po")
    same: set[str] = set()
    for file in files:
        with file.open("rb") as stream:
            for message in read_po(stream, locale="fr"):
                ids = message.id if isinstance(message.id, (list, tuple)) else [message.id]
                strings = message.string if isinstance(message.string, (list, tuple)) else [message.string]
                same |= {_text_of(id_) for id_, string in zip(ids, strings, strict=False) if id_ == string}
    return same


def _text_of(message: str) -> str:
    """Return the words of a message that holds markup, as a reader sees them."""
    return normal(BeautifulSoup(message, "html.parser").get_text()) if "<" in message else normal(message)


def english_in(page: str | BeautifulSoup) -> list[str]:
    """Return the English texts on *page*, without what nobody sees; that is taken out of a parsed page."""
    soup = BeautifulSoup(page, "html.parser") if isinstance(page, str) else page
    for unseen in soup.find_all(["script", "style", "template"]):
        unseen.decompose()
    return sorted({text for text in _shown(soup) if is_english(text)})


@cache
def is_english(text: str) -> bool:
    """Whether *text* is one of the software's English messages, or has two words that only English has."""
    if not text or text in ALLOWED or ALLOWED_FORMS.fullmatch(text):
        return False
    if not tk.check_ckan_version(min_version="2.12") and (text in ALLOWED_ON_211 or FORMS_ON_211.fullmatch(text)):
        return False
    exact, patterns = english_messages()
    if text in exact or patterns.fullmatch(text):
        return True
    return len(ENGLISH_WORDS & {word.lower() for word in WORD.findall(text)}) > 1


def _shown(soup: BeautifulSoup) -> Iterator[str]:
    for node in soup.find_all(string=True):
        if type(node) is NavigableString and not isinstance(node, Comment):
            yield normal(node)
    for element in soup.find_all(True):
        if _is_passage(element):
            yield normal(element.get_text())
        if element.name == "meta" and element.get("name") not in {"description", "og:description"}:
            continue
        for attribute in ATTRIBUTES:
            if element.has_attr(attribute):
                yield normal(str(element[attribute]))
        if element.name == "input" and element.get("type") in {"submit", "button", "reset"}:
            yield normal(str(element.get("value", "")))


def _is_passage(element: Tag) -> bool:
    """Whether *element* is a run of text with at most links and emphasis in it."""
    inside = element.find_all(True)
    return bool(inside) and all(child.name in INLINE for child in inside)
