"""The questions on personal data as a form: what was found, what was answered, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.odl.deposit import privacy as pure
from ckanext.odl.language import language
from ckanext.odl.views import deposit_pages


def given(form: Mapping[str, str]) -> dict[str, str]:
    """The answers of a form to those questions that they ask: one that follows from another may be left out."""
    said = {question["id"]: form.get(question["id"], "") for question in pure.questions(language())}
    return {
        question["id"]: said[question["id"]] for question in pure.questions(language()) if _is_asked(question, said)
    }


def missing(answers: Mapping[str, str]) -> dict[str, str]:
    """What to say of the questions without an answer."""
    return {name: tk._("Choose an answer.") for name, answer in answers.items() if not answer}


def _is_asked(question: Mapping[str, Any], said: Mapping[str, str]) -> bool:
    only_if = question["only_if"]
    return not only_if or said.get(only_if["question"]) in only_if["answers"]


def page(
    deposit: Mapping[str, Any], answers: Mapping[str, Any], errors: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What the template shows: all questions, those answered before too, for one may change one's mind."""
    wrong = dict(errors or {})
    open_ = {question["id"]: question for question in deposit["questions"]}
    questions = [
        {
            "found": [],
            **question,
            **open_.get(question["id"], {}),
            "value": answers.get(question["id"]),
            "error": wrong.get(question["id"]),
        }
        for question in pure.questions(language())
    ]
    return {
        "signals": deposit["signals"],
        "questions": questions,
        "is_answered": not deposit["questions"],
        "advice": deposit_pages.advice(deposit),
        "errors": wrong,
        "problems": [
            {"label": question["text"], "anchor": f"field-{question['id']}", "text": question["error"]}
            for question in questions
            if question["error"]
        ],
    }
