"""Collections of files: prepare one, read the message before it leaves, follow each member, remind, accept, revoke."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response

from ckanext.odl.deposit import letters
from ckanext.odl.logic.campaign import following, mailing
from ckanext.odl.model import Campaign
from ckanext.odl.views import campaign_acceptance, campaign_form, csrf, deposit_pages, tables
from ckanext.odl.views.atd_pages import atd, context, nothing

odl_campaign = Blueprint("odl_campaign", __name__, url_prefix="/odl/atd")
csrf.protect(odl_campaign)

_PER_PAGE = 100
_FILTERS = ("chase", "to_write", "to_accept", "published", "bounced", "no_address", "accepted")


def words(step: str) -> str:
    """Where a member stands, in two words."""
    return {
        "accepted": tk._("accepted"),
        "deposited": tk._("deposited"),
        "published": tk._("published already"),
        "begun": tk._("begun"),
        "opened": tk._("opened"),
        "sent": tk._("sent"),
        "queued": tk._("leaving"),
        "bounced": tk._("returned"),
        "failed": tk._("not sent"),
        "no_address": tk._("without an address"),
        "none": tk._("not written to"),
    }[step]


def state_words(state: str) -> str:
    """What a campaign is called by where it stands."""
    return {"draft": tk._("in preparation"), "open": tk._("under way"), "closed": tk._("over")}[state]


@odl_campaign.route("/<name>/campagnes")
def index(name: str) -> Any:
    """The campaigns of the structure."""
    group = atd(name)
    found = tk.get_action("odl_campaign_list")(context(), {"id": group.id})["results"]
    return tk.render("odl/campaign/index.html", {"atd": group, "campaigns": found, "state_words": state_words})


@odl_campaign.route("/<name>/campagnes/nouvelle", methods=["GET", "POST"])
def new(name: str) -> Any:
    """Choose the model, the period, the day, the members and whom they ask."""
    group = atd(name)
    if tk.request.method == "GET":
        return tk.render("odl/campaign/new.html", campaign_form.page(group, {}, {}))
    typed = {key: value for key, value in tk.request.form.items() if not key.startswith("_")}
    members = tk.request.form.getlist("members")
    if typed.get("do") in (campaign_form.NARROW, campaign_form.TICK, campaign_form.UNTICK):
        page = campaign_form.page(group, {**typed, "who": "some"}, {}, members)
        return tk.render("odl/campaign/new.html", page)
    asked = campaign_form.asked(typed)
    if typed.get("who") == "some":
        if not members:
            errors = {"members": [tk._("Tick at least one local authority, or choose them all.")]}
            return tk.render("odl/campaign/new.html", campaign_form.page(group, typed, errors, members)), 422
        asked["members"] = members
    try:
        made = tk.get_action("odl_campaign_create")(context(), {"atd": group.id, **asked})
    except tk.NotAuthorized:
        return tk.abort(404, nothing())
    except tk.ValidationError as refusal:
        return tk.render("odl/campaign/new.html", campaign_form.page(group, typed, refusal.error_dict, members)), 422
    return tk.redirect_to("odl_campaign.letter", name=group.name, id=made["id"])


def _find(group: Any, id_: str) -> dict[str, Any]:
    try:
        found = tk.get_action("odl_campaign_show")(context(), {"id": id_})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, nothing())
    return found if found["atd"]["id"] == group.id else tk.abort(404, nothing())


@odl_campaign.route("/<name>/campagnes/<id>")
def read(name: str, id: str) -> Any:
    """Where each member stands, and what can be done for several of them at once."""
    group = atd(name)
    return _read(group, _find(group, id), {})


def _read(group: Any, found: dict[str, Any], errors: dict[str, Any]) -> str:
    asked = tk.request.args.get("etat", "")
    rows = [row for row in found["members"] if _is_asked(row, asked)]
    pages = max(1, -(-len(rows) // _PER_PAGE))
    page = min(max(1, tk.request.args.get("page", 1, type=int)), pages)
    return tk.render(
        "odl/campaign/read.html",
        {
            "atd": group,
            "campaign": found,
            "counts": found["counts"],
            "rows": rows[(page - 1) * _PER_PAGE : page * _PER_PAGE],
            "asked": asked if asked in _FILTERS else "",
            "words": words,
            "state_words": state_words,
            "problems": errors,
            "page": page,
            "pages": pages,
        },
    )


def _is_asked(row: dict[str, Any], asked: str) -> bool:
    return {
        "chase": row["chase"],
        "to_write": row["pending"] == following.WRITE,
        "published": row["step"] == "published",
        "to_accept": row["step"] == "deposited",
        "accepted": row["step"] == "accepted",
        "bounced": following.is_returned(row),
        "no_address": row["pending"] == following.NO_ADDRESS,
    }.get(asked, True)


@odl_campaign.route("/<name>/campagnes/<id>/message", methods=["GET", "POST"])
def letter(name: str, id: str) -> Any:
    """The words of the messages, and how they will be read; nothing leaves before it is said so."""
    group = atd(name)
    found = _find(group, id)
    typed: dict[str, str] = dict(found["texts"])
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        typed = {key: tk.request.form.get(key, "") for key in letters.TEXTS}
        changes: dict[str, Any] = {"id": id, "texts": typed}
        if tk.request.form.get("due_on"):
            changes["due_on"] = tk.request.form["due_on"]
        try:
            found = tk.get_action("odl_campaign_update")(context(), changes)
        except tk.ValidationError as refusal:
            errors = refusal.error_dict
        else:
            if tk.request.form.get("do") == "send":
                return _send(group, found)
            tk.h.flash_success(tk._("The message is saved."))
            return tk.redirect_to("odl_campaign.letter", name=group.name, id=id)
    reader = _reader(found)
    examples = _examples(found, reader) if reader else []
    page = {
        "atd": group,
        "campaign": found,
        "typed": typed,
        "problems": errors,
        "reader": reader,
        "examples": examples,
    }
    rendered = tk.render("odl/campaign/letter.html", page)
    return (rendered, 422) if errors else rendered


def _reader(found: dict[str, Any]) -> dict[str, Any] | None:
    """The member whose message is shown as an example: one who will receive it, else one who has an address."""
    reached = [row for row in found["members"] if row["email"]]
    waiting = [row for row in reached if row["pending"] in (following.WRITE, following.REMIND, following.LEAVING)]
    return next(iter(waiting or reached), None)


def _examples(found: dict[str, Any], reader: dict[str, Any]) -> list[dict[str, str]]:
    """The two messages as one member will read them; the link is not a real one."""
    campaign = model.Session.get(Campaign, found["id"])
    if campaign is None:
        return []
    organization = model.Group.get(reader["organization"]["id"])
    link = tk.url_for("odl_deposit_link.read", token="…", _external=True, locale="default")  # noqa: S106 (no token)
    link = link.replace("%E2%80%A6", "…")
    asked = tk.config["ckan.locale_default"]
    titles = {mailing.INVITATION: tk._("First message"), mailing.REMINDER: tk._("Reminder")}
    examples = []
    for kind, title in titles.items():
        subject, body = mailing.rendered(campaign, kind, organization, link, asked)
        examples.append({"title": title, "subject": subject, "body": body})
    return examples


def _send(group: Any, found: dict[str, Any]) -> Any:
    try:
        sent = tk.get_action("odl_campaign_open")(context(), {"id": found["id"]})
    except tk.ValidationError as refusal:
        return _read(group, found, refusal.error_dict), 422
    sentence = tk.ungettext("{n} message is leaving.", "{n} messages are leaving.", sent["queued"])
    tk.h.flash_success(sentence.format(n=tk.h.odl_number(sent["queued"])))
    return tk.redirect_to("odl_campaign.read", name=group.name, id=found["id"])


@odl_campaign.route("/<name>/campagnes/<id>/agir", methods=["POST"])
def act(name: str, id: str) -> Any:
    """Do something for the members that are ticked, or for all whom it concerns."""
    group = atd(name)
    found = _find(group, id)
    form = tk.request.form
    known = {row["organization"]["id"] for row in found["members"]}
    ticked = [one for one in form.getlist("organization") if one in known]
    do = form.get("do", "")
    if do == "accept":
        return tk.render("odl/campaign/accept.html", campaign_acceptance.page(group, found, ticked))
    try:
        if do == "publish":
            message = campaign_acceptance.published(id, found, form.getlist("file"))
        else:
            message = _done(id, do, ticked)
    except tk.ValidationError as refusal:
        if do == "publish":
            words = " ".join(deposit_pages.sentences(refusal.error_dict))
            ticked = campaign_acceptance.chosen(found, form.getlist("file"))[0]
            return tk.render("odl/campaign/accept.html", campaign_acceptance.page(group, found, ticked, words)), 422
        return _read(group, found, refusal.error_dict), 422
    tk.h.flash_success(message)
    return tk.redirect_to("odl_campaign.read", name=group.name, id=id)


def _reminded(id_: str, some: dict[str, Any]) -> str:
    """Send the reminders; says how many leave, and why the others who were asked for receive nothing."""
    done = tk.get_action("odl_campaign_remind")(context(), {"id": id_, **some})
    count = done["queued"]
    sentence = tk.ungettext("{n} reminder is leaving.", "{n} reminders are leaving.", count)
    told = [sentence.format(n=tk.h.odl_number(count)) if count else tk._("No reminder is leaving.")]
    for code, number in sorted(done["left"].items()):
        if some or code != "handed_in":  # asked of all, it goes without saying
            told.append(_left_out(code, number).format(n=tk.h.odl_number(number)))
    return " ".join(told)


def _left_out(code: str, n: int) -> str:
    """Why some members receive no reminder."""
    if code == following.NO_ADDRESS:
        return tk.ungettext("{n} has no address.", "{n} have no address.", n)
    if code == following.BOUNCED:
        return tk.ungettext(
            "The message of {n} came back: it needs another address.",
            "The messages of {n} came back: they need another address.",
            n,
        )
    if code == following.WRITE:
        return tk.ungettext(
            "{n} has not received the first message yet.", "{n} have not received the first message yet.", n
        )
    if code == following.LEAVING:
        return tk.ungettext("A message for {n} is leaving already.", "Messages for {n} are leaving already.", n)
    return tk.ungettext("{n} has nothing left to hand in.", "{n} have nothing left to hand in.", n)


def _done(id_: str, do: str, ticked: list[str]) -> str:
    some = {"organizations": ticked} if ticked else {}
    if do == "open":
        count = tk.get_action("odl_campaign_open")(context(), {"id": id_})["queued"]
        sentence = tk.ungettext("{n} message is leaving.", "{n} messages are leaving.", count)
    elif do == "remind":
        return _reminded(id_, some)
    elif do == "close":
        tk.get_action("odl_campaign_close")(context(), {"id": id_})
        return tk._("The collection is over: its links no longer work. What was deposited is kept.")
    elif do not in ("revoke", "bounced"):
        raise tk.ValidationError({"do": [tk._("Choose what to do.")]})
    elif not ticked:
        raise tk.ValidationError({"do": [tk._("Tick at least one local authority.")]})
    elif do == "revoke":
        count = tk.get_action("odl_deposit_link_revoke")(context(), {"campaign": id_, **some})["revoked"]
        sentence = tk.ungettext("{n} link no longer works.", "{n} links no longer work.", count)
    else:
        tk.get_action("odl_campaign_update")(context(), {"id": id_, "bounced": ticked})
        count = len(ticked)
        sentence = tk.ungettext("{n} address is marked as wrong.", "{n} addresses are marked as wrong.", count)
    return sentence.format(n=tk.h.odl_number(count))


@odl_campaign.route("/<name>/campagnes/<id>/membre/<organization>", methods=["GET", "POST"])
def member(name: str, id: str, organization: str) -> Any:
    """One member: its address, its link to hand over in person."""
    group = atd(name)
    found = _find(group, id)
    row = next((row for row in found["members"] if row["organization"]["name"] == organization), None)
    if row is None:
        return tk.abort(404, nothing())
    url, errors = "", {}
    if tk.request.method == "POST":
        form = tk.request.form
        key = row["organization"]["id"]
        try:
            if form.get("do") == "link":
                url = tk.get_action("odl_deposit_link_create")(context(), {"campaign": id, "organization": key})["url"]
            else:
                changes = {"id": id, "emails": {key: form.get("email", "")}}
                tk.get_action("odl_campaign_update")(context(), changes)
                was_sent = tk._("The address is saved. The link sent to the former one no longer works.")
                tk.h.flash_success(was_sent if row["invited_at"] else tk._("The address is saved."))
                return tk.redirect_to("odl_campaign.read", name=group.name, id=id)
        except tk.ValidationError as refusal:
            errors = refusal.error_dict
    page = {"atd": group, "campaign": found, "row": row, "url": url, "words": words, "problems": errors}
    return tk.render("odl/campaign/member.html", page), (422 if errors else 200)


@odl_campaign.route("/<name>/campagnes/<id>/export.<any(csv, xlsx):extension>")
def export(name: str, id: str, extension: str) -> Response:
    """Where each member stands, as a file."""
    group = atd(name)
    found = _find(group, id)
    header = [
        tk._("Local authority"), tk._("E-mail"), tk._("Stage"), tk._("To be reminded"), tk._("Written to on"),
        tk._("Reminders"), tk._("Opened on"), tk._("Deposited on"), tk._("State of the file"), tk._("Problems"),
        tk._("Accepted on"), tk._("What went wrong"),
    ]  # fmt: skip
    rows = [_line(row) for row in found["members"]]
    content: Any = tables.as_csv(header, rows, for_excel=True)
    if extension == "xlsx":
        content = tables.as_xlsx(tk._("Members"), header, [34, 32, 14, 12, 14, 10, 14, 14, 16, 10, 14, 60], rows)
    return tables.sent(content, extension, f"{group.name}-collecte")


def _line(row: dict[str, Any]) -> list[Any]:
    deposit = row["deposit"]
    wrong = " ".join(part for part in (row["mail"]["why"], row["problem"]) if part)
    return [
        row["organization"]["title"],
        row["email"],
        words(row["step"]),
        row["chase"],
        (row["invited_at"] or "")[:10],
        row["reminders"],
        (row["opened_at"] or "")[:10],
        (row["deposited_at"] or "")[:10],
        tk.h.odl_badge_name(deposit["badge"]) if deposit else "",
        deposit["problems"] if deposit else "",
        (row["accepted_at"] or "")[:10],
        wrong,
    ]
