"""``ckan odl datagouv …``: the sources, and running one from the command line."""

from __future__ import annotations

import json
import time
from typing import Any

import click
from ckan import model

from ckanext.odl.datagouv.errors import CODES, from_dict
from ckanext.odl.model import DatagouvRun
from ckanext.odl.model.datagouv import DONE, RUNNING, WAITING

from . import run, sources

_PAUSE_SECONDS = 1.0


@click.group()
def datagouv() -> None:
    """Links with data.gouv.fr."""


@datagouv.command("sources")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def list_sources(as_json: bool) -> None:
    """Name the sources: id, how often, whose, title."""
    for source in sources.of_atds(None):
        atd = model.Group.get(source.atd_id)
        facts = {
            "id": source.id,
            "title": source.title,
            "atd": atd.name if atd else None,
            "frequency": source.frequency,
            "active": source.active,
            "organizations": len(source.links(model.Session())),
        }
        if as_json:
            click.echo(json.dumps(facts, ensure_ascii=False))
        else:
            state = source.frequency.lower() if source.active else "switched off"
            count = facts["organizations"]
            click.echo(f"{source.id}\t{state}\t{facts['atd']}\t{count} organizations\t{source.title}")


@datagouv.command("run")
@click.argument("source")
@click.option("--confirm-removals", is_flag=True, help="Go on even when more than a fifth is no longer there.")
def run_source(source: str, confirm_removals: bool) -> None:
    """Run SOURCE (its id) now and say how far it is; prints the outcome as JSON, ends with 1 unless all was read.

    Stopped half-way, it goes on where it was when it is called again.
    """
    if sources.get(source) is None:
        raise click.ClickException("There is no source with this id; “ckan odl datagouv sources” names them.")
    id_ = run.ask(source, confirmed=confirm_removals)
    while not _advance(id_):
        time.sleep(_PAUSE_SECONDS)
    done = model.Session.get(DatagouvRun, id_, populate_existing=True)
    if done is None:
        raise click.ClickException("The run was removed meanwhile.")
    for problem in done.problems or []:
        click.echo(_words(problem), err=True)
    click.echo(json.dumps({"run": id_, "state": done.state, **(done.counts or {})}, ensure_ascii=False))
    if done.state != DONE:
        raise SystemExit(1)


def _advance(id_: str) -> bool:
    """Go on with a run, or watch whoever is at it; True when it is over."""
    try:
        return run.advance(id_, lambda: False, _Progress())
    except run.Busy:
        found = model.Session.get(DatagouvRun, id_, populate_existing=True)
        state = found.state if found else None
        _Progress()((found.progress if found else None) or {})
        model.Session.rollback()
        return state not in (WAITING, RUNNING)


class _Progress:
    """Says how far a run is, every hundredth part."""

    def __init__(self) -> None:
        self._said: tuple[Any, int] | None = None

    def __call__(self, progress: dict[str, Any]) -> None:
        done, total = progress.get("done", 0), progress.get("total", 0)
        part = (progress.get("phase"), 100 * done // total if total else 100)
        if part != self._said:
            self._said = part
            click.echo(f"{part[0]}: {done} of {total}", err=True)


def _words(problem: dict[str, Any]) -> str:
    if problem["code"] in CODES:
        error = from_dict(problem)
        whose = problem.get("national_name") or problem.get("national_id") or "data.gouv.fr"
        return f"{whose}: {error.sentence('en')} {error.remedy('en')}"
    return json.dumps(problem, ensure_ascii=False)
