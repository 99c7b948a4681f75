# ruff: noqa: INP001 - a script
"""Photograph the report of docs/review.md for docs/images/report.png, in Debian's chromium.

Nothing compares the picture with the report: run this again where the report's looks change.
"""

import re
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

DOCS: Final = Path(__file__).parents[1]
sys.path.insert(0, str(DOCS))

import refresh  # noqa: E402 - a script beside this folder

PICTURE: Final = DOCS / "images" / "report.png"
WIDTH, HEIGHT = 1280, 1180

with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
    refresh.run_session((DOCS / "review.md").read_text(encoding="utf-8"), folder)
    report = Path(folder, "plan.html")
    made = report.read_text(encoding="utf-8")
    for each, shown in (
        (r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "2026-01-01 09:00 UTC"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:8190"),
    ):
        made = re.sub(each, shown, made)  # the same on every day
    report.write_text(made, encoding="utf-8")
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
    )
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(report.as_uri())
    page.screenshot(path=PICTURE)
    browser.close()
