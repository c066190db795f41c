"""The definition: whole in both languages, changed by a file of one's own, refused with line and remedy when wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ckanext.odl import onboarding
from ckanext.odl.onboarding import ChecklistError, diff, load, packaged
from ckanext.odl.onboarding.rules import RULES

PATH = packaged()
TEXT = (Path(onboarding.__file__).parent / "checklist.yaml").read_text("utf-8")
WORDS = yaml.safe_load((Path(onboarding.__file__).parent / "words.yaml").read_text("utf-8"))

NEW_STEP = """\
version: 1
steps:
  p2.local:
    label: {fr: Passer nous voir, en: Come and see us}
    why: {fr: "Une heure avec {atd} vaut dix courriels.", en: "An hour with {atd} is worth ten e-mails."}
    how: {fr: Prenez rendez-vous., en: Make an appointment.}
    who: [agent]
    minutes: 60
    rule: evidence_present
    accepts: [note]
    after: p2.choose
"""


def problems(text: str) -> list[onboarding.Problem]:
    with pytest.raises(ChecklistError) as error:
        load(text, "own.yaml", PATH)
    return error.value.problems


def test_the_packaged_path() -> None:
    assert [phase.id for phase in PATH.phases] == ["p1", "p2", "p3", "p4", "p5", "p6"]
    counts = [sum(step.phase == phase.id for step in PATH.steps().values()) for phase in PATH.phases]
    assert counts == [9, 9, 8, 7, 6, 8]
    assert len(PATH.duties) == 15
    assert {step.rule for step in PATH.steps().values()} == set(RULES)
    assert len(RULES) == 32


def test_a_whole_definition_loads_alone() -> None:
    assert load(TEXT, "checklist.yaml").steps() == PATH.steps()


def texts(node, path=()):
    if isinstance(node, dict):
        if "fr" in node or "en" in node:
            yield path, node
        else:
            for key, value in node.items():
                yield from texts(value, (*path, str(key)))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from texts(value, (*path, str(place)))


EVERY_TEXT = [*texts(yaml.safe_load(TEXT)), *texts(WORDS)]


@pytest.mark.parametrize(("path", "text"), EVERY_TEXT, ids=[".".join(path) for path, _ in EVERY_TEXT])
def test_every_text_is_in_both_languages_with_the_same_gaps(path, text) -> None:
    assert set(text) == {"fr", "en"}
    gaps = [set(re.findall(r"\{(\w+)", words)) for words in text.values()]
    assert gaps[0] == gaps[1]
    for words in text.values():
        assert words.strip() == words
        assert words
        assert not re.search(r"\b(TODO|TBD|XXX|lorem)\b", words)
        assert "'" not in words, "curly apostrophes"


FORBIDDEN = r"\b(ressources?|packages?|regex|null|moissonn\w+|conformité|cohortes?|schémas?)\b"


@pytest.mark.parametrize("words", [text["fr"] for path, text in EVERY_TEXT if path[0] not in ("problems", "diff")])
def test_french_uses_the_words_of_the_trade(words: str) -> None:
    assert not re.search(FORBIDDEN, words, re.IGNORECASE), words
    assert not re.search(r"\bATD\b", words), words


@pytest.mark.parametrize("path_text", [item for item in EVERY_TEXT if item[0][0] in ("duties", "obligations")])
def test_duties_never_give_a_verdict(path_text) -> None:
    _, text = path_text
    assert not re.search(r"\b(fait|en règle|remplie?s?)\b", text["fr"], re.IGNORECASE), text["fr"]
    assert not re.search(r"\b(compliant|fulfilled)\b", text["en"], re.IGNORECASE), text["en"]


def test_a_portal_adds_changes_and_switches_off() -> None:
    own = load(
        NEW_STEP
        + """\
  p3.volume: {params: {min: 7}}
  p6.workshop: {enabled: false}
  p1.training: {label: {fr: Venir à la réunion d’accueil, en: Come to the welcome meeting}}
params: {grace_days: 30}
profiles: {small: {steps: {p3.plan: {params: {min: 2}}}}}
""",
        "own.yaml",
        PATH,
    )
    assert len(own.steps()) == 47
    order = list(own.steps())
    assert order[order.index("p2.choose") + 1] == "p2.local"
    assert own.step("p3.volume").params["min"] == 7
    assert own.step("p3.volume", "small").params["min"] == 5
    assert own.step("p3.plan", "small").params["min"] == 2
    assert own.step("p3.plan", "no_agent").params["min"] == 3
    assert own.step("p3.fresh").params["grace_days"] == 30
    assert own.step("p1.training").label["fr"] == "Venir à la réunion d’accueil"
    assert own.step("p1.training").why == PATH.step("p1.training").why
    assert own.retired["p6.workshop"]["fr"] == "Réunir habitants, associations ou entreprises"
    assert own.accepts("p2.local") == ("note",)
    assert own.accepts("ob.decp") == ("url", "file", "confirmation")
    assert own.accepts("p9.unknown") == ()


def test_a_duty_can_be_added_and_switched_off() -> None:
    own = load(
        """\
