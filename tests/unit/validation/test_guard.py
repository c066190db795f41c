"""A check that takes too much is stopped, and the file is not blamed for it."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ckanext.odl import scdl
from ckanext.odl.scdl import BroughtVersion
from ckanext.odl.validation import guarded, localise

HEADER = "COMMUNE_NOM,COLL_INSEE,ENFANT_SEXE,ENFANT_PRENOM,NOMBRE_OCCURRENCES,ANNEE\n"


@pytest.fixture
def file(tmp_path):
    """A function that writes a prénoms file of that many rows, each with other values."""

    def write(rows: int):
        path = tmp_path / "upload"
        with path.open("w") as stream:
            stream.write(HEADER)
            stream.writelines(f"Valbrune,48903,F,Louise,{n % 999999 + 1},2024\n" for n in range(rows))
        return path

    return write


def test_the_report_is_that_of_the_file(file):
    report = guarded(file(3), "scdl/prenoms@1.1.6", name="prenoms.csv")

    assert (report["status"], report["file"]["rows"], report["file"]["name"]) == ("valid", 3, "prenoms.csv")


def test_a_schema_may_be_left_out(file):
    assert guarded(file(3), None, name="prenoms.csv")["guess"]["id"] == "scdl/prenoms"


def test_a_version_brought_is_known_to_the_child_and_forgotten_with_it(file):
    fields = [{"name": name} for name in HEADER.strip().split(",")]
    fields[2]["constraints"] = {"enum": ["M"]}
    schema = json.dumps({"fields": fields})
    versions = (BroughtVersion("scdl/prenoms", "9.0.0", "table", "", "", "", schema, "2026-03-02"),)
    assert guarded(file(3), "scdl/prenoms@1.1.6")["status"] == "valid"
    scdl.provide(lambda: versions)
    try:
        named = guarded(file(3), "scdl/prenoms@9.0.0")
        again = guarded(file(3), "scdl/prenoms@1.1.6")
        guessed = guarded(file(3))
    finally:
        scdl.provide(lambda: ())

    assert (named["status"], named["schema"]["version"], named["counts"]["errors"]) == ("invalid", "9.0.0", 3)
    assert again["status"] == "valid"
    assert guessed["schema"] == {"id": "scdl/prenoms", "version": "9.0.0"}
    assert guarded(file(3))["schema"]["version"] == "1.1.6"


@pytest.mark.parametrize(("limit", "code"), [({"seconds": 1}, "limit-time"), ({"memory": 100}, "limit-memory")])
def test_too_much_is_said_in_words(file, limit, code):
    path = file(400_000)
    if code == "limit-time":
        path.write_text(HEADER + "".join(f"Valbrune,{n}x,F,Louise{n}!,{n}y,{n}z\n" for n in range(400_000)))

    report = guarded(path, "scdl/prenoms@1.1.6", name="prenoms.csv", **limit)

    assert (report["status"], report["valid"]) == ("incomplete", None)
    assert [error["code"] for error in report["errors"]] == [code]
    assert report["file"]["size"] == path.stat().st_size
    assert localise(report, "en")["errors"][0]["message"] != report["errors"][0]["message"]


def server() -> int:
    """The process id of the fork server that serves this process."""
    own = Path(f"/proc/{os.getpid()}/task")
    children = [int(pid) for task in own.iterdir() for pid in (task / "children").read_text().split()]
    return next(pid for pid in children if "fork_server" in command_of(pid))


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def test_the_child_knows_nothing_of_the_portal(file, monkeypatch):
    """The addresses and passwords in the environment stay with the portal."""
    monkeypatch.setenv("CKAN_SQLALCHEMY_URL", "postgresql://secret")
    guarded(file(1))

    names = {line.split("=")[0] for line in Path(f"/proc/{server()}/environ").read_text().split("\0") if line}

    assert names <= {"PYTHONPATH", "LANG", "LC_CTYPE"}


def test_the_child_has_no_network(file):
    guarded(file(1))

    devices = Path(f"/proc/{server()}/net/dev").read_text().splitlines()[2:]

    assert [line.split(":")[0].strip() for line in devices] == ["lo"]


def test_a_server_that_died_is_started_again(file):
    guarded(file(1))
    os.kill(server(), signal.SIGKILL)

    assert guarded(file(1), name="prenoms.csv")["status"] == "valid"


def test_many_files_are_judged_at_once(file):
    path = file(3)
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(lambda name: guarded(path, name=name), [f"{n}.csv" for n in range(16)]))

    assert [report["file"]["name"] for report in reports] == [f"{n}.csv" for n in range(16)]


def test_a_forked_process_has_a_server_of_its_own(file):
    path = file(1)
    guarded(path)
    before = server()
    child = os.fork()
    if not child:
        os._exit(0 if guarded(path)["status"] == "valid" and server() != before else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
