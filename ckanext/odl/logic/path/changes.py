"""What people change of a path: proofs, waivers, proposals, mandates, calls. Each change is one transaction with its
line of history; the caller computes the progress anew afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy.orm import Session

from ckanext.odl.intake import own_session
from ckanext.odl.logic.path import definition, evidence
from ckanext.odl.logic.path.acting import Actor
from ckanext.odl.model import PathHistory, PathMandate, PathProof, What
from ckanext.odl.model.path import EVIDENCE, PROPOSAL, WAIVER

LONGEST_TEXT = 5000
#: Nobody gives a proof older than this, or one that ends later: it is a slip of the keyboard.
_FIRST_YEAR, _YEARS_AHEAD = 1990, 20


class Change:
    """One change by one person for one organization: what it writes, with its history."""

    def __init__(self, organization: model.Group, actor: Actor, today: dt.date, profile: str = "") -> None:
        self.organization, self.actor, self.today, self.profile = organization, actor, today, profile

    # -- proofs

    def give(self, step: str, asked: dict[str, Any]) -> str:
        """Give a proof of a step; returns its id.

        :raises ValidationError: a kind that the step does not take, an unfit file, address or day
        """
        kind = asked.get("kind") or ""
        accepted = [k for k in definition.current().checklist.accepts(step, self.profile) if k in EVIDENCE]
        if kind not in accepted:
            raise _refusal("kind", tk._("This step does not take this kind of proof."))
        given_on = self._given_on(asked.get("given_on"))
        values: dict[str, Any] = {
            "id": str(uuid4()),
            "step": step,
            "kind": kind,
            "given_on": given_on,
            "expires_on": self._expires_on(asked.get("expires_on"), given_on),
            "value": _text("value", asked.get("value"), needed=kind == "note"),
        }
        if kind == "url":
            values["value"] = web_address(asked.get("value"))
        file = self._file(asked.get("upload")) if kind == "file" else None
        if file:
            values |= {"file_name": file.name, "file_type": file.type, "file_size": len(file.content)}
            evidence.keep(values["id"], file)
        with own_session() as session:
            PathProof.add(session, **values, **self._author())
            shown = {key: values[key] for key in ("id", "kind", "value", "given_on", "expires_on")}
            after = _plain({**shown, **({"file_name": file.name} if file else {})})
            self._tell(session, step, What.GIVEN, after=after)
            session.commit()
        return values["id"]

    def _file(self, upload: Any) -> evidence.Evidence:
        try:
            return evidence.read(upload)
        except evidence.Refused as refusal:
            raise _refusal("upload", str(refusal)) from None

    def _given_on(self, text: str | None) -> dt.date:
        day = dt.date.fromisoformat(text) if text else self.today
        if day > self.today:
            raise _refusal(
                "given_on", tk._("This day is still to come. Give the day of the document or of the meeting.")
            )
        if day.year < _FIRST_YEAR:
            raise _refusal("given_on", tk._("This day is too long ago. Check the year."))
        return day

    def _expires_on(self, text: str | None, given_on: dt.date) -> dt.date | None:
        if not text:
            return None
        day = dt.date.fromisoformat(text)
        if day <= given_on:
            raise _refusal("expires_on", tk._("The end comes before the beginning. Give a later day."))
        if day.year > self.today.year + _YEARS_AHEAD:
            raise _refusal("expires_on", tk._("This day is too far away. Check the year."))
        return day

    def withdraw(self, step: str, proof_id: str, reason: str) -> None:
        """Take a proof (or one's own proposal) back; the bytes of a file are taken away for good.

        :raises ObjectNotFound: there is no such proof
        """
        with own_session() as session:
            proof = self._proof(session, step, proof_id)
            if proof.kind == WAIVER:
                raise tk.ObjectNotFound(tk._("There is no such proof."))
            before = _plain(
                {
                    "id": proof.id,
                    "kind": proof.kind,
                    "value": proof.file_name or proof.value,
                    "given_on": proof.given_on,
                }
            )
            file_name = proof.file_name if proof.kind == "file" else ""
            PathProof.end(session, proof_id, self.actor.user_id, answer=reason)
            self._tell(session, step, What.WITHDRAWN, before=before, why=reason)
            session.commit()
        if file_name:
            evidence.discard(proof_id, file_name)

    def _proof(self, session: Session, step: str, proof_id: str) -> PathProof:
        proof = session.get(PathProof, proof_id)
        if not proof or proof.organization_id != self.organization.id or proof.step != step or proof.ended_at:
            raise tk.ObjectNotFound(tk._("There is no such proof."))
        return proof

    # -- waivers and proposals

    def waive(self, step: str, reason: str, outcome: str = "waived") -> None:
        """Release the organization from a step; a waiver that is there already is replaced."""
        why = _text("reason", reason, needed=True)
        with own_session() as session:
            self._decide(session, step, why, outcome)
            self._tell(session, step, What.WAIVED, after={"state": outcome}, why=why)
            session.commit()

    def _decide(self, session: Session, step: str, why: str, outcome: str) -> None:
        for old in PathProof.current(session, self.organization.id, step, WAIVER):
            PathProof.end(session, old.id, self.actor.user_id)
        values = {"step": step, "kind": WAIVER, "value": why, "outcome": outcome, "given_on": self.today}
        PathProof.add(session, **values, **self._author())

    def unwaive(self, step: str, reason: str) -> None:
        """Ask a step again.

        :raises ValidationError: it was not waived
        """
        with own_session() as session:
            found = PathProof.current(session, self.organization.id, step, WAIVER)
            if not found:
                raise _refusal("unwaive", tk._("This step is not waived."))
            for waiver in found:
                PathProof.end(session, waiver.id, self.actor.user_id, answer=reason)
            before = {"state": found[0].outcome, "reason": found[0].value}
            self._tell(session, step, What.UNWAIVED, before=before, why=reason)
            session.commit()

    def propose(self, step: str, reason: str) -> None:
        """Say that a step does not concern the organization; its ATD answers."""
        why = _text("reason", reason, needed=True)
        with own_session() as session:
            for old in PathProof.current(session, self.organization.id, step, PROPOSAL):
                PathProof.end(session, old.id, self.actor.user_id)
            values = {"step": step, "kind": PROPOSAL, "value": why, "outcome": "open", "given_on": self.today}
            PathProof.add(session, **values, **self._author())
            self._tell(session, step, What.PROPOSED, why=why)
            session.commit()

    def answer(self, step: str, *, accepted: bool, reason: str) -> None:
        """Accept a proposal (the step becomes « sans objet ») or refuse it with a reason.

        :raises ValidationError: no proposal waits, or no reason for a refusal
        """
        why = _text("reason", reason, needed=not accepted)
        with own_session() as session:
            waiting = PathProof.current(session, self.organization.id, step, PROPOSAL)
            if not waiting:
                raise _refusal("proposal", tk._("No proposal waits for an answer on this step."))
            outcome = "accepted" if accepted else "refused"
            for proposal in waiting:
                PathProof.end(session, proposal.id, self.actor.user_id, outcome=outcome, answer=why)
            if accepted:
                self._decide(session, step, why or waiting[0].value, "not_applicable")
            before = {"reason": waiting[0].value}
            self._tell(session, step, What.ACCEPTED if accepted else What.REFUSED, before=before, why=why)
            session.commit()

    # -- mandates and calls

    def put_mandate(self, mandate_id: str | None, values: dict[str, Any]) -> str:
        """Write a mandate, new or with other values; returns its id.

        :raises ObjectNotFound: there is no mandate of this id here
        """
        with own_session() as session:
            before = _mandate(self._mandate(session, mandate_id)) if mandate_id else None
            new = {} if mandate_id else {"organization_id": self.organization.id, "created_by": self.actor.user_id}
            found = PathMandate.put(session, mandate_id, **values, **new)
            what = What.MANDATE_CHANGED if mandate_id else What.MANDATE_GIVEN
            self._tell(session, "", what, before=before, after=_plain({"id": found, **values}))
            session.commit()
        return found

    def remove_mandate(self, mandate_id: str) -> None:
        """Take a mandate back; the history keeps it."""
        with own_session() as session:
            before = _mandate(self._mandate(session, mandate_id))
            PathMandate.remove(session, mandate_id)
            self._tell(session, "", What.MANDATE_ENDED, before=before)
            session.commit()

    def _mandate(self, session: Session, mandate_id: str) -> PathMandate:
        mandate = session.get(PathMandate, mandate_id)
        if not mandate or mandate.organization_id != self.organization.id or mandate.removed_at:
            raise tk.ObjectNotFound(tk._("There is no such mandate."))
        return mandate

    def note_call(self, note: str, on: str | None) -> None:
        """Keep what was said in a call of the ATD; it changes no step."""
        why = _text("note", note, needed=True)
        try:
            day = self._given_on(on)
        except tk.ValidationError:
            raise _refusal("on", tk._("This day is still to come. Give the day of the call.")) from None
        with own_session() as session:
            self._tell(session, "", What.CALL, after={"on": day.isoformat()}, why=why)
            session.commit()

    # -- what they share

    def _author(self) -> dict[str, Any]:
        return {"organization_id": self.organization.id, "author_id": self.actor.user_id, **self.actor.columns()}

    def _tell(
        self,
        session: Session,
        step: str,
        what: What,
        *,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        why: str = "",
    ) -> None:
        line = {
            "organization_id": self.organization.id,
            "step": step,
            "what": what.value,
            "before": before,
            "after": after,
            "why": {"text": why} if why else None,
            "user_id": self.actor.user_id,
            **self.actor.columns(),
        }
        PathHistory.write(session, [line])


def web_address(text: Any) -> str:
    """The address of a page on the web that anyone may be sent to.

    :raises ValidationError: it is none, or it carries a password
    """
    address = str(text or "").strip()
    if address and "://" not in address and "." in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host, has_secret = parts.hostname or "", parts.username is not None or parts.password is not None
        _port = parts.port
    except ValueError:
        host, has_secret = "", False
        parts = urlsplit("")
    if has_secret:
        raise _refusal("value", tk._("This address holds a user name or a password. Give one that anyone may open."))
    if (
        parts.scheme.lower() not in ("http", "https")
        or "." not in host
        or any(mark in address for mark in ' <>"\\\n\t')
    ):
        raise _refusal("value", tk._("This is not the address of a page. Write it like https://www.saint-exemple.fr."))
    if len(address) > 2000:
        raise _refusal("value", tk._("This address is too long. Give a shorter one."))
    return address


def _text(field: str, value: Any, *, needed: bool) -> str:
    text = str(value or "").strip()
    if needed and not text:
        sentences: dict[str, Callable[[], str]] = {
            "reason": lambda: tk._("Say why, in a few words: it is kept in the history."),
            "note": lambda: tk._("Write what was said."),
        }
        raise _refusal(field, sentences.get(field, lambda: tk._("Write a few words."))())
    if len(text) > LONGEST_TEXT:
        raise _refusal(field, tk._("This text is too long: {most} characters at most.").format(most=LONGEST_TEXT))
    return text


def _mandate(mandate: PathMandate) -> dict[str, Any]:
    names = ("id", "role", "title", "user_id", "body_id", "since", "until")
    return _plain({name: getattr(mandate, name) for name in names})


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in values.items()}


def _refusal(field: str, sentence: str) -> tk.ValidationError:
    return tk.ValidationError({field: [sentence]})
