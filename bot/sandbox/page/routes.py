"""The page's web application: its files, live state, and what people do in it.

Nothing here takes a request from another site: besides the check of the Host header, whatever
changes something must be JSON and, where the browser says so, come from this very page.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.nouns import Json
from bot.sandbox.page.cast import Cast
from bot.sandbox.page.snapshot import snapshot
from bot.sandbox.server import LocalTelegram
from retrieval.clock import MovableClock, SystemClock

KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff\xe0": "image/jpeg", b"GIF8": "image/gif"}
SECURITY = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
LONGEST_TEXT = 4096
HEARTBEAT = 15.0
YEARS = range(2000, 2100)


@dataclass(frozen=True)
class Suggestion:
    """A question to begin with, and what its answer shows."""

    text: str
    note: str


@dataclass(frozen=True)
class Day:
    """A moment that the page offers to set the clock to, and why."""

    when: datetime
    note: str


@dataclass(frozen=True)
class Stage:
    """What the page plays on. `moved` is called after the clock was moved."""

    telegram: LocalTelegram
    cast: Cast
    clock: MovableClock
    suggestions: tuple[Suggestion, ...]
    days: tuple[Day, ...]
    sources: Callable[[], Json]
    read_source: Callable[[str], str | None] | None
    moved: Callable[[], None]


class BadAsk(ValueError):
    """A request of the page that makes no sense; its text is shown."""


def page_app(stage: Stage) -> Starlette:
    page = _Page(stage)
    routes = [
        Route("/", page.asset),
        Route("/page/{name}", page.asset),
        Route("/sandbox/state", page.state),
        Route("/sandbox/events", page.events),
        Route("/sandbox/sources", page.sources),
        Route("/sandbox/sources/{source_id:path}", page.source),
        Route("/sandbox/files/{path:path}", page.file),
        Route("/sandbox/say", page.act(page.say), methods=["POST"]),
        Route("/sandbox/press", page.act(page.press), methods=["POST"]),
        Route("/sandbox/clock", page.act(page.move_clock), methods=["POST"]),
    ]
    return Starlette(routes=routes, middleware=[Middleware(_SecurityHeaders)])


class _SecurityHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [(name.encode(), value.encode()) for name, value in SECURITY.items()]
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class _Page:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.telegram = stage.telegram

    async def asset(self, request: Request) -> Response:
        name = request.path_params.get("name", "index.html")
        kind = KINDS.get(name.rpartition(".")[2])
        folder = files("bot.sandbox.page")
        known = {entry.name for entry in folder.iterdir()}
        if kind is None or name not in known:
            return PlainTextResponse("not found", status_code=404)
        content = folder.joinpath(name).read_bytes()
        return Response(content, media_type=kind, headers={"cache-control": "no-cache"})

    def snapshot(self, since: int) -> Json:
        return snapshot(self.telegram.state, self.telegram.bot, self.stage.cast, since)

    async def state(self, request: Request) -> Response:
        whole = self.snapshot(0)
        whole["suggestions"] = [asdict(suggestion) for suggestion in self.stage.suggestions]
        whole["days"] = [{"when": d.when.isoformat(), "note": d.note} for d in self.stage.days]
        whole["readable"] = self.stage.read_source is not None
        return JSONResponse(whole, headers={"cache-control": "no-store"})

    async def events(self, request: Request) -> Response:
        since = request.headers.get("last-event-id") or request.query_params.get("since", "0")
        if not since.isdecimal():
            return PlainTextResponse("since is a number", status_code=400)
        return StreamingResponse(
            self._events(int(since)),
            media_type="text/event-stream",
            headers={"cache-control": "no-store"},
        )

    async def _events(self, since: int) -> AsyncIterator[str]:
        """One event for each change; a comment now and then, so that a lost page is noticed."""
        api = self.telegram.api
        changes = api.changes
        assert changes is not None
        while not api.closing:
            change = changes.next()
            news = self.snapshot(since)
            since = news["serial"]
            yield f"id: {since}\ndata: {json.dumps(news)}\n\n"
            while not change.done():
                await changes.wait(change, HEARTBEAT)
                if not change.done():
                    yield ": still here\n\n"

    async def sources(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self.stage.sources))

    async def source(self, request: Request) -> Response:
        read, source_id = self.stage.read_source, request.path_params["source_id"]
        found = None if read is None else await run_in_threadpool(read, source_id)
        return JSONResponse({"text": found})

    async def file(self, request: Request) -> Response:
        path = request.path_params["path"]
        for file in self.telegram.state.files.values():
            if file.path == path:
                kind = PICTURES.get(file.content[:4]) if file.kind == "photo" else None
                headers = {} if kind else {"content-disposition": "attachment"}
                return Response(file.content, media_type=kind or "application/octet-stream", headers=headers)
        return PlainTextResponse("not found", status_code=404)

    def act(self, do: Callable[[Json], Json]) -> Callable[[Request], Awaitable[Response]]:
        """A route that does something with a JSON object from this page."""

        async def route(request: Request) -> Response:
            if not _from_this_page(request):
                return PlainTextResponse("not from this page", status_code=403)
            try:
                asked = json.loads(await request.body())
                if not isinstance(asked, dict):
                    raise BadAsk("an object is needed")
                return JSONResponse(do(asked))
            except (BadAsk, LookupError, ValueError, OverflowError, StopIteration) as error:
                return PlainTextResponse(str(error) or "no such thing", status_code=400)

        return route

    def say(self, asked: Json) -> Json:
        text = str(asked["text"])
        if not text.strip():
            raise BadAsk("there is nothing to send")
        if len(text) > LONGEST_TEXT:
            raise BadAsk(f"a message holds at most {LONGEST_TEXT} characters")
        chat = self.stage.cast.chat(int(asked["chat"]))
        speaker = self.stage.cast.speaker(chat, str(asked["speaker"]))
        reply_to = asked.get("reply_to")
        message = self.telegram.people.says(
            speaker.user,
            text,
            chat,
            reply_to=int(reply_to) if reply_to else None,
            anonymous=speaker.anonymous,
        )
        return {"id": message.id}

    def press(self, asked: Json) -> Json:
        chat = self.stage.cast.chat(int(asked["chat"]))
        speaker = self.stage.cast.speaker(chat, str(asked["speaker"]))
        message = chat.messages[int(asked["message"])]
        query = self.telegram.people.presses(speaker.user, message, str(asked["data"]))
        return {"id": query.id}

    def move_clock(self, asked: Json) -> Json:
        """Moves on by `hours`, or to the moment `set` (UTC unless it says otherwise), or back to now."""
        clock = self.stage.clock
        moment = SystemClock().now()
        if "hours" in asked:
            moment = clock.now() + timedelta(hours=float(asked["hours"]))
        elif asked.get("set"):
            moment = datetime.fromisoformat(str(asked["set"]))
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if moment.year not in YEARS:
            raise BadAsk(f"a year from {YEARS[0]} to {YEARS[-1]}, please")
        clock.set(moment)
        self.telegram.state.notify()
        self.stage.moved()
        return {"now": clock.now().isoformat()}


def _from_this_page(request: Request) -> bool:
    """JSON, and from the page's own origin where the browser names one."""
    headers: Any = request.headers
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return False
    origin = headers.get("origin")
    if origin is not None and origin != f"{request.url.scheme}://{headers.get('host', '')}":
        return False
    return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
