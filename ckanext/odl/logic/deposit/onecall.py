"""One call that publishes a file: the deposit that a person makes in several steps, made in one by a program.

Nothing here writes but through the actions of deposits. What is asked twice is done once: the same bytes change
nothing, the same model and period name the same file, and two calls at once come one after the other.
"""

from __future__ import annotations

import hashlib
import time
from tempfile import NamedTemporaryFile
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context

from ckanext.odl import config, inspecting, jobs
from ckanext.odl.logic import collectivite, state
from ckanext.odl.logic.deposit import access, blocking, keeping
from ckanext.odl.logic.deposit.facts import Facts, gather
from ckanext.odl.logic.deposit.placing import Places, Where
from ckanext.odl.model import Deposit, DepositFile, FileKind, Place, State
from ckanext.odl.model.deposit import OPEN_STATES
from ckanext.odl.scdl import UnknownSchema, catalogue
from ckanext.odl.validation import localise

CREATED, UPDATED, UNCHANGED, WAITING = "created", "updated", "unchanged", "waiting"
#: Parameters of the actions of deposits by the name that they have in this call.
_OURS = {"upload": "file", "schema": "model", "odl_period": "period", "package_id": "dataset"}
#: Seconds between two looks at a check that a worker has taken, and how many seconds in all.
_PAUSE, _PATIENCE = 0.2, 20


def organization_named(reference: str) -> model.Group:
    """The organization with this SIREN (or the SIRET of one of its offices), name or id.

    :raises ValidationError: (field ``organization``) there is none, or several
    """
    digits = "".join(reference.split())
    if digits.isascii() and digits.isdigit() and len(digits) in (9, 14):
        found = collectivite.with_code("odl_siren", digits[:9])
        if len(found) > 1:
            names = ", ".join(sorted(one.name for one in found))
            sentence = tk._("Several local authorities have this SIREN: {names}. Give the name of one.")
            raise tk.ValidationError({"organization": [sentence.format(names=names)]})
    else:
        one = model.Group.get(reference)
        found = [one] if one and one.is_organization and one.state == model.State.ACTIVE else []
    if not found:
        sentence = tk._("No local authority of this portal has the SIREN or the name “{reference}”.")
        raise tk.ValidationError({"organization": [sentence.format(reference=reference[:100])]})
    return found[0]


