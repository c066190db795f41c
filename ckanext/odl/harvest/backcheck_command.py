"""``ckan odl datagouv backcheck``: looking now at what arrived on data.gouv.fr."""

from __future__ import annotations

import json

import click
from ckan import model

from ckanext.odl import config
from ckanext.odl.datagouv import errors
from ckanext.odl.logic.datagouv import carriers, looking
from ckanext.odl.model import DatagouvLink

from .command import datagouv


@datagouv.command()
@click.argument("organization", required=False)
def backcheck(organization: str | None) -> None:
    """Look at what arrived on data.gouv.fr of ORGANIZATION (id or name), or of everybody.

    For an ATD: of all that it carries and of its members that have a harvester of their own. Prints one JSON object
    per harvester; ends with 1 when one could not be looked at, whose former state is kept.
    """
    if not config.datagouv_enabled():
        raise click.ClickException("The links with data.gouv.fr are switched off (ckanext.odl.datagouv.enabled).")
    failed = 0
    for id_ in _wanted(organization):
        group = model.Session.get(model.Group, id_)
        name = group.name if group else id_
        try:
            looking.look(id_)
        except looking.Busy:
            click.echo(f"{name}: another process is looking", err=True)
            continue
        link = model.Session.get(DatagouvLink, id_, populate_existing=True)
        stored = (link.backcheck_error if link else None) or {}
        known = (link.backcheck if link else None) or {}
        if stored:
            failed += 1
            error = errors.from_dict({key: value for key, value in stored.items() if key != "at"})
            click.echo(f"{name}: {error.sentence('en')} {error.remedy('en')}", err=True)
        told = {"organization": name, "error": stored.get("code"), "counts": known.get("totals") or {}}
        click.echo(json.dumps(told, ensure_ascii=False))
    if failed:
        raise SystemExit(1)


def _wanted(organization: str | None) -> list[str]:
    if organization is None:
        return carriers.declared()
    group = model.Group.get(organization)
    if group is None or not group.is_organization:
        raise click.ClickException("There is no such organization.")
    found = carriers.all_of(group)
    if not found:
        raise click.ClickException("No organization of data.gouv.fr is declared for it.")
    return found
