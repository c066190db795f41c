"""What pages ask of files, models and collectivités, and how they write numbers and dates."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import flask
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from ckan import authz
from ckan.common import current_user
from ckan.plugins import toolkit as tk

from ckanext.odl import config, search
from ckanext.odl.language import language
from ckanext.odl.logic import overview, state
from ckanext.odl.logic.state import FileState
from ckanext.odl.model import State
from ckanext.odl.territory import Name

#: A page waits for its answer at most this long in all, and only for what was asked just before.
_WAIT_SECONDS = 2.0
_FRESH_SECONDS = 15


class DatasetState(NamedTuple):
    """The word for a dataset, on how many of its files it stands."""

    badge: str
    files: int
    total: int


# -- where files stand


def odl_files(package: dict[str, Any], wait: bool = True) -> list[FileState]:
    """Where the files of a dataset stand, in their order.

    :param wait: on the page that follows an upload, give a small file two seconds to be checked
    """
    return _files(package.get("resources") or [], wait=wait)


def odl_file(resource: dict[str, Any], wait: bool = True) -> FileState:
    """Where one file stands; see :func:`odl_files`."""
    return _files([resource], wait=wait)[0]


def odl_first_file(package: dict[str, Any]) -> FileState | None:
    """The file of a dataset that gives it its word, None when it has no file."""
    files = state.leading(odl_files(package, wait=False))
    badge = state.worst(file.badge for file in files)
    return next((file for file in files if file.badge == badge), None)


def odl_remember(packages: Iterable[dict[str, Any]]) -> None:
    """Read the state of all files of a list of datasets at once, for the items that follow."""
    _files([resource for package in packages for resource in package.get("resources") or []], wait=False)


def odl_dataset_state(package: dict[str, Any]) -> DatasetState:
    """The word for a dataset: that of the file to look at first."""
    files = odl_files(package, wait=False)
    badges = [file.badge for file in files]
    badge = state.worst(file.badge for file in state.leading(files))
    return DatasetState(badge, badges.count(badge), len(badges))


def _files(resources: list[dict[str, Any]], *, wait: bool) -> list[FileState]:
    known: dict[str, FileState] = flask.g.setdefault("odl_files", {})
    missing = [resource for resource in resources if resource["id"] not in known]
    if missing:
        known.update((file.resource_id, file) for file in state.of_resources(missing))
    if wait:
        awaited = [resource for resource in resources if _answer_is_near(known[resource["id"]])]
        known.update((file.resource_id, file) for file in _wait_for(awaited))
    return [known[resource["id"]] for resource in resources]


def _wait_for(resources: list[dict[str, Any]]) -> list[FileState]:
    if not resources or tk.request.method != "GET" or not current_user.is_authenticated:
        return []
    end = flask.g.setdefault("odl_wait_end", time.monotonic() + _WAIT_SECONDS)
    files = state.of_resources(resources)
    while any(_answer_is_near(file) for file in files) and time.monotonic() < end:
        time.sleep(0.1)
        files = state.of_resources(resources)
    return files


def _answer_is_near(file: FileState) -> bool:
    if file.state not in (State.WAITING.value, State.RUNNING.value) or (file.size or 0) > config.answer_size():
        return False
    return (dt.datetime.now(dt.timezone.utc) - file.check.queued_at).total_seconds() < _FRESH_SECONDS


# -- words


def odl_badge_name(badge: str) -> str:
    """The word for a state."""
    return search.badge_name(badge)


def odl_schema_name(schema_id: str) -> str:
    """The title of a model."""
    return search.schema_name(schema_id)


@tk.chained_helper
def resource_display_name(next_helper: Callable[..., str], resource_dict: dict[str, Any]) -> str:
    """The name of a file; the one it has on the agent's computer unless another was given."""
    if resource_dict.get("url_type") == "upload" and not resource_dict.get("name") and resource_dict.get("url"):
        return resource_dict["url"].rsplit("/", 1)[-1]
    return next_helper(resource_dict)


