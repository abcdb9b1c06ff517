"""The Bot API over HTTP: `/bot{token}/{method}` and `/file/bot{token}/{path}`, as an ASGI app."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.errors import ApiError
from bot.sandbox.faults import Fault, FaultPlan
from bot.sandbox.limits import FloodControl, FloodLimits
from bot.sandbox.methods import METHODS
from bot.sandbox.methods.call import Call
from bot.sandbox.methods.updates import (
    OTHER_POLLER,
    WEBHOOK_ACTIVE,
    acknowledge,
    set_allowed_updates,
    waiting_updates,
)
from bot.sandbox.nouns import Bot, Json
from bot.sandbox.params import Params, read_params
from bot.sandbox.state import Refusal, State
from bot.sandbox.wakeup import Changes

_METHOD = re.compile(r"/bot(?P<token>[^/]+)/(?P<method>\w+)/?")
_FILE = re.compile(r"/file/bot(?P<token>[^/]+)/(?P<path>.+)")
LONGEST_POLL = 50
LARGEST_BODY = 64 * 1024 * 1024
UNAUTHORIZED = ApiError(401, "Unauthorized")
NO_METHOD = ApiError(404, "Not Found: method not found")
TOO_LARGE = ApiError(413, "Request Entity Too Large")


class _Gone(Exception):
    """The client hung up while its request waited."""


class BotApi:
    """Answers the requests of bots. `changes` is set while it is served."""

    def __init__(self, state: State, limits: FloodLimits, faults: FaultPlan) -> None:
        self.state = state
        self.limits = limits
        self.faults = faults
        self.changes: Changes | None = None
        self.closing = False
        self._floods: dict[str, FloodControl] = {}

    def owns(self, path: str) -> bool:
        return bool(_METHOD.fullmatch(path) or _FILE.fullmatch(path))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = _FILE.fullmatch(scope["path"])
        if file is not None:
            response = self._download(file["token"], file["path"])
            await response(scope, receive, send)
            return
        found = _METHOD.fullmatch(scope["path"])
        if found is None:
            await _refusal(NO_METHOD)(scope, receive, send)
            return
        await self._method(found["token"], found["method"], scope, receive, send)

    def _download(self, token: str, path: str) -> Response:
        if token not in self.state.bots:
            return _refusal(UNAUTHORIZED)
        for file in self.state.files.values():
            if file.path == path:
                return Response(file.content, media_type="application/octet-stream")
        return _refusal(ApiError(404, "Not Found"))

    async def _method(self, token: str, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        params, chat_id, broken = await _read(scope, receive)
        bot = self.state.bots.get(token)
        with self.state.changed:
            self.state.requests.append((name.lower(), chat_id))
        fault = self.faults.take(name, chat_id) if bot else None
        if fault is not None and not fault.accepted:
            await self._befall(fault, scope, receive, send)
            return
        try:
            if bot is None:
                raise UNAUTHORIZED
            if broken is not None:
                raise broken
            result = await self._answer(bot, name.lower(), params, receive)
            response: Response = JSONResponse({"ok": True, "result": result})
        except _Gone:
            return
        except ApiError as refused:
            self._record(name, chat_id, refused)
            response = _refusal(refused)
        if fault is not None and fault.kind != "hang":
            await self._befall(fault, scope, receive, send)
        elif fault is None or await self._released(receive):
            await response(scope, receive, send)

    async def _answer(self, bot: Bot, name: str, params: Params, receive: Receive) -> Any:
        flood = self._floods.setdefault(bot.token, FloodControl(self.limits))
        call = Call(self.state, bot, params, flood)
        if name == "getupdates":
            return await self._poll(call, receive)
        method = METHODS.get(name)
        if method is None:
            raise NO_METHOD
        with self.state.changed:
            result = method(call)
            self.state.notify()
        return result

    async def _poll(self, call: Call, receive: Receive) -> list[Json]:
        """Waits for updates as long as asked; a later poll of the same bot ends an earlier one."""
        changes, bot, params = self.changes, call.bot, call.params
        assert changes is not None
        loop = asyncio.get_running_loop()
        until = loop.time() + min(max(params.integer("timeout"), 0), LONGEST_POLL)
        offset, limit = params.integer("offset"), params.integer("limit", 100)
        with self.state.changed:
            set_allowed_updates(call)
            bot.polls += 1
            this_poll = bot.polls
            acknowledge(bot, offset)
            self.state.notify()
        gone = asyncio.ensure_future(_hung_up(receive))
        try:
            while True:
                change = changes.next()
                with self.state.changed:
                    updates = waiting_updates(bot, limit)
                    if gone.done():
                        raise _Gone
                    if bot.webhook is not None:
                        raise WEBHOOK_ACTIVE
                    if bot.polls != this_poll:
                        raise OTHER_POLLER
                left = until - loop.time()
                if updates or left <= 0 or self.closing:
                    return [update.json() for update in updates]
                await changes.wait(change, left, gone)
        finally:
            gone.cancel()

    def _record(self, method: str, chat_id: int | str | None, refused: ApiError) -> None:
        refusal = Refusal(method, chat_id, refused.code, refused.description, refused.parameters)
        self.state.refuse(refusal)

    async def _befall(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a planned trouble happen in place of the answer."""
        if fault.kind == "flood":
            seconds = fault.retry_after
            words = f"Too Many Requests: retry after {seconds}"
            await _refusal(ApiError(429, words, retry_after=seconds))(scope, receive, send)
        elif fault.kind == "hang" and await self._released(receive):
            await Response("late", status_code=504)(scope, receive, send)
        elif fault.kind == "error":
            page = f"<html><body>{fault.status}</body></html>"
            response = Response(page, status_code=fault.status, media_type="text/html")
            await response(scope, receive, send)
        elif fault.kind == "reset":
            await _cut(receive, send)

    async def _released(self, receive: Receive) -> bool:
        """Holds an answer back; False when the client hung up before it was released."""
        changes, released = self.changes, self.faults.released
        assert changes is not None
        gone = asyncio.ensure_future(_hung_up(receive))
        try:
            while not gone.done():
                change = changes.next()
                if self.closing or self.faults.released != released:
                    return True
                await changes.wait(change, None, gone)
            return False
        finally:
            gone.cancel()


async def _read(scope: Scope, receive: Receive) -> tuple[Params, int | str | None, ApiError | None]:
    """The parameters, the chat that they name, and what is wrong with the request."""
    request = Request(scope, receive)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return Params(), None, TOO_LARGE
    content_type = request.headers.get("content-type", "")
    try:
        params = read_params(content_type, scope.get("query_string", b""), bytes(body))
    except ApiError as broken:
        return Params(), None, broken
    chat_id = params.values.get("chat_id")
    if isinstance(chat_id, str) and re.fullmatch(r"-?\d+", chat_id):
        return params, int(chat_id), None
    return params, chat_id if isinstance(chat_id, int | str) else None, None


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _refusal(refused: ApiError) -> JSONResponse:
    return JSONResponse(refused.body(), status_code=refused.code)


async def _cut(receive: Receive, send: Send) -> None:
    """Resets the connection: the server's own `send` belongs to the cycle that holds it."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if not isinstance(transport, asyncio.Transport):
        raise TypeError("this web server does not show its connection")
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _hung_up(receive)
