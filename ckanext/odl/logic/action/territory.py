"""The official communes, EPCI, départements and régions."""

from __future__ import annotations

from ckan import types
from ckan.plugins import toolkit as tk

from ckanext.odl import territory
from ckanext.odl.language import language
from ckanext.odl.logic import schema

MOST = 50
"""Answers to one search."""


@tk.side_effect_free
@tk.validate_action_data(schema.territory_search)
def odl_territory_search(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Find a collectivité of the official reference.

    :param q: a name or its beginning, an INSEE code, a SIREN, a SIRET or a postal code (200 characters are read)
    :param kind: only ``commune``, ``epci``, ``departement``, ``region`` or ``autre``
    :param limit: how many answers at most (10, up to 50)
    :param language: of the sentences (that of the request when left out)
    :returns: ``results``, the likeliest first, each with ``id``, ``label``, codes, population and its year, ``remark``
        (it was found by a former code, the name of a part, or a postal code); ``about``: source, licence and date
    """
    tk.check_access("odl_territory_search", context, data_dict)
    kinds = [data_dict["kind"]] if data_dict.get("kind") else territory.KINDS
    found = territory.search(data_dict["q"], kinds, min(data_dict["limit"], MOST))
    asked = data_dict.get("language") or language()
    return {"results": [body.to_dict(asked) for body in found], "about": _about()}


@tk.side_effect_free
@tk.validate_action_data(schema.territory_show)
def odl_territory_show(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Show a commune by its INSEE code, or a commune or EPCI by its SIREN.

    :param insee: INSEE code; a former one gives today's commune, with a remark
    :param siren: SIREN, or a SIRET
    :param language: of the sentences (that of the request when left out)
    :returns: one entry of :func:`odl_territory_search`, with the ``members`` of an EPCI, and ``about``
    :raises ObjectNotFound: no body has this code; the message says so when it is a postal code
    """
    tk.check_access("odl_territory_show", context, data_dict)
    asked = data_dict.get("language") or language()
    insee, siren = data_dict.get("insee") or "", data_dict.get("siren") or ""
    if bool(insee) == bool(siren):
        raise tk.ValidationError({"insee": [tk._("Give an INSEE code or a SIREN, one of the two.")]})
    body = territory.by_insee(insee) if insee else territory.by_siren(siren)
    if body is None or (body.remark and body.remark.code == "postal"):
        problems = territory.identity_problems("", "", insee)
        sentence = problems[0].sentence(asked) if problems else tk._("This code is not in the official list.")
        raise tk.ObjectNotFound(sentence)
    members = [
        {"code": member.code, "name": member.name, "population": member.population}
        for member in territory.members(body.siren)
    ]
    return {**body.to_dict(asked), "members": members, "about": _about()}


def _about() -> dict[str, str]:
    about = territory.reference().about
    return {name: about[name] for name in ("source", "licence", "version", "date")}
