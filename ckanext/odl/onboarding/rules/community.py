"""What is planned, shared, used and answered: rules of tools that a portal may not have yet."""

from __future__ import annotations

import datetime as dt

from ..proofs import standing
from ..results import RuleResult
from ..snapshot import Snapshot
from .base import COUNT, Params, done, go, no_tool, rule, stale, todo, unknown
from .evidence import declared


@rule("min", min=COUNT)
def plan_ready(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Enough lines of the opening plan have a subject, a person and a date, and none is late by too much."""
    if snapshot.plan is None:
        return no_tool("plan_ready.no_tool")
    action = go("plan", "plan")
    ready = [line for line in snapshot.plan if line.subject.strip() and line.person.strip() and line.due_on]
    late = [
        line
        for line in snapshot.plan
        if not line.done and line.due_on and (today - line.due_on).days > params["plan_late_days"]
    ]
    if len(ready) < params["min"]:
        return todo("plan_ready.few", action, n=len(ready), least=params["min"])
    if late:
        return stale("plan_ready.late", action, n=len(late), days=params["plan_late_days"])
    return done("plan_ready.ready", n=len(ready))


@rule()
def shared_document(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """A document was shared with the other collectivités, or somebody says whom the collectivité helped."""
    if snapshot.shared_documents is None:
        return no_tool("shared_document.no_tool")
    if snapshot.shared_documents:
        return done("shared_document.shared", n=snapshot.shared_documents)
    found = standing(snapshot, params["step"], params["accepts"], params["expires"], params, today)
    if found and not found.expired:
        return declared(found)
    return todo("shared_document.none", go("share", "documents"))


@rule()
def policy_page(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """A published note on a public policy leads to a public dataset."""
    if snapshot.policy_notes is None:
        return no_tool("policy_page.no_tool")
    if snapshot.policy_notes:
        return done("policy_page.published", n=snapshot.policy_notes)
    return todo("policy_page.none", go("policy", "policies"))


@rule("min", min=COUNT, by=("own", "third"))
def reuse_count(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Enough approved reuses of public datasets, by the collectivité itself or by others."""
    by = params.get("by", "third")
    if snapshot.reuses is None:
        return no_tool(f"reuse_count.no_tool_{by}")
    n = getattr(snapshot.reuses, by)
    if n >= params["min"]:
        return done(f"reuse_count.{by}", n=n)
    return todo(f"reuse_count.few_{by}", go("reuse", "reuses"), n=n, least=params["min"])


@rule()
def aggregate_in(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """A file was taken into the last consolidated file of its model."""
    if snapshot.aggregates is None:
        return no_tool("aggregate_in.no_tool")
    if snapshot.aggregates:
        return done("aggregate_in.taken", n=snapshot.aggregates)
    return todo("aggregate_in.none", go("valid_file", "collectivite"))


@rule()
def requests_answered(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """No question or request waits for too long. Never having received any says nothing."""
    requests = snapshot.requests
    if requests is None:
        return no_tool("requests_answered.no_tool")
    if requests.total <= 0:
        return unknown("requests_answered.none")
    if requests.oldest_open and (today - requests.oldest_open).days > params["answer_days"]:
        return todo("requests_answered.waiting", go("answer", "requests"), day=requests.oldest_open)
    return done("requests_answered.answered", n=requests.total)


@rule()
def contribution_closed(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """A proposed correction was accepted, or refused with a reason. Never having received any says nothing."""
    contributions = snapshot.contributions
    if contributions is None:
        return no_tool("contribution_closed.no_tool")
    closed = contributions.accepted + contributions.refused
    if closed:
        return done("contribution_closed.closed", n=closed)
    if contributions.open:
        return todo("contribution_closed.waiting", go("contribution", "contributions"), n=contributions.open)
    return unknown("contribution_closed.none")


@rule()
def usage_known(snapshot: Snapshot, params: Params, today: dt.date) -> RuleResult:
    """Figures of use exist and are recent."""
    if snapshot.usage_on is None:
        return no_tool("usage_known.no_tool")
    if (today - snapshot.usage_on).days > params["usage_days"]:
        return stale("usage_known.old", go("usage", "usage"), day=snapshot.usage_on)
    return done("usage_known.recent", day=snapshot.usage_on)
