"""The models of a collectivité: half filled, last year's brought forward, and the catalogue of her own datasets."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import flask
from ckan import model
from ckan.common import current_user
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response

from ckanext.odl.language import language
from ckanext.odl.logic import overview, own_catalogue, table
from ckanext.odl.logic.action.prefilled import may_publish
from ckanext.odl.logic.prefilled import facts as known_facts
from ckanext.odl.logic.prefilled import former, listing
from ckanext.odl.scdl import NotATable, UnknownSchema, catalogue, prefilled_csv, prefilled_xlsx
from ckanext.odl.scdl.own_catalogue import is_complete
from ckanext.odl.views import csrf, tables
from ckanext.odl.views.collectivite import open_to_its_people

odl_models = Blueprint("odl_models", __name__, url_prefix="/odl")
csrf.protect(odl_models)

_SHARED_SECONDS = 300
_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_PLACES = 50


def _context() -> Any:
    return {"user": current_user.name, "auth_user_obj": current_user}


def _group(organization: dict[str, Any]) -> Any:
    return model.Group.get(organization["id"])


@odl_models.route("/collectivite/<name>/modeles")
def index(name: str) -> str:
    """The models for one collectivité, those that are usual for her first."""
    return _index(open_to_its_people(name), {})


def _index(organization: dict[str, Any], errors: dict[str, list[str]], typed: str = "") -> str:
    group = _group(organization)
    found = listing.of(group, language(), listing.today())
    may_edit = _may_edit(organization["id"])
    kept = own_catalogue.published(group.id)
    return tk.render(
        "odl/models/index.html",
        {
            "organization": organization,
            "facts": found["facts"],
            "siret": found["siret"],
            "usual": [entry for entry in found["models"] if entry["usual"]],
            "others": [entry for entry in found["models"] if not entry["usual"]],
            "may_deposit": may_publish(_context(), group.id),
            "may_edit": may_edit,
            "catalogue_on": own_catalogue.is_on(group),
            "catalogue_dataset": kept,
            "errors": errors,
            "typed": typed,
        },
    )


def _may_edit(organization_id: str) -> bool:
    try:
        tk.check_access("organization_update", _context(), {"id": organization_id})
    except tk.NotAuthorized:
        return False
    return True


@odl_models.route("/collectivite/<name>/modeles", methods=["POST"])
def change(name: str) -> Any:
    """Write the SIRET of the seat, or switch the published catalogue."""
    organization = open_to_its_people(name)
    form = tk.request.form
    do, siret = form.get("do", ""), form.get("siret", "").strip()
    try:
        if do == "siret":
            if not siret:
                raise tk.ValidationError({"odl_siret": [tk._("Write the fourteen digits of the SIRET.")]})
            tk.get_action("organization_patch")(_context(), {"id": organization["id"], "odl_siret": siret})
            tk.h.flash_success(tk._("The SIRET is noted. It is now in your files to fill in."))
        elif do in ("catalogue-on", "catalogue-off"):
            on = do == "catalogue-on"
            tk.get_action("odl_catalogue_update")(_context(), {"id": organization["id"], "on": on})
            tk.h.flash_success(
                tk._("Your catalogue is published. It is replaced each time your datasets change.")
                if on
                else tk._("Your catalogue is no longer kept up to date. The dataset stays as it is.")
            )
    except tk.ValidationError as error:
        errors: dict[str, Any] = error.error_dict
        if "odl_siret" not in errors and "siret" not in errors:
            errors = {"odl_siret": [str(words) for found in errors.values() for words in found]}
        return _index(organization, {"siret": errors.get("odl_siret") or errors.get("siret") or []}, siret), 400
    except tk.NotAuthorized:
        tk.abort(403, tk._("Only those who may edit this local authority can change this."))
    return tk.redirect_to("odl_models.index", name=organization["name"])


@odl_models.route("/collectivite/<name>/modeles/<path:schema>")
def show(name: str, schema: str) -> str:
    """One model for one collectivité: what is in place, and the ways to go on."""
    organization = open_to_its_people(name)
    found = _one(_group(organization), schema)
    return tk.render(
        "odl/models/show.html",
        {
            "organization": organization,
            "entry": found,
            "siret": found["siret"],
            "columns": table.columns(found["id"], language(), found["cells"]),
            "may_deposit": may_publish(_context(), organization["id"]),
            "may_edit": _may_edit(organization["id"]),
        },
    )


def _one(group: Any, schema: str) -> dict[str, Any]:
    try:
        return listing.one(group, schema, language(), listing.today())
    except (UnknownSchema, NotATable):
        tk.abort(404, tk._("The portal knows no such model."))


@odl_models.route("/collectivite/<name>/modeles/<path:schema>/modele.<any(csv, xlsx):extension>")
def prepared(name: str, schema: str, extension: str) -> Response:
    """The model with what is known in place; ``?annee=`` says for which year, ``?lignes=`` how many rows of a CSV."""
    group = _group(open_to_its_people(name))
    found = _one(group, schema)
    year = tk.request.args.get("annee", found["year"], type=int)
    if year is not None and not _FIRST_YEAR <= year <= _LAST_YEAR:
        year = found["year"]
    if extension == "csv":
        rows = max(1, tk.request.args.get("lignes", 1, type=int))
        content = prefilled_csv(found["id"], found["descriptor"], found["facts"], year=year, rows=rows)
    else:
        title = f"{found['title']} {found['version']}"
        content = prefilled_xlsx(found["id"], found["descriptor"], found["facts"], title, language()[:2], year=year)
    return _file(content, extension, _file_name(found["id"], group, year))


@odl_models.route("/collectivite/<name>/modeles/<path:schema>/reprise.xlsx")
def carried(name: str, schema: str) -> Any:
    """The rows of the newest valid file of the collectivité, in the newest version of the model."""
    group = _group(open_to_its_people(name))
    found = _one(group, schema)
    if found["last"] is None:
        tk.abort(404, tk._("There is no valid file of this model to bring forward yet."))
    title = f"{found['title']} {found['version']}"
    try:
        content = former.carried(found["last"], title, language()[:2], found["cells"])
    except former.CannotCarry as error:
        tk.h.flash_error(former.sentence(error.args[0]))
        return tk.redirect_to("odl_models.show", name=group.name, schema=found["id"])
    return _file(content, "xlsx", _file_name(found["id"], group, None))


def _file_name(schema_id: str, group: Any, year: int | None) -> str:
    subject = schema_id.rpartition("/")[2].removeprefix("schema-")
    return "-".join(filter(None, (subject, group.name, str(year or ""))))


def _file(content: bytes, extension: str, name: str) -> Response:
    """A file for the person who asked and for no cache."""
    answer = Response(content, content_type=tables.KINDS[extension])
    answer.headers["Content-Disposition"] = f'attachment; filename="{quote(name)}.{extension}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.cache_control.no_store = True
    tk.request.environ["__no_cache__"] = True
    return answer


@odl_models.route("/collectivite/<name>/catalogue.csv")
def own(name: str) -> Response:
    """The public datasets of a collectivité in the national model of catalogues, as they are now; open to all."""
    group: Any = model.Group.get(name)
    if group is None or not group.is_organization or group.state != model.State.ACTIVE:
        tk.abort(404, tk._("No local authority has this address."))
    facts, _siret = known_facts.of(group)
    answer = Response(own_catalogue.content(group, facts), content_type=tables.KINDS["csv"])
    answer.headers["Content-Disposition"] = f'attachment; filename="catalogue-{quote(group.name)}.csv"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    # who reads it by program learns here what a person reads on the page: without a SIRET the model is not respected
    answer.headers["Odl-Complete"] = "true" if is_complete(facts) else "false"
    answer.cache_control.public = True
    answer.cache_control.s_maxage = _SHARED_SECONDS
    answer.add_etag()
    answer.make_conditional(flask.request)
    return answer


@odl_models.route("/modele/<path:schema>")
def choose(schema: str) -> Any:
    """For which collectivité? Straight to the only one."""
    if not current_user.is_authenticated:
        return tk.redirect_to("user.login", came_from=tk.url_for("odl_models.choose", schema=schema))
    try:
        entry = catalogue().get(schema)
    except UnknownSchema:
        tk.abort(404, tk._("The portal knows no such model."))
    places = overview.collectivites(current_user.name)
    if len(places) == 1:
        return tk.redirect_to("odl_models.show", name=places[0].name, schema=schema)
    query = tk.request.args.get("q", "").strip()
    words = overview.fold(query).split()
    found = [place for place in places if all(word in overview.fold(place.title) for word in words)]
    return tk.render(
        "odl/models/choose.html",
        {
            "schema": {"id": entry.id, "title": entry.title(language())},
            "places": found[:_PLACES],
            "found": len(found),
            "total": len(places),
            "query": query,
        },
    )
