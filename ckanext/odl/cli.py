"""``ckan odl …``: what an administrator runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from ckanext.odl import config, jobs, staying
from ckanext.odl.doctor import examine
from ckanext.odl.harvest import backcheck_command as _backcheck  # noqa: F401 (its command joins the group)
from ckanext.odl.harvest import command as datagouv_command
from ckanext.odl.harvest import worker as links
from ckanext.odl.language import language
from ckanext.odl.logic import checklist as portal_checklist
from ckanext.odl.logic import index, own_catalogue, schema_sync
from ckanext.odl.logic.campaign import work as campaigns
from ckanext.odl.logic.deposit import due, expiring
from ckanext.odl.logic.path import recompute
from ckanext.odl.onboarding import ChecklistError, diff
from ckanext.odl.scdl import catalogue
from ckanext.odl.scdl.sync import SyncError, sentence

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
@click.option(
    "--every",
    "seconds",
    type=click.IntRange(min=1),
    metavar="SECONDS",
    help="Stay, and do it again each so many seconds.",
)
def sweep(seconds: int | None) -> None:
    """Take up what was lost (checks, paths, the index), publish the deposits that are due.

    To be kept running with --every 60, or run every minute. It ends when it gets SIGTERM or SIGINT.
    """
    if seconds:
        staying.sweep_every(seconds, _sweep)
    else:
        _sweep()


def _sweep() -> None:
    others = {"paths": recompute.sweep(), "datagouv": links.sweep(), "deposits": {**due.sweep(), **expiring.sweep()}}
    others |= {"campaigns": campaigns.sweep(), "indexed": index.mend()}
    click.echo(json.dumps({**jobs.sweep(), **others}))


@odl.group()
def progress() -> None:
    """Where the local authorities stand on their path."""


@progress.command("recompute")
@click.option("--organization", "names", multiple=True, help="Only this one (id or name); may be given several times.")
@click.option("--stale-only", is_flag=True, help="Leave out what was computed today and has not changed since.")
def recompute_progress(names: tuple[str, ...], stale_only: bool) -> None:
    """Compute anew what time alone changes. To be run every night.

    Stopped half-way, it goes on where it was with --stale-only. Several may run at once: each takes others.
    """
    done = failed = 0
    todo = recompute.recompute_some(names) if names else recompute.recompute_all(stale_only=stale_only)
    for id_, left, success in todo:
        done, failed = done + success, failed + (not success)
        if not success:
            click.echo(f"{id_}: failed, see the log", err=True)
        if (done + failed) % 100 == 0:
            click.echo(f"{done + failed} computed, {left} left", err=True)
    click.echo(json.dumps({"computed": done, "failed": failed}))
    if failed:
        raise SystemExit(1)


@odl.group("catalogue")
def own_catalogues() -> None:
    """The catalogues that local authorities publish of their own datasets."""


@own_catalogues.command("refresh")
def refresh_catalogues() -> None:
    """Bring each of them up to date. Changes do that by themselves; to be run every night for what was missed."""
    written = sum(is_written for _name, is_written in own_catalogue.keep_all())
    click.echo(json.dumps({"written": written}))


odl.add_command(datagouv_command.datagouv)


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


@schemas.command("sync")
@click.option("--dry-run", is_flag=True, help="Read and tell, but write nothing.")
@click.option("--add", multiple=True, metavar="ID", help="Bring this schema too, which the portal does not have yet.")
@click.option("--compare", is_flag=True, help="Tell where the versions that ship with the extension differ too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@click.option("--language", "lang", type=click.Choice(["fr", "en"]), help="Language of the answer.")
def sync_schemas(dry_run: bool, add: tuple[str, ...], compare: bool, as_json: bool, lang: str | None) -> None:
    """Bring the new versions of the national catalogue (ckanext.odl.schemas.catalogue_url) and tell what they change.

    Versions that are here stay as they are. Ends with 1 when something was refused, with 2 when the catalogue cannot
    be read; run again, it takes up what failed.
    """
    spoken = lang or language()
    try:
        run = schema_sync.Sync(add=add, compare=compare, dry_run=dry_run, language=spoken)
    except SyncError as error:
        words = sentence(error.code, error.params, spoken)
        whole = json.dumps({"code": error.code, **words}, ensure_ascii=False)
        click.echo(whole if as_json else f"{words['message']}\n→ {words['remedy']}", err=True)
        sys.exit(2)
    results: list[str] = []
    for outcome in run.run():
        results.append(outcome.result)
        if as_json:
            click.echo(json.dumps(outcome.to_dict(), ensure_ascii=False))
        elif outcome.result != "same":
            click.echo(outcome.text(spoken), err=outcome.result == "refused")
    if not as_json:
        click.echo(run.summary(results))
    if "refused" in results:
        sys.exit(1)


@odl.group()
def checklist() -> None:
    """The definition of the six-phase path."""


_own_file = click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
_in_language = click.option("--language", "lang", type=click.Choice(["fr", "en"]), help="Language of the answer.")


@checklist.command("check")
@_own_file
@_in_language
def check_checklist(file: Path | None, lang: str | None) -> None:
    """Tell what is wrong in FILE (else the file of ckanext.odl.checklist), by line, and how to put it right."""
    _own_checklist(file, lang)


@checklist.command("diff")
@_own_file
@_in_language
def diff_checklist(file: Path | None, lang: str | None) -> None:
    """Tell what FILE (else the file of ckanext.odl.checklist) changes in the packaged definition."""
    own = _own_checklist(file, lang, quiet=True)
    for line in diff(portal_checklist.packaged(), own, lang or language()):
        click.echo(line)


def _own_checklist(file: Path | None, lang: str | None, *, quiet: bool = False) -> portal_checklist.Checklist:
    """Load a portal's own definition, or print its problems and leave with status 1."""
    path = file or (Path(config.checklist()) if config.checklist() else None)
    try:
        own = portal_checklist.load_file(path) if path else portal_checklist.packaged()
    except ChecklistError as error:
        for problem in error.problems:
            click.echo(problem.text(lang or language()), err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"{path}: {error.strerror}", err=True)
        sys.exit(1)
    if not quiet:
        click.echo(f"{path or own.name}: OK ({len(own.steps())} steps, {len(own.duties)} duties)")
    return own
