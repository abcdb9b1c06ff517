"""The page's own interface: who may use it, and what it tells. No browser is needed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio
from telegram import Bot, BotCommand, BotCommandScopeAllChatAdministrators

from bot.sandbox.page.routes import Day, Suggestion
from bot.sandbox.serve import serve
from bot.sandbox.server import LocalBotApi
from retrieval.clock import MovableClock

pytestmark = pytest.mark.asyncio

START = datetime(2031, 3, 4, 9, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(START)


@pytest.fixture
def moves() -> list[str]:
    return []


@pytest_asyncio.fixture
async def sandbox(clock: MovableClock, moves: list[str]) -> AsyncIterator[LocalBotApi]:
    async with serve(
        clock=clock,
        suggestions=[Suggestion("How many?", "an answer")],
        sources=lambda: {"sources": [{"source_id": "a/b"}]},
        read_source={"a/b": "words"}.get,
        days=[Day(START, "the start")],
        moved=lambda: moves.append("moved"),
    ) as served:
        yield served


@pytest_asyncio.fixture
async def page(sandbox: LocalBotApi) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as client:
        yield client


SAID: dict[str, Any] = {"chat": 1001, "speaker": "reader", "text": "hello"}


async def test_nothing_inline_and_nothing_from_outside(page: httpx.AsyncClient) -> None:
    front = await page.get("/")
    policy = front.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert " style=" not in front.text
    assert "<script>" not in front.text
    assert "http" not in front.text.replace("http-equiv", "")
    script = await page.get("/page/app.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/page/routes.py", "/page/..%2froutes.py", "/page/%2e%2e", "/x"])
async def test_only_the_files_of_the_page(page: httpx.AsyncClient, path: str) -> None:
    assert (await page.get(path)).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
async def test_another_hosts_name_is_refused(page: httpx.AsyncClient, sandbox: LocalBotApi, host: str) -> None:
    for path in ("/", "/sandbox/state", f"/bot{sandbox.token}/getMe"):
        assert (await page.get(path, headers={"host": host})).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "same-site"}],
)
async def test_another_site_cannot_act(page: httpx.AsyncClient, sandbox: LocalBotApi, headers: dict[str, str]) -> None:
    assert (await page.post("/sandbox/say", json=SAID, headers=headers)).status_code == 403
    assert (await page.post("/sandbox/say", data=SAID)).status_code == 403
    assert not sandbox.people.private(sandbox.state.users[1001]).messages


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("say", {**SAID, "speaker": "nobody"}),
        ("say", {**SAID, "chat": 5}),
        ("say", {**SAID, "text": " "}),
        ("say", {**SAID, "text": "x" * 4097}),
        ("say", {}),
        ("say", []),
        ("press", {**SAID, "message": 1, "data": "x"}),
        ("clock", {"set": "soon"}),
        ("clock", {"set": "1815-06-18"}),
        ("clock", {"hours": 1e300}),
    ],
)
async def test_what_makes_no_sense_is_refused(page: httpx.AsyncClient, path: str, asked: Any) -> None:
    assert (await page.post(f"/sandbox/{path}", json=asked)).status_code == 400


async def test_broken_json_is_refused(page: httpx.AsyncClient) -> None:
    kind = {"content-type": "application/json"}
    assert (await page.post("/sandbox/say", content="{", headers=kind)).status_code == 400


async def test_saying_reaches_the_bot_and_its_answer_the_page(page: httpx.AsyncClient, sandbox: LocalBotApi) -> None:
    bot = Bot(sandbox.token, base_url=sandbox.base_url)
    async with bot, page.stream("GET", "/sandbox/events?since=0") as events:
        lines = events.aiter_lines()
        await page.post("/sandbox/say", json=SAID)
        update = (await bot.get_updates(timeout=5))[-1]
        assert update.message is not None
        assert update.message.text == "hello"
        await bot.send_message(1001, "<b>hi</b>", parse_mode="HTML", disable_notification=True)
        async for line in lines:
            if line.startswith("data: ") and '"text": "hi"' in line:
                break
    (answer,) = [m for m in json.loads(line[6:])["messages"] if m["text"] == "hi"]
    assert answer["silent"]
    assert not answer["mine"]
    assert answer["entities"] == [{"type": "bold", "offset": 0, "length": 2}]


async def test_the_clock_moves_and_says_so(page: httpx.AsyncClient, clock: MovableClock, moves: list[str]) -> None:
    told = await page.post("/sandbox/clock", json={"hours": 24})
    assert told.json()["now"].startswith("2031-03-05T09:3")
    await page.post("/sandbox/clock", json={"set": "2031-07-08T06:00"})
    assert clock.now().date().isoformat() == "2031-07-08"
    await page.post("/sandbox/clock", json={})
    assert abs(clock.now() - datetime.now(UTC)).total_seconds() < 60
    assert moves == ["moved"] * 3


async def test_what_the_page_is_given(page: httpx.AsyncClient) -> None:
    state = (await page.get("/sandbox/state")).json()
    assert state["suggestions"] == [{"text": "How many?", "note": "an answer"}]
    assert state["days"] == [{"when": START.isoformat(), "note": "the start"}]
    assert [chat["type"] for chat in state["chats"]] == ["private", "group"]
    roles = [one["role"] for one in state["chats"][1]["speakers"]]
    assert roles == ["administrator", "member", "anonymous"]
    assert (await page.get("/sandbox/sources")).json()["sources"][0]["source_id"] == "a/b"
    assert (await page.get("/sandbox/sources/a%2Fb")).json() == {"text": "words"}
    assert (await page.get("/sandbox/sources/c")).json() == {"text": None}


async def test_the_menu_follows_the_speaker(page: httpx.AsyncClient, sandbox: LocalBotApi) -> None:
    async with Bot(sandbox.token, base_url=sandbox.base_url) as bot:
        await bot.set_my_commands([BotCommand("ask", "Ask")])
        scope = BotCommandScopeAllChatAdministrators()
        await bot.set_my_commands([BotCommand("subscribe", "Subscribe")], scope)
    _, team = (await page.get("/sandbox/state")).json()["chats"]
    menus = {one["role"]: [c["command"] for c in one["commands"]] for one in team["speakers"]}
    assert menus == {"administrator": ["subscribe"], "member": ["ask"], "anonymous": ["subscribe"]}


async def test_two_sandboxes_never_number_alike(clock: MovableClock) -> None:
    async def first_update() -> int:
        async with serve(clock=clock, suggestions=[], sources=dict) as one:
            return one.bot.history[0].id

    first, second = await first_update(), await first_update()
    assert abs(first - second) > 1000


async def test_it_listens_on_this_machine_only(clock: MovableClock) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        async with serve(clock=clock, suggestions=[], sources=dict, host="0.0.0.0"):
            pass


async def test_a_port_in_use_is_an_error(clock: MovableClock, sandbox: LocalBotApi) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        async with serve(clock=clock, suggestions=[], sources=dict, port=port):
            pass


async def test_it_ends_while_a_page_listens(clock: MovableClock) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        async with serve(clock=clock, suggestions=[], sources=dict) as one:
            listening = client.build_request("GET", f"{one.url}/sandbox/events?since=0")
            lines = (await client.send(listening, stream=True)).aiter_lines()
            assert (await anext(lines)).startswith("id: ")
        async with asyncio.timeout(10):
            assert [line async for line in lines]
