"""What may be changed of a collectivité, and by whom: enforced here, whatever the door (form, API, membership calls).

A parent gains rights over its children, so only ATD staff and sysadmins say who is above a collectivité. Only sysadmins
say which organization is an ATD, only ATD staff in which of their groups a member is.
"""

from __future__ import annotations

from typing import Any

from ckan import authz, model
from ckan.plugins import toolkit as tk
from ckan.types import Action, Context, DataDict

from .. import collectivite, identity
from ..auth.collectivite import named_parents
from ..deposit import strictness
from ..path import acting


@tk.chained_action
def organization_create(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Create an organization under the parent it names.

    ATD staff must name their ATD (or one of its members). They keep the rights that the role cascade gives them and do
    not stay members of each collectivité they create: who leaves the ATD leaves its members too.

    :raises ValidationError: no parent, a parent that is not theirs, an ATD made by someone who is not a sysadmin, or a
        collectivité that is on the portal already
    """
    tk.check_access("organization_create", context, data_dict)
    data = identity.complete(_fields_out_of_extras(data_dict))
    user = context.get("user")
    if not _may_do_all(context):
        if _truth(data.get("odl_is_atd")):
            raise _only_sysadmins_make_an_atd()
        if data.get("odl_group") and not collectivite.staffed_by(user):
            raise _group_is_not_yours()
        if data.get(strictness.FIELD) and not strictness.may_set(user, None):
            raise _strictness_is_not_yours()
        field, wanted = _wanted_parents(data)
        if not wanted and collectivite.staffed_by(user):
            raise tk.ValidationError({field: [tk._("Choose the structure that supports this local authority.")]})
        _check_parents(user, field, wanted)
    else:
        _, wanted = _wanted_parents(data)
    data["groups"] = [{"name": parent.name} for parent in wanted]
    _check_is_alone(data, data_dict)
    result = next_action(context, data)
    if not _may_do_all(context):
        _leave_it_to_the_cascade(context, str(user))
    return result


@tk.chained_action
def organization_update(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Update an organization.

    Its parent, ``odl_is_atd``, ``odl_group`` and ``odl_strictness`` stay unless the user may change them.

    :raises ValidationError: a change of one of these that the user may not make
    """
    return next_action(context, _guarded("organization_update", context, data_dict))


@tk.side_effect_free
@tk.chained_action
def organization_show(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Show an organization; the group that its ATD put it in is for those who work for it."""
    shown = next_action(context, data_dict)
    if shown.get("odl_group") and not (_may_do_all(context) or acting.may_read(context.get("user"), shown["id"])):
        del shown["odl_group"]
    return shown


@tk.chained_action
def group_update(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """The same guard as :func:`organization_update`: this call accepts organizations too."""
    return next_action(context, _guarded("group_update", context, data_dict))


@tk.chained_action
def member_create(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Add a member; a membership between organizations is a parent, which only those who may choose it add.

    :raises NotAuthorized: the user may not choose this parent
    """
    tk.check_access("member_create", context, data_dict)
    organization = _organization_whose_parent_changes(context, data_dict)
    if organization:
        user, parent = context.get("user"), model.Group.get(data_dict.get("object"))
        allowed = collectivite.may_choose_parent(user, organization)
        if not allowed or (parent and not collectivite.may_be_parent(user, parent)):
            raise tk.NotAuthorized(_parent_is_not_yours())
    return next_action(context, data_dict)


@tk.chained_action
def member_delete(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Remove a member; only sysadmins leave a collectivité without its parent.

    :raises NotAuthorized: the call would take a parent away
    """
    tk.check_access("member_delete", context, data_dict)
    if _organization_whose_parent_changes(context, data_dict):
        raise tk.NotAuthorized(_parent_is_not_yours())
    return next_action(context, data_dict)


def _may_do_all(context: Context) -> bool:
    return bool(context.get("ignore_auth")) or authz.is_sysadmin(context.get("user"))


def _check_is_alone(data: DataDict, given: DataDict, itself: model.Group | None = None) -> None:
    """Refuse the code of another active organization: its data would be in two places.

    Codes that were stored before stop no change.

    :raises ValidationError: on the choice that was made in the official list, else on the code
    """
    present = collectivite.fields(itself) if itself else None
    for field, code in identity.new_codes(data, present).items():
        for other in collectivite.with_code(field, code):
            if itself is None or other.id != itself.id:
                sentence = tk._("This local authority is already on the portal: {name}.")
                where = identity.PICKED if given.get(identity.PICKED) else field
                raise tk.ValidationError({where: [sentence.format(name=other.display_name)]})


def _truth(value: Any) -> bool:
    return str(value).strip().lower() in ("true", "1", "yes", "on")


def _parent_is_not_yours() -> str:
    return tk._("Only the structure that supports this local authority, or the portal’s team, can change this.")


def _only_sysadmins_make_an_atd() -> tk.ValidationError:
    sentence = tk._("Only the portal’s team can say that a structure supports its members. Ask them to do it for you.")
    return tk.ValidationError({"odl_is_atd": [sentence]})


def _group_is_not_yours() -> tk.ValidationError:
    return tk.ValidationError({"odl_group": [_parent_is_not_yours()]})


def _strictness_is_not_yours() -> tk.ValidationError:
    return tk.ValidationError({strictness.FIELD: [_parent_is_not_yours()]})


def _fields_out_of_extras(data_dict: DataDict) -> DataDict:
    """Return a copy whose fields of ours are at the top, where they are validated, and never in ``extras`` as well.

    CKAN lets an entry of ``extras`` win over the field of the same name.
    """
    data = dict(data_dict)
    extras = data.get("extras")
    if isinstance(extras, list):
        ours = [extra for extra in extras if str(extra.get("key", "")).startswith("odl_")]
        data["extras"] = [extra for extra in extras if extra not in ours]
        for extra in ours:
            data.setdefault(extra["key"], extra.get("value"))
    return data


def _wanted_parents(data: DataDict) -> tuple[str, list[model.Group]]:
    """Return the field by which the parents were named, and the parents.

    :raises ValidationError: there is no such organization
    """
    field = "odl_parent" if "odl_parent" in data else "groups"
    wanted = []
    for name in named_parents(data) or []:
        parent = model.Group.get(name)
        if parent is None or not parent.is_organization or parent.state != model.State.ACTIVE:
            sentence = tk._("There is no structure “{name}” on this portal. Choose one of the list.").format(name=name)
            raise tk.ValidationError({field: [sentence]})
        wanted.append(parent)
    return field, wanted


def _check_parents(user: str | None, field: str, wanted: list[model.Group]) -> None:
    for parent in wanted:
        if not collectivite.may_be_parent(user, parent):
            sentence = tk._("You do not work for “{name}”. Choose the structure you work for.")
            raise tk.ValidationError({field: [sentence.format(name=parent.display_name)]})


def _guarded(action: str, context: Context, data_dict: DataDict) -> DataDict:
    """Return the data of an update, with the parent and ``odl_is_atd`` that the user may give it."""
    organization = model.Group.get(data_dict.get("id"))
    if organization is None or not organization.is_organization:
        return data_dict
    tk.check_access(action, context, data_dict)
    stored = collectivite.fields(organization)
    data = identity.complete(_fields_out_of_extras(data_dict), stored)
    _check_is_alone(data, data_dict, organization)
    data["groups"] = [{"name": name} for name in sorted(_parents_after(context, organization, data))]
    given, present = data.get("odl_is_atd"), collectivite.is_atd(organization)
    if given in (None, ""):
        data["odl_is_atd"] = present
    elif _truth(given) != present and not _may_do_all(context):
        raise _only_sysadmins_make_an_atd()
    group = stored.get("odl_group") or ""
    if data.get("odl_group") is None:
        data["odl_group"] = group
    elif str(data["odl_group"]).strip() != group and not _may_choose_group(context, organization):
        raise _group_is_not_yours()
    strict = stored.get(strictness.FIELD) or ""
    if data.get(strictness.FIELD) is None:
        data[strictness.FIELD] = strict
    elif str(data[strictness.FIELD]).strip() != strict and not _may_set_strictness(context, organization):
        raise _strictness_is_not_yours()
    return data


def _may_set_strictness(context: Context, organization: model.Group) -> bool:
    return _may_do_all(context) or strictness.may_set(context.get("user"), organization)


def _may_choose_group(context: Context, organization: model.Group) -> bool:
    return _may_do_all(context) or collectivite.staff_of(context.get("user"), organization)


def _parents_after(context: Context, organization: model.Group, data: DataDict) -> set[str]:
    """Return the names of the parents after an update; without a word about them they stay.

    :raises ValidationError: the user may not change them so
    """
    present = {group.name for group in collectivite.parents(organization)}
    if named_parents(data) is None:
        return present
    field, groups = _wanted_parents(data)
    wanted = {group.name for group in groups}
    if wanted == present:
        return present
    if any(group.id in collectivite.descendants(organization) | {organization.id} for group in groups):
        sentence = tk._("A structure cannot be supported by itself or by one of its own members.")
        raise tk.ValidationError({field: [sentence]})
    if not _may_do_all(context):
        user = context.get("user")
        if not collectivite.may_choose_parent(user, organization):
            raise tk.ValidationError({field: [_parent_is_not_yours()]})
        if not wanted:
            raise tk.ValidationError({field: [tk._("Choose the structure that supports this local authority.")]})
        _check_parents(user, field, [group for group in groups if group.name not in present])
    return wanted


def _organization_whose_parent_changes(context: Context, data_dict: DataDict) -> model.Group | None:
    if data_dict.get("object_type") != "group" or _may_do_all(context):
        return None
    group = model.Group.get(data_dict.get("id"))
    return group if group and group.is_organization else None


def _leave_it_to_the_cascade(context: Context, user_name: str) -> None:
    """Take back the membership that CKAN gives to a creator whose role comes down from the ATD anyway."""
    created = model.Group.get(context.get("id"))
    cascading = tk.config.get("ckan.auth.roles_that_cascade_to_sub_groups") or []
    if created is None or not collectivite.staff_of(user_name, created):
        return
    roles = {authz.users_role_for_group_or_org(group.id, user_name) for group in collectivite.ancestors(created)}
    if roles & set(cascading):
        user = model.User.get(user_name)
        membership = {"id": created.id, "object": user and user.id, "object_type": "user"}
        tk.get_action("member_delete")({"ignore_auth": True, "user": user_name}, membership)
