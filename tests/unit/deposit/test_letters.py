"""The messages of a campaign: what may be written in them, and what never gets out of its place."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from ckanext.odl.deposit import letters

VALUES = {
    "collectivite": "Saint-Exemple",
    "modele": "Subventions",
    "periode": "2025",
    "date": "31 mars 2027",
    "lien": "https://portail.exemple.fr/odl/depot/lien/x",
    "structure": "Causses Numérique",
    "contact": "Anne Roux, 04 00 00 00 00",
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", letters.TEXTS)
def test_the_texts_proposed_hold_what_they_must(name: str, language: str) -> None:
    text = letters.default(name, language)
    assert letters.problems(name, text, language) == []
    filled = letters.fill(text, VALUES)
    assert "{" not in filled
    if not name.endswith("subject"):
        for key in ("collectivite", "lien", "structure", "contact"):
            assert VALUES[key] in filled


def test_an_empty_place_takes_its_space_with_it() -> None:
    assert letters.fill("{modele} {periode} : bientôt", {"modele": "Subventions"}) == "Subventions : bientôt"


@pytest.mark.parametrize("text", ["{lien.__class__}", "{0}", "{lien!r}", "{config}", "{Lien}"])
def test_only_known_words_are_filled_in_and_others_are_said(text: str) -> None:
    assert letters.fill(text, VALUES) == text
    assert any(text in problem for problem in letters.problems("message", f"{{lien}} {text}"))


def test_what_is_filled_in_is_not_filled_in_again() -> None:
    assert letters.fill("{collectivite}", {"collectivite": "{lien}", "lien": "secret"}) == "{lien}"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\x0b", "\u2028"])
def test_a_subject_is_one_line(end: str) -> None:
    assert letters.one_line(f"Rappel{end}Bcc: x@exemple.fr") == "Rappel Bcc: x@exemple.fr"


def test_a_message_needs_its_link() -> None:
    assert letters.problems("message", "Bonjour")[0].startswith("Laissez {lien} dans le message")
    assert letters.problems("subject", "Bonjour") == []


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("SMTPRecipientsRefused({'x@y.fr': (550, b'5.1.1 No such user')})", 550),
        ("SMTPDataError(451, b'try later')", 451),
        ("SMTPSenderRefused(553, b'no', 'x@y.fr')", 553),
        ('SMTP server could not be connected to: "localhost:25" [Errno 111] Connection refused', None),
    ],
)
def test_what_the_server_said_is_understood(said: str, status: int | None) -> None:
    assert letters.server_said(said)[0] == status


@pytest.mark.parametrize(
    ("status", "attempts", "outcome"),
    [
        (550, 1, ("bounced", "unknown-recipient")),
        (554, 1, ("failed", "refused")),
        (451, 1, ("queued", "later")),
        (None, 1, ("queued", "unreachable")),
        (None, letters.MOST_ATTEMPTS, ("failed", "gave-up")),
    ],
)
def test_a_message_that_is_not_taken_bounces_waits_or_fails(
    status: int | None, attempts: int, outcome: tuple[str, str]
) -> None:
    assert letters.outcome(status, attempts) == outcome
    assert letters.failure(outcome[1]).endswith(".")


def test_the_pauses_grow() -> None:
    assert [letters.pause(number) for number in range(1, 5)] == [60, 240, 960, 3600]


def test_no_space_of_a_subject_is_lost_where_a_header_is_folded():
    words = "Vos lignes de «\u00a0multi.csv\u00a0» sont prêtes à être relues"
    message = EmailMessage()
    message["Subject"] = letters.one_line(words)
    read = message_from_bytes(message.as_bytes(), policy=policy.default)["Subject"]
    assert read.replace("\u00a0", " ") == words.replace("\u00a0", " ")
