"""Sources and runs as the actions show them, and who may look after which."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from ckan import authz, model
from ckan.model.group import group_table
from ckan.plugins import toolkit as tk
from ckanext.harvest.model import HarvestObject

from ckanext.odl.datagouv import incoming
from ckanext.odl.datagouv.errors import CODES, from_dict
from ckanext.odl.harvest import sources
from ckanext.odl.language import language
from ckanext.odl.logic import collectivite
from ckanext.odl.logic.path import acting
from ckanext.odl.logic.state import iso
from ckanext.odl.model import DatagouvRun
from ckanext.odl.model.datagouv import WAITING

_RUN: Any = DatagouvRun.__table__
_OBJECT: Any = HarvestObject.__table__
_OF_RECORDS = ("not-a-record", "no-identifier", "no-title", "too-many-files")
#: What a run lists by name.
_SHOWN = ("added", "updated", "deleted", "flagged", "review", "errored")


def organization(id_or_name: str) -> model.Group:
    """The active organization of this id or name.

    :raises ObjectNotFound: there is none
    """
    found = model.Group.get(id_or_name)
    if found is None or not found.is_organization or found.state != model.State.ACTIVE:
        raise tk.ObjectNotFound(tk._("There is no such local authority on this portal."))
    return found


def source(id_: str) -> sources.Source:
    """The source of this id.

    :raises ObjectNotFound: there is none
    """
    found = sources.get(id_)
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such source."))
    return found


def may_follow(user_name: str | None, group: model.Group | None) -> bool:
    """Whether a person decides what comes in for an organization: the staff of an ATD, for itself and those below."""
    return bool(user_name) and group is not None and collectivite.may_be_parent(user_name, group)


def atds_of(user_name: str | None) -> list[str] | None:
    """The ATDs whose sources a person looks after, those below theirs too; None for all."""
    if authz.is_sysadmin(user_name):
        return None
    mine = collectivite.staffed_by(user_name)
    return sorted({id_ for group in mine for id_ in (group.id, *collectivite.descendants(group))})


def source_dict(found: sources.Source) -> dict[str, Any]:
    """A source for the API, with its last run."""
    links = found.links(model.Session())
    names = _titles([found.atd_id, *(link.organization_id for link in links), *(found.organization_ids or [])])
    asked = set(found.organization_ids or [])
    last = run_list([found.id], rows=1, start=0)["results"]
    return {
        "id": found.id,
        "title": found.title,
        "atd": names.get(found.atd_id),
        "frequency": found.frequency,
        "active": found.active,
        "skip_harvested": found.skip_harvested,
        "all_members": found.organization_ids is None,
        "organizations": [
            {**names[link.organization_id], "national_id": link.national_id, "national_name": link.national_name}
            for link in links
            if link.organization_id in names
        ],
        "not_declared": [
            names[id_] for id_ in sorted(asked - {link.organization_id for link in links}) if id_ in names
        ],
        "created": iso(found.created_at),
        "last_run": last[0] if last else None,
    }


def run_list(source_ids: list[str] | None, *, rows: int, start: int) -> dict[str, Any]:
    """Runs, the newest first: ``count`` and ``results``."""
    chosen = [] if source_ids is None else [_RUN.c.source_id.in_(source_ids)]
    count = model.Session.execute(sa.select(sa.func.count()).select_from(_RUN).where(*chosen)).scalar_one()
    statement = sa.select(DatagouvRun).where(*chosen).order_by(_RUN.c.asked_at.desc(), _RUN.c.id)
    found = list(model.Session.scalars(statement.limit(rows).offset(start).execution_options(populate_existing=True)))
    names = acting.names_of((run.asked_by for run in found), ())
    return {"count": count, "results": [run_dict(run, names) for run in found]}


def run_dict(run: DatagouvRun, names: dict[str, str]) -> dict[str, Any]:
    """A run for the API; problems with a sentence and a remedy in the reader's language."""
    return {
        "id": run.id,
        "source_id": run.source_id,
        "state": run.state,
        "asked_by": names.get(run.asked_by or ""),
        "asked": iso(run.asked_at),
        "started": iso(run.started_at),
        "finished": iso(run.finished_at),
        "confirmed": run.confirmed,
        "progress": None if run.state == WAITING else run.progress,
        "counts": run.counts or {},
        "problems": [told(problem) for problem in run.problems or []],
    }


