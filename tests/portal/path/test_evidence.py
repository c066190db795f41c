"""Proofs: what may be one, in a sentence on its field when it may not; who reads the files, and how they are served."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from tests.portal.conftest import upload
from tests.portal.path.conftest import ask, step

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
TODAY = dt.datetime.now(dt.timezone.utc).date()
MB = 1 << 20


def archive(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as written:
        for name, text in files.items():
            written.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return content.getvalue()


DOCX = archive(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"})
DOCM = archive(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>", "word/vbaProject.bin": "x"})
ODT = archive(**{"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<document/>"})


def give(user, organization, step_id="p1.decision", **evidence):
    """What is answered to a proof: the step, or the sentences by field."""
    try:
        return ask("odl_step_update", user, id=organization["id"], step=step_id, evidence=evidence)
    except tk.ValidationError as refusal:
        return refusal.error_dict


@pytest.mark.parametrize(
    ("name", "content", "kept", "kind"),
    [
        ("Délibération n° 12.pdf", PDF, ".pdf", "application/pdf"),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 20, ".png", "image/png"),
        ("acte.docx", DOCX, ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("acte.odt", ODT, ".odt", "application/vnd.oasis.opendocument.text"),
        ("liste.csv", "nom;présent\nSylvie;oui\n".encode("cp1252"), ".csv", "text/csv"),
        ("compte-rendu.txt", "Présents : 12".encode(), ".txt", "text/plain"),
        ("renommé.exe", PDF, ".pdf", "application/pdf"),
    ],
)
def test_documents_pictures_and_tables_are_kept(member, agent, app, authorization, name, content, kept, kind):
    found = give(agent, member, kind="file", upload=upload(content, name))

    assert found["state"] == "done"
    assert found["proof"]["kind"] == "file"
    answer = app.get(found["proof"]["url"], headers=authorization(agent))
    assert answer.status_code == 200
    assert answer.data == content
    assert answer.headers["Content-Type"].split(";")[0] == kind
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Disposition"].endswith(kept)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("script.sh", b"#!/bin/sh\nrm -rf /\n"),
        ("script.txt", b"#!/bin/sh\nrm -rf /\n"),
        ("page.html", b"<!doctype html><script>alert(1)</script>"),
        ("page.txt", b"<html><body onload=alert(1)>"),
        ("liste.csv", b"a,b\n<script>alert(1)</script>,2\n"),
        ("dessin.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("programme.exe", b"MZ\x90\x00\x03\x00"),
        ("macro.docm", DOCM),
        ("macro.docx", DOCM),
        ("archive.zip", archive(**{"a.txt": "a"})),
        ("faux.pdf", b"not a PDF at all"),
        ("vide.pdf", b""),
        ("envoi.js", b"fetch('https://exemple.test')"),
    ],
)
def test_programs_and_pages_are_refused(member, agent, name, content):
    found = give(agent, member, kind="file", upload=upload(content, name))

    assert list(found) == ["upload"]
    assert found["upload"][0].endswith(".")
    assert step(agent, member, "p1.decision")["state"] == "todo"


def test_sixty_megabytes_are_refused_in_a_sentence(member, agent):
    found = give(agent, member, kind="file", upload=upload(PDF + b"\x00" * (60 * MB), "gros.pdf"))

    assert list(found) == ["upload"]
    assert "10" in found["upload"][0]


@pytest.mark.parametrize(
    "address",
    [
        "https://maire:secret@valbrune.exemple.test/acte",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://valbrune.exemple.test/acte",
        "data:text/html,<script>",
        "https://",
        "https://valbrune",
        "pas une adresse",
        "https://valbrune.exemple.test/" + "a" * 3000,
        'https://valbrune.exemple.test/"><script>',
        "https://[::1",
        "",
    ],
)
def test_addresses_that_are_none(member, agent, address):
    assert list(give(agent, member, kind="url", value=address)) == ["value"]


def test_an_address_without_its_beginning_is_completed(member, agent):
    found = give(agent, member, kind="url", value="www.valbrune.exemple.test/acte")

    assert found["proof"]["url"] == "https://www.valbrune.exemple.test/acte"


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"given_on": (TODAY + dt.timedelta(days=3)).isoformat()}, "given_on"),
        ({"given_on": "1789-07-14"}, "given_on"),
        ({"given_on": "hier"}, "given_on"),
        ({"given_on": "2026-02-01", "expires_on": "2026-01-01"}, "expires_on"),
        ({"expires_on": "2999-01-01"}, "expires_on"),
        ({"expires_on": "31/02/2026"}, "expires_on"),
    ],
)
def test_days_that_cannot_be(member, agent, days, field):
    found = give(agent, member, "p1.elected", kind="note", value="Maire", **days)

    assert list(found) == [field]


def test_a_step_takes_the_proofs_it_asks_for_and_no_other(member, agent):
    assert list(give(agent, member, "p1.elected", kind="file", upload=upload(PDF, "a.pdf"))) == ["kind"]
    assert list(give(agent, member, "p1.identity", kind="note", value="Oui")) == ["kind"]
    assert list(give(agent, member, "p1.elected", kind="serment", value="Oui")) == ["kind"]
    assert list(give(agent, member, "p1.elected", kind="note", value="  ")) == ["value"]
    assert list(give(agent, member, "p1.elected", kind="note", value="a" * 6000)) == ["value"]
    assert list(give(agent, member, "p9.nothing", kind="note", value="Oui")) == ["step"]
    assert list(give(agent, member, "p1.decision", kind="file")) == ["upload"]
    assert list(give(agent, member, "p1.decision")) == ["kind"]


def test_files_follow_the_rights_of_the_organization(people, member, agent, app, authorization):
    url = give(agent, member, kind="file", upload=upload(PDF, "acte.pdf"))["proof"]["url"]

    def status(person):
        headers = authorization(people[person]) if people[person]["name"] else {}
        return app.get(url, headers=headers).status_code

    inside = {"agent", "reader", "atd", "parent_atd", "sysadmin"}
    assert {person: status(person) for person in people} == {
        person: 200 if person in inside else 404 for person in people
    }
    assert app.get(url.rsplit("/", 1)[0] + "/nothing", headers=authorization(agent)).status_code == 404


def test_a_file_taken_back_is_gone(member, agent, app, authorization):
    found = give(agent, member, kind="file", upload=upload(PDF, "erreur.pdf"))
    url, proof = found["proof"]["url"], found["proof"]["id"]

    ask("odl_step_update", agent, id=member["id"], step="p1.decision", withdraw=proof, reason="Mauvais fichier")

    assert app.get(url, headers=authorization(agent)).status_code == 404
    from ckanext.odl import storage  # noqa: PLC0415 (for this test only)

    with pytest.raises(storage.MissingFile):
        list(storage.stream({"id": proof, "url": "erreur.pdf", "url_type": "upload"}))
    lines = ask("odl_history_list", agent, id=member["id"], step="p1.decision")["results"]
    taken = next(line for line in lines if line["what"] == "proof_withdrawn")
    assert (taken["before"]["value"], taken["why"]) == ("erreur.pdf", "Mauvais fichier")


def test_a_proof_of_another_organization_cannot_be_taken_back(people, member, agent):
    proof = give(agent, member, kind="url", value="https://valbrune.exemple.test/acte")["proof"]["id"]
    other = model.Group.get("pont-de-lirac")

    with pytest.raises(tk.ObjectNotFound):
        ask("odl_step_update", people["other_agent"], id=other.id, step="p1.decision", withdraw=proof)
    assert step(agent, member, "p1.decision")["state"] == "done"


def test_the_names_of_those_who_gave_proofs_follow_their_accounts(member, agent):
    found = give(agent, member, "p1.elected", kind="note", value="Maire")

    assert found["proof"]["author"] == agent["fullname"]


def test_proofs_of_duties(member, agent):
    found = give(agent, member, "ob.decp", kind="url", value="https://valbrune.exemple.test/marches")

    assert found["id"] == "ob.decp"
    assert found["proofs"]["given"] == 1
    assert list(give(agent, member, "ob.decp", kind="note", value="Oui")) == ["kind"]
