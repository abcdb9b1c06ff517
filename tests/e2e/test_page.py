"""The sandbox's page in a real browser, with a small bot made with the real library behind it.

The story is about a lighthouse; what matters is what the page does with a bot's messages.
"""

from __future__ import annotations

import asyncio
import html
import os
import shutil
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
from telegram.constants import ChatType, ParseMode
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.sandbox.page.routes import Day, Suggestion
from bot.sandbox.serve import serve
from bot.sandbox.server import LocalBotApi
from retrieval.clock import MovableClock

playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
Page = Any
expect = playwright_api.expect

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
SHOTS = os.environ.get("SCREENSHOTS")
START = datetime(2031, 3, 4, 9, 30, tzinfo=UTC)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found: apt-get install chromium runs these tests")

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
    """The small bot: answers, subscribes, refuses members of groups, sends a digest when due."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.due: dict[int, datetime] = {}
        self.moved = asyncio.Event()

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

    async def subscribe(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message, chat = update.effective_message, update.effective_chat
        assert message is not None
        assert chat is not None
        if chat.type != ChatType.PRIVATE and not await self._leads(update):
            await message.reply_text("Only administrators can subscribe this group.")
            return
        if context.args:
            await self._subscribed(chat.id, context)
            return
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("08:00", callback_data="at 08:00")]])
        await message.reply_text("When shall it come?", reply_markup=keyboard)

    async def _leads(self, update: Update) -> bool:
        message = update.effective_message
        assert message is not None
        if message.sender_chat is not None:
            return message.sender_chat.id == message.chat.id
        assert message.from_user is not None
        member = await message.chat.get_member(message.from_user.id)
        return member.status in ("creator", "administrator")

    async def _subscribed(self, chat_id: int, context: ContextTypes.DEFAULT_TYPE) -> None:
        tomorrow = self.clock.now() + timedelta(days=1)
        self.due[chat_id] = tomorrow.replace(hour=8, minute=0)
        await context.bot.send_message(chat_id, "Subscribed: each day at 08:00 UTC.")

    async def press(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query is not None
        if query.data == "alert":
            await query.answer("Two sides tell it differently.", show_alert=True)
            return
        await query.answer("Done")
        if query.data == "more":
            await query.edit_message_text("Edited: no more is known.", reply_markup=None, parse_mode=ParseMode.HTML)
        elif update.effective_chat is not None:
            await self._subscribed(update.effective_chat.id, context)

    async def tick(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        while True:
            await self.moved.wait()
            self.moved.clear()
            for chat_id, due in list(self.due.items()):
                if due <= self.clock.now():
                    self.due[chat_id] = due + timedelta(days=1)
                    await application.bot.send_message(
                        chat_id,
                        f"<b>Digest</b> of {due:%d %B %Y}\n• {html.escape('Lamp & ships')}",
                        parse_mode=ParseMode.HTML,
                        disable_notification=True,
                    )


@dataclass
class Running:
    sandbox: LocalBotApi
    clock: MovableClock
    stop: asyncio.Event
    loop: asyncio.AbstractEventLoop


async def run(started: list[Running], ready: threading.Event) -> None:
    clock = MovableClock(START)
    lighthouse = Lighthouse(clock)
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
        moved=lighthouse.moved.set,
        name="Lighthouse",
    ) as sandbox:
        application = (
            Application.builder()
            .token(sandbox.token)
            .base_url(sandbox.base_url)
            .base_file_url(sandbox.base_file_url)
            .build()
        )
        application.add_handler(CommandHandler("subscribe", lighthouse.subscribe))
        application.add_handler(CallbackQueryHandler(lighthouse.press))
        application.add_handler(MessageHandler(filters.TEXT, lighthouse.ask))
        async with application:
            await application.bot.set_my_commands(COMMANDS)
            await application.bot.set_my_description("Ask about the lighthouse.")
            await application.start()
            assert application.updater is not None
            await application.updater.start_polling()
            ticking = asyncio.create_task(lighthouse.tick(application))
            stop = asyncio.Event()
            started.append(Running(sandbox, clock, stop, asyncio.get_running_loop()))
            ready.set()
            await stop.wait()
            ticking.cancel()
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """Opens the page in a window of its own; fails on errors of the page and on outside requests."""
    contexts: list[Any] = []
    troubles: list[str] = []

    def open_page(running: Running, **options: Any) -> Page:
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
            lambda request: (
                None if request.url.startswith(running.sandbox.url) else troubles.append(f"outside: {request.url}")
            ),
        )
        page.goto(running.sandbox.url)
        expect(page.locator("#title")).to_have_text("Lighthouse")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


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


def serious(page: Page) -> list[str]:
    """What axe finds that is serious or worse."""
    from axe_core_python.sync_playwright import Axe  # type: ignore[import-untyped]

    found = Axe().run(page)["violations"]
    return [
        f"{v['id']}: {[node['html'][:160] for node in v['nodes']]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def test_ask_and_open_the_citation(running: Running, opened: Any) -> None:
    page = opened(running, viewport={"width": 1280, "height": 800})
    expect(page.get_by_text("A stand-in for Telegram on this machine")).to_be_visible()
    page.get_by_role("button", name="How many ships passed?").click()
    answer = newest(page)
    expect(answer).to_contain_text("counted 214 ships")
    expect(answer.locator("strong")).to_have_text("3 March 2031")
    expect(page.locator("#suggestions button")).to_have_count(2)
    fold = answer.get_by_role("button", name="Show all")
    fold.click()
    expect(answer.get_by_role("button", name="Show less")).to_be_visible()
    answer.get_by_role("link", name="[1]").click()
    panel = page.get_by_role("complementary", name="Sources")
    expect(panel.get_by_text(QUOTE.splitlines()[0])).to_be_visible()
    expect(panel.get_by_role("link", name="Open the original").first).to_have_attribute("href", SOURCE)
    shot(page, "answer-and-source")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_subscribe_by_keyboard_and_get_tomorrows_digest(running: Running, opened: Any) -> None:
    page = opened(running, viewport={"width": 1280, "height": 800})
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    page.keyboard.type("/sub")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Message", exact=True)).to_have_value("/subscribe ")
    page.keyboard.type("08:00")
    page.keyboard.press("Enter")
    expect(newest(page)).to_contain_text("Subscribed: each day at 08:00 UTC.")
    page.get_by_role("button", name="+ 1 day").click()
    expect(newest(page)).to_contain_text("Digest of 05 March 2031")
    expect(newest(page)).to_contain_text("Lamp & ships")
    expect(newest(page)).to_contain_text("silent")
    expect(page.locator("#now")).to_contain_text("5 March 2031")
    shot(page, "digest")


def test_subscribe_by_buttons(running: Running, opened: Any) -> None:
    page = opened(running)
    page.get_by_role("button", name="Menu").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="08:00").click()
    expect(newest(page)).to_contain_text("Subscribed")
    expect(page.locator("#toast")).to_have_text("Done")


def test_edits_and_alerts(running: Running, opened: Any) -> None:
    page = opened(running)
    say(page, "is the lamp lit?")
    page.get_by_role("button", name="Is it true?").click()
    alert = page.get_by_role("dialog")
    expect(alert).to_contain_text("Two sides tell it differently.")
    alert.get_by_role("button", name="OK").click()
    page.get_by_role("button", name="More", exact=True).click()
    expect(newest(page)).to_contain_text("Edited: no more is known.")
    expect(newest(page).locator(".meta")).to_contain_text("edited")


def test_a_group_where_a_member_is_refused(running: Running, opened: Any) -> None:
    page = opened(running, viewport={"width": 1280, "height": 800})
    page.get_by_role("button", name="Team").click()
    expect(page.locator("#subtitle")).to_contain_text("3 members")
    page.get_by_label("Speak as").select_option(label="Max, member")
    say(page, "just talking")
    expect(page.locator(".message.mine").last).to_contain_text("not heard by the bot")
    say(page, "/subscribe 08:00")
    expect(newest(page)).to_contain_text("Only administrators")
    page.get_by_label("Speak as").select_option(label="Ada, administrator")
    say(page, "/subscribe@briefing_bot 08:00")
    expect(newest(page)).to_contain_text("Subscribed")
    page.get_by_label("Speak as").select_option(index=2)
    say(page, "/subscribe 08:00")
    expect(page.locator(".message.mine").last.locator(".sender")).to_have_text("Team")
    expect(page.locator(".message:not(.mine)")).to_have_count(3)
    shot(page, "group")


def test_a_hostile_message_stays_text(running: Running, opened: Any) -> None:
    page = opened(running)
    hostile = "<img src=x onerror=alert(1)> \u202e& <b>bold</b> <script>document.title='x'</script>"
    say(page, hostile)
    expect(page.locator(".message.mine").last).to_contain_text("<img src=x onerror=alert(1)>")
    expect(newest(page)).to_contain_text("Not in the library: <img src=x onerror=alert(1)>")
    assert page.locator(".messages img, .messages script").count() == 0
    assert page.title() == "Lighthouse: sandbox chat"


def test_replies_pictures_and_files(running: Running, opened: Any) -> None:
    page = opened(running)
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
    page = opened(running, viewport={"width": 1280, "height": 800})
    page.get_by_role("button", name="the summer storm").click()
    expect(page.locator("#now")).to_contain_text("8 July 2031, 06:00 UTC")
    page.get_by_label("Set to (UTC)").fill("2030-01-02T03:04")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.locator("#now")).to_contain_text("2 January 2030, 03:04 UTC")
    assert abs(running.clock.now() - datetime(2030, 1, 2, 3, 4, tzinfo=UTC)) < timedelta(minutes=1)
    say(page, "what now?")
    expect(page.locator(".day").last).to_contain_text("2 January 2030")


def test_what_was_said_is_there_after_a_reload(running: Running, opened: Any) -> None:
    page = opened(running)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(newest(page)).to_contain_text("Not in the library: /start")
    say(page, "who painted the door?")
    expect(newest(page)).to_contain_text("Not in the library")
    page.reload()
    expect(newest(page)).to_contain_text("Not in the library: who painted the door?")


def test_sources_and_what_is_new(running: Running, opened: Any) -> None:
    page = opened(running, viewport={"width": 1280, "height": 800})
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
    page = opened(running, viewport={"width": width, "height": 800}, color_scheme=scheme)
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
