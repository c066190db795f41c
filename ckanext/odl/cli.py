"""``ckan odl …``: what an administrator runs."""

from __future__ import annotations

import json

import click

from ckanext.odl import jobs
from ckanext.odl.doctor import examine
from ckanext.odl.scdl import catalogue

# CKAN's blanket takes what is named here
__all__ = ["odl"]


@click.group()
def odl() -> None:
    """Open data of local authorities."""


@odl.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Say what is dangerous or missing in this portal; ends with 1 when something is."""
    app = context.meta["flask_app"]
    with app.app_context():
        found = examine(app)
    if as_json:
        click.echo(json.dumps([finding.to_dict() for finding in found], ensure_ascii=False))
    else:
        for finding in found:
            click.echo(f"{finding.severity}\t{finding.code}\t{finding.message}\n\t→ {finding.remedy}")
        if not found:
            click.echo("All is well.")
    if any(finding.severity != "advice" for finding in found):
        raise SystemExit(1)


@odl.group()
def validation() -> None:
    """Checks of the files on the portal."""


@validation.command()
def sweep() -> None:
    """Take up the checks that were lost. To be run every minute."""
    click.echo(json.dumps(jobs.sweep()))


@odl.group()
def schemas() -> None:
    """The national schemas that the portal knows."""


@schemas.command("list")
@click.argument("words", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def list_schemas(words: tuple[str, ...], as_json: bool) -> None:
    """Name the schemas, those of the Socle commun first; with WORDS, those that hold them."""
    for entry in catalogue().search(" ".join(words)):
        if as_json:
            facts = {"id": entry.id, "kind": entry.kind, "versions": entry.versions, "accepted": entry.accepted}
            click.echo(json.dumps({**facts, "title": entry.titles, "obsolete": entry.obsolete}, ensure_ascii=False))
        else:
            click.echo(f"{entry.id}\t{entry.latest}\t{entry.kind}\t{entry.title()}")
