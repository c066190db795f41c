"""A file that somebody brought never runs in the reader's session."""

from __future__ import annotations

import pytest
from ckan.tests import factories

from tests.portal.conftest import GOOD, call, run_checks, upload

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def download(app, resource):
    return app.get(
        f"/dataset/{resource['package_id']}/resource/{resource['id']}/download/{resource['url'].split('/')[-1]}"
    )


@pytest.mark.parametrize(
    ("name", "content", "is_shown"),
    [
        ("plan.svg", SVG, False),
        ("page.html", b"<script>alert(1)</script>", False),
        ("prenoms.csv", GOOD, True),
        ("logo.png", PNG, True),
    ],
)
def test_only_what_runs_nothing_is_shown(app, dataset, agent, name, content, is_shown):
    resource = call(
        "resource_create", agent, package_id=dataset["id"], name=name, url=name, upload=upload(content, name)
    )

    answer = download(app, resource)

    assert answer.get_data() == content
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    is_attached = answer.headers.get("Content-Disposition", "").startswith("attachment")
    assert is_attached is not is_shown
    assert name in answer.headers.get("Content-Disposition", name)


def test_a_page_of_the_portal_is_not_touched(app):
    assert "sandbox" not in app.get("/about").headers.get("Content-Security-Policy", "")


def test_no_cache_keeps_the_report_of_a_private_file(app, dataset, agent, deposit):
    call("package_patch", agent, id=dataset["id"], private=True)
    resource = deposit()
    run_checks()
    headers = {"Authorization": factories.APIToken(user=agent["name"])["token"]}

    answer = app.get(f"/odl/report/{resource['id']}.csv", headers=headers)

    assert answer.status_code == 200
    assert "public" not in answer.headers.get("Cache-Control", "")
