"""Where the sample collectivités stand on their path: past proofs, waivers, a secretary, calls. All invented."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.logic.path import recompute
from ckanext.odl.model import PathHistory, PathProof

ATD, ADVISER = "causses-numerique", "atd"

#: What is known of each: inhabitants, staff, powers, equipment, group, whether its page is open.
FACTS: dict[str, dict[str, Any]] = {
    "saint-exemple": {
        "odl_population": "1240",
        "odl_competences": ["urbanisme", "voirie"],
        "odl_has": ["dae"],
        "odl_group": "Rentrée 2026",
        "odl_public_progress": "true",
        "description": "Saint-Exemple est une commune du Causse. Elle publie ici ses subventions, ses équipements et "
        "les prénoms de ses nouveau-nés, tenus par le secrétariat de la mairie.",
    },
    "pont-de-lirac": {
        "odl_population": "4180",
        "odl_etp_band": "50to199",
        "odl_competences": ["urbanisme"],
        "odl_has": ["dae", "irve"],
        "odl_group": "Rentrée 2026",
        "odl_public_progress": "true",
        "description": "Pont-de-Lirac, 4 180 habitants, au bord du Lirac. La commune publie ses délibérations et ses "
        "subventions pour que chacun puisse les lire et les comparer.",
    },
    "valbrune": {"odl_population": "412", "odl_has": ["dae"]},
    "montfleury-le-haut": {"odl_population": "186", "odl_profile": "no_agent"},
    "les-trois-sources": {"odl_population": "97", "odl_profile": "no_agent"},
    "la-roche-benie": {"odl_population": "655", "odl_group": "Rentrée 2026"},
    "hautes-terres": {"odl_population": "11300", "odl_etp_band": "50to199", "odl_competences": ["voirie"]},
}

#: (collectivité, who, days ago, step, what)
CHANGES: list[tuple[str, str, int, str, dict[str, Any]]] = [
    ("pont-de-lirac", "marc", 410, "p1.decision", {"url": "https://pont-de-lirac.exemple.test/actes/2025-31"}),
    ("pont-de-lirac", "marc", 402, "p1.elected", {"note": "Adjointe aux finances, conseil du 8 octobre"}),
    ("pont-de-lirac", ADVISER, 380, "p1.agreement", {"note": "Convention signée au siège de Causses Numérique"}),
    ("pont-de-lirac", ADVISER, 371, "p1.training", {"note": "Demi-journée, 2 élus et 3 agents"}),
    ("pont-de-lirac", "marc", 300, "p2.privacy", {"note": "Aucun nom de particulier dans les deux fichiers"}),
    ("pont-de-lirac", "marc", 160, "p3.plan", {"note": "Plan en cinq jeux, validé par la direction"}),
    ("pont-de-lirac", "marc", 90, "p4.internal", {"note": "Présentation aux chefs de service"}),
    ("pont-de-lirac", "marc", 30, "p6.website", {"url": "https://pont-de-lirac.exemple.test/donnees"}),
    ("pont-de-lirac", "marc", 12, "p4.algorithms", {"propose": "Aucun traitement ne prend de décision à notre place"}),
    ("pont-de-lirac", "marc", 40, "ob.decp", {"url": "https://marches.exemple.test/pont-de-lirac"}),
    ("saint-exemple", "claire", 120, "p1.elected", {"note": "Deuxième adjoint, conseil du 25 juillet"}),
    ("saint-exemple", "claire", 95, "p1.training", {"note": "Atelier du canton, 1 élu et 1 agent"}),
    ("saint-exemple", ADVISER, 94, "p1.agreement", {"note": "Accord oral confirmé par courrier"}),
    ("saint-exemple", "claire", 20, "p2.privacy", {"note": "Noms des associations seulement"}),
    ("valbrune", "sylvie", 330, "p1.agreement", {"note": "Réunion en mairie avec Causses Numérique"}),
    ("valbrune", "sylvie", 45, "p1.elected", {"note": "Madame la maire"}),
    (
        "montfleury-le-haut",
        ADVISER,
        60,
        "p1.decision",
        {"waive": "Commune sans agent : aucune délibération n’est utile"},
    ),
    ("montfleury-le-haut", ADVISER, 60, "p1.training", {"waive": "Commune sans agent, suivie par le syndicat"}),
    ("les-trois-sources", ADVISER, 60, "p1.training", {"waive": "Commune sans agent, suivie par le syndicat"}),
    ("hautes-terres", "nadia", 210, "p1.decision", {"url": "https://hautes-terres.exemple.test/actes/2026-14"}),
    ("hautes-terres", "nadia", 200, "p1.elected", {"note": "Vice-président au numérique"}),
    ("hautes-terres", "nadia", 180, "p1.agreement", {"note": "Convention de trois ans", "days": 720}),
    ("hautes-terres", "nadia", 150, "p1.prada", {"url": "https://hautes-terres.exemple.test/prada"}),
]
#: (collectivité, days ago, what the referent is, function, account)
MANDATES = [
    ("montfleury-le-haut", 200, "secretary", "Secrétaire de mairie partagée entre trois communes", "sylvie"),
    ("les-trois-sources", 200, "secretary", "Secrétaire de mairie partagée entre trois communes", "sylvie"),
    ("saint-exemple", 120, "elu", "Deuxième adjoint, élu référent", ""),
]
CALLS = [("la-roche-benie", 9, "La secrétaire revient le 1er du mois ; rappeler pour la déposer avec elle.")]


def main() -> None:
    """Bring each collectivité to where it stands; does nothing the second time."""
    if _has_history():
        return
    for name, facts in FACTS.items():
        _act("organization_patch", {"id": name, **facts}, ADVISER)
    for name, days, role, title, account in MANDATES:
        since = _days_ago(days).isoformat()
        _act("odl_mandate_update", {"id": name, "role": role, "title": title, "user": account, "since": since}, ADVISER)
        _backdate(name, days)
    for name, who, days, step, what in sorted(CHANGES, key=lambda change: -change[2]):
        _act("odl_step_update", {"id": name, "step": step, **_change(what, days)}, who)
        _backdate(name, days)
    for name, days, note in CALLS:
        _act("odl_call_note", {"id": name, "note": note, "on": _days_ago(days).isoformat()}, ADVISER)
        _backdate(name, days)
    for _id, _left, _done in recompute.recompute_all():
        pass


def _has_history() -> bool:
    return model.Session.query(PathHistory.id).filter(PathHistory.user_id.isnot(None)).first() is not None


def _change(what: dict[str, Any], days: int) -> dict[str, Any]:
    if "waive" in what:
        return {"waive": True, "reason": what["waive"]}
    if "propose" in what:
        return {"propose_not_applicable": True, "reason": what["propose"]}
    kind = "url" if "url" in what else "note"
    proof = {"kind": kind, "value": what[kind], "given_on": _days_ago(days).isoformat()}
    if "days" in what:
        proof["expires_on"] = _days_ago(-what["days"]).isoformat()
    return {"evidence": proof}


def _days_ago(days: int) -> dt.date:
    return dt.datetime.now(dt.timezone.utc).date() - dt.timedelta(days=days)


def _backdate(name: str, days: int) -> None:
    """Let what was just written have happened some days ago: a history of one minute shows nothing."""
    group: Any = model.Group.get(name)
    table = PathHistory.__table__
    fresh = sa.and_(
        table.c.organization_id == group.id,
        table.c.at > sa.func.clock_timestamp() - sa.text("interval '1 hour'"),
    )
    earlier = sa.text(f"interval '{days} days'")
    model.Session.execute(sa.update(table).where(fresh).values(at=table.c.at - earlier))
    proof = PathProof.__table__
    fresh = sa.and_(
        proof.c.organization_id == group.id,
        proof.c.created_at > sa.func.clock_timestamp() - sa.text("interval '1 hour'"),
    )
    values = {"created_at": proof.c.created_at - earlier, "given_on": _days_ago(days)}
    model.Session.execute(sa.update(proof).where(fresh).values(values))
    model.Session.commit()


def _act(action: str, data: dict[str, Any], user: str) -> Any:
    return tk.get_action(action)({"user": user}, data)
