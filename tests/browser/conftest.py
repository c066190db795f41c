"""A portal of its own for the browser tests, and Chromium to walk through it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from dev.portal.instance import BROWSER

ARTEFACTS = Path(__file__).parent / "artefacts"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# Nothing that the browser does on its own account belongs in a test.
QUIET = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
# A page that a person would wait for, on a machine with much to do.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Portal:
    """A running portal with the sample data, and those who can log in."""

    url: str
    accounts: list[dict[str, str | None]]

    def account(self, *, name: str | None = None, role: str | None = None) -> dict[str, str | None]:
        """Return the first account with this name or role."""
        return next(a for a in self.accounts if name in (None, a["name"]) and role in (None, a["role"]))

    def log_in(self, page: Page, *, name: str | None = None, role: str | None = None) -> None:
        """Log in by the form, as a person does."""
        account = self.account(name=name, role=role)
        page.goto(f"{self.url}/user/login")
        page.fill("input[name=login]", account["name"] or "")
        page.fill("input[name=password]", account["password"] or "")
        page.click("form:has(input[name=password]) button[type=submit]")
        page.wait_for_url(lambda url: "/user/login" not in url)

    def call(self, action: str, data: dict[str, Any], *, role: str = "sysadmin") -> Any:
        """Call an action of the API and return its result."""
        token = self.account(role=role)["token"] or ""
        headers = {"Authorization": token, "Content-Type": "application/json"}
        request = Request(f"{self.url}/api/3/action/{action}", json.dumps(data).encode(), headers)
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)["result"]


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """A portal with a web server, a worker and the sample data; its data are kept from run to run."""
    BROWSER.start()
    known = json.loads(BROWSER.accounts.read_text())
    yield Portal(known["url"], known["accounts"])
    BROWSER.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    flags = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A function that opens a fresh browser profile in French; options go to Playwright's ``new_context``."""
    contexts = []

    def open_context(**options: object) -> BrowserContext:
        contexts.append(browser.new_context(**{"locale": "fr-FR", "viewport": DESKTOP, **options}))
        contexts[-1].set_default_timeout(PATIENCE)
        return contexts[-1]

    yield open_context
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context().new_page()


@pytest.fixture
def page_without_script(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context(java_script_enabled=False).new_page()


@pytest.fixture
def photograph(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """A function that keeps the whole page as pictures, as wide as a desk's screen and as a phone's."""

    def take(page: Page, name: str) -> None:
        folder = ARTEFACTS / request.node.name
        folder.mkdir(parents=True, exist_ok=True)
        before = page.viewport_size
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            page.screenshot(path=folder / f"{name}-{size['width']}.png", full_page=True)
        page.set_viewport_size(before or DESKTOP)

    return take
