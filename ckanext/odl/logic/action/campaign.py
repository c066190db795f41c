"""Collection campaigns: files asked of members, for the staff of the structure that supports them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict
from sqlalchemy.orm import Session

from ckanext.odl import marking, queue
from ckanext.odl.deposit import letters
from ckanext.odl.intake import own_session
from ckanext.odl.language import language
from ckanext.odl.logic.campaign import accepting, changing, following, links, mailing, schema, splitting
from ckanext.odl.logic.collectivite import atd_named
from ckanext.odl.logic.deposit import access
from ckanext.odl.model import Campaign, CampaignState, DepositLink


@tk.validate_action_data(schema.create)
def odl_campaign_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Prepare a campaign: one file of one model asked of members. Nothing is sent before ``odl_campaign_open``.

    :param atd: id or name of the structure
    :param schema: the model, ``id`` or ``id@version``
    :param period: year, month or day that the files cover
    :param due_on: the day until which they are asked; links work fourteen days longer
    :param members: ids or names of members; all of them when left out
    :param contact: whom they ask: ``name``, ``email``, ``phone``
    :param title: name of the campaign; the model and the period when left out
    :param texts: ``subject``, ``message``, ``reminder_subject``, ``reminder_message``, with the words of
        ``odl_campaign_show``'s ``places`` in braces; the portal's own when left out
    :returns: as ``odl_campaign_show``
    :raises ValidationError: by field
    """
    atd = atd_named(data_dict["atd"])
    tk.check_access("odl_campaign_create", context, {"atd": atd.id})
    with own_session() as session:
        id_ = changing.create(session, atd, data_dict, _by(context))
        session.commit()
    return _shown(id_)


@tk.side_effect_free
@tk.validate_action_data(schema.some)
def odl_campaign_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A campaign and where each of its members stands.

    :param id: id of the campaign
    :param organizations: only these members (ids)
    :returns: ``id``, ``atd``, ``title``, ``schema`` (``id``, ``version``, ``title``), ``period``, ``due_on``,
        ``open_until`` (last day of the links), ``state`` (``draft``, ``open``, ``closed``), ``contact``, ``texts``
        (as they are sent), ``places``, ``counts``, ``members``: see :func:`.following.members`
    """
    tk.check_access("odl_campaign_show", context, data_dict)
    return _shown(data_dict["id"], data_dict.get("organizations"))


@tk.side_effect_free
@tk.validate_action_data(schema.one)
def odl_campaign_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The campaigns of a structure with their figures, the latest first.

    :param id: id or name of the structure
    :returns: ``results``: ``id``, ``title``, ``schema``, ``period``, ``due_on``, ``state``, ``counts`` each
    """
    atd = atd_named(data_dict["id"])
    tk.check_access("odl_campaign_list", context, {"atd": atd.id})
    statement = sa.select(Campaign).where(Campaign.atd_id == atd.id).order_by(Campaign.created_at.desc())
    found = list(model.Session.scalars(statement))
    return {
        "results": [{**_head(one), "counts": following.counts(following.members(one, language()))} for one in found]
    }


@tk.validate_action_data(schema.update)
def odl_campaign_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Change a campaign. What is not named stays as it is.

    :param id: id of the campaign
    :param title, due_on, contact, texts: as for ``odl_campaign_create``; an empty text is the portal's own again
    :param add: members to write to as well; ``remove``: members to leave out, whose links die
    :param emails: member (id) -> another address; the link that went to the former one dies
    :param bounced: members whose message came back
    :returns: as ``odl_campaign_show``
    :raises ValidationError: by field
    """
    tk.check_access("odl_campaign_update", context, data_dict)
    with own_session() as session:
        changing.update(session, _find(session, data_dict["id"]), data_dict, _by(context))
        session.commit()
    marking.mark(data_dict.get("emails") or ())
    return _shown(data_dict["id"])


@tk.validate_action_data(schema.one)
def odl_campaign_open(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write to the members who were not written to yet, in the background, one message at a time.

    :param id: id of the campaign
    :returns: as ``odl_campaign_show``, and ``queued``: how many messages are on their way
    """
    tk.check_access("odl_campaign_open", context, data_dict)
    with own_session() as session:
        queued = changing.open_(session, _find(session, data_dict["id"]))
        session.commit()
    queue.send()
    return {**_shown(data_dict["id"]), "queued": queued}


