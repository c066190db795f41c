"""The examples for software publishers, run as a reader would: in a shell, over HTTP, against a portal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from dev.sample_files import siren
from tests.browser.conftest import Portal

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "api.md"
CONTENT = "COMMUNE_NOM,COLL_INSEE,ENFANT_SEXE,ENFANT_PRENOM,NOMBRE_OCCURRENCES,ANNEE\nValbrune,48903,F,Louise,3,2024\n"


def blocks(language: str) -> list[str]:
    """The examples in *language* of the section on ``odl_publish``."""
    section = DOCUMENTATION.read_text().split("## Publish in one call")[1].split("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)


@dataclass
class Reader:
    """Somebody with a shell, a token, and a file beside them."""

    folder: Path
    env: dict[str, str]
    organization: str

    def shell(self, block: str) -> dict[str, Any]:
        command = block.replace("ORGANIZATION", self.organization)
        done = subprocess.run(
            ["bash", "-ec", command], cwd=self.folder, env=self.env, capture_output=True, text=True, check=True
        )
        answer = json.loads(done.stdout)
        assert answer["success"], answer
        return answer["result"]

    def python(self, block: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", block], cwd=self.folder, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


@pytest.fixture
def reader(portal: Portal, tmp_path: Path) -> Iterator[Reader]:
    """The reader publishes for a local authority of their own, which is gone afterwards."""
    name, number = f"editeur-{uuid4().hex[:8]}", siren(20000000 + uuid4().int % 10**6)
    portal.call("organization_create", {"name": name, "title": name, "odl_kind": "autre", "odl_siren": number})
    (tmp_path / "prenoms.csv").write_text(CONTENT)
    known = {"PORTAL": portal.url, "TOKEN": portal.account(role="sysadmin")["token"] or "", "SIREN": number}
    yield Reader(tmp_path, {**os.environ, **known}, number)
    found = portal.call("package_search", {"fq": f"organization:{name}", "include_private": True})
    for dataset in found["results"]:
        portal.call("dataset_purge", {"id": dataset["id"]})
    portal.call("organization_purge", {"id": name})


def test_the_lines_for_a_shell(reader: Reader):
    publish, rehearse = blocks("sh")

    assert reader.shell(rehearse)["outcome"] == "waiting"
    first = reader.shell(publish)
    assert (first["outcome"], first["state"]) == ("created", "valid")
    assert reader.shell(publish)["outcome"] == "unchanged"
    assert reader.shell(rehearse)["outcome"] == "unchanged"


def test_the_program(reader: Reader):
    (program,) = blocks("python")

    outcome, state, address = reader.python(program)[0].split()
    assert (outcome, state) == ("created", "valid")
    assert address.startswith(reader.env["PORTAL"])
    assert reader.python(program)[0].startswith("unchanged")
    (reader.folder / "prenoms.csv").write_text(CONTENT.replace(",F,", ",X,"))
    said = reader.python(program)
    assert said[0].startswith("updated invalid")
    assert said[1].startswith("C2 ")
