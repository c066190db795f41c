"""What the pages of deposits say: the file in plain words, where a deposit stands, what happened to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from ckan.common import current_user
from ckan.plugins import toolkit as tk

from ckanext.odl import config
from ckanext.odl.deposit import signals
from ckanext.odl.language import language
from ckanext.odl.logic.deposit import access

from .pages import odl_day, odl_number

#: Deposits shown on the page of a collectivité.
_SHOWN = 5


def odl_deposit_largest() -> int:
    """The size of the largest file that may be deposited, in bytes."""
    return config.largest_upload()


def odl_with(address: str, **more: Any) -> str:
    """An address with more parameters."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(more)}"


def odl_deposit_url(organization: Mapping[str, Any] | str, **more: Any) -> str:
    """Where one deposits a file for a collectivité (its dict or name).

    :param more: ``jeu`` (name of the dataset that it joins), ``fichier`` (id of the file that it replaces), ``modele``
    """
    name = organization if isinstance(organization, str) else organization["name"]
    return tk.url_for("odl_deposit.index", collectivite=name, **{key: value for key, value in more.items() if value})


def odl_replace_url(package: Mapping[str, Any], resource: Mapping[str, Any]) -> str:
    """Where one brings a new version of a published file: a deposit, or the classic form for a dataset of nobody."""
    organization = package.get("organization")
    if organization and access.may_publish_for(current_user.name, organization["id"]):
        return odl_deposit_url(organization, jeu=package["name"], fichier=resource["id"])
    route = f"{package['type']}_resource.edit"
    return tk.url_for(route, id=package["name"], resource_id=resource["id"], _anchor="field-upload")


def odl_may_deposit(package: Mapping[str, Any]) -> bool:
    """Whether the person may deposit a file for this dataset."""
    user = getattr(current_user, "name", None)
    return package.get("type") == "dataset" and access.may_publish_for(user, package.get("owner_org") or "")


def odl_deposits(organization_id: str) -> dict[str, Any]:
    """The deposits under way of a collectivité (``count``, ``results``), none for who may not deposit there."""
    context: Any = {"user": current_user.name, "auth_user_obj": current_user}
    asked = {"organization": organization_id, "state": "unpublished", "rows": _SHOWN, "language": language()}
    try:
        return tk.get_action("odl_deposit_list")(context, asked)
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return {"count": 0, "results": []}


# -- the file


