"""The path of collectivités over the API; the pages call nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from ckan import model, types
from ckan.plugins import toolkit as tk

from ckanext.odl import marking
from ckanext.odl.logic.auth.path import organization_of
from ckanext.odl.logic.openapi.parameters import accepts
from ckanext.odl.logic.path import acting, definition, listing, reach, recompute, schema, showing
from ckanext.odl.logic.path.changes import Change
from ckanext.odl.model import PathProgress, PathProof

#: Up to so many organizations are computed before a batch answers; more are left to the workers.
_AT_ONCE = 10
_DECISIONS = ("waive", "unwaive", "accept", "refuse")


def _visible(context: types.Context, action: str, data_dict: dict[str, Any]) -> None:
    """Check access; what one may not see does not exist.

    :raises ObjectNotFound: also where CKAN would answer that it is not authorized
    """
    try:
        tk.check_access(action, context, data_dict)
    except tk.NotAuthorized:
        raise tk.ObjectNotFound(tk._("There is no such local authority.")) from None


def _today() -> dt.date:
    return recompute.local_day(model.Session.execute(sa.select(sa.func.clock_timestamp())).scalar_one())


@tk.side_effect_free
@tk.validate_action_data(schema.one)
def odl_progress_show(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Where a collectivité stands on its path.

    :param id: id or name of the organization
    :param language: ``fr`` or ``en``, the reader's by default
    :returns: see docs/api.md; for those who do not work for it only what its public page shows (``full`` false)
    :raises ObjectNotFound: no such organization, or its page is not open to this user
    """
    _visible(context, "odl_progress_show", data_dict)
    organization, user = organization_of(data_dict), context.get("user")
    full = _reads(context, organization)
    return showing.progress(organization, user, full=full, asked=data_dict.get("language"))


def _reads(context: types.Context, organization: model.Group) -> bool:
    return bool(context.get("ignore_auth")) or acting.may_read(context.get("user"), organization.id)


