"""Descriptions in the form in which data.gouv.fr keeps them whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.datagouv.texts import description, has_tag, plain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Une ligne.",
        "# Titre\n\nUn **mot**, un [lien](https://exemple.fr).\n\n- a\n- b\n\n1. c\n2. d",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "a < b et b > c, 3 <4, x <= y, « <»",
        "un & une &amp; deux &lt;",
        "```\ncode\n```",
    ],
)
def test_without_a_tag_nothing_changes(text: str) -> None:
    assert description(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Voir <https://exemple.fr/a?b=1&c=2>.", "Voir https://exemple.fr/a?b=1&c=2."),
        ("Écrire à <mairie@exemple.fr> ou <mailto:a@exemple.fr>", "Écrire à mairie@exemple.fr ou a@exemple.fr"),
        ("un<br>deux <br/>\ntrois", "un  \ndeux  \ntrois"),
        ("Un <![: et <!doctype>", "Un &lt;![: et &lt;!doctype>"),
        ("La colonne <MONTANT> et </FIN>", "La colonne &lt;MONTANT> et &lt;/FIN>"),
    ],
)
def test_what_looks_like_a_tag_and_is_none(text: str, kept: str) -> None:
    assert description(text) == kept
    assert not has_tag(description(text))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<p>Bonjour</p>\n\n**gras** et <https://exemple.fr>", "<p><strong>gras</strong> et https://exemple.fr</p>"),
        ("Une <b>balise</b>\n\n- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("Dans du code : `<INSEE>` et <TEXTE>", "<code>&lt;INSEE&gt;</code> et &lt;TEXTE&gt;"),
        ("```\n<b>exemple</b>\n```\n\nfin", "&lt;b&gt;exemple&lt;/b&gt;"),
        ("<b>x</b>\n\n| a | b |\n|---|---|\n| 1 | 2 |", "<td>1</td>"),
    ],
)
def test_real_html_leaves_as_html_altogether(text: str, html: str) -> None:
    assert html in description(text)
    assert "**" not in description(text)


def test_characters_that_xml_cannot_carry_go() -> None:
    assert plain("a\x00b\x0bc\ud800d\uffff\t\n") == "abcd\t\n"
    assert description("a\x1b<b\x08") == "a<b"
    assert description(None) == plain(None) == ""


@given(st.text(alphabet="<>/ab@.:`~\n &;!-[]()*#é\t", max_size=60))
def test_every_word_is_still_there(text: str) -> None:
    """Only signs may change: no letter of what was written is lost, and what is no HTML stays Markdown."""
    kept = description(text)
    assert isinstance(kept, str)
    if not has_tag(text.strip()):
        assert kept == text.strip()
    elif not has_tag(kept):
        letters = [letter for letter in kept.replace("&lt;", "") if letter in "abé"]
        assert letters == [letter for letter in text if letter in "abé"]
