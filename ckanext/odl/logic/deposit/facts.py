"""All that is known of a deposit at one moment, read once for whoever shows, judges or publishes it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context

from ckanext.odl import mending
from ckanext.odl.deposit import likeness, privacy, proposal
from ckanext.odl.deposit.coverage import Coverage, Loss, loss
from ckanext.odl.deposit.inspection import localised
from ckanext.odl.logic import state
from ckanext.odl.logic.deposit import covering, drafts, online
from ckanext.odl.logic.deposit.access import LINK
from ckanext.odl.model import (
    Deposit,
    DepositEvent,
    DepositFile,
    DepositState,
    Place,
    PrivacyAnswer,
    State,
    Validation,
)
from ckanext.odl.scdl import UnknownSchema, catalogue
from ckanext.odl.validation import localise

#: Fields of a dataset and of a file that a deposit may fill in; all others are none of its business.
PACKAGE_FIELDS = (
    "title", "notes", "license_id", "odl_homologation_note", "theme", "tag_string", "odl_territory", "temporal_start",
    "temporal_end", "frequency", "odl_service", "maintainer_email", "odl_procedure", "name",
)  # fmt: skip
RESOURCE_FIELDS = ("name", "odl_schema", "odl_schema_version", "odl_period", "odl_sheet", "description", "format")
#: The line of history that says what of a workbook with several sheets is published.
SHEETS = "sheets"
_DONE = (State.DONE.value, State.INTERRUPTED.value, State.CANCELLED.value)


@dataclass
class Facts:
    """A deposit, its current file, what was found in it, and what it would be published as."""

    context: Context
    deposit: Deposit
    file: DepositFile
    organization: model.Group
    language: str
    #: The row of the check (columns of :data:`~ckanext.odl.logic.state.SUMMARY`), None before it was asked for.
    check: Any = None
    _report: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def is_read(self) -> bool:
        """Whether the check has come to an end, good or bad."""
        return self.check is not None and self.check.state in _DONE

    @property
    def is_repairing(self) -> bool:
        """Whether a repaired file is being made of it: its check is then the one to wait for."""
        return self.check is not None and self.check.resource_id != self.file.id

    @cached_property
    def report(self) -> dict[str, Any] | None:
        """The report in the reader's language; None before it is there."""
        stored = (
            state.report(self.check.id) if self.check is not None and self.check.state == State.DONE.value else None
        )
        return localise(stored, self.language) if stored else None

    @cached_property
    def seen(self) -> dict[str, Any]:
        """What was seen in the file beyond its report, with it, as :func:`ckanext.odl.deposit.inspection.inspect`."""
        return {"report": self.report, **localised(self.file.inspection or {}, self.language)}

    @property
    def repairs(self) -> dict[str, Any] | None:
        """The repairs that its check found, as :func:`ckanext.odl.validation.repair.find` tells them; None when it
        found none, or looked by another model."""
        found = self.seen.get("repairs")
        judged = ((found or {}).get("schema") or {}).get("id") or ""
        return found if judged == self.deposit.schema_id else None

    @property
    def schema(self) -> tuple[str, str]:
        """The model and version that a person chose, else those recognised; empty when there is none."""
        return self.deposit.schema_id, self.deposit.schema_version

    @property
    def badge(self) -> str:
        """The word for the file, one of :data:`ckanext.odl.logic.state.BADGES`."""
        return badge_of(self.deposit, self.check)

    @cached_property
    def owner(self) -> dict[str, Any]:
        """The organization as ``organization_show`` gives it to the portal itself."""
        show = tk.get_action("organization_show")
        options = ("include_datasets", "include_users", "include_groups", "include_tags", "include_followers")
        return show({"ignore_auth": True}, {"id": self.organization.id, **dict.fromkeys(options, False)})

    @cached_property
    def target(self) -> dict[str, Any] | None:
        """The dataset that receives the file, None for a new one (and when it is gone)."""
        if self.deposit.place == Place.DATASET.value or not self.deposit.package_id:
            return None
        return _package(self.deposit.package_id)

    @cached_property
    def replaced(self) -> dict[str, Any] | None:
        """The file that is replaced, None when there is none."""
        if self.deposit.place != Place.REPLACE.value or self.target is None:
            return None
        wanted = self.deposit.resource_id
        return next((one for one in self.target["resources"] if one["id"] == wanted), None)

    @cached_property
    def is_private_draft(self) -> bool:
        """Whether it was published as a draft, and can be made public."""
        return drafts.is_one(self.deposit)

    @cached_property
    def proposal(self) -> dict[str, Any]:
        """``package``, ``resource`` (what the portal proposes, and over it what a person wrote) and ``why``."""
        schema_id, version = self.schema
        found = proposal.propose(
            self.owner,
            {"id": schema_id, "version": version} if schema_id else None,
            self.seen,
            self.file.name,
            self.target,
            today(),
            language=self.language,
            members=self._members(),
        )
        resource, why = found["resource"], found["why"]
        if self.replaced:
            resource, why = proposal.in_place_of(found, self.replaced, self.language)
            if schema_id and self.deposit.schema_chosen:
                resource["odl_schema"] = schema_id
        if self.deposit.schema_chosen and not schema_id:
            resource = {**resource, "odl_schema": "", "odl_schema_version": ""}
        return {
            "package": {**found["package"], **self.deposit.package},
            "resource": {**resource, **self.deposit.resource},
            "why": {
                name: said
                for name, said in why.items()
                if name not in self.deposit.package and name not in self.deposit.resource
            },
        }

    def _members(self) -> int:
        """How many members the file names when it is published once for all of them; 0 when it is not."""
        if not self.deposit.covers:
            return 0
        return len(covering.members_in(self.organization, self.seen.get("owners")))

    @cached_property
    def answers(self) -> dict[str, Any]:
        """The answers on personal data: those of this deposit, else those given before for the same dataset."""
        if self.deposit.answers:
            return dict(self.deposit.answers)
        package_id = self.target["id"] if self.target else None
        if self.deposit.state == DepositState.PUBLISHED.value:
            package_id = self.deposit.package_id
        columns = self.seen.get("columns")
        if not package_id or not columns:
            return {}
        known = model.Session.get(PrivacyAnswer, (package_id, privacy.columns_key(columns)))
        return dict(known.answers) if known else {}

    @cached_property
    def sheets(self) -> list[dict[str, Any]]:
        """The sheets with data of a workbook that has several: ``name``, ``rows``, ``hidden``; else none."""
        found = ((self.report or {}).get("file") or {}).get("sheets") or []
        return found if len(found) > 1 else []

    @cached_property
    def is_whole(self) -> bool:
        """Whether a person said that all sheets of this workbook are to be published."""
        event = DepositEvent.__table__
        said = sa.select(event.c.id).where(
            event.c.deposit_id == self.deposit.id,
            event.c.what == SHEETS,
            event.c.detail["file_id"].astext == self.file.id,
        )
        return bool(self.sheets) and model.Session.execute(said.limit(1)).first() is not None

    @cached_property
    def signals(self) -> list[dict[str, Any]]:
        return self.seen.get("signals") or []

    @cached_property
    def questions(self) -> list[dict[str, Any]]:
        """The questions on personal data that are still to be answered; none before the file was read."""
        if not self.is_read:
            return []
        return privacy.unanswered(self.signals, self.seen.get("columns") or [], self.answers, self.language)

    @cached_property
    def candidates(self) -> list[dict[str, Any]]:
        """What of this organization the file could be the same as, or the next year of; see ``likeness.alike``."""
        if self.context.get(LINK) or not self.is_read:  # a link is told nothing of what is not public
            return []
        there = online.datasets(self.organization.id, self.proposal["resource"].get("odl_schema"))
        file = {"sha256": self.file.sha256, "counts": self.counts}
        return likeness.alike(file, self.proposal, there, language=self.language)

    @property
    def counts(self) -> dict[str, Any]:
        """What the check counted: ``errors``, ``rows``, ``years``…"""
        return (self.check and self.check.counts) or {}

    @cached_property
    def loss(self) -> Loss | None:
        """What would no longer be online once the file has taken the place of a published one; None: nothing."""
        if self.replaced is None or not self.is_read:
            return None
        present = online.counts([self.replaced["id"]]).get(self.replaced["id"])
        declared = self.replaced.get("odl_period")
        return loss(Coverage.of(present, declared), Coverage.of(self.counts, self.file_period))

    @property
    def file_period(self) -> str:
        """What the file itself says it covers, or a person; not what the file in its place is said to cover."""
        told = (self.seen.get("period") or {}).get("value")
        return str(self.deposit.resource.get("odl_period") or told or "")


