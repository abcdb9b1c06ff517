"""The bundled story as a newcomer meets it. `SCREENSHOTS=docs/images`, with this file alone, renews the README's pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import ROOT, newest, running, say, shot

playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = playwright_api.expect


def test_what_the_page_suggests(opened: Any, new_home: Callable[[], Path]) -> None:
    offered = yaml.safe_load((ROOT / "data" / "suggestions.yaml").read_text(encoding="utf-8"))
    answered, disputed, unknown = (one["text"] for one in offered["questions"])
    with running(new_home(), ROOT / "data") as address:
        page = opened(address, viewport={"width": 1100, "height": 900})
        page.get_by_text(answered).click()
        expect(newest(page)).to_contain_text("15,000 fighters. [1]")
        page.get_by_text(disputed).last.click()
        expect(newest(page)).to_contain_text("Sources disagree")
        shot(page, "story-answer")
        page.get_by_text(unknown).last.click()
        expect(newest(page)).to_contain_text("The library does not hold the answer.")
        page.get_by_role("button", name=str(offered["days"][0]["note"])).click()
        expect(page.locator("#moved")).to_contain_text("12:00 UTC")
        say(page, "/subscribe 08:30 Asia/Yangon")
        expect(newest(page)).to_contain_text("every day at 08:30 Asia/Yangon")
        page.get_by_role("button", name="+ 1 day").click()
        expect(newest(page)).to_contain_text("Where things stand", timeout=20_000)
        expect(newest(page)).to_contain_text("newest 8 Jul 2025")
        shot(page, "story-digest")