duties:
  ob.inspire: {enabled: false}
  ob.local:
    label: {fr: Règlement de la région, en: Rule of the région}
    text: Délibération 12-2026
    applies_if: kind == commune and profile == small
    concerns: {fr: petites communes., en: small municipalities.}
    asks: {fr: Publier le budget., en: Publish the budget.}
    proofs:
    - {label: {fr: le budget, en: the budget}, rule: valid_schema_count, params: {min: 1, schema: scdl/budget}}
""",
        "own.yaml",
        PATH,
    )
    assert "ob.inspire" not in own.duties
    assert own.duties["ob.local"].proofs[0].params["schema"] == "scdl/budget"


def test_the_example_of_the_documentation_is_right() -> None:
    page = (Path(__file__).parents[3] / "docs" / "checklist.md").read_text("utf-8")
    example = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0]
    own = load(example, "own.yaml", PATH)
    assert own.step("p3.volume").params["min"] == 7
    assert all(f"`{name}`" in page for name in RULES)


def test_an_empty_file_changes_nothing() -> None:
    own = load("", "own.yaml", PATH)
    assert own.steps() == PATH.steps()
    assert diff(PATH, own) == ["Aucune différence avec la définition fournie."]


def test_differences_in_words() -> None:
    own = load(
        NEW_STEP + "  p3.volume: {params: {min: 7}, doc: null}\n  p6.workshop: {enabled: false}\n", "own.yaml", PATH
    )
    assert diff(PATH, own) == [
        "steps › p3.volume › params › min\u00a0: 10 → 7.",
        "steps › p3.volume › doc\u00a0: plus rien (ODF avant).",
        "steps › p6.workshop\u00a0: retiré, «\u00a0Réunir habitants, associations ou entreprises\u00a0».",
        "steps › p2.local\u00a0: ajouté, «\u00a0Passer nous voir\u00a0».",
    ]
    assert diff(PATH, own, "en")[0] == "steps › p3.volume › params › min: 10 → 7."


WRONG = [
    ("steps:\n  p3.volume:\n    rule: public_cuont\n", 3, "rule", "public_cuont", "public_count"),
    ("steps:\n  p3.volume:\n    params: {min: 0}\n", 3, "param", "« 0 »", "à partir de 1"),
    ("steps:\n  p3.volume:\n    params:\n      minimum: 3\n", 4, "param_unknown", "minimum", "min"),
    ("steps:\n  p3.fresh: {params: {min: 80}}\n", 2, "param", "« 80 »", "0.8"),
    ("steps:\n  p6.reuses: {params: {by: us}}\n", 2, "param", "« us »", "own et third"),
    ("steps:\n  p3.volume: {params: null}\n", None, "param_missing", "public_count", "min"),
    ("steps:\n  p1.team:\n    minuts: 3\n", 3, "key", "minuts", "minutes"),
    ("steps:\n  p1.team:\n    minutes: vingt\n", 3, "minutes", "vingt", "10 000"),
    ("steps:\n  p1.team:\n    who: [maire]\n", 3, "word", "maire", "elu"),
    ("steps:\n  p1.team:\n    who: agent\n", 3, "list", "who", "crochets"),
    ("steps:\n  p1.team:\n    label: Équipe\n", 3, "words", "label", "fr:"),
    ("steps:\n  p1.team:\n    label: {fr: Équipe, en: ''}\n", 3, "language", "en", "en:"),
    ("steps:\n  p1.team:\n    why: {fr: '{prenom}', en: x}\n", 3, "placeholder", "prenom", "atd"),
    ("steps:\n  p1.team:\n    doc: GUIDE\n", 3, "doc", "GUIDE", "ODF"),
    ("steps:\n  p1.team:\n    applies_if: kind = commune\n", 3, "expression", "caractère 6", "kind = commune"),
    ("steps:\n  p1.team:\n    applies_if: 3\n", 3, "condition", "condition", "population"),
    ("steps:\n  p1.team: {applies_if: always}\n", 2, "missing", "concerns", "Ajoutez"),
    (
        "steps:\n  p1.team:\n    applies_if: done(p1.gone)\n    concerns: {fr: a, en: b}\n",
        3,
        "done_unknown",
        "p1.gone",
        "done(",
    ),
    ("steps:\n  p1.team: {expires: bientot}\n", 2, "word", "bientot", "review"),
    ("steps:\n  p1.team: {enabled: peut-être}\n", 2, "flag", "enabled", "true"),
    ("steps:\n  p1.team: [a]\n", 2, "mapping", "rubrique", "retrait"),
    ("steps:\n  p1.team: {minutes: 5}\n  p1.team: {minutes: 6}\n", 3, "twice", "p1.team", "Réunissez"),
    ("steps:\n  p1.team: {minutes: 5\n", 3, "yaml", "YAML", "retraits"),
    ("steps:\n  p1.team: !!python/object:os.system {}\n", 2, "yaml", "YAML", "retraits"),
    ("- p1.team\n", 1, "not_a_mapping", "rubriques", "version"),
    ("version: 2\n", 1, "version", "2", "version: 1"),
    ("etapes: {}\n", 1, "key", "etapes", "steps"),
    ("params:\n  grace_days: -3\n", 2, "param", "-3", "jours"),
    ("docs: {ODF: ftp://exemple}\n", 1, "address", "adresse", "https"),
    ("steps:\n  p1.prada: {enabled: false}\n", 2, "duty_step", "p1.prada", "enabled: false"),
    ("profiles:\n  grand: {}\n", 2, "key", "grand", "no_agent"),
    ("profiles:\n  small:\n    steps:\n      p9.x: {minutes: 3}\n", 4, "step", "p9.x", "identifiant"),
    ("profiles:\n  small:\n    steps:\n      p3.volume: {params: {min: 0}}\n", 4, "param", "« 0 »", "à partir de 1"),
    ("duties:\n  ob.plu:\n    since: bientôt\n", 3, "date", "bientôt", "2024-06-01"),
    ("duties:\n  ob.plu:\n    proofs: []\n", 3, "list", "proofs", "crochets"),
    ("duties:\n  ob.plu:\n    proofs: [{label: {fr: a, en: b}}]\n", 3, "proof", "justificatif", "evidence:"),
    (
        "duties:\n  ob.plu:\n    proofs: [{label: {fr: a, en: b}, rule: obligations_clear}]\n",
        3,
        "rule_of_steps",
        "obligations_clear",
        "evidence:",
    ),
    (NEW_STEP.replace("p2.choose", "p3.plan"), 11, "after_phase", "p3.plan", "même phase"),
    (NEW_STEP.replace("p2.choose", "p2.local"), 11, "cycle", "p2.local", "after"),
    (NEW_STEP.replace("p2.local", "p7.local"), 3, "phase", "p7", "p1"),
    (NEW_STEP.replace("p2.local", "p2.Étape"), 3, "id", "p2.Étape", "minuscules"),
    (NEW_STEP.replace("    accepts: [note]\n", ""), 3, "missing", "accepts", "Ajoutez"),
    (NEW_STEP.replace("    minutes: 60\n", ""), 3, "missing", "minutes", "Ajoutez"),
]


@pytest.mark.parametrize(
    ("text", "line", "key", "says", "remedy"), WRONG, ids=[f"{c[2]}-{n}" for n, c in enumerate(WRONG)]
)
def test_what_is_wrong_is_told_by_line_with_its_remedy(
    text: str, line: int | None, key: str, says: str, remedy: str
) -> None:
    found = problems(text)
    mine = [problem for problem in found if problem.key == key]
    assert mine, [problem.text() for problem in found]
    problem = mine[0]
    plain = problem.sentence("fr").replace("\u00a0", " ")
    assert says in plain, plain
    assert remedy in problem.remedy("fr").replace("\u00a0", " ").replace("\u202f", " "), problem.remedy("fr")
    assert problem.sentence("en") != problem.sentence("fr")
    assert problem.remedy("en")
    if line is not None:
        assert (problem.file, problem.line) == ("own.yaml", line), problem.text()
    assert str(ChecklistError([problem])).startswith(f"{problem.file}:{problem.line}: ")


def test_steps_that_wait_for_one_another_are_refused() -> None:
    text = """\