def gather(context: Context, deposit: Deposit, language: str) -> Facts:
    """Read what is known of a deposit."""
    file = model.Session.get(DepositFile, deposit.file_id)
    organization = model.Group.get(deposit.organization_id)
    if file is None or organization is None:
        raise tk.ObjectNotFound(tk._("There is no such deposit."))
    return Facts(context, deposit, file, organization, language, checks([(deposit, file)]).get(file.id))


def checks(pairs: list[tuple[Deposit, DepositFile]]) -> dict[str, Any]:
    """The current check of each of these files, by the file's id, in two queries."""
    wanted = {file.id: held_to(deposit) for deposit, file in pairs}
    if not wanted:
        return {}
    # where a file is being repaired, the check of what comes out counts
    made = {row.resource_id: row.made_from for row in model.Session.execute(mending.under_way(wanted))}
    rows = model.Session.execute(sa.select(*state.SUMMARY).where(Validation.resource_id.in_([*wanted, *made]))).all()
    found = {row.resource_id: row for row in rows if (row.schema_id, row.schema_version) == wanted.get(row.resource_id)}
    return found | {made[row.resource_id]: row for row in rows if row.resource_id in made}


def held_to(deposit: Deposit) -> tuple[str, str]:
    """The model and version that the file of a deposit is checked against; empty: whichever fits."""
    return (deposit.schema_id, deposit.schema_version) if deposit.schema_chosen else ("", "")


def badge_of(deposit: Deposit, check: Any) -> str:
    """The word for the file of a deposit."""
    if check is None or check.state in (State.WAITING.value, State.RUNNING.value):
        return "checking"
    if check.state != State.DONE.value or check.status == "incomplete":
        return "to_check"
    if check.status == "unreadable" and not (deposit.schema_chosen and deposit.schema_id):
        return state.unmodelled(check)
    return check.status if deposit.schema_id and check.status in state.BADGES else "no_schema"


def schema_words(schema_id: str, version: str, language: str) -> dict[str, Any] | None:
    """A model with its title, None without one."""
    if not schema_id:
        return None
    try:
        title = catalogue().get(schema_id).title(language)
    except UnknownSchema:
        title = schema_id
    return {"id": schema_id, "version": version, "title": title}


def today() -> dt.date:
    """The day by the database's clock."""
    return model.Session.execute(sa.select(sa.func.current_date())).scalar_one()


def _package(id_: str) -> dict[str, Any] | None:
    try:
        package = tk.get_action("package_show")({"ignore_auth": True}, {"id": id_})
    except tk.ObjectNotFound:
        return None
    return package if package["state"] != model.State.DELETED else None
