"""The register of duties: whom a text concerns and why, which proofs were given, and never a verdict."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from typing import Any

import pytest

from ckanext.odl.onboarding import Snapshot, Waiver, localise_register, packaged, register
from ckanext.odl.onboarding.snapshot import ETP_BANDS, KINDS

from .builders import TODAY, accomplished, ago, commune, dataset, file, model, proof

PATH = packaged()
LATE = dt.date(2023, 12, 31)


def duty(id: str, snapshot: Snapshot, language: str = "fr") -> dict[str, Any]:
    """One duty as it is shown."""
    stored = json.loads(json.dumps(register(PATH, snapshot, TODAY).to_dict()))
    shown = localise_register(stored, PATH, language, "Numérique 48")
    return next(item for item in shown["duties"] if item["id"] == id)


def town(**facts: Any) -> dict[str, Any]:
    return {"population": 12_000, "etp_band": "50to199", **facts}


@pytest.mark.parametrize(
    ("id", "facts", "applies"),
    [
        ("ob.l312", town(), "yes"),
        ("ob.l312", town(population=3499), "no"),
        ("ob.l312", town(etp_band="lt50"), "no"),
        ("ob.l312", town(etp_band=None), "unknown"),
        ("ob.l312", town(etp_band=None, population=412), "no"),
        ("ob.l312", town(kind="epci", population=None), "yes"),
        ("ob.rip", {"kind": None, "population": None}, "yes"),
        ("ob.licence", {}, "yes"),
        ("ob.privacy", {}, "yes"),
        ("ob.subv", town(), "yes"),
        ("ob.subv", {"population": None}, "unknown"),
        ("ob.subv", {}, "no"),
        ("ob.decp", {}, "yes"),
        ("ob.bal", {}, "yes"),
        ("ob.bal", {"kind": "epci"}, "no"),
        ("ob.bal", {"kind": None}, "unknown"),
        ("ob.dae", {"has": frozenset({"dae"})}, "yes"),
        ("ob.dae", {"has": None}, "unknown"),
        ("ob.dae", {}, "no"),
        ("ob.irve", {"has": frozenset({"irve"})}, "yes"),
        ("ob.irve", {}, "no"),
        ("ob.plu", {"competences": frozenset({"urbanisme"})}, "yes"),
        ("ob.plu", {"competences": None}, "unknown"),
        ("ob.plu", {}, "no"),
        ("ob.acts", {}, "yes"),
        ("ob.acts", {"kind": "epci"}, "no"),
        ("ob.acts", {"kind": "epci", "population": None}, "unknown"),
        ("ob.algo", town(), "yes"),
        ("ob.algo", {"etp_band": None}, "unknown"),
        ("ob.algo", {}, "no"),
        ("ob.prada", town(), "yes"),
        ("ob.prada", {}, "no"),
        ("ob.prada", {"kind": "syndicat", "etp_band": None}, "unknown"),
        ("ob.access", {"competences": frozenset({"voirie"})}, "yes"),
        ("ob.access", {}, "no"),
        ("ob.inspire", town(has=frozenset({"geodata"})), "yes"),
        ("ob.inspire", town(has=None), "unknown"),
        ("ob.inspire", {"has": None}, "no"),
    ],
)
def test_whom_a_text_concerns(id: str, facts: dict[str, Any], applies: str) -> None:
    shown = duty(id, commune(**facts))
    assert shown["applies"] == applies
    if applies == "no":
        assert shown["state"] == "not_applicable"
        assert shown["says"] == ""
        assert shown["why"].startswith("Vous n’êtes pas concerné. Ce texte concerne\u00a0: ")
    if applies == "unknown":
        assert shown["state"] == "unknown"
        assert shown["questions"]
        assert shown["action"]["place"] == "organization_edit"
    else:
        assert shown["questions"] == []


def test_the_why_tells_the_facts_it_rests_on() -> None:
    why = duty("ob.l312", commune(**town()))["why"]
    assert why.startswith("Vous êtes concerné. Ce texte concerne\u00a0: communes, départements et régions")
    assert why.endswith(
        "Pour vous\u00a0: commune, 12\u202f000 habitants (population de 2023) et effectif\u00a0: de 50 à 199 agents."
    )
    assert duty("ob.irve", commune(has=frozenset({"irve"})))["why"].endswith(
        "Pour vous\u00a0: bornes de recharge\u00a0: oui."
    )


@pytest.mark.parametrize(
    ("id", "facts", "fields"),
    [
        ("ob.l312", {"population": None, "etp_band": None}, ["odl_population", "odl_etp_band"]),
        ("ob.bal", {"kind": None}, ["odl_kind"]),
        ("ob.plu", {"competences": None}, ["odl_competences"]),
        ("ob.dae", {"has": None}, ["odl_has"]),
    ],
)
def test_what_is_not_known_is_asked(id: str, facts: dict[str, Any], fields: list[str]) -> None:
    questions = duty(id, commune(**facts))["questions"]
    assert sorted(question["field"] for question in questions) == sorted(fields)
    assert all(question["label"].endswith("\u00a0?") for question in questions)


SUBVENTIONS = dataset("d1")
LINK = proof("ob.subv", "url")


@pytest.mark.parametrize(
    ("id", "snapshot", "state", "given"),
    [
        ("ob.l312", commune(dataset(), **town()), "begun", "1/1"),
        ("ob.l312", commune(**town()), "todo", "0/1"),
        ("ob.rip", commune(model("c", "scdl/catalogue", lists=frozenset())), "begun", "1/1"),
        ("ob.rip", commune(dataset()), "todo", "0/1"),
        ("ob.licence", commune(dataset()), "given", "1/1"),
        ("ob.licence", commune(dataset(licence=None)), "todo", "0/1"),
        ("ob.licence", commune(), "unknown", "0/1"),
        ("ob.privacy", commune(proofs=(proof("p2.privacy"),)), "given", "1/1"),
        ("ob.privacy", commune(), "todo", "0/1"),
        ("ob.subv", commune(**town()), "todo", "0/2"),
        ("ob.subv", commune(SUBVENTIONS, **town()), "begun", "1/2"),
        ("ob.subv", commune(SUBVENTIONS, proofs=(LINK,), **town()), "given", "2/2"),
        ("ob.subv", commune(dataset("d", file(period_end=LATE)), proofs=(LINK,), **town()), "late", "1/2"),
        ("ob.subv", commune(proofs=(proof("ob.subv", "confirmation"),), **town()), "given", "2/2"),
        ("ob.subv", commune(proofs=(proof("ob.subv", "confirmation", 400),), **town()), "todo", "0/2"),
        ("ob.decp", commune(proofs=(proof("ob.decp", "url"),)), "given", "1/1"),
        ("ob.decp", commune(proofs=(proof("ob.decp", "note"),)), "todo", "0/1"),
        ("ob.bal", commune(model("b", "etalab/schema-bal")), "todo", "0/1"),
        ("ob.bal", commune(proofs=(proof("ob.bal", "url"),)), "given", "1/1"),
        ("ob.bal", commune(proofs=(proof("ob.bal", "url", 90, expires_on=ago(1)),)), "todo", "0/1"),
        ("ob.irve", commune(model("i", "etalab/schema-irve-statique"), has=frozenset({"irve"})), "given", "1/1"),
        ("ob.irve", commune(has=frozenset({"irve"}), proofs=(proof("ob.irve", "url"),)), "given", "1/1"),
        ("ob.irve", commune(has=frozenset({"irve"})), "todo", "0/1"),
        ("ob.dae", commune(has=frozenset({"dae"}), proofs=(proof("ob.dae", "note"),)), "given", "1/1"),
        ("ob.acts", commune(proofs=(proof("ob.acts", "file"),)), "given", "1/1"),
        ("ob.prada", commune(proofs=(proof("p1.prada", "url"),), **town()), "given", "1/1"),
        ("ob.prada", commune(**town()), "todo", "0/1"),
        ("ob.algo", commune(proofs=(proof("p4.algorithms"),), **town()), "given", "1/1"),
    ],
)
def test_state_and_proofs(id: str, snapshot: Snapshot, state: str, given: str) -> None:
    shown = duty(id, snapshot)
    assert shown["state"] == state
    assert f"{shown['proofs']['given']}/{shown['proofs']['expected']}" == given
    assert f"Justificatifs\u00a0: {given} au 22 novembre 2026." in shown["says"]
    if state in ("todo", "late"):
        assert shown["action"]["place"]


def test_a_helpful_file_is_told_and_proves_nothing() -> None:
    shown = duty("ob.bal", commune(model("b", "etalab/schema-bal")))
    assert "il ne suffit pas" in shown["says"]
    assert "il ne suffit pas" not in duty("ob.bal", commune())["says"]


def test_what_the_law_asks_beyond_the_portal_is_said() -> None:
    shown = duty("ob.l312", commune(dataset(), **town()))
    assert shown["state_label"] == "commencé"
    assert "La loi vise tous les documents concernés" in shown["says"]
    assert "aucune subvention" in duty("ob.subv", commune(proofs=(proof("ob.subv", "confirmation"),), **town()))["says"]


def test_a_waived_step_is_no_proof_of_a_duty() -> None:
    waived = commune(waivers=(Waiver("p1.prada", "Accord.", ago(3)),), **town())
    assert duty("ob.prada", waived)["state"] == "todo"


def test_where_proofs_are_given() -> None:
    assert duty("ob.prada", commune())["step"] == "p1.prada"
    assert duty("ob.prada", commune())["accepts"] == []
    assert duty("ob.decp", commune())["step"] == "ob.decp"
    assert duty("ob.decp", commune())["accepts"] == ["url", "file", "confirmation"]


def test_summary() -> None:
    shown = localise_register(register(PATH, accomplished(), TODAY).to_dict(), PATH)
    assert shown["counts"] == {"applies": 6, "unknown": 0, "given": 6, "expected": 6}
    assert shown["summary"] == "6 obligations vous concernent\u00a0; justificatifs\u00a0: 6/6 au 22 novembre 2026."
    unsure = localise_register(register(PATH, commune(has=None), TODAY).to_dict(), PATH)
    assert unsure["summary"].endswith("Pour 2 autres, il manque une réponse de votre part.")


@pytest.mark.parametrize(("kind", "band"), list(itertools.product([*KINDS, None], [*ETP_BANDS, None])))
def test_no_text_ever_gives_a_verdict(kind: str | None, band: str | None) -> None:
    everything = {
        "competences": frozenset({"voirie", "urbanisme"}),
        "has": frozenset({"dae", "irve", "geodata"}),
        "population": 12_000,
    }
    proofs = tuple(proof(id, kinds[0]) for id in [*PATH.steps(), *PATH.duties] if (kinds := PATH.accepts(id)))
    snapshot = commune(*accomplished().datasets, kind=kind, etp_band=band, proofs=proofs, **everything)
    for language, verdict in (("fr", r"conformité|en règle|\bfait\b|rempli"), ("en", r"complian|fulfil|\bdone\b")):
        shown = localise_register(register(PATH, snapshot, TODAY).to_dict(), PATH, language)
        for item in shown["duties"]:
            words = " ".join([item["says"], item["state_label"], item["why"], shown["summary"]])
            assert not re.search(verdict, words, re.IGNORECASE), words
            assert item["text"]
            assert item["label"]
            assert not set("{}@|") & set(words)
            assert "None" not in words
