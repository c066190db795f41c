"""What forms ask for: their sections, choices and problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import territory
from ckanext.odl.language import language
from ckanext.odl.logic import collectivite
from ckanext.odl.logic.deposit import staging
from ckanext.odl.logic.validators import DECREE_LICENCES, UNKNOWN_LICENCE, odl_choices_output, territory_of
from ckanext.odl.scdl import catalogue
from ckanext.odl.territory import LEVELS, parse_territory

Option = dict[str, str]
OptionGroup = dict[str, Any]


def odl_form_sections(fields: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the fields of a form in sections: a field with ``odl_section`` begins one."""
    sections: list[dict[str, Any]] = []
    for field in fields:
        if field.get("form_snippet", "") is None:
            continue
        if not sections or "odl_section" in field:
            sections.append({"title": field.get("odl_section"), "fields": []})
        sections[-1]["fields"].append(field)
    return sections


def odl_choice_groups(field: Mapping[str, Any], selected: str | None) -> list[OptionGroup]:
    """Return the choices of a field: those in use every day, then the rare ones."""
    text = tk.h.scheming_language_text
    common: list[Option] = []
    rare: list[Option] = []
    for choice in tk.h.scheming_field_choices(field):
        option = {"value": choice["value"], "text": text(choice["label"])}
        (rare if choice.get("odl_rare") else common).append(option)
    if selected and selected not in {option["value"] for option in common + rare}:
        rare.append({"value": selected, "text": selected})
    if not rare:
        return [{"label": "", "options": common}]
    return [
        {"label": text(field.get("odl_main_group")), "options": common},
        {"label": text(field.get("odl_rare_group")) or tk._("Others"), "options": rare},
    ]


def odl_problems(
    errors: Mapping[str, Any],
    fields: Iterable[Mapping[str, Any]],
    other_fields: Iterable[Mapping[str, Any]] | None = None,
) -> list[dict[str, str]]:
    """Return what is wrong in a form, in the order of its fields, each with the id of the control to mend.

    ``url``: the page of the deposit that it is about.

    *other_fields* are those of another form: their problems are told without a link.
    """
    text = tk.h.scheming_language_text
    known = {field["field_name"]: (text(field["label"]), f"field-{field['field_name']}") for field in fields}
    known["upload"] = (text({"fr": "Fichier", "en": "File"}), "field-upload")
    for field in other_fields or ():
        known.setdefault(field["field_name"], (text(field["label"]), ""))
    known["groups"] = known.get("odl_parent", ("", ""))
    told: Any = errors.get("odl_deposit")
    errors = {name: error for name, error in errors.items() if name != "odl_deposit"}  # facts for programs
    deposit = told.get("url", "") if isinstance(told, Mapping) else ""
    problems = []
    for name in [*(name for name in known if name in errors), *(name for name in errors if name not in known)]:
        label, anchor = known.get(name, ("", ""))
        sentences = list(_sentences(errors[name]))
        if sentences:
            problem = {"field": name, "label": label, "anchor": anchor, "text": " ".join(sentences)}
            problems.append({**problem, "url": deposit if name in ("private", "upload") else ""})
    return problems


def _sentences(error: Any) -> Iterable[str]:
    """Yield the sentences of an error, however deep CKAN has nested them."""
    if isinstance(error, str):
        yield error
    elif isinstance(error, Mapping):
        for inner in error.values():
            yield from _sentences(inner)
    elif isinstance(error, Iterable):
        for inner in error:
            yield from _sentences(inner)


# -- licences --------------------------------------------------------------------------------------------------------