steps:
  p1.team: {applies_if: done(p1.training), concerns: {fr: a, en: b}}
  p1.training: {applies_if: not done(p1.team), concerns: {fr: a, en: b}}
"""
    found = problems(text)
    assert {problem.key for problem in found} == {"cycle"}
    assert [problem.line for problem in found] == [2, 3]
    assert "p1.team et p1.training" in found[0].sentence("fr")


def test_the_register_cannot_wait_for_the_step_that_reads_it() -> None:
    text = "steps:\n  p1.prada: {applies_if: done(p3.duties), concerns: {fr: a, en: b}}\n"
    assert {problem.key for problem in problems(text)} == {"cycle"}


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    found = problems("version: 3\nsteps:\n  p1.team: {minutes: 0, who: [x]}\n  p3.volume: {rule: x}\n")
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)
    assert {problem.key for problem in found} == {"version", "minutes", "word", "rule"}


def test_a_definition_that_contains_itself_is_refused() -> None:
    assert {problem.key for problem in problems("steps: &a\n  p1.team: *a\n")} & {"deep", "yaml", "key"}


def test_every_problem_has_words() -> None:
    tried = {case[2] for case in WRONG} | {"cycle", "step", "deep", "long"}
    assert tried == set(WORDS["problems"])


def test_a_file_that_is_too_long_is_refused() -> None:
    assert problems("#" * 1_000_001)[0].key == "long"
