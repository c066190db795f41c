"""What people type runs nowhere in a browser: no dialog opens, no element comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.portal.trust.payloads import ALL, SCRIPTS

ATD = "causses-numerique"
#: The main pages, and who reads them.
PAGES = {
    "report": ("sysadmin", "/odl/report/{resource}"),
    "collectivite": ("sysadmin", "/odl/collectivite/{commune}"),
    "path": ("sysadmin", "/odl/collectivite/{commune}/parcours/p1.elected"),
    "dashboard": ("sysadmin", f"/odl/atd/{ATD}"),
    "public page": ("", "/odl/avancement/{commune}"),
    "dataset": ("", "/dataset/{dataset}"),
}
#: ``zqx`` is what each script calls; elements that come of one have an id that begins so.
WATCH = "window.zqx = number => { window.zqxRan = (window.zqxRan || []).concat(number) }"
FOUND = "[document.querySelectorAll('[id^=zqx], zqx40').length, window.zqxRan || []]"


@pytest.fixture
def scripts(portal) -> Iterator[dict[str, str]]:
    """A commune whose every text is a script, with a dataset and a file; what stands in the addresses."""
    commune, dataset = (f"zqx-{uuid4().hex[:8]}" for _ in range(2))
    texts = {"title": f"Zqx {ALL}", "description": ALL, "odl_public_progress": "true"}
    portal.call("organization_create", {"name": commune, "groups": [{"name": ATD}], **texts})
    portal.call("odl_step_update", {"id": commune, "step": "p1.elected", "kind": "note", "value": ALL})
    portal.call("odl_call_note", {"id": commune, "note": ALL})
    file = {"name": SCRIPTS[1], "url": "https://exemple.test/zqx.csv", "odl_schema": "scdl/prenoms"}
    texts = {"title": ALL, "notes": ALL, "odl_service": ALL}
    made = {"name": dataset, "owner_org": commune, "license_id": "lov2", "resources": [file], **texts}
    resource = portal.call("package_create", made)["resources"][0]["id"]
    yield {"commune": commune, "dataset": dataset, "resource": resource}
    portal.call("dataset_purge", {"id": dataset})
    portal.call("organization_purge", {"id": commune})


def test_nothing_runs(portal, new_context, scripts):
    found = {}
    for name, (who, address) in PAGES.items():
        page = new_context().new_page()
        page.add_init_script(WATCH)
        dialogs: list[str] = []
        page.on("dialog", lambda dialog, seen=dialogs: (seen.append(dialog.message), dialog.dismiss()))
        if who:
            portal.log_in(page, role=who)
        page.goto(portal.url + address.format(**scripts))
        page.wait_for_load_state("load")
        page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
        assert "zqx" in page.content(), name  # the texts are there
        elements, ran = page.evaluate(FOUND)
        if elements or ran or dialogs:
            found[name] = (elements, ran, dialogs)

    assert found == {}