def odl_licence_groups(selected: str | None) -> list[OptionGroup]:
    """Return the licences: those of the decree, then those that need a reason. "Not specified" is no choice."""
    licences = {licence.id: licence.title for licence in model.Package.get_license_register().values()}
    decree = [{"value": id, "text": licences[id]} for id in DECREE_LICENCES if id in licences]
    others = [
        {"value": id, "text": title}
        for id, title in licences.items()
        if id not in DECREE_LICENCES and (id != UNKNOWN_LICENCE or selected == UNKNOWN_LICENCE)
    ]
    if selected and selected not in licences:
        others.append({"value": selected, "text": selected})
    return [
        {"label": tk._("Licences of the decree"), "options": decree},
        {"label": tk._("Others, with a reason"), "options": others},
    ]


def odl_default_licence(data: Mapping[str, Any]) -> str:
    """Return the licence set in advance by the collectivité of a new dataset."""
    organization = _organization_of(data)
    return collectivite.fields(organization).get("odl_default_licence", "") if organization else ""


def _organization_of(data: Mapping[str, Any]) -> model.Group | None:
    """Return the collectivité of a dataset in a form: chosen, given in the address, or the only one of the user."""
    reference = data.get("owner_org") or data.get("group_id") or tk.request.args.get("group")
    if reference:
        return model.Group.get(reference)
    mine = tk.h.organizations_available("create_dataset")
    return model.Group.get(mine[0]["id"]) if len(mine) == 1 else None


# -- territory -------------------------------------------------------------------------------------------------------


