"""The sandbox's page in a real browser: what it does with whatever a bot may send.

Behind it is a small bot made with the real library, for a story about a lighthouse; `test_bot_in_page.py` has the real
one.
"""

from __future__ import annotations

import asyncio
import struct
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from telegram import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyParameters,
    Update,
)
from telegram.constants import ParseMode
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.sandbox.page.routes import Day, Suggestion
from bot.sandbox.serve import serve
from bot.sandbox.server import LocalBotApi
from retrieval.clock import MovableClock

from .conftest import Page, newest, say, shot

playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = playwright_api.expect

START = datetime(2031, 3, 4, 9, 30, tzinfo=UTC)
SOURCE = "https://harbour.example.org/notices/41"
QUOTE = (
    "The lamp was relit on 3 March after eleven dark weeks.\n"
    "Its keeper counted 214 ships in the first night.\n"
    "The harbour office names the same figure; the pilots' union says 190.\n"
    "No other count has been published."
)
ANSWER = (
    "The lighthouse was relit on <b>3 March 2031</b> and counted 214 ships in the first night "
    f'<a href="{SOURCE}">[1]</a>.\n<i>1 report · newest of 4 March 2031</i>\n'
    f"<blockquote expandable>[1] Harbour Office, 4 March 2031, summary:\n{QUOTE}</blockquote>"
)
SOURCES = {
    "sources": [
        {
            "source_id": "notice-41",
            "kind": "brief",
            "title": "Lamp relit after eleven weeks",
            "publisher": "Harbour Office",
            "standing": "primary",
            "language": "en",
            "url": SOURCE,
            "published": "2031-03-04",
            "known_at": "2031-03-04T06:00:00Z",
            "topics": ["lamp"],
            "state": "live",
            "passages": 3,
        },
        {
            "source_id": "almanac",
            "kind": "dataset",
            "title": "Almanac of tides",
            "publisher": "Tide Tables",
            "standing": "secondary",
            "language": "en",
            "url": None,
            "published": None,
            "known_at": None,
            "topics": [],
            "state": "live",
            "passages": 12,
        },
    ]
}
COMMANDS = [
    BotCommand("ask", "Ask a question"),
    BotCommand("subscribe", "A digest each day"),
    BotCommand("help", "What this bot does"),
]


