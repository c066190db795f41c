"""Lists of members as they are kept in spreadsheets: who each row is, and what is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ckanext.odl import territory
from ckanext.odl.deposit import members


def read(tmp_path: Path, text: str, **options: Any) -> dict[str, Any]:
    path = tmp_path / "membres.csv"
    path.write_text(text, encoding="utf-8")
    return members.read_list(str(path), name="membres.csv", **options)


def only(tmp_path: Path, text: str, **options: Any) -> dict[str, Any]:
    rows = read(tmp_path, text, **options)["rows"]
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(
    ("heading", "cell", "body"),
    [
        ("Code INSEE", "48095", "commune:48095"),
        ("code_insee", "1001", "commune:01001"),
        ("CODGEO", "2a004", "commune:2A004"),
        ("SIREN", "214800955", "commune:48095"),
        ("SIRET de la mairie", "214 800 955 00010", "commune:48095"),
        ("N° SIREN", "244800405", "epci:244800405"),
        ("Commune", "Mende", "commune:48095"),
        ("Nom de la collectivité", "MAIRIE DE MENDE", "commune:48095"),
        ("Commune", "La Canourgue", "commune:48034"),
        ("Commune", "canourgue", "commune:48034"),
        ("Collectivité", "CC Randon - Margeride", "epci:200069102"),
        ("Commune", "Nîmes (30)", "commune:30189"),
        ("Code INSEE", "75101", "commune:75056"),
    ],
)
def test_a_code_or_an_exact_name_is_found(tmp_path: Path, heading: str, cell: str, body: str) -> None:
    row = only(tmp_path, f"{heading};Courriel\n{cell};mairie@exemple.fr\n")
    assert (row["state"], row["body"], row["email"]) == ("found", body, "mairie@exemple.fr")


def test_namesakes_are_asked_by_departement_and_never_guessed(tmp_path: Path) -> None:
    row = only(tmp_path, "Commune\nSaint-Denis\n")
    assert (row["state"], row["body"]) == ("asked", None)
    assert [choice["label"] for choice in row["choices"]] == [
        "Saint-Denis (11 Aude), 11339",
        "Saint-Denis (30 Gard), 30247",
        "Saint-Denis (93 Seine-Saint-Denis), 93066",
        "Saint-Denis (974 La Réunion), 97411",
    ]


@pytest.mark.parametrize("text", ["Commune;Département\nSaint-Denis;30\n", "Commune;Département\nSaint-Denis;Gard\n"])
def test_a_departement_beside_the_name_settles_it(tmp_path: Path, text: str) -> None:
    assert only(tmp_path, text)["body"] == "commune:30247"


def test_the_departement_of_the_list_settles_namesakes(tmp_path: Path) -> None:
    assert only(tmp_path, "Commune\nSaint-Denis\n", department="11")["body"] == "commune:11339"


def test_a_code_that_contradicts_the_name_is_asked(tmp_path: Path) -> None:
    row = only(tmp_path, "INSEE;Nom\n48095;Marvejols\n")
    assert row["state"] == "asked"
    assert [choice["value"] for choice in row["choices"]] == ["commune:48095", "commune:48092"]
    assert (
        row["why"]
        == "Le code est celui de Mende (48 Lozère), mais la ligne dit «\u00a0Marvejols\u00a0». Laquelle est la bonne\u00a0?"
    )  # noqa: E501


def test_a_near_name_is_asked(tmp_path: Path) -> None:
    row = only(tmp_path, "Commune\nFlorac\n")
    assert (row["state"], [choice["value"] for choice in row["choices"]]) == ("asked", ["commune:48061"])


def test_a_postal_code_is_no_insee_code_and_says_so(tmp_path: Path) -> None:
    row = only(tmp_path, "INSEE;Nom\n48000;Mende\n")
    assert (row["body"], row["note"]) == (
        "commune:48095",
        "48000 est un code postal\u00a0; celui de l’INSEE pour Mende est 48095.",
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "INSEE;Mail\n99999;a@b.fr\n",
            "Le code INSEE «\u00a099999\u00a0» n’est pas dans la liste officielle des communes.",
        ),
        ("SIREN;Mail\n214800956;a@b.fr\n", "«\u00a0214800956\u00a0» n’est pas un numéro SIREN"),
        ("Nom;Mail\nxyzzy;a@b.fr\n", "«\u00a0xyzzy\u00a0» n’est pas dans la liste officielle."),
        ("Nom;Mail\n;a@b.fr\n", "La ligne ne donne ni code INSEE, ni SIREN, ni nom."),
    ],
)
def test_an_unknown_row_says_why(tmp_path: Path, text: str, why: str) -> None:
    row = only(tmp_path, text)
    assert row["state"] == "unknown"
    assert row["why"].startswith(why)


def test_forty_wrong_rows_of_three_hundred_leave_two_hundred_and_sixty(tmp_path: Path) -> None:
    codes = [f"{department}{number:03d}" for department in (48, 12) for number in range(1, 310)]
    real = [code for code in codes if (body := territory.commune(code)) and not body.remark][:260]
    wrong = [f"99{number:03d}" for number in range(40)]
    lines = [code for pair in zip(real[:40], wrong, strict=True) for code in pair] + real[40:]
    rows = read(tmp_path, "INSEE\n" + "\n".join(lines))["rows"]
    states = [row["state"] for row in rows]
    assert (states.count("found"), states.count("unknown"), len(states)) == (260, 40, 300)
    assert rows[1]["line"] == 3


def test_the_second_of_two_rows_is_the_same_as_the_first(tmp_path: Path) -> None:
    rows = read(tmp_path, "INSEE;Mail\n48095;\n;\n48095;mairie@exemple.fr\n")["rows"]
    assert [(row["line"], row["state"]) for row in rows] == [(2, "found"), (4, "twice")]
    assert rows[1]["why"] == "Même collectivité qu’à la ligne 2."
    assert rows[0]["email"] == "mairie@exemple.fr"


def test_a_list_without_headings_is_read_by_its_contents(tmp_path: Path) -> None:
    rows = read(tmp_path, "48095;mairie@mende.fr\n48092;mairie@marvejols.fr\n")["rows"]
    assert [(row["line"], row["body"], row["email"]) for row in rows] == [
        (1, "commune:48095", "mairie@mende.fr"),
        (2, "commune:48092", "mairie@marvejols.fr"),
    ]


def test_a_workbook_that_lost_the_first_zero_is_read(tmp_path: Path) -> None:
    path = tmp_path / "membres.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Liste des communes membres"])
        sheet.write_row(1, 0, ["Code INSEE", "Nom", "Adresse mail"])
        sheet.write_row(2, 0, [1001, "L'Abergement-Clémenciat", "mairie@exemple.fr"])
    row = members.read_list(str(path), name="membres.xlsx")["rows"][0]
    assert (row["line"], row["body"], row["email"]) == (3, "commune:01001", "mairie@exemple.fr")


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("mairie@exemple.fr", True),
        ("Mairie.De-Mende+x@sous.exemple.fr", True),
        ("mairie@exemple", False),
        ("mairie exemple.fr", False),
        ("mairie@exemple.fr\nBcc: x@y.fr", False),
        ("mairie@exemple.fr,x@y.fr", False),
        ("é@exemple.fr", False),
        (".a@exemple.fr", False),
        ("a" * 65 + "@exemple.fr", False),
        ("", False),
    ],
)
def test_an_address_is_one_that_every_server_takes(text: str, good: bool) -> None:
    assert members.email_is_valid(text) is good


def test_of_several_addresses_the_first_is_kept_and_it_is_said(tmp_path: Path) -> None:
    row = only(tmp_path, "INSEE;Courriel\n48095;a@exemple.fr / b@exemple.fr\n")
    assert row["email"] == "a@exemple.fr"
    assert row["email_problem"] == "La ligne donne plusieurs adresses\u00a0: seule a@exemple.fr est gardée."


def test_a_wrong_address_does_not_lose_the_row(tmp_path: Path) -> None:
    row = only(tmp_path, "INSEE;Courriel\n48095;mairie(at)mende\n")
    assert (row["state"], row["email"]) == ("found", "")
    assert row["email_problem"] == "«\u00a0mairie(at)mende\u00a0» n’est pas une adresse électronique."


def test_a_list_that_is_too_long_is_refused(tmp_path: Path) -> None:
    found = read(tmp_path, "INSEE\n" + "48095\n" * (members.MOST_ROWS + 1))
    assert found["problem"] == "Cette liste dépasse 3000 lignes. Envoyez-la en plusieurs fois."