@tk.side_effect_free
@tk.validate_action_data(schema.progress_list)
def odl_progress_list(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Where collectivités stand: those that this person works for, or whose ATD he works for.

    :param atd: id or name of an organization: only those under it, at any depth
    :param q: words of the name
    :param phase: the phase they are in; ``kind``, ``department``, ``group``, ``profile`` likewise
    :param problem: stale, no_contact, quiet, to_mend, proposal, expiring or not_begun
    :param sort: priority (default: whom to call first), title, kind, progress, phase, valid_files, files_to_mend,
        stale, stale_since, last_activity, population or minutes_left; with ``-`` in front the other way round
    :param start: how many to leave out before; ``rows``: how many at most (20 by default, 1000 at most)
    :returns: ``count``, ``results``, ``totals`` (of all, whatever the filters) and ``facets``, see docs/api.md
    :raises ObjectNotFound: no such ATD, or not for this user
    """
    if data_dict.get("atd"):
        _visible(context, "odl_progress_list", data_dict)
    else:
        tk.check_access("odl_progress_list", context, data_dict)
    scope = reach.of(context).perimeter(_atd_id(data_dict))
    return listing.collectivites(data_dict, scope)


def _atd_id(data_dict: dict[str, Any]) -> str | None:
    return organization_of({"id": data_dict["atd"]}).id if data_dict.get("atd") else None


@tk.side_effect_free
@tk.validate_action_data(schema.proposal_list)
def odl_proposal_list(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Proposals of « sans objet » that wait for an answer, oldest first, of those that ``odl_progress_list`` lists.

    :param atd: id or name of an organization: only those under it
    :returns: ``count`` and ``results``: ``id``, ``organization``, ``step``, ``label``, ``reason``, ``author``,
        ``given_on``
    """
    if data_dict.get("atd"):
        _visible(context, "odl_proposal_list", data_dict)
    else:
        tk.check_access("odl_proposal_list", context, data_dict)
    table = PathProgress.__table__
    scope = reach.of(context).perimeter(_atd_id(data_dict))
    mine = sa.select(table.c.organization_id).where(scope)
    return showing.open_proposals(mine, data_dict["start"], data_dict["rows"])


@accepts(schema.step_update)
def odl_step_update(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Change what is known of a step. One of these, and ``id`` and ``step``:

    :param evidence: a proof: ``kind`` (file, url, note, confirmation), ``value`` (address or text), ``upload`` (the
        file), ``given_on`` and ``expires_on`` (days); over multipart/form-data the same fields at the top
    :param withdraw: id of a proof (or of one's proposal) to take back
    :param propose_not_applicable: true, with a ``reason``
    :param waive: true, with a ``reason``: ATD staff only; ``state`` may be ``not_applicable``. For several at once
        ``ids``, or ``profile`` and ``atd``, instead of ``id``
    :param unwaive: true: ask it again; ``accept``, ``refuse``: the answer to a proposal. ATD staff only
    :returns: the step as in ``odl_progress_show`` (a duty as in ``odl_duties_show``); for several, ``count`` and
        ``results``
    :raises ValidationError: something unfit, field by field
    :raises NotAuthorized: this user may see the path and not change it so
    :raises ObjectNotFound: no such organization, step or proof, or not for this user
    """
    data, errors = tk.navl_validate(_flat(data_dict), schema.step_update(), context)
    if errors:
        raise tk.ValidationError(errors)
    if data.get("ids") or (data.get("profile") and data.get("atd")):
        return _update_many(context, data)
    if not data.get("id"):
        raise tk.ValidationError({"id": [tk._("Say which local authority.")]})
    organization = _checked(context, data)
    change = _change(context, organization)
    _apply(change, data, _reads(context, organization))
    recompute.recompute(organization.id)
    return _after(context, organization, data)


def _flat(data_dict: dict[str, Any]) -> dict[str, Any]:
    """The fields of ``evidence`` at the top, where a form sends them."""
    data = dict(data_dict)
    proof = data.pop("evidence", None)
    return {**data, **proof} if isinstance(proof, dict) else data


def _checked(context: types.Context, data: dict[str, Any]) -> model.Group:
    """The organization, when this person may make this change there."""
    organization = organization_of(data)
    about = {"id": organization.id}
    _visible(context, "odl_path_read", about)
    asked = [name for name in _DECISIONS if data.get(name)]
    tk.check_access("odl_path_waive" if asked else "odl_step_update", context, about)
    return organization


def _change(context: types.Context, organization: model.Group) -> Change:
    row = model.Session.get(PathProgress, organization.id)
    actor = acting.actor(str(context.get("user") or ""), organization)
    return Change(organization, actor, _today(), row.profile if row else "")


def _apply(change: Change, data: dict[str, Any], reads: bool) -> None:
    step, reason = data["step"], data.get("reason") or ""
    if data.get("withdraw"):
        return change.withdraw(step, data["withdraw"], reason)
    checklist = definition.current().checklist
    is_duty = step in checklist.duties
    if not is_duty and step not in checklist.steps(change.profile):
        raise tk.ValidationError({"step": [tk._("This step is not part of the path.")]})
    if is_duty and not data.get("kind"):
        raise tk.ValidationError({"step": [tk._("A duty of the law cannot be waived: give a proof of it.")]})
    if data.get("waive"):
        return change.waive(step, reason, data.get("state") or "waived")
    if data.get("unwaive"):
        return change.unwaive(step, reason)
    if data.get("propose_not_applicable"):
        return change.propose(step, reason)
    if data.get("accept") or data.get("refuse"):
        return change.answer(step, accepted=bool(data.get("accept")), reason=reason)
    if data.get("kind"):
        change.give(step, data)
        return None
    raise tk.ValidationError({"kind": [tk._("Say what to change: a proof, a waiver, a proposal.")]})


def _after(context: types.Context, organization: model.Group, data: dict[str, Any]) -> dict[str, Any]:
    if data["step"] in definition.current().checklist.duties:
        shown = showing.duties(organization, _today(), data.get("language"))
        return next(duty for duty in shown["duties"] if duty["id"] == data["step"])
    shown = showing.progress(organization, context.get("user"), full=True, asked=data.get("language"))
    return showing.step(shown, data["step"]) or {}


def _update_many(context: types.Context, data: dict[str, Any]) -> dict[str, Any]:
    """The same decision for several organizations: all of them, or none when one may not be changed."""
    if not any(data.get(name) for name in ("waive", "unwaive")):
        raise tk.ValidationError({"ids": [tk._("Only waivers can be given to several local authorities at once.")]})
    organizations = [_checked(context, {**data, "id": id_}) for id_ in _chosen(context, data)]
    if not organizations:
        raise tk.ValidationError({"ids": [tk._("Choose at least one local authority.")]})
    done = []
    for organization in organizations:
        try:
            _apply(_change(context, organization), data, True)
        except tk.ValidationError as refusal:
            if not (data.get("unwaive") and "unwaive" in refusal.error_dict):
                raise
            continue  # one of them was not waived: nothing to take back there
        done.append(organization)
    if len(done) > _AT_ONCE:
        marking.mark(organization.id for organization in done)
    else:
        for organization in done:
            recompute.recompute(organization.id)
    return {
        "count": len(done),
        "results": [{"id": one.id, "name": one.name, "title": one.display_name} for one in done],
    }


def _chosen(context: types.Context, data: dict[str, Any]) -> list[str]:
    if data.get("ids"):
        return list(dict.fromkeys(data["ids"]))
    _visible(context, "odl_progress_list", {"atd": data["atd"]})
    table = PathProgress.__table__
    scope = reach.of(context).perimeter(_atd_id(data))
    return list(
        model.Session.scalars(
            sa.select(table.c.organization_id)
            .where(scope, table.c.profile == data["profile"])
            .order_by(table.c.sort_title)
        )
    )


@tk.side_effect_free
@tk.validate_action_data(schema.history_list)
def odl_history_list(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """What changed on a path, newest first: who, for whom, what, when, why.

    :param id: id or name of the organization
    :param step: only this step (one that left the checklist too)
    :param start: how many to leave out before; ``rows``: how many at most (50 by default)
    :returns: ``count`` and ``results``: ``id``, ``at``, ``what``, ``step``, ``label``, ``before``, ``after``, ``why``,
        ``who`` (null: computed), ``for_body`` (the body they worked for, null: its own agent), ``mandate``
    :raises ObjectNotFound: no such organization, or not for this user
    """
    _visible(context, "odl_history_list", data_dict)
    return showing.history(organization_of(data_dict), data_dict.get("step"), data_dict["start"], data_dict["rows"])


@tk.side_effect_free
@tk.validate_action_data(schema.one)
def odl_duties_show(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """The register of duties of a collectivité: which apply and why, what proves them. Never public.

    :param id: id or name of the organization
    :returns: see docs/api.md
    :raises ObjectNotFound: no such organization, or not for this user
    """
    _visible(context, "odl_duties_show", data_dict)
    return showing.duties(organization_of(data_dict), _today(), data_dict.get("language"))


@tk.validate_action_data(schema.one)
def odl_progress_recompute(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Compute anew, at once, where a collectivité stands.

    :param id: id or name of the organization
    :returns: as ``odl_progress_show``
    """
    organization = organization_of(data_dict)
    _visible(context, "odl_path_read", data_dict)
    tk.check_access("odl_progress_recompute", context, data_dict)
    recompute.recompute(organization.id)
    return showing.progress(organization, context.get("user"), full=True, asked=data_dict.get("language"))


@tk.side_effect_free
@tk.validate_action_data(schema.one)
def odl_mandate_list(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """The referents of a collectivité and their mandates, those in force first.

    :param id: id or name of the organization
    :returns: ``count`` and ``results``: ``id``, ``role``, ``title``, ``person``, ``body``, ``since``, ``until``,
        ``in_force``
    :raises ObjectNotFound: no such organization, or not for this user
    """
    _visible(context, "odl_mandate_list", data_dict)
    return showing.mandates(organization_of(data_dict), _today())


@tk.validate_action_data(schema.mandate_update)
def odl_mandate_update(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Name a referent, change a mandate, or take it back.

    :param id: id or name of the organization
    :param mandate: id of the mandate to change; left out: a new one
    :param role: agent, elu, atd, epci or secretary
    :param title: the function in words (no address, no telephone number)
    :param user: name or id of the account of the person; ``body``: of the body that lends them
    :param since: first day; ``until``: last day, left out: no end is set
    :param remove: true: take this mandate back
    :returns: as ``odl_mandate_list``
    """
    organization = organization_of(data_dict)
    _visible(context, "odl_path_read", data_dict)
    tk.check_access("odl_mandate_update", context, data_dict)
    change = _change(context, organization)
    if data_dict.get("remove"):
        change.remove_mandate(data_dict.get("mandate") or "")
    else:
        change.put_mandate(data_dict.get("mandate"), _mandate(data_dict, change.today))
    recompute.recompute(organization.id)
    model.Session.expire_all()
    return showing.mandates(organization, change.today)


def _mandate(data: dict[str, Any], today: dt.date) -> dict[str, Any]:
    """The columns that a call gives to a mandate."""
    values: dict[str, Any] = {name: data[name] for name in ("role", "title") if data.get(name)}
    if "role" not in values and not data.get("mandate"):
        raise tk.ValidationError({"role": [tk._("Say what this person is.")]})
    if data.get("user"):
        user = model.User.get(data["user"])
        if user is None or user.state != model.State.ACTIVE:
            raise tk.ValidationError({"user": [tk._("There is no such account.")]})
        values["user_id"] = user.id
    if data.get("body"):
        body = model.Group.get(data["body"])
        if body is None or not body.is_organization or body.state != model.State.ACTIVE:
            raise tk.ValidationError({"body": [tk._("There is no such structure on this portal.")]})
        values["body_id"] = body.id
    since = dt.date.fromisoformat(data["since"]) if data.get("since") else None
    until = dt.date.fromisoformat(data["until"]) if data.get("until") else None
    if since or not data.get("mandate"):
        values["since"] = since or today
    if until or not data.get("mandate") or data.get("until") == "":
        values["until"] = until
    if until and until < values.get("since", until):
        raise tk.ValidationError({"until": [tk._("The end comes before the beginning. Give a later day.")]})
    return values


@tk.validate_action_data(schema.call_note)
def odl_call_note(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Keep in the history what was said in a call to a collectivité. ATD staff only; its agents can read it.

    :param id: id or name of the organization
    :param note: what was said
    :param on: day of the call, today by default
    :returns: the line of history
    """
    organization = organization_of(data_dict)
    _visible(context, "odl_path_read", data_dict)
    tk.check_access("odl_call_note", context, data_dict)
    _change(context, organization).note_call(data_dict.get("note") or "", data_dict.get("on"))
    return showing.history(organization, None, 0, 1)["results"][0]


@tk.side_effect_free
@tk.validate_action_data(schema.one)
def odl_proof_show(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """A file given as proof: ``id``, ``organization_id``, ``step``, ``file_name``, ``file_type``, ``file_size``.

    :param id: id of the proof
    :raises ObjectNotFound: no such file (any more), or not for this user
    """
    proof = model.Session.get(PathProof, data_dict["id"])
    if proof is None or proof.kind != "file" or proof.ended_at is not None:
        raise tk.ObjectNotFound(tk._("There is no such proof."))
    try:
        _visible(context, "odl_path_read", {"id": proof.organization_id})
    except tk.ObjectNotFound:
        # the same words as for a proof that was never there
        raise tk.ObjectNotFound(tk._("There is no such proof.")) from None
    names = ("id", "organization_id", "step", "file_name", "file_type", "file_size")
    return {name: getattr(proof, name) for name in names}