def odl_territory_boxes(data: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return what stands in the three boxes of a territory: as typed, as stored, or the collectivité's own."""
    if any(f"{name}_{part}" in data for part in ("level", "code", "name")):
        return {part: data.get(f"{name}_{part}") or "" for part in ("level", "code", "name")}
    line = data.get(name) or ("" if data.get("id") else territory_of(_organization_of(data)))
    territory = parse_territory(line)
    if territory is None:
        return {"level": "", "code": "", "name": line or ""}
    return {"level": territory.level, "code": territory.code, "name": territory.name}


def odl_territory_levels() -> list[Option]:
    words = {
        "commune": tk._("Municipality"),
        "epci": tk._("Intermunicipality (EPCI)"),
        "departement": tk._("Département"),
        "region": tk._("Région"),
        "france": tk._("The whole of France"),
        "autre": tk._("Other territory"),
    }
    return [{"value": level, "text": words[level]} for level in LEVELS]


def odl_territory_text(line: str) -> str:
    """Return a stored territory as people read it: ``Saint-Exemple (commune, 48150)``."""
    territory = parse_territory(line)
    if territory is None:
        return line
    level = next(option["text"] for option in odl_territory_levels() if option["value"] == territory.level)
    if not territory.name:
        return " ".join(part for part in (level, territory.code) if part)
    details = ", ".join(part for part in (level, territory.code) if part and territory.level != "autre")
    return f"{territory.name} ({details})" if details else territory.name


# -- models and files ------------------------------------------------------------------------------------------------


def odl_schema_groups(selected: str | None) -> list[OptionGroup]:
    """Return the models to choose from: the *Socle commun* first, then by theme; obsolete ones only when chosen."""
    lang = language()
    socle: list[Option] = []
    themes: dict[str, list[Option]] = {}
    for entry in catalogue().entries:
        if entry.obsolete and entry.id != selected:
            continue
        option = {"value": entry.id, "text": entry.title(lang)}
        if entry.label_socle:
            socle.append(option)
        else:
            themes.setdefault(entry.theme_title(lang) or tk._("Others"), []).append(option)
    groups = [{"label": tk._("Common core of local data"), "options": socle}] if socle else []
    groups += [{"label": theme, "options": themes[theme]} for theme in sorted(themes, key=str.casefold)]
    if selected and not any(option["value"] == selected for group in groups for option in group["options"]):
        groups.append({"label": tk._("Others"), "options": [{"value": selected, "text": selected}]})
    return groups


def odl_schema_choices(field: Mapping[str, Any] | None = None) -> list[dict[str, str]]:
    """Return every model as ckanext-scheming's ``choices_helper`` wants it."""
    lang = language()
    return [{"value": entry.id, "label": entry.title(lang)} for entry in catalogue().entries]


def odl_uploaded_file(data: Mapping[str, Any]) -> str | None:
    """Return the name of the file that the portal holds for the resource in a form, None when it holds none."""
    resource = model.Resource.get(data["id"]) if data.get("id") else None
    if resource is None or resource.url_type != "upload":
        return None
    return resource.url.rsplit("/", 1)[-1]


def odl_staged_file(data: Mapping[str, Any]) -> staging.Staged | None:
    """Return the file that was chosen before in the form of a file, if it is still kept for this person."""
    return staging.of_form(data.get(staging.FIELD), getattr(tk.current_user, "id", ""))


# -- collectivités ---------------------------------------------------------------------------------------------------


def odl_is_sysadmin() -> bool:
    return bool(getattr(tk.current_user, "sysadmin", False))


def _organization_in_form(data: Mapping[str, Any]) -> model.Group | None:
    return model.Group.get(data["id"]) if data.get("id") else None


def odl_parent_choices(data: Mapping[str, Any]) -> list[Option]:
    """Return the structures that the user may put above the collectivité in a form."""
    groups = collectivite.parents_to_choose(getattr(tk.current_user, "name", None), _organization_in_form(data))
    return [{"value": group.name, "text": group.display_name} for group in groups]


def odl_parent_selected(data: Mapping[str, Any]) -> str:
    """Return the name of the parent: as typed, as stored, as given in the address, or the only one there is."""
    if "odl_parent" in data:
        return data["odl_parent"]
    organization = _organization_in_form(data)
    if organization:
        return next((group.name for group in collectivite.parents(organization)), "")
    offered = odl_parent_choices(data)
    return offered[0]["value"] if len(offered) == 1 and not odl_is_sysadmin() else ""


def odl_parent_fixed(data: Mapping[str, Any]) -> bool:
    """Tell whether the user sees the parent without being able to change it."""
    organization = _organization_in_form(data)
    return not collectivite.may_choose_parent(getattr(tk.current_user, "name", None), organization)


# -- identity of a collectivité --------------------------------------------------------------------------------------


def odl_identity_found(data: Mapping[str, Any]) -> list[dict[str, str]] | None:
    """Return what answers the search typed in a form, None when nothing was searched."""
    typed = str(data.get("odl_find") or "").strip()
    if not typed:
        return None
    return [
        {"id": body.id, "label": body.label, "details": _details(body), "remark": body.remark_text(language())}
        for body in territory.search(typed, limit=12)
    ]


def _details(body: territory.Body) -> str:
    """What tells a body from others, beside its label: kind, code, inhabitants."""
    parts = [body.kind_text(language())]
    if body.insee:
        parts.append(tk._("INSEE code {code}").format(code=body.insee))
    elif body.siren:
        parts.append(tk._("SIREN {code}").format(code=body.siren))
    if body.population is not None:
        number = tk.h.odl_number(body.population)
        parts.append(tk.ungettext("{n} inhabitant", "{n} inhabitants", body.population).format(n=number))
    return " · ".join(parts)


def odl_departments() -> list[Option]:
    """Return the départements and overseas collectivités to choose from: ``48 Lozère``."""
    known = territory.reference()
    found = (known.department(code) for code in known.departments)
    return [{"value": body.code, "text": f"{body.code} {body.name}"} for body in found if body]


def odl_chosen(value: Any) -> list[str]:
    """Return the boxes of a field that are ticked: as stored, or as a form sends one or several."""
    if isinstance(value, str):
        return odl_choices_output(value) if value.startswith("[") else [value]
    return list(value or ())


def odl_may_group(data: Mapping[str, Any]) -> bool:
    """Tell whether the user says in which group of its ATD the collectivité in a form is."""
    return collectivite.may_choose_parent(getattr(tk.current_user, "name", None), _organization_in_form(data))
