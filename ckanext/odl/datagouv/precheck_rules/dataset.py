"""Rules on the fields of a dataset and of its organization."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import addresses, outgoing_values
from ..precheck_view import View, keyword, rhythm, text
from .rule import Hit, rule

#: Lengths that udata keeps of a keyword, once it is written without accents and signs.
KEYWORD_LENGTHS = range(3, 97)
#: Ids of licences on data.gouv.fr, and other spellings that it recognises.
LICENCES = frozenset((
    "lov2", "fr-lo", "odc-odbl", "odc-by", "odc-pddl", "cc-by", "cc-by-sa", "cc-zero", "other-open", "other-pd",
    "other-at", "mobility-licence", "etalab-2.0",
))  # fmt: skip
NO_LICENCE = ("", "notspecified", "not-specified")
FILE_NAME = re.compile(r"\S+\.(csv|tsv|xlsx?|ods|json|geojson|zip|pdf|txt|xml|docx?)", re.IGNORECASE)
_PERIOD = ("temporal_start", "temporal_end")
#: The national base keeps one file per commune, under this keyword.
BAL_KEYWORD = "base-adresse-locale"

#: Their absence (null) is mended in the form of the organization.
_ORGANIZATION_FIELDS = ("description", "image_url")


@rule
def title_missing(view: View, channel: str) -> Iterator[Hit]:
    if not (view.text("title") or view.text("name")):
        yield Hit()


@rule
def title_is_file(view: View, channel: str) -> Iterator[Hit]:
    title = view.text("title")
    if FILE_NAME.fullmatch(title):
        yield Hit(values={"title": title})


@rule
def not_a_dataset(view: View, channel: str) -> Iterator[Hit]:
    if view.package.get("type", "dataset") != "dataset":
        yield Hit()


@rule
def no_file(view: View, channel: str) -> Iterator[Hit]:
    if not view.resources:
        yield Hit()


@rule
def email_wrong(view: View, channel: str) -> Iterator[Hit]:
    address = view.package.get("maintainer_email")
    if isinstance(address, str) and address and "@" not in address:
        yield Hit(values={"email": address})


@rule
def author_email_wrong(view: View, channel: str) -> Iterator[Hit]:
    address = view.package.get("author_email")
    if isinstance(address, str) and address and "@" not in address:
        yield Hit(values={"email": address})


@rule
def no_contact(view: View, channel: str) -> Iterator[Hit]:
    owner = view.owner or {}
    known = {"id": "", **{name: owner.get(name) for name in ("name", "title", "odl_contact", "odl_website")}}
    if outgoing_values.contact(view.package, outgoing_values.publisher(known, view.site)) is None:
        yield Hit()


@rule
def licence_unknown(view: View, channel: str) -> Iterator[Hit]:
    licence = view.text("license_id")
    if licence.lower() not in LICENCES | {*NO_LICENCE}:
        yield Hit(values={"licence": view.text("license_title") or licence})


@rule
def licence_none(view: View, channel: str) -> Iterator[Hit]:
    if view.text("license_id").lower() in NO_LICENCE:
        yield Hit()


@rule
def frequency_unknown(view: View, channel: str) -> Iterator[Hit]:
    written = view.text("frequency")
    if written and not rhythm(view):
        yield Hit(values={"frequency": written})


@rule
def period_unreadable(view: View, channel: str) -> Iterator[Hit]:
    for name in _PERIOD:
        written = view.text(name)
        if written and view.day(name, channel) is None:
            yield Hit(field=name, values={"date": written})


@rule
def period_one_end(view: View, channel: str) -> Iterator[Hit]:
    start, end = (view.day(name, channel) for name in _PERIOD)
    if (start is None) != (end is None):
        yield Hit(field="temporal_start" if start is None else "temporal_end")


@rule
def period_reversed(view: View, channel: str) -> Iterator[Hit]:
    start, end = (view.day(name, channel) for name in _PERIOD)
    if start and end and start > end:
        yield Hit()


@rule
def keywords_short(view: View, channel: str) -> Iterator[Hit]:
    short = [words for words in view.keywords if len(keyword(words)) < KEYWORD_LENGTHS.start]
    if short:
        yield Hit(values={"keywords": short})


@rule
def keywords_long(view: View, channel: str) -> Iterator[Hit]:
    long = [words for words in view.keywords if len(keyword(words)) >= KEYWORD_LENGTHS.stop]
    if long:
        yield Hit(values={"keywords": long, "most": KEYWORD_LENGTHS.stop - 1})


@rule
def no_keywords(view: View, channel: str) -> Iterator[Hit]:
    if not view.keywords:
        yield Hit()


@rule
def address_base_keyword(view: View, channel: str) -> Iterator[Hit]:
    if BAL_KEYWORD in {keyword(words) for words in view.keywords}:
        yield Hit(values={"keyword": BAL_KEYWORD})


@rule
def territory_without_outline(view: View, channel: str) -> Iterator[Hit]:
    if view.text("odl_territory") and not view.has_geometry(channel):
        yield Hit()


@rule
def geometry_unreadable(view: View, channel: str) -> Iterator[Hit]:
    if view.geometry_problem == "unreadable":
        yield Hit()


@rule
def geometry_kind(view: View, channel: str) -> Iterator[Hit]:
    if view.geometry_problem == "kind":
        yield Hit()


@rule
def geometry_broken(view: View, channel: str) -> Iterator[Hit]:
    if view.geometry_problem == "broken":
        yield Hit()


@rule
def zone_and_geometry(view: View, channel: str) -> Iterator[Hit]:
    # data.gouv.fr knows the names of all communes, départements and régions: a name that it does not know is rare.
    zone = text(view.extras.get("spatial-text"))
    if zone and view.has_geometry("ckan"):
        yield Hit(values={"zone": zone})


@rule
def page_address(view: View, channel: str) -> Iterator[Hit]:
    address = view.text("url")
    if address and addresses.refusal(address) is None and not (view.site and address.startswith(view.site)):
        yield Hit(values={"address": address})


@rule
def left_out_by_api(view: View, channel: str) -> Iterator[Hit]:
    lost = [
        *(["lost-contact"] if "@" in view.text("maintainer_email") else []),
        *(["lost-layout"] if "\n" in view.text("notes") and "<p" not in view.text("notes") else []),
        *(["lost-model"] if any(text(item.get("odl_schema")) for item in view.resources) else []),
        *(["lost-checksum"] if any(text(item.get("hash")) for item in view.resources) else []),
        *(["lost-size"] if any(item.get("size") for item in view.resources) else []),
    ]
    if lost:
        yield Hit(values={"lost": lost})


@rule
def extra_refused(view: View, channel: str) -> Iterator[Hit]:
    for key, value in view.extras.items():
        is_blank = value is None or (isinstance(value, str) and not value.strip())
        is_link = key in ("datafairOrigin", "transport:url")
        wrong_link = is_link and (not isinstance(value, str) or addresses.refusal(value) is not None)
        if not is_blank and (key.startswith(("custom:", "$")) or wrong_link):
            yield Hit(values={"key": key})


@rule
def organization_incomplete(view: View, channel: str) -> Iterator[Hit]:
    for name in _ORGANIZATION_FIELDS:
        if view.organization is not None and not isinstance(view.organization.get(name), str):
            yield Hit(field=name)