def odl_filter_words(chosen: dict[str, list[str]]) -> dict[tuple[str, str], str]:
    """The words for the values that a search was narrowed to, by facet and value."""
    return search.filter_words(chosen)


def odl_doubt(file: FileState) -> str:
    """Why a file is to be checked again; see :func:`ckanext.odl.logic.overview.doubt`."""
    return overview.doubt(file)


def odl_advice(file: FileState, can_edit: bool = False) -> str:
    """One sentence: how a file stands and what to do about it."""
    errors = file.counts.get("errors") or 0
    if file.badge == "valid":
        if file.counts.get("warnings"):
            return tk._("Every row follows the model; the report lists what is worth a look.")
        return tk._("Every row follows the model: nothing to correct.")
    if file.badge == "invalid":
        sentence = tk.ungettext(
            "{n} problem to correct: the report says in which cell, and how.",
            "{n} problems to correct: the report says in which cells, and how.",
            errors,
        )
        return sentence.format(n=odl_number(errors))
    if file.badge == "unreadable":
        return tk._("This file could not be read as a table: the report says why, and what to do.")
    if file.badge == "checking":
        return tk._("The check takes a few seconds; you may leave this page.")
    if file.is_document:
        return tk._("This is not a table: the portal publishes it as it is, without checking its content.")
    if file.badge == "no_schema":
        if can_edit:
            return tk._("Choose its model, and the portal will check it.")
        return tk._("This file does not say which model it follows.")
    return {
        "link": tk._("This file is at an address that the portal cannot read."),
        "silent": tk._("The site where this file is did not answer."),
        "limit": tk._("The check stopped before the end. That says nothing against this file."),
        "interrupted": tk._("The check could not be finished. That says nothing against this file."),
    }[overview.doubt(file)]


def odl_standing(counts: dict[str, int]) -> str:
    """One sentence: how the data of a collectivité stand, good news first.

    :param counts: what :func:`odl_counts` answered
    """
    tables = {badge: number for badge, number in counts.items() if badge != "document"}
    total, good = sum(tables.values()) or sum(counts.values()), counts.get("valid", 0)
    wrong = sum(counts.get(badge, 0) for badge in state.TO_MEND)
    if good == total:
        return tk._("All your data follow their models: nothing to correct.")
    sentence = tk.ungettext(
        "{n} dataset out of {total} follows its model.", "{n} datasets out of {total} follow their models.", good
    ).format(n=odl_number(good), total=odl_number(total))
    if not good:
        sentence = tk.ungettext("{n} dataset is here.", "{n} datasets are here.", total).format(n=odl_number(total))
    if wrong:
        todo = tk.ungettext("{n} is to be corrected.", "{n} are to be corrected.", wrong).format(n=odl_number(wrong))
        return f"{sentence} {todo}"
    return sentence


def odl_counted(counts: dict[str, int]) -> list[dict[str, Any]]:
    """The lines that say how many datasets are in each state, the most pressing first; what is to be corrected is one.

    :param counts: what :func:`odl_counts` answered
    :returns: ``badge``, ``number``, ``filter`` (of the search for these) and ``unreadable``, how many of them are so
    """
    wrong, unreadable = sum(counts.get(badge, 0) for badge in state.TO_MEND), counts.get("unreadable", 0)
    mend = {
        "badge": "invalid",
        "number": wrong,
        "filter": search.MEND if unreadable else "invalid",
        "unreadable": unreadable,
    }
    rest = [
        {"badge": badge, "number": number, "filter": badge, "unreadable": 0}
        for badge, number in counts.items()
        if badge not in state.TO_MEND
    ]
    return [mend, *rest] if wrong else rest


def odl_number(number: float) -> str:
    """A number as people write it."""
    return _number(number, language())


@lru_cache(maxsize=10_000)
def _number(number: float, spoken: str) -> str:
    return format_decimal(number, locale=_locale(spoken))


