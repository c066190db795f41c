from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .tables import DESCRIBED, NAMES, PATHS, id_and_version, index, table

DESCRIBED_PATHS = [path for path in PATHS if id_and_version(path)[0] in DESCRIBED]
# Words of the machine, which a town hall does not use.
MACHINE_WORDS = re.compile(r"\b(regex|null|booléen|UTF-8|string|champs?|requise?s?|chaîne de caractères|WGS)\b", re.I)


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_every_column_has_a_title_and_an_example(path: Path) -> None:
    assert table(path)["title"]
    for field in table(path)["fields"]:
        assert field["title"], field["name"]
        assert field["example"], field["name"]
        assert isinstance(field["example"], str), "an example is what one types in the cell"


@pytest.mark.parametrize("path", DESCRIBED_PATHS, ids=["/".join(id_and_version(path)) for path in DESCRIBED_PATHS])
def test_every_column_says_what_to_write(path: Path) -> None:
    for field in table(path)["fields"]:
        description = field["description"]
        assert 20 <= len(description) <= 240, field["name"]
        assert description[-1] in ".…", field["name"]
        assert not MACHINE_WORDS.search(description), field["name"]
        assert "http" not in description, field["name"]


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_french_is_set_as_french(path: Path) -> None:
    texts = [table(path)["title"], table(path).get("description", "")]
    texts += [text for field in table(path)["fields"] for text in (field["title"], field.get("description", ""))]
    values = json.dumps(
        [(field.get("constraints"), field["example"]) for field in table(path)["fields"]], ensure_ascii=False
    )
    for text in texts:
        for apostrophe in re.findall(r"\w+'\w+", text):
            assert apostrophe in values, text
        assert not re.search(r"(?<![\u00a0\d/\w])[;:?!»]|« ", re.sub(r"https?://\S+", "", text)), text


@pytest.mark.parametrize("schema_id", sorted(DESCRIBED))
def test_the_described_families_are_there(schema_id: str) -> None:
    assert schema_id in index()["schemas"]
    assert any(id_and_version(path)[0] == schema_id for path in PATHS)