def odl_deposit_facts(file: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the portal read in a file, in plain words.

    :param file: the part ``file`` of a report
    :returns: ``label``, ``text`` and perhaps ``more``, what it changes for the reader
    """
    facts = [{"label": tk._("Table"), "text": _extent(file), "more": _header(file)}]
    if file.get("sheet"):
        several = len(file.get("sheets") or ()) > 1
        more = odl_sheet_why(file.get("sheet_why") or "") if several else ""
        facts.append({"label": tk._("Sheet"), "text": tk._("“{name}”").format(name=file["sheet"]), "more": more})
    facts.append({"label": tk._("Format"), "text": _format(file), "more": _delimiter(file)})
    if file.get("encoding"):
        facts.append({"label": tk._("Accents"), "text": _encoding(file["encoding"])})
    return facts


def odl_sheet_why(why: str) -> str:
    """Why this sheet of a workbook was read (``sheet_why`` of a report)."""
    return {
        "asked": tk._("it was chosen by hand"),
        "columns": tk._("it has most columns of the model"),
        "first": tk._("it is the first one with a table"),
    }.get(why, "")


def odl_deposit_rows(report: Mapping[str, Any] | None) -> str:
    """How many lines and columns a file has: « 120 lignes, 16 colonnes »."""
    return _extent((report or {}).get("file") or {})


def _extent(file: Mapping[str, Any]) -> str:
    count, columns = file.get("rows") or 0, file.get("columns") or 0
    said = tk.ungettext("{n} row", "{n} rows", count).format(n=odl_number(count))
    if not columns:
        return said
    return f"{said}, {tk.ungettext('{n} column', '{n} columns', columns).format(n=odl_number(columns))}"


def _header(file: Mapping[str, Any]) -> str:
    row = file.get("header_row") or 1
    return tk._("the names of the columns are on row {n}").format(n=odl_number(row)) if row > 1 else ""


def _format(file: Mapping[str, Any]) -> str:
    known = {
        "csv": tk._("CSV"),
        "tsv": tk._("text with tabs (TSV)"),
        "xlsx": tk._("Excel (XLSX)"),
        "xlsm": tk._("Excel (XLSM)"),
        "xls": tk._("old Excel (XLS)"),
        "ods": tk._("LibreOffice (ODS)"),
        "geojson": tk._("map (GeoJSON)"),
        "json": tk._("JSON"),
    }
    format_ = file.get("format") or ""
    return known.get(format_) or format_.upper() or tk._("unknown")


def _delimiter(file: Mapping[str, Any]) -> str:
    known = {
        ";": tk._("columns separated by semicolons"),
        ",": tk._("columns separated by commas"),
        "\t": tk._("columns separated by tabs"),
        "|": tk._("columns separated by vertical bars"),
    }
    return known.get(file.get("delimiter") or "", "")


def _encoding(encoding: str) -> str:
    plain = encoding.lower().replace("_", "-")
    if plain in ("utf-8", "utf8", "utf-8-sig", "ascii"):
        return tk._("they are read well everywhere (UTF-8)")
    if plain in ("cp1252", "windows-1252", "latin-1", "iso-8859-1", "iso-8859-15"):
        return tk._("saved the way of Excel (Windows-1252); the portal reads them well, other software may not")
    return tk._("read as {encoding}").format(encoding=encoding)


def odl_deposit_count(item: Mapping[str, Any]) -> str:
    """How many cells, columns or rows a repair or a finding is about."""
    number = item["count"]
    if item.get("unit") == "row":
        said = tk.ungettext("{n} row", "{n} rows", number)
    elif item.get("unit") == "column":
        said = tk.ungettext("{n} column", "{n} columns", number)
    elif item.get("unit") == "file":
        return tk._("the whole file")
    else:
        said = tk.ungettext("{n} cell", "{n} cells", number)
    return said.format(n=odl_number(number))


def odl_cause_count(cause: Mapping[str, Any]) -> str:
    """How many cells, columns, rows or records a cause of a report is about."""
    number, unit = cause["cells"], cause["unit"]
    if unit == "column":
        said = tk.ungettext("{n} column", "{n} columns", number)
    elif unit == "row":
        said = tk.ungettext("{n} row", "{n} rows", number)
    elif unit == "record":
        said = tk.ungettext("{n} record", "{n} records", number)
    elif unit == "problem":
        said = tk.ungettext("{n} problem", "{n} problems", number)
    else:
        said = tk.ungettext("{n} cell", "{n} cells", number)
    return said.format(n=odl_number(number))


def odl_repair_place(repair: Mapping[str, Any], place: str) -> str:
    """The place of an example of a repair: a cell as it is, a row or a column that is taken away as such."""
    if repair.get("removes") == "column":
        return tk._("Column {letter}").format(letter=place)
    is_row = repair.get("removes") == "row" or place.isdigit()
    return tk._("Row {n}").format(n=place) if is_row else place


def odl_visible(text: Any) -> str:
    """A value whose spaces at both ends and between words can be seen, since they may be all that changes."""
    said = "" if text is None else str(text)
    if not said:
        return tk._("(empty)")
    core = said.strip(" ")
    start, end = len(said) - len(said.lstrip(" ")), len(said) - len(said.rstrip(" "))
    marked = f"{'␣' * start}{core}{'␣' * end}" if core else "␣" * len(said)
    for space in ("\u00a0", "\u202f", "\u2009"):
        marked = marked.replace(space, "⍽")
    return marked.replace("\n", "↵").replace("\t", "⇥")


def odl_deposit_signal(signal: Mapping[str, Any]) -> str:
    """What a finding of personal data may be."""
    kind = str(signal["kind"])
    known = {
        "email": tk._("E-mail addresses"),
        "phone": tk._("Telephone numbers"),
        "nir": tk._("Social security numbers"),
        "birth-date": tk._("Dates of birth"),
        "person-name": tk._("Names of persons"),
        "iban": tk._("Bank account numbers (IBAN)"),
    }
    return known.get(kind, kind)


def odl_deposit_signal_words(signal: Mapping[str, Any]) -> str:
    """A finding of personal data in a sentence, with its column."""
    return signals.sentence(signal, language())


def odl_deposit_signal_columns(found: Iterable[Mapping[str, Any]]) -> int:
    """How many columns the findings of personal data are in: one column may hold several kinds."""
    return len({(signal.get("sheet", ""), signal["column"]) for signal in found})


# -- the deposit


def odl_deposit_standing(deposit: Mapping[str, Any]) -> str:
    """One sentence: where a deposit stands and what it waits for."""
    state = deposit["state"]
    if state == "published":
        return tk._("Kept as a draft: it is not public.") if deposit.get("private") else tk._("Published.")
    if state == "abandoned":
        return tk._("Set aside.")
    if state == "waiting":
        return odl_deposit_waiting(deposit)
    return {
        "checking": tk._("The portal is reading it."),
        "valid": tk._("Nothing to correct: it can be described and published."),
        "invalid": tk._("There is something to correct before it is published."),
        "unreadable": tk._("It could not be read as a table."),
        "no_schema": tk._("Its model is to be chosen."),
        "document": tk._("It is not a table: it can be described and published as it is."),
    }.get(deposit["file"]["state"], tk._("Its check is to be done again."))


def odl_deposit_waiting(deposit: Mapping[str, Any]) -> str:
    """Why a deposit waits, in a sentence; empty when it does not."""
    if deposit["state"] != "waiting":
        return ""
    if deposit.get("note"):  # it should have gone on by itself and did not
        return deposit["note"]
    if deposit.get("reason") == "check":
        return tk._("The portal is reading it. It is published by itself as soon as its report is good.")
    if deposit.get("reason") == "privacy":
        return tk._(
            "It was put into its dataset without passing by here, and seems to hold personal data: say what they are."
        )
    if deposit.get("reason") == "scheduled":
        said = odl_day_of(deposit["publish_on"]) if deposit.get("publish_on") else ""
        by = deposit.get("approved_by")
        if by:
            return tk._("It will be published on {day}, as {name} agreed.").format(day=said, name=by)
        return tk._("It will be published on {day}.").format(day=said)
    if deposit.get("reason") == "acceptance" and deposit.get("prepared_by"):
        said = tk._(
            "Prepared by {who} from a file of several local authorities: nothing is public before you accept it."
        )
        return said.format(who=deposit["prepared_by"]["title"])
    if deposit.get("reason") == "acceptance":
        return tk._("It waits until the structure that supports you, or an agent, accepts it.")
    return tk._(
        "It waits to be corrected: the structure that supports you asks for files without problems. "
        "Nothing is lost, and what is online stays online."
    )


def odl_day_of(day: str | dt.date) -> str:
    """A date in words, from ISO text or as it is."""
    read = dt.date.fromisoformat(str(day)[:10])
    return odl_day(dt.datetime(read.year, read.month, read.day, 12, tzinfo=dt.timezone.utc))


def odl_deposit_kind(kind: str) -> str:
    """How a file came."""
    known = {
        "original": tk._("as you brought it"),
        "corrected": tk._("corrected by you"),
        "repaired": tk._("repaired by the portal"),
        "typed": tk._("typed on line"),
        "part": tk._("part of a larger file"),
        "sheet": tk._("one sheet of the workbook, alone"),
    }
    return known.get(kind, kind)


def odl_deposit_changes(file: Mapping[str, Any]) -> int:
    """How many cells a repaired file has that its origin had not."""
    changes = file.get("changes") or {}
    return int(changes.get("changes") or 0) if isinstance(changes, Mapping) else int(changes)


def odl_deposit_download(to: Mapping[str, str], file_id: str, changes: bool = False) -> str:
    """The address of a file of a deposit, or of its list of changes."""
    return to["changes" if changes else "files"].replace("{file_id}", file_id)


def odl_deposit_event(line: Mapping[str, Any]) -> str:
    """A line of the history of a deposit."""
    detail = line.get("detail") or {}
    name = detail.get("name") or ""
    known = {
        "created": tk._("Deposit opened"),
        "file": tk._("File “{name}”: {kind}").format(name=name, kind=odl_deposit_kind(detail.get("kind") or "")),
        "updated": _updated(detail.get("fields") or []),
        "sheets": _kept(detail),
        "published": tk._("Published"),
        "opened": tk._("Made public"),
        "door": tk._("Sent by a form or a program that publishes at once"),
        "found": tk._("Something that looks like personal data was seen in a file of the dataset"),
        "replaced": tk._("Another file took its place"),
        "missed": tk._("It could not go on by itself"),
        "expired": tk._("Put aside, since nobody had touched it"),
        "erased": tk._("Its files were taken away"),
        "scheduled": tk._("To be published on a date"),
        "waiting": tk._("Kept waiting"),
        "abandoned": tk._("Put aside"),
        "taken-up": tk._("Taken up again"),
        "split": _shared_out(int(detail.get("parts") or 1)),
        "refused": tk._("Refused"),
        "cover-refused": tk._("{name} refuses to be in it").format(name=name),
        "cover-accepted": tk._("{name} accepts to be in it again").format(name=name),
        "letter": _told(detail.get("state") or ""),
    }
    said = known.get(str(line["what"]), str(line["what"]))
    if detail.get("why"):
        said = f"{said} ({detail['why']})"
    if detail.get("for_them") and line.get("by"):
        return tk._("{what}, written down for them by {who}").format(what=said, who=line["by"])
    return tk._("{what}, by {who}").format(what=said, who=line["by"]) if line.get("by") else said


def _kept(detail: Mapping[str, Any]) -> str:
    """What of a workbook a person chose to publish."""
    if detail.get("kept") == "all":
        return tk._("Whole workbook kept, its other sheets unchecked")
    return tk._("Only the sheet “{name}” kept").format(name=detail.get("sheet") or "")


def _told(state: str) -> str:
    words = {"queued": tk._("Message to its people: leaving"), "sent": tk._("Message to its people: sent")}
    return words.get(state, tk._("Message to its people: did not arrive"))


def _shared_out(parts: int) -> str:
    said = tk.ungettext("Shared out: one deposit prepared", "Shared out: {n} deposits prepared", parts)
    return said.format(n=odl_number(parts))


def _updated(fields: Any) -> str:
    words = {
        "schema_id": tk._("model chosen"),
        "place": tk._("place chosen"),
        "package": tk._("description written"),
        "resource": tk._("file named"),
        "sheet": tk._("sheet chosen"),
        "answers": tk._("questions on personal data answered"),
        "covers": tk._("published as one file or shared out: chosen"),
    }
    said = [word for field, word in words.items() if field in fields]
    joined = ", ".join(said) or tk._("changed")
    return joined[0].upper() + joined[1:]
