"""One collectivité's path as people read it: words, addresses and names put on what is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model.group import group_table
from ckan.plugins import toolkit as tk

from ckanext.odl import onboarding
from ckanext.odl.language import language
from ckanext.odl.logic import collectivite
from ckanext.odl.logic.path import acting, definition, places, recompute, snapshot
from ckanext.odl.model import PathHistory, PathMandate, PathProgress, PathProof
from ckanext.odl.model.path import PROPOSAL
from ckanext.odl.onboarding import display

#: What a step says to everybody; the rest (proofs, facts, reasons) is for the collectivité and its ATD.
_PUBLIC = (
    "id", "phase", "label", "why", "how", "who", "who_label", "minutes", "state", "state_label", "declared", "since",
    "stale_since", "doc",
)  # fmt: skip


def progress(
    organization: model.Group, user_name: str | None, *, full: bool, asked: str | None = None
) -> dict[str, Any]:
    """Where *organization* stands, in the shape of ``odl_progress_show``.

    :param full: for its own people; otherwise only what everybody may see
    :param asked: language of the texts, the reader's by default
    """
    row = _row(organization.id)
    if full or row is None or row.progress is None:
        recompute.freshen(organization.id)
        row = _row(organization.id)
    if row is None or row.progress is None:
        raise tk.ObjectNotFound(tk._("There is no such local authority."))
    about = {"id": organization.id, "name": organization.name, "title": organization.display_name}
    stored = {**row.progress, "date": row.computed_on.isoformat() if row.computed_on else None}
    shown = _localised(stored, organization, asked)
    _name_people(shown, about)
    answer = {
        "organization": {**about, "kind": row.kind or None, "population": row.population, "department": row.department},
        "computed_at": row.computed_at.isoformat() if row.computed_at else None,
        "public": row.is_public,
        "full": full,
        "valid_files": row.valid_files,
        "files_to_mend": row.files_to_mend,
        **shown,
    }
    if not full:
        return _public(answer)
    may_act = acting.may_act(user_name, organization.id)
    answer["may"] = {"act": may_act, "waive": acting.may_waive(user_name, organization)}
    return answer


def _row(organization_id: str) -> PathProgress | None:
    model.Session.expire_all()
    return model.Session.get(PathProgress, organization_id)


def _localised(stored: dict[str, Any], organization: model.Group, asked: str | None) -> dict[str, Any]:
    return onboarding.localise(stored, definition.current().checklist, asked or language(), _atd(organization))


def _atd(organization: model.Group) -> str | None:
    """The name of the body that supports it."""
    above = collectivite.atd_of(organization)
    return above.display_name if above else None


def steps_of(shown: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each step of a progress in words, those of ``next`` too."""
    for phase in shown["phases"]:
        yield from phase["steps"]
    yield from shown["next"]


def _name_people(shown: dict[str, Any], organization: dict[str, Any]) -> None:
    """Put names for ids of people, and addresses for places."""
    steps = list(steps_of(shown))
    said = [
        record
        for step in steps
        for record in (step.get("proof"), *(step.get("proofs") or ()), step.get("waiver"), step.get("proposal"))
        if record
    ]
    names = acting.names_of((record.get("author") for record in said), ())
    for record in said:
        if record.get("author_id") is None:
            record["author_id"] = record.get("author") or None
            record["author"] = names.get(record["author_id"] or "", "")
        if record.get("kind") == "file":
            record["url"] = tk.h.url_for("odl_evidence.read", proof_id=record["id"])
    for step in steps:
        for fact in step["facts"]:
            _address(fact, organization)
        if step["action"]:
            _address(step["action"], organization)


def _address(link: dict[str, Any], organization: dict[str, Any]) -> None:
    if "place" in link:
        link["url"] = places.url_of(link.pop("place"), organization)


def _public(answer: dict[str, Any]) -> dict[str, Any]:
    """What everybody may see of it: states, without who, why and on what grounds."""
    for phase in answer["phases"]:
        kept = [step for step in phase["steps"] if not _tells_of_duties(step["id"])]
        for step in phase["steps"]:
            if step not in kept:
                for counts in (phase, answer):
                    _leave_out(step["state"], counts)
        phase["steps"] = [_public_step(step) for step in kept]
    answer["next"] = []
    answer["retired"] = []
    answer["may"] = {"act": False, "waive": False}
    keep = (
        "organization", "computed_at", "public", "full", "phases", "current", "next", "done", "applicable", "stale",
        "minutes_left", "retired", "may", "valid_files", "date",
    )  # fmt: skip
    return {key: answer[key] for key in keep if key in answer}


