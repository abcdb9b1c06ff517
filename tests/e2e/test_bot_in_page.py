"""The real bot, driven through the sandbox's page as a newcomer would: the main paths of every day."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .conftest import Page, newest, say, shot

playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = playwright_api.expect
WIDE = {"width": 1280, "height": 800}
QUESTION = "How long was the crack in the Larkspur dam when it was found?"


def set_clock(page: Page, moment: str) -> None:
    page.get_by_label("Set to (UTC)").fill(moment)
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.locator("#moved")).to_contain_text(f"{moment[-5:]} UTC")


@pytest.fixture
def page(address: str, opened: Any) -> Page:
    """The page on a day inside the story, in the private chat."""
    page = opened(address, viewport=WIDE)
    set_clock(page, "2031-03-04T06:00")
    return page


def test_ask_and_open_the_citation(page: Page) -> None:
    say(page, QUESTION)
    answer = newest(page)
    expect(answer).to_contain_text("14 metres")
    answer.get_by_role("link", name="[1]").first.click()
    panel = page.get_by_role("complementary", name="Sources")
    expect(panel.get_by_text("Engineers found a crack 14 metres long")).to_be_visible()
    original = panel.get_by_role("link", name="Open the original").first
    expect(original).to_have_attribute("href", "https://news.example/tern-2031-03-02-crack")
    shot(page, "answer-and-source")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_subscribe_by_keyboard_and_get_tomorrows_digest(page: Page) -> None:
    message = page.get_by_label("Message", exact=True)
    message.focus()
    page.keyboard.type("/sub")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(message).to_have_value("/subscribe ")
    page.keyboard.type("08:00 UTC")
    page.keyboard.press("Enter")
    expect(newest(page)).to_contain_text("every day at 08:00 UTC")
    expect(newest(page)).to_contain_text("Next: 2031-03-04 08:00 UTC")
    for day in ("4 Mar 2031", "5 Mar 2031"):
        page.get_by_role("button", name="+ 1 day").click()
        expect(newest(page)).to_contain_text(f"What changed · {day}, 08:00")
        expect(newest(page)).to_contain_text("silent")
    shot(page, "tiny-digest")


def test_a_clock_set_back_brings_the_digests_again(page: Page) -> None:
    say(page, "/subscribe 09:00 UTC")
    expect(newest(page)).to_contain_text("Next: 2031-03-04 09:00 UTC")
    set_clock(page, "2031-03-01T10:00")
    page.get_by_role("button", name="+ 1 day").click()
    expect(newest(page)).to_contain_text("2 Mar 2031, 09:00")


def test_subscribe_by_buttons(page: Page) -> None:
    say(page, "/subscribe")
    panel = newest(page)
    expect(panel).to_contain_text("Digest:")
    for button in ("Time", "07", "07:30", "Topics", "The people below", "Back", "Weekdays", "Mon–Fri", "Back"):
        panel.get_by_role("button", name=button, exact=True).click()
    expect(panel).to_contain_text("Mon–Fri at 07:30 UTC, on The people below")
    panel.get_by_role("button", name="Done", exact=True).click()
    expect(panel.get_by_role("button", name="Done", exact=True)).to_have_count(0)
    shot(page, "subscribed")


def test_a_group_where_a_member_is_refused(page: Page) -> None:
    page.get_by_role("button", name="Team").click()
    page.get_by_label("Speak as").select_option(label="Max, member")
    say(page, "just talking")
    expect(page.locator(".message.mine").last).to_contain_text("not heard by the bot")
    say(page, "/subscribe 08:00 UTC")
    expect(newest(page)).to_contain_text("Only administrators")
    page.get_by_label("Speak as").select_option(label="Ada, administrator")
    say(page, "/subscribe 08:00 UTC")
    expect(newest(page)).to_contain_text("every day at 08:00 UTC")
    page.get_by_label("Speak as").select_option(index=2)
    say(page, "/subscribe 09:00 UTC dam")
    expect(page.locator(".message.mine").last.locator(".sender")).to_have_text("Team")
    expect(newest(page)).to_contain_text("09:00 UTC, on The dam")
    expect(page.locator(".message:not(.mine)")).to_have_count(3)
    shot(page, "group")


def test_a_hostile_message_stays_text(page: Page) -> None:
    title = page.title()
    say(page, "<img src=x onerror=alert(1)> \u202e& <b>bold</b> <script>document.title='x'</script>")
    expect(page.locator(".message.mine").last).to_contain_text("<img src=x onerror=alert(1)>")
    expect(newest(page)).to_contain_text(re.compile("does not hold the answer|Not an answer"))
    assert page.locator(".messages img, .messages script").count() == 0
    assert page.title() == title
