"""A real browser: Debian's chromium. Where it or axe-core is missing, these tests are skipped, but never in CI."""

import os
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from numplan.model.plan import Plan
from numplan.views.html.page import plan_html

CHROMIUM = Path(os.environ.get("NUMPLAN_CHROMIUM", "/usr/bin/chromium"))
AXE = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Opening = Callable[..., Page]
"""Opens the report of a plan; the rest are options of the browser's context."""


def needed(path: Path, how: str) -> None:
    """Skip where something is missing; in CI it must be there."""
    if not path.exists():
        missing = f"{path} is missing; {how}"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    needed(CHROMIUM, "apt-get install chromium")
    return {**browser_type_launch_args, "executable_path": str(CHROMIUM), "args": list(FLAGS)}


@pytest.fixture(scope="package")
def browser(browser_type_launch_args: dict[str, object]) -> Iterator[Browser]:
    """One browser for these tests, and gone after them: Playwright keeps an event loop running as long as it lives,
    and the tests of other folders shall not stand within it.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**browser_type_launch_args)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    needed(AXE, "npm install --prefix tests/browser")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def report(browser: Browser, tmp_path: Path) -> Iterator[Opening]:
    """Opens reports, and fails where one says anything on the console or asks for anything but itself."""
    contexts: list[BrowserContext] = []
    said: list[str] = []
    asked: list[str] = []

    def opening(plan: Plan, **options: object) -> Page:
        place = tmp_path / f"plan-{len(contexts)}.html"
        place.write_text(plan_html(plan), encoding="utf-8")
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8_000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda problem: said.append(str(problem)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(place.as_uri())
        return page

    yield opening
    for context in contexts:
        context.close()
    assert said == []
    assert [url for url in asked if not url.startswith(tmp_path.as_uri())] == []
    assert len(asked) == len(contexts)


class Listener:
    """A server elsewhere that hears every request."""

    def __init__(self) -> None:
        asked = self.asked = list[str]()

        class Ear(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words: object) -> None:
                """Nothing is printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def listener() -> Iterator[Listener]:
    ears = Listener()
    Thread(target=ears.server.serve_forever, daemon=True).start()
    yield ears
    ears.server.shutdown()
    ears.server.server_close()
