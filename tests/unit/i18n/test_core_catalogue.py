"""The French given to CKAN and its extensions can be trusted: nothing lost, nothing half done."""

from __future__ import annotations

import gettext
import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from dev.catalogues import compile_all

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "ckanext" / "odl" / "i18n" / "fr" / "LC_MESSAGES" / "core.po"

PLACEHOLDER = re.compile(r"%\([A-Za-z_]+\)[a-z]|%[sdirx]|\{[^{}]*\}")
TAG = re.compile(r"<(/?[a-z0-9]+)(?:\s[^<>]*)?/?>")
LINK = re.compile(r"""(?:href|data-bs-content)=(?:"[^"]*"|'[^']*')""")
NOT_WORDS = re.compile(r"<[^>]*>|https?://\S+")


def catalogue() -> list[Message]:
    with SOURCE.open("rb") as stream:
        return [message for message in read_po(stream, locale="fr", abort_invalid=True) if message.id]


def texts(message: Message) -> list[tuple[str, str]]:
    """Return each French text of *message* with the English text that it translates."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    singular, plural = message.id
    return list(zip((singular, plural, plural), message.string, strict=True))


def _counts(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(pattern.findall(text))


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str]]:
    """Every English text with its French."""
    return [pair for message in catalogue() for pair in texts(message)]


def test_no_message_is_fuzzy_or_empty():
    wrong = [m.id for m in catalogue() if m.fuzzy or not all(french.strip() for _, french in texts(m))]

    assert wrong == []


def test_each_message_says_where_it_comes_from():
    origins = {origin.split()[0] for m in catalogue() for origin in m.auto_comments[0].split(", ")}

    assert origins == {"ckan", "scheming", "harvest", "dcat"}


def test_placeholders_are_kept(pairs: list[tuple[str, str]]):
    wrong = [pair for pair in pairs if _counts(PLACEHOLDER, pair[0]) != _counts(PLACEHOLDER, pair[1])]

    assert wrong == []


def test_markup_is_kept(pairs: list[tuple[str, str]]):
    wrong = [
        (english, french)
        for english, french in pairs
        if _counts(TAG, english) != _counts(TAG, french) or _counts(LINK, english) != _counts(LINK, french)
    ]

    assert wrong == []


def test_spaces_at_the_ends_are_kept(pairs: list[tuple[str, str]]):
    def ends(text: str) -> tuple[bool, bool]:
        return text.startswith(" "), text.endswith(" ")

    assert [pair for pair in pairs if ends(pair[0]) != ends(pair[1])] == []


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("typographic apostrophe ’", r"'"),
        ("quotes « »", r'"'),
        ("ellipsis …", r"\.\.\."),
        ("non-breaking space before : ; ? !", r"(?<=[\w»)}\x00]) ?[:;?!](?=\s|$)"),
        ("non-breaking spaces inside « »", r"«(?!\u00a0)|(?<!\u00a0)»"),
    ],
)
def test_french_typography(fault: str, pattern: str, pairs: list[tuple[str, str]]):
    wrong = [french for _, french in pairs if re.search(pattern, PLACEHOLDER.sub("\x00", NOT_WORDS.sub("", french)))]

    assert wrong == [], fault


@pytest.mark.parametrize("word", ["ressource", "paquet", "organisation"])
def test_words_of_the_machine_are_not_used(word: str, pairs: list[tuple[str, str]]):
    used = [french for _, french in pairs if word in french.lower()]

    assert used == []


def test_compiled_catalogue_answers_every_plural(tmp_path: Path):
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "core.po").write_bytes(SOURCE.read_bytes())
    (folder / "ckanext-odl.po").write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'
        'msgid "{n} cell"\nmsgid_plural "{n} cells"\nmsgstr[0] "{n} cellule"\nmsgstr[1] "{n} cellules"\n\n'
        'msgid "Home"\nmsgstr "Accueil du portail"\n',
        encoding="utf-8",
    )

    compile_all(tmp_path)
    with (folder / "ckanext-odl.mo").open("rb") as stream:
        french = gettext.GNUTranslations(stream)

    counts = (0, 1, 2, 1_000_000)
    assert [french.ngettext("{n} cell", "{n} cells", n) for n in counts] == [
        "{n} cellule",
        "{n} cellule",
        "{n} cellules",
        "{n} cellules",
    ]
    assert french.ngettext("{num} Dataset", "{num} Datasets", 3) == "{num} jeux de données"
    assert french.gettext("Home") == "Accueil du portail"


def test_an_untranslated_message_is_left_to_ckan(tmp_path: Path):
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    (folder / "ckanext-odl.po").write_text(
        header + '#, fuzzy\nmsgid "Home"\nmsgstr "Maison"\n\nmsgid "About"\nmsgstr ""\n'
    )

    compile_all(tmp_path)
    with (folder / "ckanext-odl.mo").open("rb") as stream:
        french = gettext.GNUTranslations(stream)

    assert (french.gettext("Home"), french.gettext("About")) == ("Home", "About")


def test_an_untranslated_plural_is_shown_as_it_is(tmp_path: Path):
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    plural = 'msgid "{n} cell"\nmsgid_plural "{n} cells"\nmsgstr[0] ""\nmsgstr[1] ""\n'
    (folder / "ckanext-odl.po").write_text(header + plural)

    compile_all(tmp_path)
    with (folder / "ckanext-odl.mo").open("rb") as stream:
        english = gettext.GNUTranslations(stream)

    assert english.ngettext("{n} cell", "{n} cells", 2) == "{n} cells"