@tk.validate_action_data(schema.some)
def odl_campaign_remind(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write again to those who were written to and handed nothing in, and to nobody else.

    :param id: id of the campaign
    :param organizations: only these of them (ids)
    :returns: as ``odl_campaign_show``, ``queued``, and ``left``: how many of those that were asked for receive nothing,
        by reason (``handed_in``, ``write``: not written to yet, ``leaving``, ``bounced``, ``no_address``)
    """
    tk.check_access("odl_campaign_remind", context, data_dict)
    with own_session() as session:
        campaign = _find(session, data_dict["id"])
        _must_be_open(campaign)
        found = following.members(campaign, language(), data_dict.get("organizations") or None)
        ids = [one["organization"]["id"] for one in found if one["chase"]]
        left = Counter(one["pending"] or "handed_in" for one in found if not one["chase"])
        queued = mailing.enqueue(session, campaign.id, ids, mailing.REMINDER)
        session.commit()
    queue.send()
    return {**_shown(data_dict["id"]), "queued": queued, "left": dict(left)}


@tk.validate_action_data(schema.some)
def odl_campaign_accept(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Publish what members handed in, in the background and in the name of who calls. Each says why when it cannot be.

    :param id: id of the campaign
    :param organizations: of these members (ids), with the problems of their files and the answers on personal data that
        somebody has to confirm; when left out, of all whose file is valid and whose answers raise nothing
    :returns: as ``odl_campaign_show``, and ``accepted``: how many are on their way
    """
    tk.check_access("odl_campaign_accept", context, data_dict)
    with own_session() as session:
        campaign = _find(session, data_dict["id"])
        wanted = data_dict.get("organizations") or None
        ids = [
            one["organization"]["id"]
            for one in following.members(campaign, language(), wanted)
            if one["step"] == "deposited" and (wanted or following.is_plain(one["deposit"]))
        ]
        accepted = accepting.ask(session, campaign, ids, _by(context)) if ids else 0
        session.commit()
    queue.send()
    return {**_shown(data_dict["id"]), "accepted": accepted}


@tk.validate_action_data(schema.one)
def odl_campaign_close(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """End a campaign: its links are dead at once, what was deposited stays.

    :param id: id of the campaign
    :returns: as ``odl_campaign_show``
    """
    tk.check_access("odl_campaign_close", context, data_dict)
    with own_session() as session:
        changing.close(session, _find(session, data_dict["id"]))
        session.commit()
    return _shown(data_dict["id"])


@tk.validate_action_data(schema.link)
def odl_deposit_link_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give the deposit link of one member, to hand it over in person; a new one when the last was revoked.

    :param campaign: id of an open campaign
    :param organization: id of the member
    :returns: ``url`` and ``expires_on``
    """
    tk.check_access("odl_deposit_link_create", context, {"id": data_dict["campaign"]})
    with own_session() as session:
        campaign = _find(session, data_dict["campaign"])
        link = changing.link_of(session, campaign, data_dict["organization"], _by(context), renew=True)
        answer = {"url": links.address(link.id), "expires_on": link.expires_on.isoformat()}
        session.commit()
    return answer


@tk.validate_action_data(schema.links)
def odl_deposit_link_revoke(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Kill the deposit links of members: from now on they lead nowhere. What was deposited stays.

    :param campaign: id of the campaign
    :param organizations: ids of the members
    :returns: ``revoked``: how many links were alive
    """
    tk.check_access("odl_deposit_link_revoke", context, {"id": data_dict["campaign"]})
    table = DepositLink.__table__
    with own_session() as session:
        campaign = _find(session, data_dict["campaign"])
        ids = session.scalars(
            sa.select(table.c.id).where(
                table.c.campaign_id == campaign.id, table.c.organization_id.in_(data_dict["organizations"])
            )
        )
        revoked = links.revoke(session, list(ids), _by(context))
        session.commit()
    return {"revoked": revoked}


@tk.validate_action_data(schema.split)
def odl_deposit_split(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Share out a file that covers several members: one deposit for each, which its own people accept or refuse.

    Nothing is published. Called twice, it makes what is missing; who refused is asked again only once the file was
    brought anew. Twenty parts are made at once, the others by the worker.

    :param id: id of the deposit
    :param column: letter of the column that names the members (``owners.column`` of ``odl_deposit_show``)
    :param dry_run: true to be told what would be made and what became of what was made; nothing is written
    :param tell: false to write to nobody; each member is told of its part by e-mail otherwise
    :param texts: ``part_subject`` and ``part_message`` of that e-mail, with the words of ``places`` in braces; the
        portal's own when left out
    :returns: ``parts`` (``organization``, ``title``, ``deposit``: null before it is made, ``state``, ``reason``,
        ``why`` it was refused, ``letter`` that told of it: ``state``, ``why``, ``at``, ``rows``, ``values``),
        ``queued``: how many of them the worker makes, and ``left``: the rows that go to nobody (``value``, ``rows``,
        ``why``: ``unknown`` or ``rights``)
    :raises ValidationError: the column names nobody, or the deposit is over
    :raises ObjectNotFound: no such deposit, or not for this user
    """
    access.check("odl_deposit_split", context, data_dict)
    deposit = access.find(data_dict["id"])
    sent_in = tk.config["ckan.locale_default"]
    texts, wrong = letters.own(data_dict.get("texts") or {}, letters.PART_TEXTS, sent_in, language())
    if wrong:
        raise tk.ValidationError(wrong)
    letter = splitting.Letter(data_dict["tell"], texts)
    return splitting.split(context, deposit, data_dict["column"], letter=letter, dry_run=data_dict["dry_run"])


def _by(context: Context) -> str:
    user = model.User.get(context.get("user"))
    return user.id if user else ""


def _find(session: Session, id_: str) -> Campaign:
    campaign = session.get(Campaign, id_)
    if campaign is None:
        raise tk.ObjectNotFound(tk._("There is no such campaign."))
    return campaign


def _must_be_open(campaign: Campaign) -> None:
    if campaign.state != CampaignState.OPEN.value:
        raise tk.ValidationError({"state": [tk._("This campaign is not open: nobody can answer.")]})


def _head(campaign: Campaign) -> dict[str, Any]:
    asked = language()
    return {
        "id": campaign.id,
        "title": campaign.title,
        "schema": {
            "id": campaign.schema_id,
            "version": campaign.schema_version,
            "title": mailing.model_title(campaign.schema_id, asked),
        },
        "period": campaign.period,
        "due_on": campaign.due_on.isoformat(),
        "state": campaign.state,
    }


def _shown(id_: str, organizations: list[str] | None = None) -> dict[str, Any]:
    model.Session.rollback()
    model.Session.expire_all()
    campaign = _find(model.Session(), id_)
    atd = model.Group.get(campaign.atd_id)
    if atd is None:
        raise tk.ObjectNotFound(tk._("There is no such campaign."))
    members = following.members(campaign, language(), organizations)
    sent_in = tk.config["ckan.locale_default"]
    texts = {name: (campaign.texts or {}).get(name) or letters.default(name, sent_in) for name in letters.TEXTS}
    return {
        **_head(campaign),
        "atd": {"id": atd.id, "name": atd.name, "title": atd.display_name},
        "open_until": changing.last_day(campaign).isoformat(),
        "contact": campaign.contact or {},
        "texts": texts,
        "places": list(letters.PLACES),
        "counts": following.counts(members),
        "members": members,
    }
