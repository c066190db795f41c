"""Accessibility of a page, as axe-core sees it."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

GRAVE = {"serious", "critical"}


def assert_accessible(page: Page, *, within: str = "body") -> None:
    """Fail on the serious and critical findings of axe-core in the part of *page* that *within* selects."""
    # evaluated by the test driver: a script element would break a strict Content-Security-Policy
    page.evaluate(Path(os.environ["AXE_SCRIPT"]).read_text())
    result = page.evaluate("selector => axe.run(selector)", within)
    findings = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
        + "\n".join(f"    {node['target'][0]}  {node['html'][:160]}" for node in violation["nodes"][:5])
        for violation in result["violations"]
        if violation["impact"] in GRAVE
    ]
    assert not findings, f"{page.url}\n" + "\n".join(findings)
