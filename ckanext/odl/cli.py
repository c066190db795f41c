"""``ckan odl …``: what an administrator runs."""

from __future__ import annotations

import json

import click

from ckanext.odl import jobs
from ckanext.odl.scdl import catalogue

# CKAN's blanket takes what is named here
__all__ = ["odl"]


@click.group()
def odl() -> None:
    """Open data of local authorities."""


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
