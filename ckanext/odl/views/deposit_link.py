"""The page of a deposit link: bring one file for one collectivité, without an account.

What it may reach is decided by the token alone, whoever is logged in: one deposit at a time, that of the link. No page
here has an address with another id in it. Nothing of it is kept by caches, search engines or the next site.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flask
from ckan import model
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response, make_response

from ckanext.odl.deposit import letters
from ckanext.odl.deposit import privacy as pure
from ckanext.odl.language import language
from ckanext.odl.logic.campaign import attachment, link_deposits, links, mailing
from ckanext.odl.model import Campaign, DepositLink
from ckanext.odl.validation import as_csv, as_xlsx, headline
from ckanext.odl.views import causes, csrf, deposit_files, deposit_pages, deposit_sheets

odl_deposit_link = Blueprint("odl_deposit_link", __name__, url_prefix="/odl/depot/lien")
csrf.protect(odl_deposit_link)

#: In the address of the questions on personal data: the file leaves once they are answered.
_SENDING = "envoyer"


@odl_deposit_link.after_request
def _keep_to_oneself(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    tk.request.environ["__no_cache__"] = True  # CKAN calls every other answer public
    return response


@dataclass
class Visit:
    """A link that works, and what hangs on it."""

    token: str
    link: DepositLink
    campaign: Campaign
    organization: Any
    atd: Any

    def show(self) -> dict[str, Any] | None:
        """The deposit of the link, None before a file came."""
        id_ = link_deposits.current(self.link)
        if not id_:
            return None
        return tk.get_action("odl_deposit_show")(self.context(), {"id": id_, "language": _language()})

    def context(self) -> Any:
        return link_deposits.context(self.link)

    def url(self, name: str, **more: Any) -> str:
        return tk.url_for(f"odl_deposit_link.{name}", token=self.token, **more)


def _language() -> str:
    return "en" if language() == "en" else "fr"


def _visit(token: str) -> Visit:
    """The visit of a link that works; a page that says whom to ask for one that is dead.

    A link that never was and one whose member is gone say the same thing.
    """
    found = links.find(token)
    campaign = model.Session.get(Campaign, found.link.campaign_id) if found and found.link.campaign_id else None
    if found is None or campaign is None or found.dead == "gone":
        tk.abort(404, tk._("This address leads nowhere. Check that it was copied whole, or ask who sent it to you."))
    atd = model.Group.get(campaign.atd_id)
    if found.dead:
        page = {"why": found.dead, "contact": campaign.contact or {}, "atd": atd, "due_on": campaign.due_on}
        flask.abort(make_response(tk.render("odl/campaign/link_dead.html", page), 410))
    return Visit(token, found.link, campaign, model.Group.get(found.link.organization_id), atd)


def _addresses(visit: Visit) -> dict[str, str]:
    """Where the parts of a deposit are, by the names that its snippets use."""
    read = visit.url("read")
    return {
        "read": read,
        "corrected": f"{read}#field-upload",
        "file": read,
        "model": read,
        "fragment": visit.url("fragment"),
        "check": read,
        "repair": visit.url("repair"),
        "sheets": visit.url("sheets"),
        "privacy": visit.url("privacy"),
        "description": read,
        "send": visit.url("send"),
        "prepared": visit.url("prepared"),
        "opened": visit.url("opened"),
        "report_xlsx": visit.url("report", extension="xlsx"),
        "report_csv": visit.url("report", extension="csv"),
    }


def _page(visit: Visit, deposit: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    contact = visit.campaign.contact or {}
    return {
        "visit": visit,
        "deposit": deposit,
        "organization": visit.organization,
        "atd": visit.atd,
        "campaign": visit.campaign,
        "model_title": mailing.model_title(visit.campaign.schema_id, language()),
        "contact": contact,
        "contact_line": letters.contact_line(contact),
        "is_late": visit.campaign.due_on < links.today(),
        "open_until": visit.link.expires_on,
        "to": _addresses(visit),
        "badge": deposit["file"]["state"] if deposit else None,
        "errors": {},
        "problems": [],
        **more,
    }


@odl_deposit_link.route("/<token>", methods=["GET", "POST"])
def read(token: str) -> Any:
    """What is asked, the file to fill in, where to drop it; once it came, what the portal read in it."""
    visit = _visit(token)
    if tk.request.method == "POST":
        return _bring(visit)
    return tk.render("odl/campaign/link.html", _look(visit, visit.show()))


@odl_deposit_link.route("/<token>/ouvert", methods=["POST"])
def opened(token: str) -> Any:
    """Note that somebody has the page before their eyes: the page says so itself, a robot that reads mails does not."""
    visit = _visit(token)
    links.opened(model.Session(), visit.link.id)
    model.Session.commit()
    return Response(status=204)


def _bring(visit: Visit) -> Any:
    try:
        link_deposits.bring(visit.link, tk.request.files.get("upload"), _language())
    except tk.ValidationError as refusal:
        words = " ".join(deposit_pages.sentences(refusal.error_dict))
        return tk.render("odl/campaign/link.html", _look(visit, visit.show(), words)), 422
    return tk.redirect_to(visit.url("read"))


def _look(visit: Visit, deposit: dict[str, Any] | None, file_error: str = "") -> dict[str, Any]:
    page = _page(visit, deposit, file_error=file_error)
    if deposit is None:
        return page
    report, badge = deposit.get("report"), page["badge"]
    fixes = _repairs(visit, deposit) if badge == "invalid" else {"repairs": []}
    cells = sum(repair["count"] for repair in fixes["repairs"])
    main = {"invalid": "repair" if cells else "file", "unreadable": "file"}.get(str(badge), "")
    if deposit_sheets.is_open(deposit):
        main = "sheets"
    return {
        **page,
        "report": report,
        "headline": headline(report, language()) if report else "",
        "repairs": cells,
        "sheets": deposit_sheets.offer(deposit),
        "main": main,
        "next": None,
        "change": None,
        "waiting": "",
        "step": "running" if deposit["file"]["check"] == "running" else "waiting",
        "to_answer": bool(deposit["questions"]),
        "advice": deposit_pages.advice(deposit),
        **(causes.details(report, max(1, tk.request.args.get("page", 1, type=int))) if report else {}),
    }


@odl_deposit_link.route("/<token>/fragment")
def fragment(token: str) -> Response:
    """Nothing while the file is being read, the page anew when it is done."""
    deposit = _visit(token).show()
    if deposit is None or deposit["file"]["state"] != "checking":
        return Response(status=200, headers={"HX-Refresh": "true"})
    return Response(status=204)


@odl_deposit_link.route("/<token>/modele.xlsx")
def prepared(token: str) -> Response:
    """The file to fill in, with the name and the numbers of the collectivité."""
    visit = _visit(token)
    link = visit.link
    name, content = attachment.file_for(
        visit.organization, link.schema_id, link.schema_version, link.period, _language()
    )
    return deposit_files.as_attachment([content], name, attachment.TYPE)


def _repairs(visit: Visit, deposit: Mapping[str, Any]) -> dict[str, Any]:
    try:
        asked = {"id": deposit["id"], "language": _language()}
        return tk.get_action("odl_deposit_repair_list")(visit.context(), asked)
    except tk.ValidationError:
        return {"repairs": [], "impossible": []}


@odl_deposit_link.route("/<token>/reparer", methods=["GET", "POST"])
def repair(token: str) -> Any:
    """The repairs that are sure, shown before they are made."""
    visit = _visit(token)
    deposit = visit.show()
    if deposit is None or deposit["file"]["state"] == "checking" or deposit["state"] == "published":
        return tk.redirect_to(visit.url("read"))
    offered = _repairs(visit, deposit)
    sent = tk.request.form if tk.request.method == "POST" else None
    known = (deposit["report"] or {}).get("file") or {}
    format_ = (sent or {}).get("format") or ("xlsx" if known.get("format") in ("xlsx", "ods", "xls") else "csv")
    page = _page(visit, deposit, **deposit_files.told(offered, sent), format=format_)
    if sent is None:
        return tk.render("odl/campaign/link_repair.html", page)
    chosen = deposit_files.chosen(offered)
    words = tk._("Tick at least one repair, or go back to the report.")
    if chosen:
        asked = {"id": deposit["id"], "chosen": chosen, "format": format_, "language": _language()}
        try:
            tk.get_action("odl_deposit_repair")(visit.context(), asked)
            return tk.redirect_to(visit.url("read"))
        except tk.ValidationError as refusal:
            words = " ".join(deposit_pages.sentences(refusal.error_dict))
    problems = [{"label": "", "anchor": "odl-r1", "text": words}]
    return tk.render("odl/campaign/link_repair.html", {**page, "errors": {"": words}, "problems": problems}), 422


@odl_deposit_link.route("/<token>/feuilles", methods=["POST"])
def sheets(token: str) -> Any:
    """Read another sheet, hand one in alone or the whole workbook."""
    visit = _visit(token)
    deposit = visit.show()
    if deposit is not None and deposit["can"]["edit"]:
        asked = {"id": deposit["id"], "language": _language(), **deposit_sheets.chosen(deposit)}
        try:
            tk.get_action("odl_deposit_update")(visit.context(), asked)
        except tk.ValidationError as refusal:
            tk.h.flash_error(" ".join(deposit_pages.sentences(refusal.error_dict)))
    return tk.redirect_to(visit.url("read"))


@odl_deposit_link.route("/<token>/donnees-personnelles", methods=["GET", "POST"])
def privacy(token: str) -> Any:
    """What looks like personal data, and the questions that only a person can answer."""
    visit = _visit(token)
    deposit = visit.show()
    if deposit is None or deposit["file"]["state"] == "checking" or deposit["state"] == "published":
        return tk.redirect_to(visit.url("read"))
    if tk.request.method == "GET":
        return tk.render("odl/campaign/link_privacy.html", _asked(visit, deposit, deposit["answers"], {}))
    given = {question["id"]: tk.request.form.get(question["id"], "") for question in pure.questions(_language())}
    asked = [question for question in pure.questions(_language()) if _is_asked(question, given)]
    missing = {question["id"]: tk._("Choose an answer.") for question in asked if not given[question["id"]]}
    if missing:
        return tk.render("odl/campaign/link_privacy.html", _asked(visit, deposit, given, missing)), 422
    answers = {question["id"]: given[question["id"]] for question in asked}
    data = {"id": deposit["id"], "answers": answers, "language": _language()}
    tk.get_action("odl_deposit_update")(visit.context(), data)
    if _is_sending() and not deposit_pages.advice(visit.show() or deposit):
        return _sent(visit)
    return tk.redirect_to(visit.url("read"))


def _is_sending() -> bool:
    """Whether the questions were asked because the file is to be sent: once answered, it is."""
    return bool(tk.request.args.get(_SENDING))


def _is_asked(question: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    only_if = question["only_if"]
    return not only_if or given.get(only_if["question"]) in only_if["answers"]


def _asked(
    visit: Visit, deposit: dict[str, Any], given: Mapping[str, Any], missing: Mapping[str, str]
) -> dict[str, Any]:
    open_ = {question["id"]: question for question in deposit["questions"]}
    questions = [
        {
            "found": [],
            **question,
            **open_.get(question["id"], {}),
            "value": given.get(question["id"]),
            "error": missing.get(question["id"]),
        }
        for question in pure.questions(_language())
    ]
    problems = [
        {"label": question["text"], "anchor": f"field-{question['id']}", "text": question["error"]}
        for question in questions
        if question["error"]
    ]
    more = {"signals": deposit["signals"], "questions": questions, "advice": deposit_pages.advice(deposit)}
    answered = {"is_answered": not deposit["questions"], "errors": dict(missing), "problems": problems}
    page = _page(visit, deposit, **more, **answered, is_sending=_is_sending())
    if page["is_sending"]:
        page["to"] = {**page["to"], "privacy": visit.url("privacy", **{_SENDING: 1})}
    return page


@odl_deposit_link.route("/<token>/envoyer", methods=["POST"])
def send(token: str) -> Any:
    """Hand the file in; what was not answered on personal data is asked first."""
    return _sent(_visit(token))


def _sent(visit: Visit) -> Any:
    deposit = visit.show()
    if deposit is None or deposit["state"] == "published":
        return tk.redirect_to(visit.url("read"))
    if deposit["questions"] and deposit["file"]["state"] != "checking":
        return tk.redirect_to(visit.url("privacy", **{_SENDING: 1}))
    link_deposits.hand_in(visit.link, deposit["id"])
    return tk.redirect_to(visit.url("read"))


@odl_deposit_link.route("/<token>/rapport.<any(csv, xlsx):extension>")
def report(token: str, extension: str) -> Response:
    """The report for a spreadsheet."""
    visit = _visit(token)
    deposit = visit.show()
    found = deposit and deposit.get("report")
    if not deposit or not found:
        return tk.redirect_to(visit.url("read"))
    write, type_ = (as_xlsx, deposit_files.XLSX) if extension == "xlsx" else (as_csv, "text/csv; charset=utf-8")
    stem = deposit["file"]["name"].rpartition(".")[0] or deposit["file"]["name"]
    name = tk._("report-{file}").format(file=stem)
    return deposit_files.as_attachment([write(found, _language())], f"{name}.{extension}", type_)
