"""``ckan odl …``: what an administrator runs."""

from __future__ import annotations

import json

import click

from ckanext.odl import jobs


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