class OneCall:
    """One call of ``odl_publish``.

    :param order: its validated parameters
    :raises ValidationError: (field ``model``) the catalogue does not know it
    """

    def __init__(self, context: Context, organization: model.Group, order: dict[str, Any], language: str) -> None:
        self._context, self._organization, self._order, self._language = context, organization, order, language
        self._upload: Any = order.get("file")
        try:
            entry, self._version = catalogue().parse(order["model"])
        except UnknownSchema:
            sentence = tk._("The catalogue has no schema “{schema}”.").format(schema=order["model"][:100])
            raise tk.ValidationError({"model": [sentence]}) from None
        self._model = entry.id
        self._places = Places(organization, entry.id, order)

    def carry_out(self) -> dict[str, Any]:
        """Publish the file; returns what ``odl_publish`` does."""
        sha256 = self._sha256()
        if self._order["dry_run"]:
            found = self._places.published_already(sha256)
            return self._answer(UNCHANGED, found) if found else self._rehearse(sha256)
        # a second call of the same moment finds what the first one made
        with keeping.one_at_a_time(f"publish {self._organization.id} {self._model}"):
            if found := self._places.published_already(sha256):
                return self._answer(UNCHANGED, found)
            return self._bring(sha256)

    def _bring(self, sha256: str) -> dict[str, Any]:
        id_ = self._deposit(sha256)
        file_id = self._read(id_)
        facts = self._facts(id_)
        if facts.is_read and facts.sheets and self._sheets():
            self._call("odl_deposit_update", id=id_, **self._sheets())
            file_id = self._read(id_)
            facts = self._facts(id_)
        if facts.file.id != file_id or not facts.is_read:
            return self._answer(WAITING, None, facts, reason="checking")
        return self._publish(id_)

    def _sheets(self) -> dict[str, str]:
        """The parameters that say what of a workbook with several sheets is read and published."""
        return {name: self._order[name] for name in ("sheet", "sheets") if self._order.get(name)}

    def _sha256(self) -> str:
        """What the bytes are; the upload is at its start again afterwards.

        :raises ValidationError: (field ``file``) no file
        """
        if not hasattr(self._upload, "stream") or not self._upload.filename:
            raise tk.ValidationError({"file": [tk._("Send the file itself, as multipart/form-data.")]})
        digest = hashlib.sha256()
        while block := self._upload.stream.read(1 << 20):
            digest.update(block)
        self._upload.stream.seek(0)
        return digest.hexdigest()

    def _call(self, action: str, **data: Any) -> Any:
        try:
            return tk.get_action(action)(tk.fresh_context(self._context), {"language": self._language, **data})
        except tk.ValidationError as refusal:
            raise tk.ValidationError(
                {_OURS.get(name, name): said for name, said in refusal.error_dict.items()}
            ) from None

    def _deposit(self, sha256: str) -> str:
        """The deposit of this call: one that waits already for the same model and period, else a new one."""
        known = self._waiting()
        resource = {"odl_period": self._order["period"]} if self._order.get("period") else {}
        package = {"title": self._order["title"]} if self._order.get("title") else {}
        if known is None:
            made = self._call(
                "odl_deposit_create",
                organization=self._organization.id,
                upload=self._upload,
                schema=self._order["model"],
            )
            id_ = made["id"]
        else:
            id_, present = known
            if present != sha256:
                self._call("odl_deposit_file_add", id=id_, upload=self._upload, kind=FileKind.CORRECTED.value)
        said = {"resource": resource, "package": package, "answers": self._order.get("answers") or {}}
        said = {name: values for name, values in said.items() if values}
        if said:
            self._call("odl_deposit_update", id=id_, **said)
        return id_

    def _waiting(self) -> tuple[str, str] | None:
        """The open deposit of this account for the same model and period, and the sha256 of its file."""
        deposit, file = Deposit.__table__, DepositFile.__table__
        period = self._order.get("period")
        row = model.Session.execute(
            sa.select(deposit.c.id, file.c.sha256)
            .join(file, file.c.id == deposit.c.file_id)
            .where(
                deposit.c.organization_id == self._organization.id,
                deposit.c.owner_id == access.actor(self._context).user_id,
                deposit.c.schema_id == self._model,
                deposit.c.schema_chosen,
                deposit.c.state.in_(OPEN_STATES),
                deposit.c.campaign_id.is_(None),
                deposit.c.resource["odl_period"].astext.is_not_distinct_from(period or None),
            )
            .order_by(deposit.c.updated_at.desc())
            .limit(1)
        ).first()
        return (row.id, row.sha256) if row else None

    def _read(self, id_: str) -> str:
        """Have the file of a deposit checked while the caller waits, unless it is large; returns its id.

        A worker may have taken it meanwhile: then its end is waited for.
        """
        facts = self._facts(id_)
        if not facts.is_read and facts.file.size <= config.answer_size():
            jobs.check_now(facts.file.id)
            end = time.monotonic() + _PATIENCE
            while not self._facts(id_).is_read and time.monotonic() < end:
                time.sleep(_PAUSE)
        return facts.file.id

    def _facts(self, id_: str) -> Facts:
        model.Session.rollback()
        model.Session.expire_all()
        return gather(self._context, access.find(id_), self._language)

    def _publish(self, id_: str) -> dict[str, Any]:
        facts = self._facts(id_)
        place = self._places.of(facts)
        if place.place == Place.REPLACE and place.sha256 == facts.file.sha256:
            # known only now that the file has told its period
            self._call("odl_deposit_abandon", id=id_, why=tk._("The same file is published already."))
            return self._answer(UNCHANGED, place, facts)
        # a title is that of a new dataset: the next year does not rename it
        titled = self._order.get("title") and place.place != Place.DATASET
        self._call("odl_deposit_update", id=id_, **place.values(), **({"package": {"title": None}} if titled else {}))
        try:
            done = self._call("odl_deposit_publish", id=id_, **self._publish_order(facts))
        except tk.ValidationError:
            facts = self._facts(id_)
            left = self._left(facts)
            if not left:
                raise
            return self._answer(WAITING, place, facts, reason=left[0]["code"])
        facts = self._facts(id_)
        if done["state"] != "published":
            return self._answer(WAITING, place, facts, reason=done["reason"] or "")
        where = Where(place.place, done["package_id"], done["resource_id"])
        return self._answer(UPDATED if place.place == Place.REPLACE else CREATED, where, facts)

    def _publish_order(self, facts: Facts) -> dict[str, Any]:
        """The parameters of ``odl_deposit_publish``.

        A file with problems is published with them, unless the caller said no; what cannot even be read as a table
        only when the caller said yes.
        """
        despite = self._order.get("despite_problems")
        names = ("visibility", "approved_by", "replace_confirmed")
        order = {name: self._order.get(name) for name in names if self._order.get(name)}
        return {**order, "despite_problems": facts.badge != "unreadable" if despite is None else despite}

    def _left(self, facts: Facts) -> list[dict[str, Any]]:
        """What stands in the way of this call."""
        return blocking.left(blocking.blockers(facts), self._publish_order(facts))

    def _rehearse(self, sha256: str) -> dict[str, Any]:
        """What the call would do; nothing is kept.

        :raises ValidationError: by field
        """
        brought = keeping.read(self._upload)
        known = model.Session()
        deposit = Deposit(
            id="",
            organization_id=self._organization.id,
            owner_id=access.actor(self._context).user_id,
            state="draft",
            reason="",
            schema_id=self._model,
            schema_version=self._version,
            schema_chosen=True,
            place=Place.DATASET.value,
            package={"title": self._order["title"]} if self._order.get("title") else {},
            resource={
                field: self._order[name]
                for name, field in (("period", "odl_period"), ("sheet", "odl_sheet"))
                if self._order.get(name)
            },
            answers=self._order.get("answers") or {},
        )
        with NamedTemporaryFile(prefix="odl-") as copy, brought.content as content:
            while block := content.read(1 << 20):
                copy.write(block)
            copy.flush()
            schema = f"{deposit.schema_id}@{deposit.schema_version}"
            report, seen = inspecting.look(copy.name, schema, brought.name, inspecting.knowledge(known, deposit))
        file = DepositFile(id="", deposit_id="", name=brought.name, sha256=sha256, size=brought.size, inspection=seen)
        check = SimpleNamespace(
            id="",
            state=State.DONE.value,
            status=report["status"],
            counts={**report["counts"], **{name: report["file"].get(name) for name in ("rows", "years")}},
        )
        facts = Facts(self._context, deposit, file, self._organization, self._language, check)
        facts.__dict__["report"] = localise(report, self._language)
        facts.__dict__["is_whole"] = bool(self._order.get("sheets"))
        place = self._places.of(facts)
        for name, value in place.values().items():
            setattr(deposit, name, value)
        if place.place != Place.DATASET:
            deposit.package = {}
        for name in ("proposal", "target", "replaced", "loss", "answers", "questions"):
            facts.__dict__.pop(name, None)
        left = self._left(facts)
        outcome = WAITING if left else UPDATED if place.place == Place.REPLACE else CREATED
        return self._answer(outcome, place, facts, reason=left[0]["code"] if left else "")

    def _answer(
        self, outcome: str, where: Where | None, facts: Facts | None = None, reason: str = ""
    ) -> dict[str, Any]:
        package, resource = self._published(where)
        shown: dict[str, Any] = {"state": None, "report": None, "period": self._order.get("period") or None}
        if facts is not None:
            shown = {"state": facts.badge, "report": facts.report}
            shown["period"] = facts.proposal["resource"].get("odl_period") or None
        elif resource is not None:
            found = state.of_resources([resource])[0]
            stored = state.report(found.check.id) if found.check else None
            shown = {"state": found.as_dict()["badge"], "report": localise(stored, self._language) if stored else None}
            shown["period"] = resource.get("odl_period") or None
        is_open = facts is not None and outcome == WAITING
        left = self._left(facts) if facts is not None and is_open else []
        told = ("code", "field", "message")
        deposit_id = (facts.deposit.id or None) if facts is not None else None
        return {
            "outcome": outcome,
            "reason": reason or None,
            "dry_run": self._order["dry_run"],
            "organization": {key: getattr(self._organization, key) for key in ("id", "name", "title")},
            "model": {"id": self._model, "version": self._version},
            **shown,
            "place": where.place.value if where else None,
            "deposit": deposit_id,
            "package_id": package["id"] if package else None,
            "resource_id": resource["id"] if resource else None,
            "blockers": [{key: blocker[key] for key in told} for blocker in left],
            "questions": facts.questions if facts is not None and is_open else [],
            "urls": _urls(package, resource, deposit_id),
        }

    def _published(self, where: Where | None) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """The dataset and the file, as far as they exist."""
        if where is None or not where.package_id:
            return None, None
        package = tk.get_action("package_show")(tk.fresh_context(self._context), {"id": where.package_id})
        resource = next((one for one in package["resources"] if one["id"] == where.resource_id), None)
        return package, resource


def _urls(package: Any, resource: Any, deposit_id: str | None) -> dict[str, str | None]:
    """Where people look: the dataset, the file, its bytes, its report, the deposit."""

    def url(endpoint: str, **arguments: str) -> str:
        return tk.h.url_for(endpoint, _external=True, locale="default", **arguments)

    file = {"id": package["name"], "resource_id": resource["id"]} if resource else {}
    return {
        "dataset": url("dataset.read", id=package["name"]) if package else None,
        "file": url("dataset_resource.read", **file) if resource else None,
        "download": resource["url"] if resource else None,
        "report": url("odl_report.read", resource_id=resource["id"]) if resource else None,
        "deposit": url(f"/odl/depot/{deposit_id}") if deposit_id else None,
    }