def odl_name(name: str) -> Name:
    """A name that French sentences join: « {name:of} » is « du Mans », « {name:to} » is « au Mans »."""
    return Name(name)


def odl_size(size: int) -> str:
    """The size of a file."""
    if size < 1_000_000:
        return tk._("{n} kB").format(n=odl_number(max(1, round(size / 1000))))
    return tk._("{n} MB").format(n=odl_number(round(size / 1_000_000, 1)))


def odl_day(moment: dt.datetime) -> str:
    """A date in words, in the portal's time zone."""
    return odl_date(_here(moment).date())


def odl_date(day: dt.date) -> str:
    """A day in words: it has no zone, and is that day everywhere."""
    return _date(day, language())


@lru_cache(maxsize=10_000)
def _date(day: dt.date, spoken: str) -> str:
    locale = _locale(spoken)
    words = format_date(day, format="long", locale=locale)
    # French says the first of a month by its rank.
    return f"1er{words[1:]}" if locale.language == "fr" and day.day == 1 else words


def odl_moment(moment: dt.datetime) -> str:
    """A date and a time in words, in the portal's time zone."""
    hour = format_time(_here(moment), format="short", locale=_locale(language()))
    return tk._("{day} at {hour}").format(day=odl_day(moment), hour=hour)


def _here(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(tk.h.get_display_timezone())


@lru_cache(maxsize=100)
def _locale(spoken: str) -> Locale:
    try:
        return Locale.parse(spoken)
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def odl_page_url(page: int, anchor: str | None = None) -> str:
    """The address at hand, at another page of its list."""
    arguments = {key: value for key, value in tk.request.args.items() if key != "page" and not key.startswith("_")}
    if page > 1:
        arguments["page"] = str(page)
    return tk.url_for(tk.request.endpoint, **(tk.request.view_args or {}), **arguments, _anchor=anchor)


# -- collectivités


def odl_works_for_any() -> bool:
    """Whether the person has a collectivité, hence a page of it."""
    return _works_for()[0]


def odl_staffs_atd() -> bool:
    """Whether the person works for a body that supports others, hence has a dashboard."""
    return _works_for()[1]


def _works_for() -> tuple[bool, bool]:
    """What :func:`overview.works_for` answers for the person, asked once per page."""
    if not current_user.is_authenticated:
        return False, False
    if "odl_works_for" not in flask.g:
        flask.g.odl_works_for = overview.works_for(current_user.name)
    return flask.g.odl_works_for


def odl_counts(organization_id: str) -> dict[str, int]:
    """How many datasets of an organization are in each state, the most pressing first."""
    return overview.counts({"user": current_user.name}, organization_id)


def odl_pressing(organization_id: str, counts: dict[str, int], limit: int = 5) -> list[dict[str, Any]]:
    """The first datasets of an organization in which something is to be corrected."""
    pressing = {badge: number for badge, number in counts.items() if badge in state.TO_MEND}
    packages = overview.datasets({"user": current_user.name}, organization_id, pressing, start=0, rows=limit)
    odl_remember(packages)
    return packages


def odl_works_for(organization_id: str) -> bool:
    """Whether the page of this collectivité is open to the person."""
    return current_user.is_authenticated and authz.has_user_permission_for_group_or_org(
        organization_id, current_user.name, "read"
    )


def odl_field(organization: dict[str, Any], name: str) -> str:
    """A field of an organization, whether a form defines it or it is one of CKAN's extras."""
    extras = {extra["key"]: extra["value"] for extra in organization.get("extras") or []}
    return organization.get(name) or extras.get(name) or ""


def odl_siren(siren: str) -> str:
    """A SIREN as people write it, by threes."""
    return "\u202f".join(siren[start : start + 3] for start in range(0, len(siren), 3))


def odl_department(organization: dict[str, Any]) -> str:
    """The number of a commune's département, which tells it from those of the same name."""
    insee = odl_field(organization, "odl_insee")
    return insee[:3] if insee.startswith(("97", "98")) else insee[:2]
