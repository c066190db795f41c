"""Both languages say the same things, and every kind of repair has its words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ckanext.odl.validation.repair import cells, column, table
from ckanext.odl.validation.repair import words as repair_words

WORDS = Path(cells.__file__).parent / "words"


def leaves(node: Any, path: str = "") -> dict[str, set[str]]:
    """Each sentence by its place, with the facts that it names."""
    if isinstance(node, dict):
        return {key: value for name, child in node.items() for key, value in leaves(child, f"{path}/{name}").items()}
    return {path: set(re.findall(r"\{(\w+)", node))}


def book(language: str) -> dict[str, Any]:
    return yaml.safe_load((WORDS / f"{language}.yaml").read_text("utf-8"))


def test_both_languages_have_the_same_sentences():
    assert leaves(book("fr")).keys() == leaves(book("en")).keys()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_kind_has_its_words(language):
    words = book(language)
    offered = {*cells._KINDS.values(), *cells._OFFERED.values(), *cells._WARNED.values()}
    rows = {*repair_words.REMOVED, *table.MENDED}

    assert offered | rows <= words["repairs"].keys()
    assert words["done"].keys() == {*words["repairs"], "own-siret"}
    assert {*cells._LOST, *cells._LOST_CODES, *column._OFFERED_FOR} <= words["impossible"].keys()


def test_french_is_typed_as_french():
    raw = (WORDS / "fr.yaml").read_text("utf-8")

    assert not re.search(r"\w'\w", raw)
