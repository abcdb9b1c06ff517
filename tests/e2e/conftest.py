"""A real browser for the sandbox's page, and the real bot behind it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ROOT = Path(__file__).parents[2]
SHOTS = os.environ.get("SCREENSHOTS")
Page = Any


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """For one file only: as long as it is open its event loop runs, and no other can."""
    playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium found: apt-get install chromium runs these tests")
    with playwright_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """Opens a page in a window of its own; fails on errors of the page and on outside requests."""
    contexts: list[Any] = []
    troubles: list[str] = []

    def open_page(url: str, **options: Any) -> Page:
        context = browser.new_context(timezone_id="UTC", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on(
            "console",
            lambda said: troubles.append(f"console: {said.text}") if said.type == "error" else None,
        )
        page.on(
            "request",
            lambda request: None if request.url.startswith(url) else troubles.append(f"outside: {request.url}"),
        )
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@contextmanager
def running(home: Path, data: Path) -> Iterator[str]:
    """A real bot as a process of its own, started as anybody would; gives the address of its sandbox."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BRIEFING_", "TELEGRAM_"))}
    environment = {**kept, "BRIEFING_HOME": str(home), "BRIEFING_DATA": str(data)}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        yield found.group()
    finally:
        process.terminate()
        assert process.wait(20) == 0


@pytest.fixture(scope="module")
def address(browser: Any, new_home: Callable[[], Path], story: Path) -> Iterator[str]:
    """Where the sandbox of a bot on the tiny story is."""
    with running(new_home(), story) as found:
        yield found


def shot(page: Page, name: str) -> None:
    """Keeps a picture when SCREENSHOTS names a folder."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def say(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def newest(page: Page) -> Any:
    return page.locator(".message:not(.mine)").last
