"""A file of several members: each gets its own rows, to accept or refuse; nothing is public before."""

from __future__ import annotations

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.logic.deposit import keeping
from ckanext.odl.model import Deposit, DepositFile
from tests.portal.conftest import HEADER, SCHEMA, run_checks

from .conftest import Place, file_of

pytestmark = pytest.mark.usefixtures("with_plugins")

ROWS = (
    "Badaroux,48013,F,Louise,3,2024\nChanac,48039,F,Jade,4,2024\nBadaroux,48013,M,Paul,5,2024\n"
    "Ailleurs,48095,F,Rose,6,2024\nMillau,12145,F,Anne,7,2024\n"
)


def test_each_member_gets_its_rows_and_accepts_them_itself(place: Place) -> None:
    upload = file_of(HEADER + ROWS, "prenoms.csv")
    whole = place.call("atd", "odl_deposit_create", organization="causses", upload=upload, schema=SCHEMA)
    run_checks()
    owners = place.call("atd", "odl_deposit_show", id=whole["id"])["owners"]
    assert owners["kind"] == "insee"
    with pytest.raises(tk.ValidationError):
        place.call("atd", "odl_deposit_split", id=whole["id"], column="ZZ")
    done = place.call("atd", "odl_deposit_split", id=whole["id"], column=owners["column"])
    assert {part["organization"]: part["rows"] for part in done["parts"]} == {"badaroux": 2, "chanac": 1}
    assert {one["value"]: one["why"] for one in done["left"]} == {"48095": "unknown", "12145": "rights"}
    again = place.call("atd", "odl_deposit_split", id=whole["id"], column=owners["column"])
    assert {part["deposit"] for part in again["parts"]} == {part["deposit"] for part in done["parts"]}

    mine = next(part["deposit"] for part in done["parts"] if part["organization"] == "badaroux")
    part = model.Session.get(Deposit, mine)
    assert (part.state, part.reason, part.split_of) == ("waiting", "acceptance", whole["id"])
    content = b"".join(keeping.stream(model.Session.get(DepositFile, part.file_id))).decode("utf-8-sig")
    assert "Louise" in content
    assert "Paul" in content
    assert "Jade" not in content
    assert model.Session.query(model.Package).count() == 0
    assert place.call("agent", "odl_deposit_show", id=mine)["state"] == "waiting"
    with pytest.raises(tk.ObjectNotFound):
        place.call("neighbour", "odl_deposit_show", id=mine)
    with pytest.raises(tk.ObjectNotFound):
        place.call("agent", "odl_deposit_split", id=whole["id"], column=owners["column"])
    assert place.call("agent", "odl_deposit_abandon", id=mine, why="Pas nos chiffres")["state"] == "abandoned"