def changes(run_id: str, *, rows: int, start: int) -> dict[str, Any]:
    """What a run did with each dataset that it touched: ``count`` and ``results`` (``national_id``, ``what``,
    ``changed``)."""
    touched = (_OBJECT.c.harvest_job_id == run_id, _OBJECT.c.report_status.in_(_SHOWN))
    count = model.Session.execute(sa.select(sa.func.count()).select_from(_OBJECT).where(*touched)).scalar_one()
    columns = (_OBJECT.c.guid, _OBJECT.c.report_status, _OBJECT.c.content)
    statement = sa.select(*columns).where(*touched).order_by(_OBJECT.c.report_status, _OBJECT.c.guid)
    return {
        "count": count,
        "results": [
            {
                "national_id": row.guid,
                "what": row.report_status,
                "changed": json.loads(row.content or "{}").get("changed", []),
            }
            for row in model.Session.execute(statement.limit(rows).offset(start))
        ],
    }


def told(problem: dict[str, Any]) -> dict[str, Any]:
    """A problem with its ``sentence`` and ``remedy``; its notes with theirs."""
    sentence, remedy = _words(problem)
    notes = [
        {**note, "sentence": said.sentence(language()), "remedy": said.remedy(language())}
        for note in problem.get("notes") or []
        for said in [_note(note)]
    ]
    return {**problem, "sentence": sentence, "remedy": remedy, **({"notes": notes} if notes else {})}


def _note(stored: dict[str, Any]) -> incoming.Note:
    details = {name: value for name, value in stored.items() if name not in ("code", "file")}
    return incoming.Note(stored["code"], stored.get("file", ""), details)


def _words(problem: dict[str, Any]) -> tuple[str, str]:
    if problem["code"] in _OF_RECORDS:
        details = {name: value for name, value in problem.items() if name != "code"}
        unreadable = incoming.RecordError(problem["code"], **details)
        return unreadable.sentence(language()), unreadable.remedy(language())
    if problem["code"] in CODES and problem["code"] != "gone":
        error = from_dict(problem)
        return error.sentence(language()), error.remedy(language())
    return _own_words(problem)


def _own_words(problem: dict[str, Any]) -> tuple[str, str]:
    code = problem["code"]
    if code == "would-remove":
        figures = {"count": problem.get("count"), "total": problem.get("total")}
        return (
            tk._("{count} of {total} datasets are no longer on data.gouv.fr: that is more than a fifth.").format(
                **figures
            ),
            tk._("Nothing was changed. Look at some of them on data.gouv.fr, then run the source again and agree."),
        )
    if code == "gone":
        why = {
            "archived": tk._("This dataset was archived on data.gouv.fr."),
            "of-another-organization": tk._("This dataset now belongs to another organization on data.gouv.fr."),
        }
        return (
            why.get(problem.get("why", ""), tk._("This dataset was deleted or made private on data.gouv.fr.")),
            tk._("It stays public here for some days; then only its local authority sees it."),
        )
    words = {
        "no-organization": (
            tk._("This source follows no organization of data.gouv.fr yet."),
            tk._("Confirm, for each local authority, its organization on data.gouv.fr."),
        ),
        "organization-twice": (
            tk._("The same organization of data.gouv.fr was confirmed for two local authorities."),
            tk._("Keep it for one of them: its datasets come in only once."),
        ),
        "malformed": (
            tk._("Some entries of the list of data.gouv.fr cannot be read."),
            tk._("The others were read and nothing was removed. Tell data.gouv.fr if it lasts."),
        ),
        "not-valid": (
            tk._("This portal refuses this dataset: its title or its licence is missing."),
            tk._("Have it completed on data.gouv.fr; it comes in with the next run."),
        ),
        "not-taken-over": (
            tk._("Something of this dataset could not be taken over as it is on data.gouv.fr."),
            tk._("The notes say what; most of it can be filled in here."),
        ),
        "fields-left-out": (
            tk._("This dataset came in without some of its fields, which this portal cannot take as they are."),
            tk._("Fill them in on its page here, or have them corrected on data.gouv.fr."),
        ),
        "interrupted": (
            tk._("This run was interrupted several times and was given up."),
            tk._("Run the source again; if it happens again, tell the administrator of the portal."),
        ),
        "switched-off": (
            tk._("The links with data.gouv.fr, or this source, are switched off."),
            tk._("Switch them on again, then run the source."),
        ),
    }
    return words.get(
        code,
        (
            tk._("This dataset could not be brought in."),
            tk._("The others were. Tell the administrator of the portal, who finds the cause in the log."),
        ),
    )


def _titles(ids: list[str]) -> dict[str, dict[str, str]]:
    group: Any = group_table
    rows = model.Session.execute(sa.select(group.c.id, group.c.name, group.c.title).where(group.c.id.in_(ids)))
    return {row.id: {"id": row.id, "name": row.name, "title": row.title or row.name} for row in rows}
