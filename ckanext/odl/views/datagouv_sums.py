"""What the pages about data.gouv.fr add up, and the words for it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ckan import model
from ckan.common import current_user
from ckan.plugins import toolkit as tk

from ckanext.odl import config
from ckanext.odl.logic import collectivite
from ckanext.odl.logic.datagouv import links

#: Where harvesters are tried first; nothing published there counts.
DEMONSTRATION = "https://demo.data.gouv.fr"
#: Where its team is asked to validate a harvester: nobody else can.
SUPPORT = "https://support.data.gouv.fr"


def ways() -> dict[str, str]:
    """By which way members go out, as the filter of their list offers it."""
    return {
        "carried": tk._("With our harvester"),
        "own": tk._("With a harvester of their own"),
        "withheld": tk._("Held back"),
        "declared": tk._("Organization declared"),
        "problem": tk._("Could not be read back"),
    }


def figures(totals: dict[str, int], *, is_registered: bool) -> list[tuple[str, str]]:
    """The sentence of figures on top, each part with the filter that lists what it counts.

    :param is_registered: whether the body's own harvester is known
    """
    number = tk.h.odl_number
    if is_registered:
        carried = tk.ungettext("{n} goes out with our harvester", "{n} go out with our harvester", totals["carried"])
    else:
        carried = tk.ungettext("{n} waits for our harvester", "{n} wait for our harvester", totals["carried"])
    said = [
        ("carried", carried),
        ("own", tk.ungettext("{n} has its own", "{n} have their own", totals["own"])),
        ("withheld", tk.ungettext("{n} is held back", "{n} are held back", totals["withheld"])),
    ]
    return [(way, sentence.format(n=number(totals[way]))) for way, sentence in said if totals[way]]


def sentences(refusal: tk.ValidationError) -> dict[str, list[str]]:
    """What an action refused, by field."""
    errors: dict[str, Any] = refusal.error_dict
    return {field: [said] if isinstance(said, str) else list(map(str, said)) for field, said in errors.items()}


def name_of(user_id: str | None) -> str:
    """The name of a person, empty when nobody or gone."""
    return links.names_of([user_id]).get(user_id or "", "")


def identity(organization: model.Group) -> dict[str, str]:
    """What an organization is searched by."""
    return links.identity(organization)


def register(organization: model.Group, link: dict[str, Any]) -> dict[str, Any]:
    """What to know to have data.gouv.fr read *organization*: the address, whether it can be read, whom to write to."""
    url = links.feed_url(organization.name)
    return {
        "url": url,
        "is_https": urlsplit(url).scheme == "https",
        "demonstration": DEMONSTRATION,
        "support": SUPPORT,
        "site": config.datagouv_url(),
        "message": _message(organization, link, url),
        "done": bool(link["harvester_id"]),
    }


def _message(organization: model.Group, link: dict[str, Any], url: str) -> str:
    """What to write to the team of data.gouv.fr."""
    name = link["national_name"] or organization.display_name
    return tk._(
        "Hello,\n\nWe have created a harvester for the organization “{name}”. It reads the DCAT catalogue of our open "
        "data portal:\n{url}\n\nCould you validate it, please? We have looked at the preview.\n\nThank you very much."
    ).format(name=name, url=url)


# -- what comes in


def frequencies() -> dict[str, str]:
    """How often the lists are read."""
    return {
        "DAILY": tk._("every day"),
        "WEEKLY": tk._("every week"),
        "MONTHLY": tk._("every month"),
        "MANUAL": tk._("only when somebody asks"),
    }


def states() -> dict[str, str]:
    """Where datasets found there stand, as the filter of the list offers it."""
    return {
        "review": tk._("To examine"),
        "imported": tk._("Brought in"),
        "linked": tk._("The same as one of ours"),
        "ignored": tk._("Refused for good"),
        "flagged": tk._("No longer there"),
        "archived": tk._("No longer there, archived here"),
    }


def sources(context: Any, atd: model.Group) -> list[dict[str, Any]]:
    """What the body reads on data.gouv.fr, each in words."""
    return [source(found) for found in tk.get_action("odl_datagouv_source_list")(context, {"atd": atd.id})]


def source(found: dict[str, Any]) -> dict[str, Any]:
    """One of them, with ``followed`` and ``standing`` (sentences), ``is_running``, ``is_stopped`` and ``stopped``."""
    run = found["last_run"]
    state = run["state"] if run else ""
    stopped = [problem for problem in run["problems"] if problem["code"] == "would-remove"] if run else []
    return {
        **found,
        "followed": _followed(found),
        "standing": _standing(found, run),
        "is_running": state in ("waiting", "running"),
        "is_stopped": state == "stopped",
        "stopped": stopped[0]["sentence"] if stopped else "",
        "progress": run["progress"] if run else None,
        "to_review": (run["counts"].get("review") or 0) if run else 0,
    }


def _followed(found: dict[str, Any]) -> str:
    count = len(found["organizations"])
    who = tk.ungettext("{n} organization of data.gouv.fr", "{n} organizations of data.gouv.fr", count)
    followed = f"{who.format(n=tk.h.odl_number(count))}, {frequencies()[found['frequency']]}"
    if not found["active"]:
        return tk._("{followed} – switched off").format(followed=followed)
    return followed


def _standing(found: dict[str, Any], run: dict[str, Any] | None) -> str:
    if run is None:
        return tk._("Not read yet.")
    if run["state"] == "waiting":
        return tk._("About to be read: it waits for its turn.")
    if run["state"] == "running":
        return tk._("Being read now.")
    return run_words(run)


def run_words(run: dict[str, Any]) -> str:
    """How one reading ended, and what it brought."""
    day = tk.h.odl_day(tk.h.odl_moment_of(run["finished"])) if run["finished"] else ""
    if run["state"] == "stopped":
        return tk._("Stopped on {day}: too many datasets are no longer there. It waits for your answer.").format(
            day=day
        )
    if run["state"] == "incomplete":
        sentence = tk._("Read on {day}, but not everything could be read: what was here stays. {changes}")
    else:
        sentence = tk._("Read on {day}. {changes}")
    return sentence.format(day=day, changes=changes_words(run["counts"])).strip()


def run(found: dict[str, Any], organizations: dict[str, dict[str, Any]], most: int) -> dict[str, Any]:
    """One reading of the past: ``moment``, ``sentence``, ``problems`` (each with whom it is ``about``), and how many
    more of these there were."""
    problems = found["problems"]
    total = found["counts"].get("problems") or len(problems)
    return {
        **found,
        "sentence": run_words(found),
        "problems": [{**problem, "about": _about(problem, organizations)} for problem in problems[:most]],
        "more_problems": max(0, total - min(len(problems), most)),
    }


def _about(problem: dict[str, Any], organizations: dict[str, dict[str, Any]]) -> str:
    place = organizations.get(problem.get("organization_id") or "")
    return problem.get("title") or problem.get("national_name") or (place["title"] if place else "")


def changes_words(counts: dict[str, Any]) -> str:
    """What one reading changed, as a sentence; that nothing did, when it is so."""
    number = tk.h.odl_number
    found = [
        ("review", tk.ungettext("{n} new to examine", "{n} new to examine", counts.get("review") or 0)),
        ("added", tk.ungettext("{n} brought in", "{n} brought in", counts.get("added") or 0)),
        ("updated", tk.ungettext("{n} brought up to date", "{n} brought up to date", counts.get("updated") or 0)),
        ("flagged", tk.ungettext("{n} no longer there", "{n} no longer there", counts.get("flagged") or 0)),
        ("deleted", tk.ungettext("{n} archived here", "{n} archived here", counts.get("deleted") or 0)),
        ("errored", tk.ungettext("{n} could not be taken", "{n} could not be taken", counts.get("errored") or 0)),
    ]
    parts = [sentence.format(n=number(counts[what])) for what, sentence in found if counts.get(what)]
    if not parts:
        return tk._("Nothing has changed there.")
    return tk._("Datasets: {changes}.").format(changes=", ".join(parts))


def to_review(context: Any, atd: model.Group) -> int:
    """How many datasets await a decision."""
    return tk.get_action("odl_datagouv_review_list")(context, {"id": atd.id, "rows": 0})["count"]


def declared(context: Any, atd: model.Group) -> list[dict[str, Any]]:
    """Those whose organization of data.gouv.fr is declared: id, name, title, and its name there."""
    asked = {"atd": atd.id, "way": "declared", "rows": 1000}
    found = tk.get_action("odl_datagouv_link_list")(context, asked)["results"]
    return [{**row["organization"], "national_name": row["national_name"]} for row in found]


def decided(decision: str, results: dict[str, dict[str, Any]]) -> tuple[str, dict[str, list[str]]]:
    """What was decided, in a sentence, and what could not be, by dataset."""
    problems = {id_: [result["error"]] for id_, result in results.items() if "error" in result}
    for id_, result in results.items():
        if result.get("problem"):
            problems[id_] = [result["problem"]["sentence"], result["problem"]["remedy"]]
    count = sum("error" not in result for result in results.values())
    if not count:
        return "", problems
    waiting = sum("error" not in result and not result.get("package_id") for result in results.values())
    sentence = {
        "accept": tk.ungettext("{n} dataset is accepted.", "{n} datasets are accepted.", count),
        "ignore": tk.ungettext(
            "{n} dataset is not proposed any more.", "{n} datasets are not proposed any more.", count
        ),
        "twin": tk._("The two are linked: it is the same dataset."),
        "reconsider": tk.ungettext("{n} dataset is proposed again.", "{n} datasets are proposed again.", count),
    }[decision].format(n=tk.h.odl_number(count))
    if decision == "accept" and waiting:
        sentence += " " + tk._("They come in over the next minutes; you may leave this page.")
    return sentence, problems


# -- what is to be seen to


def todo(
    atd: model.Group, link: dict[str, Any], sources: list[dict[str, Any]], review: int, totals: dict[str, int]
) -> list[dict[str, str]]:
    """What the body has to do, the most pressing first: ``title``, ``why``, ``url``, ``button`` each."""
    here = tk.url_for("odl_datagouv.read", name=atd.name)
    found = []
    for one in sources:
        url = tk.url_for("odl_datagouv.source", name=atd.name, source_id=one["id"])
        if one["is_stopped"]:
            found.append(_item(tk._("A reading stopped: “{title}”"), one, one["stopped"], url, tk._("Look and decide")))
        elif one["last_run"] and one["last_run"]["state"] == "incomplete":
            problem = next(iter(one["last_run"]["problems"]), {"sentence": "", "remedy": ""})
            why = f"{problem['sentence']} {problem['remedy']}".strip()
            found.append(_item(tk._("“{title}” could not be read to the end"), one, why, url, tk._("See the problems")))
    if not link["declared"]:
        found.append(
            {
                "title": tk._("Say which organization of data.gouv.fr is yours"),
                "why": tk._("Without it, nothing of your members goes to data.gouv.fr."),
                "url": tk.url_for("odl_datagouv.place", name=atd.name, member=atd.name, q=""),
                "button": tk._("Find our organization"),
            }
        )
    elif not link["harvester_id"]:
        found.append(
            {
                "title": tk._("Have data.gouv.fr read this portal"),
                "why": tk._("Its address is ready; six steps remain to be made on data.gouv.fr, once."),
                "url": f"{here}#register",
                "button": tk._("See the steps"),
            }
        )
    if review:
        found.append(
            {
                "title": tk.ungettext(
                    "{n} dataset awaits your decision", "{n} datasets await your decision", review
                ).format(n=tk.h.odl_number(review)),
                "why": tk._("They were found on data.gouv.fr, published by your members."),
                "url": tk.url_for("odl_datagouv_review.read", name=atd.name),
                "button": tk._("Examine them"),
            }
        )
    if totals["declared"] and not sources:
        found.append(
            {
                "title": tk._("Look for what your members published on data.gouv.fr"),
                "why": tk._("Organizations are declared, and nothing of theirs is read yet."),
                "url": tk.url_for("odl_datagouv.new_source", name=atd.name),
                "button": tk._("Follow them"),
            }
        )
    if totals["problem"]:
        found.append(
            {
                "title": tk.ungettext(
                    "What became of the data of {n} local authority is not known",
                    "What became of the data of {n} local authorities is not known",
                    totals["problem"],
                ).format(n=tk.h.odl_number(totals["problem"])),
                "why": tk._("data.gouv.fr could not be read back."),
                "url": f"{here}?way=problem#members",
                "button": tk._("See which ones"),
            }
        )
    return found


def _item(title: str, one: dict[str, Any], why: str, url: str, button: str) -> dict[str, str]:
    return {"title": title.format(title=one["title"]), "why": why, "url": url, "button": button}


# -- a local authority


def staffed_above(organization_id: str) -> model.Group | None:
    """The ATD of a local authority, when this person works for it: there are settings to be changed then."""
    organization = model.Session.get(model.Group, organization_id)
    if organization is None or not links.may_update(current_user.name, organization):
        return None
    return organization if collectivite.is_atd(organization) else collectivite.atd_of(organization)
