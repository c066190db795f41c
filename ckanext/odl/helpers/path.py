"""How pages write the states, the efforts and the dates of the path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from ckan.plugins import toolkit as tk

from .pages import odl_date, odl_day, odl_moment, odl_number

#: What is left, in hours, is a rough figure: it is written by quarters of an hour up to two hours, by hours above.
_FINE_MINUTES = 120


class Day(NamedTuple):
    """A day for a ``<time>``: as machines read it, in words, and with the time if there is one."""

    iso: str
    words: str
    full: str


def odl_step_word(state: str, declared: bool = False) -> str:
    """The word for the state of a step; done and only declared is a word of its own."""
    if state == "done" and declared:
        return tk._("declared")
    return {
        "todo": tk._("to do"),
        "done": tk._("done"),
        "stale": tk._("out of date"),
        "waived": tk._("waived"),
        "not_applicable": tk._("not applicable"),
        "unknown": tk._("to be verified"),
    }[state]


def odl_duration(minutes: int) -> str:
    """How long one step takes: “10 min”, “2 h”, “1 h 30”."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return tk._("{n}\u00a0min").format(n=odl_number(rest))
    if not rest:
        return tk._("{n}\u00a0h").format(n=odl_number(hours))
    return tk._("{hours}\u00a0h\u00a0{minutes}").format(hours=odl_number(hours), minutes=f"{rest:02d}")


def odl_effort(minutes: int) -> str:
    """How long many steps take together, roughly: fine figures would promise too much."""
    return _about(_rounded(minutes))


def _rounded(minutes: int) -> int:
    step = 15 if minutes <= _FINE_MINUTES else 60
    return max(step, round(minutes / step) * step) if minutes else 0


def _about(rounded: int) -> str:
    return tk._("about {duration}").format(duration=odl_duration(rounded)) if rounded else odl_duration(0)


def odl_iso_day(value: str | dt.date | dt.datetime | None) -> Day | None:
    """A day in words, from a date, a moment, or either as ISO text; None from nothing."""
    if not value:
        return None
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value) if len(value) > len("2026-03-02") else dt.date.fromisoformat(value)
    if isinstance(value, dt.datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=dt.timezone.utc)
        return Day(moment.isoformat(), odl_day(moment), odl_moment(moment))
    return Day(value.isoformat(), odl_date(value), "")


def odl_who(codes: list[str], atd: str = "") -> str:
    """Who does a step, in words; the ATD by the name of its structure."""
    words = {"agent": tk._("agent"), "elu": tk._("elected member"), "atd": atd or tk._("support structure")}
    return ", ".join(words.get(code, code) for code in codes)


def odl_path_standing(progress: Mapping[str, Any]) -> str:
    """One or two sentences: how far a collectivité is, what is out of date, the effort that is left."""
    done, applicable, stale = progress["done"], progress["applicable"], progress["stale"]
    if applicable and done == applicable:
        return tk.ungettext(
            "The {n} step of the path is done.", "All {n} steps of the path are done.", applicable
        ).format(n=odl_number(applicable))
    sentences = [
        tk.ungettext("{done} step done out of {all}.", "{done} steps done out of {all}.", done).format(
            done=odl_number(done), all=odl_number(applicable)
        )
        if done
        else tk.ungettext("{n} step ahead of you.", "{n} steps ahead of you.", applicable).format(
            n=odl_number(applicable)
        )
    ]
    if stale:
        sentences.append(tk.ungettext("{n} is out of date.", "{n} are out of date.", stale).format(n=odl_number(stale)))
    to_mend = progress.get("files_to_mend")  # why there may be more work left than before they were published
    if to_mend:
        sentence = tk.ungettext("{n} file is to be corrected.", "{n} files are to be corrected.", to_mend)
        sentences.append(sentence.format(n=odl_number(to_mend)))
    if progress["minutes_left"]:
        # The sum of the figures shown by phase: whoever adds them up finds this one
        effort = _about(sum(_rounded(phase["minutes_left"]) for phase in progress["phases"]))
        left = tk._("{effort} left, not counting the time to prepare the files.").format(effort=effort)
        sentences.append(left[:1].upper() + left[1:])
    return " ".join(sentences)


def odl_duty_word(duty: Mapping[str, Any]) -> str:
    """How many proofs of a duty are there; never that it is fulfilled."""
    count = duty.get("count") or duty["proofs"]
    given, expected = count["given"], count["expected"]
    return tk.ungettext("{given} proof out of {expected}", "{given} proofs out of {expected}", expected).format(
        given=odl_number(given), expected=odl_number(expected)
    )


def odl_duties_standing(register: Mapping[str, Any]) -> str:
    """One or two sentences: duties that have all their proofs on that day, and what is not known yet."""
    applying = [duty for duty in register["duties"] if duty["applies"] == "yes"]
    complete = sum(duty["proofs"]["given"] >= duty["proofs"]["expected"] for duty in applying)
    unknown = sum(duty["applies"] == "unknown" for duty in register["duties"])
    day = odl_iso_day(register["date"])
    sentences = []
    if applying:
        sentences.append(
            tk.ungettext(
                "On {date}, {n} duty out of {all} has its proofs.",
                "On {date}, {n} duties out of {all} have their proofs.",
                complete,
            ).format(date=day.words if day else "", n=odl_number(complete), all=odl_number(len(applying)))
        )
    if unknown:
        sentences.append(
            tk.ungettext(
                "For {n} duty, a fact is missing to say whether it applies.",
                "For {n} duties, a fact is missing to say whether they apply.",
                unknown,
            ).format(n=odl_number(unknown))
        )
    return " ".join(sentences) or tk._("No duty of this register applies.")


def odl_change(entry: Mapping[str, Any]) -> str:
    """What a line of the history tells, in words."""
    after, before = entry.get("after") or {}, entry.get("before") or {}
    if entry["what"] == "state":
        now = odl_step_word(after["state"], after.get("declared", False))
        if not before.get("state"):
            return now
        return tk._("{before} → {after}").format(before=odl_step_word(before["state"]), after=now)
    return {
        "proof_given": tk._("proof given"),
        "proof_withdrawn": tk._("proof withdrawn"),
        "waived": tk._("waived"),
        "unwaived": tk._("asked for again"),
        "proposed": tk._("proposed as not applicable"),
        "accepted": tk._("accepted: not applicable"),
        "refused": tk._("proposal refused: the step stays"),
        "call": tk._("call"),
        "mandate_given": tk._("referent named"),
        "mandate_changed": tk._("referent changed"),
        "mandate_ended": tk._("end of a referent’s mandate"),
    }.get(entry["what"], str(entry["what"]))


def odl_role_words() -> dict[str, str]:
    """What a referent may be, in words."""
    return {
        "agent": tk._("Agent of the local authority"),
        "elu": tk._("Elected member"),
        "secretary": tk._("Shared secretary"),
        "epci": tk._("Agent of the intermunicipality"),
        "atd": tk._("Agent of the support structure"),
    }