def _tells_of_duties(step_id: str) -> bool:
    """Whether a step is about the register of duties, which is for the collectivité and those who support it."""
    found = definition.current().checklist.steps().get(step_id)
    return found is not None and found.rule == "obligations_clear"


def _leave_out(state: str, counts: dict[str, Any]) -> None:
    """Take a step out of counts, so that nobody finds its state by subtraction."""
    counts["done"] -= state in (onboarding.DONE, onboarding.WAIVED)
    counts["applicable"] -= state != onboarding.NOT_APPLICABLE
    if "stale" in counts:
        counts["stale"] -= state == onboarding.STALE


def _public_step(step: dict[str, Any]) -> dict[str, Any]:
    hidden: dict[str, Any] = {
        "reason": "", "facts": [], "action": None, "proof": None, "proofs": [], "expires_soon": False, "accepts": [],
        "proposal": None, "waiver": None,
    }  # fmt: skip
    return {**{key: step[key] for key in _PUBLIC if key in step}, **hidden}


def step(shown: dict[str, Any], step_id: str) -> dict[str, Any] | None:
    """One step of a progress in words."""
    return next((found for found in steps_of(shown) if found["id"] == step_id), None)


def history(organization: model.Group, step_id: str | None, start: int, rows: int) -> dict[str, Any]:
    """The changes of a path, newest first, in the shape of ``odl_history_list``."""
    conditions = [PathHistory.organization_id == organization.id]
    if step_id:
        conditions.append(PathHistory.step == step_id)
    count = model.Session.execute(sa.select(sa.func.count(PathHistory.id)).where(*conditions)).scalar_one()
    found = list(
        model.Session.scalars(
            sa.select(PathHistory).where(*conditions).order_by(PathHistory.id.desc()).offset(start).limit(rows)
        )
    )
    names = acting.names_of((line.user_id for line in found), (line.body_id for line in found))
    mandates = _mandates({line.mandate_id for line in found if line.mandate_id})
    words = _Words(organization)
    return {"count": count, "results": [_line(line, names, mandates, words) for line in found]}


class _Words:
    """Labels of steps and reasons in the reader's language."""

    def __init__(self, organization: model.Group) -> None:
        self.checklist, self.language = definition.current().checklist, display.language_of(language())
        self.atd = _atd(organization)
        row = model.Session.get(PathProgress, organization.id)
        self.profile = row.profile if row and row.profile else "other"

    def label(self, step_id: str) -> str | None:
        """The label of a step or duty, of one that left the checklist too."""
        if not step_id:
            return None
        return display.label_of(self.checklist, step_id, self.language, profile=self.profile, atd=self.atd)

    def reason(self, line: PathHistory) -> str:
        why = line.why or {}
        if "text" in why:
            return str(why["text"])
        return display.say(why, self.language, atd=self.atd) if why.get("key") else ""


def _line(line: PathHistory, names: dict[str, str], mandates: dict[str, PathMandate], words: _Words) -> dict[str, Any]:
    mandate = mandates.get(line.mandate_id or "")
    return {
        "id": line.id,
        "at": line.at.isoformat(),
        "what": line.what,
        "step": line.step or None,
        "label": words.label(line.step),
        "before": line.before,
        "after": line.after,
        "why": words.reason(line),
        "who": names.get(line.user_id, "") if line.user_id else None,
        "for_body": names.get(line.body_id, "") if line.body_id else None,
        "mandate": mandate_dict(mandate) if mandate else None,
    }


def _mandates(ids: set[str]) -> dict[str, PathMandate]:
    found = model.Session.scalars(sa.select(PathMandate).where(PathMandate.id.in_(ids))) if ids else ()
    return {mandate.id: mandate for mandate in found}


