"""One call for software publishers: a file in, a published file out."""

from __future__ import annotations

from ckan import types
from ckan.plugins import toolkit as tk

from ckanext.odl.language import language
from ckanext.odl.logic.deposit import onecall, schema


@tk.validate_action_data(schema.one_call)
def odl_publish(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Publish a file in one call: its dataset is found or made, and what is there already stays as it is.

    The same bytes change nothing; the same model and period replace the file; a new period is one more file in the same
    dataset. What cannot be published yet is kept as a deposit and waits: the next call for the same model and period
    goes on with it.

    :param file: the file (multipart/form-data)
    :param organization: SIREN (or a SIRET), name or id of the local authority
    :param model: the model that the file follows, ``id`` or ``id@version``
    :param period: year or period of the file (``2025``, ``2025-03``, ``2024/2025``); what the file says when left out
    :param title: of the dataset, when a new one is made; what the portal proposes when left out
    :param dataset: name or id of the dataset, when several follow this model
    :param answers: to the questions on personal data, by the question's id (over multipart/form-data: as JSON)
    :param visibility: ``public`` (default), or ``draft`` for a new dataset that only its own people see
    :param despite_problems: whether a file with problems is published with them: yes when left out and the
        organization allows it; what cannot be read as a table is published only when this is true
    :param replace_confirmed: true to replace a published file by one that has none of its rows of some years, or a
        third fewer rows; it waits otherwise
    :param approved_by: the name of who said that it may be published
    :param sheet: the sheet to read, of a workbook with several
    :param sheets: what is published of such a workbook: ``one``, this sheet as a file of its own, or ``all``; it waits
        when nothing is said
    :param dry_run: true: say what would be done, and keep nothing
    :param language: ``fr`` or ``en``, of the sentences
    :returns: ``outcome`` (``created``, ``updated``, ``unchanged``, or ``waiting`` with a ``reason``), ``state`` and
        ``report`` of the file, ``place`` (``dataset``: a new one, ``file``: one more, ``replace``), ``package_id``,
        ``resource_id``, ``deposit``, ``period``, what it waits for (``blockers``, ``questions``), ``urls``
    :raises ValidationError: what is unfit, by parameter: no such organization, model or dataset, no file, a period that
        is none
    :raises NotAuthorized: the account does not publish for this organization
    """
    organization = onecall.organization_named(data_dict["organization"])
    tk.check_access("odl_publish", context, {"organization": organization.id})
    asked = data_dict.get("language") or ("en" if language() == "en" else "fr")
    return onecall.OneCall(context, organization, data_dict, asked).carry_out()
