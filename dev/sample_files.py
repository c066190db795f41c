"""Invented files that look like those of real town halls, with the faults that theirs have."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter

Rows = Sequence[Sequence[object]]

SUBVENTIONS = [
    "nomAttribuant",
    "idAttribuant",
    "dateConvention",
    "referenceDecision",
    "nomBeneficiaire",
    "idBeneficiaire",
    "rnaBeneficiaire",
    "objet",
    "montant",
    "nature",
    "conditionsVersement",
    "datesPeriodeVersement",
    "idRAE",
    "notificationUE",
    "pourcentageSubvention",
    "dispositifAide",
]
PRENOMS = ["COMMUNE_NOM", "COLL_INSEE", "ENFANT_SEXE", "ENFANT_PRENOM", "NOMBRE_OCCURRENCES", "ANNEE"]
EQUIPEMENTS = [
    "COLL_NOM",
    "COLL_SIRET",
    "EQUIP_UID",
    "EQUIP_THEME",
    "EQUIP_CODE",
    "EQUIP_TYPE",
    "EQUIP_NOM",
    "ADR_NUMERO",
    "ADR_NOMVOIE",
    "ADR_CODEPOSTAL",
    "ADR_COMMUNE",
    "ADR_CLE_INTEROP",
    "ERP_ID",
    "ERP_TYPE",
    "ERP_CATEGORIE",
    "EQUIP_LAT",
    "EQUIP_LONG",
    "EQUIP_OUVERTURE",
    "EQUIP_TEL",
    "EQUIP_EMAIL",
    "EQUIP_WEB",
]
DELIBERATIONS = [
    "COLL_NOM",
    "COLL_SIRET",
    "DELIB_ID",
    "DELIB_DATE",
    "DELIB_MATIERE_CODE",
    "DELIB_MATIERE_NOM",
    "DELIB_OBJET",
    "BUDGET_ANNEE",
    "BUDGET_NOM",
    "PREF_ID",
    "PREF_DATE",
    "VOTE_EFFECTIF",
    "VOTE_REEL",
    "VOTE_POUR",
    "VOTE_CONTRE",
    "VOTE_ABSTENTION",
    "DELIB_URL",
]

ASSOCIATIONS = [
    ("Comité des fêtes", "Fête du village et feu de la Saint-Jean", 1200),
    ("Foyer rural", "Fonctionnement annuel et ateliers du mercredi", 2500),
    ("Amicale des sapeurs-pompiers", "Achat de matériel pour les jeunes sapeurs", 800),
    ("Les Amis du patrimoine", "Restauration du lavoir de la place basse", 3450.5),
    ("Étoile sportive des Causses", "Encadrement de l'école de football", 1800),
    ("Club des aînés", "Sortie annuelle et goûter de Noël", 650),
    ("Association des parents d'élèves", "Classe de découverte du cycle 3", 2100),
    ("La Boule lozérienne", "Concours départemental de pétanque", 400),
    ("Chorale Les Voix claires", "Deux concerts dans l'église", 500),
    ("Bibliothèque pour tous", "Achat de livres pour la jeunesse", 950),
    ("Société de chasse", "Sécurisation et signalisation des battues", 300),
    ("Cinéma itinérant du Lirac", "Huit séances dans la salle des fêtes", 1600),
]


def siret(siren: str, establishment: int = 1) -> str:
    """A SIRET of *siren* whose key is right: the last digit is chosen for it (Luhn)."""
    start = f"{siren}{establishment:04d}"
    digits = [int(digit) for digit in reversed(start)]
    total = sum(digit if place % 2 else sum(divmod(digit * 2, 10)) for place, digit in enumerate(digits))
    return start + str(-total % 10)


def siren(start: int) -> str:
    """The SIREN whose first eight digits are *start* and whose key is right (Luhn)."""
    digits = [int(digit) for digit in reversed(f"{start:08d}")]
    total = sum(digit if place % 2 else sum(divmod(digit * 2, 10)) for place, digit in enumerate(digits))
    return f"{start:08d}{-total % 10}"


def as_csv(
    header: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str = ",", encoding: str = "utf-8"
) -> bytes:
    """A CSV file as a spreadsheet program writes it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(header: Sequence[str], rows: Iterable[Sequence[object]], sheet: str = "Feuil1") -> bytes:
    """An XLSX file with one sheet; numbers stay numbers, as in a file typed by hand."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate([header, *rows]):
            page.write_row(number, 0, row)
    return stream.getvalue()


def subventions(name: str, siren_: str, year: int) -> list[list[object]]:
    """Right rows for the model Subventions."""
    return [
        [
            name,
            siret(siren_),
            f"{year}-{number % 11 + 2:02d}-{number + 10}",
            f"{year}-{number + 14:03d}",
            beneficiary,
            siret(siren(77560000 + number * 37)),
            "",
            purpose,
            amount,
            "aide en numéraire",
            "unique",
            f"{year}-{number % 11 + 2:02d}-28",
            "",
            "non",
            "1",
            "",
        ]
        for number, (beneficiary, purpose, amount) in enumerate(ASSOCIATIONS)
    ]


def subventions_from_excel(name: str, siren_: str, year: int) -> list[list[object]]:
    """The same as Excel leaves them: French dates, a comma in amounts, a SIRET turned into 7,76E+13."""
    rows = subventions(name, siren_, year)
    for number, row in enumerate(rows):
        y, m, d = str(row[2]).split("-")
        row[2] = f"{d}/{m}/{y}"
        row[8] = f"{float(str(row[8])):.2f}".replace(".", ",")
        if number in (2, 6):
            row[5] = "7,76E+13"
    rows[4][9] = "Aide en numéraire"
    rows[7][13] = "NON"
    rows[9][7] = ""
    return rows


def prenoms(name: str, insee: str, years: Iterable[int]) -> list[list[object]]:
    """Right rows for the model Prénoms."""
    given = [
        ("F", "Louise", 3),
        ("F", "Jade", 2),
        ("M", "Gabriel", 4),
        ("M", "Léo", 2),
        ("F", "Alba", 1),
        ("M", "Malo", 1),
    ]
    return [[name, insee, sex, first, count, year] for year in years for sex, first, count in given]


def equipements(name: str, siren_: str, insee: str, postcode: str) -> list[list[object]]:
    """Right rows for the model Équipements."""
    places = [
        ("Equipement administratif", "Mairie", "Mairie", "1", "Place de la République", "01010401"),
        ("Equipement sportif et de loisirs", "Stade", "Stade des Trois Chênes", "12", "Route du Lirac", "05020301"),
        ("Equipement culturel", "Bibliothèque", "Bibliothèque municipale", "4", "Rue des Écoles", "08010201"),
        ("Equipement d'enseignement", "École élémentaire", "École Jean Moulin", "6", "Rue des Écoles", "06020101"),
        ("Equipement social et d'animation", "Salle des fêtes", "Salle des fêtes", "2", "Place du Foirail", "04010301"),
    ]
    return [
        [
            name,
            siret(siren_),
            f"{insee}-{code}-001",
            theme,
            f"{code}-001",
            kind,
            title,
            number,
            street,
            postcode,
            name,
            "",
            "",
            "",
            5,
            44.45 + place / 1000,
            3.42 + place / 1000,
            "Mo-Fr 09:00-12:00",
            "",
            "mairie@exemple.test",
            "",
        ]
        for place, (theme, kind, title, number, street, code) in enumerate(places)
    ]


def deliberations(name: str, siren_: str, year: int) -> list[list[object]]:
    """Right rows for the model Délibérations, typed in a spreadsheet (votes are numbers)."""
    subjects = [
        ("7.1", "Finances locales/Décisions budgétaires", "Vote du budget primitif"),
        ("7.5", "Finances locales/Subventions", "Attribution des subventions aux associations"),
        (
            "5.7",
            "Institutions et vie politique/Intercommunalité",
            "Modification des statuts de la communauté de communes",
        ),
        ("3.2", "Domaine et patrimoine/Aliénations", "Cession d'un chemin rural désaffecté"),
    ]
    return [
        [
            name,
            siret(siren_),
            f"{year}-{number:03d}",
            f"{year}-03-{number + 11}",
            code,
            subject,
            purpose,
            "",
            "",
            "",
            f"{year}-03-{number + 14}",
            11,
            10,
            9,
            0,
            1,
            "",
        ]
        for number, (code, subject, purpose) in enumerate(subjects, start=1)
    ]