def mandate_dict(mandate: PathMandate, names: dict[str, str] | None = None) -> dict[str, Any]:
    """A mandate for the API; with *names*, of the person and the body too."""
    found: dict[str, Any] = {
        "id": mandate.id,
        "role": mandate.role,
        "title": mandate.title,
        "since": mandate.since.isoformat(),
        "until": mandate.until.isoformat() if mandate.until else None,
    }
    if names is not None:
        found |= {
            "person": names.get(mandate.user_id or "") or None,
            "body": names.get(mandate.body_id or "") or None,
            "user_id": mandate.user_id,
            "body_id": mandate.body_id,
        }
    return found


def mandates(organization: model.Group, today: dt.date) -> dict[str, Any]:
    """The referents of a collectivité, those in force first."""
    found = list(
        model.Session.scalars(
            sa.select(PathMandate)
            .where(PathMandate.organization_id == organization.id, PathMandate.removed_at.is_(None))
            .order_by(PathMandate.since.desc())
        )
    )
    names = acting.names_of((m.user_id for m in found), (m.body_id for m in found))
    results = [
        {**mandate_dict(m, names), "in_force": m.since <= today and (m.until is None or m.until >= today)}
        for m in found
    ]
    return {"count": len(results), "results": sorted(results, key=lambda mandate: not mandate["in_force"])}


def duties(organization: model.Group, today: dt.date, asked: str | None = None) -> dict[str, Any]:
    """The register of duties, in the shape of ``odl_duties_show``."""
    gathered = snapshot.gather(organization.id, model.Session())
    if gathered is None:
        raise tk.ObjectNotFound(tk._("There is no such local authority."))
    checklist = definition.current().checklist
    register = onboarding.register(checklist, gathered.snapshot, today).to_dict()
    shown = onboarding.localise_register(register, checklist, asked or language(), _atd(organization))
    about = {"id": organization.id, "name": organization.name}
    given = [proof for proof in gathered.snapshot.proofs if proof.step in checklist.duties]
    names = acting.names_of((proof.author for proof in given), ())
    for duty in shown["duties"]:
        duty["evidence"] = [_evidence(proof, names) for proof in given if proof.step == duty["id"]]
        for link in (*duty.get("questions", ()), *([duty["action"]] if duty.get("action") else ())):
            _address(link, about)
    return shown


def _evidence(proof: onboarding.Proof, names: dict[str, str]) -> dict[str, Any]:
    """A proof given for a duty itself, as those of a step are shown."""
    is_file = proof.kind == "file"
    return {
        "id": proof.id,
        "kind": proof.kind,
        "value": proof.value,
        "url": tk.url_for("odl_evidence.read", proof_id=proof.id) if is_file else proof.url,
        "author_id": proof.author or None,
        "author": names.get(proof.author, ""),
        "given_on": proof.given_on.isoformat(),
        "expires_on": proof.expires_on.isoformat() if proof.expires_on else None,
    }


def _groups(ids: set[str]) -> list[model.Group]:
    return list(model.Session.scalars(sa.select(model.Group).where(model.Group.id.in_(ids)))) if ids else []


def open_proposals(organization_ids: Any, start: int, rows: int) -> dict[str, Any]:
    """Proposals of « sans objet » that wait for an answer, oldest first.

    :param organization_ids: a selectable of the organizations to look at
    """
    table, group = PathProof.__table__, group_table
    condition = sa.and_(
        table.c.kind == PROPOSAL, table.c.ended_at.is_(None), table.c.organization_id.in_(organization_ids)
    )
    count = model.Session.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar_one()
    found = model.Session.execute(
        sa.select(table, group.c.name, group.c.title)
        .join(group, group.c.id == table.c.organization_id)
        .where(condition)
        .order_by(table.c.created_at)
        .offset(start)
        .limit(rows)
    ).all()
    names = acting.names_of((row.author_id for row in found), ())
    # Once for each collectivité, most often a handful
    words = {group.id: _Words(group) for group in _groups({row.organization_id for row in found})}
    return {
        "count": count,
        "results": [
            {
                "id": row.id,
                "organization": {"id": row.organization_id, "name": row.name, "title": row.title or row.name},
                "step": row.step,
                "label": words[row.organization_id].label(row.step),
                "reason": row.value,
                "author": names.get(row.author_id, ""),
                "given_on": row.given_on.isoformat(),
            }
            for row in found
        ],
    }