def picture(width: int, height: int) -> bytes:
    """A small PNG: a sea below a sky."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    sky, sea = b"\x9c\xc9\xee" * width, b"\x2b\x6a\x8f" * width
    rows = b"".join(b"\0" + (sky if y < height * 0.6 else sea) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


class Lighthouse:
    """The small bot: it sends what the real one does not send yet."""

    async def ask(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        assert message is not None
        await message.chat.send_action("typing")
        text = message.text or ""
        reply = ReplyParameters(message.message_id)
        if "picture" in text:
            await message.reply_photo(picture(320, 160), caption="The bay, drawn")
        elif "table" in text:
            await message.reply_document(b"day,ships\n3,214\n", filename="ships.csv", caption="Counts")
        elif "ships" in text or "lamp" in text:
            keyboard = InlineKeyboardMarkup(
                [
                    [InlineKeyboardButton("More", callback_data="more")],
                    [InlineKeyboardButton("Is it true?", callback_data="alert")],
                ]
            )
            await message.reply_text(ANSWER, parse_mode=ParseMode.HTML, reply_parameters=reply, reply_markup=keyboard)
        else:
            await message.reply_text(f"Not in the library: {text}", reply_parameters=reply)

    async def press(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query is not None
        if query.data == "alert":
            await query.answer("Two sides tell it differently.", show_alert=True)
            return
        await query.answer("Done")
        if query.data == "more":
            await query.edit_message_text("Edited: no more is known.", reply_markup=None, parse_mode=ParseMode.HTML)


@dataclass
class Running:
    sandbox: LocalBotApi
    clock: MovableClock
    stop: asyncio.Event
    loop: asyncio.AbstractEventLoop


async def run(started: list[Running], ready: threading.Event) -> None:
    clock = MovableClock(START)
    lighthouse = Lighthouse()
    suggestions = [
        Suggestion("How many ships passed?", "An answer with its source"),
        Suggestion("Is the lamp lit?", "Two sides disagree"),
        Suggestion("Who painted the door?", "Not in the library"),
    ]
    async with serve(
        clock=clock,
        suggestions=suggestions,
        sources=lambda: SOURCES,
        read_source=lambda source_id: QUOTE if source_id == "notice-41" else None,
        days=[Day(datetime(2031, 7, 8, 6, tzinfo=UTC), "the summer storm")],
        name="Lighthouse",
    ) as sandbox:
        application = (
            Application.builder()
            .token(sandbox.token)
            .base_url(sandbox.base_url)
            .base_file_url(sandbox.base_file_url)
            .build()
        )
        application.add_handler(CallbackQueryHandler(lighthouse.press))
        application.add_handler(MessageHandler(filters.TEXT, lighthouse.ask))
        async with application:
            await application.bot.set_my_commands(COMMANDS)
            await application.bot.set_my_description("Ask about the lighthouse.")
            await application.start()
            assert application.updater is not None
            await application.updater.start_polling()
            stop = asyncio.Event()
            started.append(Running(sandbox, clock, stop, asyncio.get_running_loop()))
            ready.set()
            await stop.wait()
            await application.updater.stop()
            await application.stop()


@pytest.fixture
def running() -> Iterator[Running]:
    started: list[Running] = []
    ready = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(run(started, ready)), daemon=True)
    thread.start()
    assert ready.wait(20)
    (one,) = started
    yield one
    one.loop.call_soon_threadsafe(one.stop.set)
    thread.join(20)
    assert not thread.is_alive()
    assert one.sandbox.refusals == []


def serious(page: Page) -> list[str]:
    """What axe finds that is serious or worse."""
    from axe_core_python.sync_playwright import Axe  # type: ignore[import-untyped]

    found = Axe().run(page)["violations"]
    return [
        f"{v['id']}: {[node['html'][:160] for node in v['nodes']]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def test_edits_and_alerts(running: Running, opened: Any) -> None:
    page = opened(running.sandbox.url)
    say(page, "is the lamp lit?")
    page.get_by_role("button", name="Is it true?").click()
    alert = page.get_by_role("dialog")
    expect(alert).to_contain_text("Two sides tell it differently.")
    alert.get_by_role("button", name="OK").click()
    page.get_by_role("button", name="More", exact=True).click()
    expect(newest(page)).to_contain_text("Edited: no more is known.")
    expect(newest(page).locator(".meta")).to_contain_text("edited")


def test_replies_pictures_and_files(running: Running, opened: Any) -> None:
    page = opened(running.sandbox.url)
    say(page, "a picture, please")
    shown = newest(page).get_by_role("img", name="Picture: The bay, drawn")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    say(page, "the table, please")
    with page.expect_download() as download:
        newest(page).get_by_role("link", name="ships.csv").click()
    assert Path(download.value.path()).read_bytes() == b"day,ships\n3,214\n"
    newest(page).hover()
    newest(page).get_by_role("button", name="Reply to Lighthouse").click()
    expect(page.locator("#replying-to")).to_contain_text("Reply to Lighthouse: Counts")
    say(page, "thanks")
    expect(page.locator(".message.mine").last.locator(".replied")).to_contain_text("Counts")


def test_the_clock(running: Running, opened: Any) -> None:
    page = opened(running.sandbox.url, viewport={"width": 1280, "height": 800})
    page.get_by_role("button", name="the summer storm").click()
    expect(page.locator("#now")).to_contain_text("8 July 2031, 06:00 UTC")
    page.get_by_label("Set to (UTC)").fill("2030-01-02T03:04")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.locator("#now")).to_contain_text("2 January 2030, 03:04 UTC")
    assert abs(running.clock.now() - datetime(2030, 1, 2, 3, 4, tzinfo=UTC)) < timedelta(minutes=1)
    say(page, "what now?")
    expect(page.locator(".day").last).to_contain_text("2 January 2030")


def test_what_was_said_is_there_after_a_reload(running: Running, opened: Any) -> None:
    page = opened(running.sandbox.url)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(newest(page)).to_contain_text("Not in the library: /start")
    say(page, "who painted the door?")
    expect(newest(page)).to_contain_text("Not in the library")
    page.reload()
    expect(newest(page)).to_contain_text("Not in the library: who painted the door?")


def test_sources_and_what_is_new(running: Running, opened: Any) -> None:
    page = opened(running.sandbox.url, viewport={"width": 1280, "height": 800})
    page.get_by_role("button", name="Sources", exact=True).click()
    panel = page.get_by_role("complementary", name="Sources")
    expect(panel.locator(".source")).to_have_count(1)
    panel.get_by_role("button", name="All").click()
    expect(panel.locator(".source")).to_have_count(2)
    panel.get_by_label("Filter the sources").fill("tide")
    expect(panel.locator(".source")).to_have_count(1)
    panel.get_by_role("button", name="Read").click()
    expect(panel.locator(".source-text")).to_contain_text("not kept in the library")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_serious_barrier(running: Running, opened: Any, scheme: str, width: int) -> None:
    page = opened(running.sandbox.url, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert serious(page) == []
    shot(page, f"start-{scheme}-{width}")
    say(page, "how many ships passed?")
    expect(newest(page)).to_contain_text("214 ships")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(page) == []
    shot(page, f"answer-{scheme}-{width}")
    page.get_by_role("button", name="Team").click()
    page.get_by_role("button", name="Menu").click()
    assert serious(page) == []
    shot(page, f"group-{scheme}-{width}")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Sources", exact=True).click()
    expect(page.locator(".source")).to_have_count(1)
    page.locator(".source").get_by_role("button", name="Read").click()
    expect(page.locator(".source-text")).to_be_visible()
    assert serious(page) == []
    shot(page, f"sources-{scheme}-{width}")
