"""Serves the local Telegram on the loopback: in a thread for tests, or in the running event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.api import BotApi
from bot.sandbox.faults import Fault, FaultPlan
from bot.sandbox.groups import Groups
from bot.sandbox.limits import FloodLimits
from bot.sandbox.log import Log
from bot.sandbox.people import People
from bot.sandbox.state import Refusal, State
from bot.sandbox.wakeup import Changes
from bot.sandbox.webhook import deliver_to_webhooks
from retrieval.clock import Clock

TOKEN = "7000000001:AAlocal-sandbox-token-000000000000000"
LOOPBACK = "127.0.0.1"
LOCAL_NAMES = frozenset(("127.0.0.1", "localhost", "::1"))


class LocalApp:
    """The ASGI application: the Bot API, and a page beside it if there is one.

    Requests whose Host is not this machine are refused, so that no web page elsewhere can reach
    it by a name that it makes point here.
    """

    def __init__(self, api: BotApi, page: ASGIApp | None = None) -> None:
        self.api = api
        self.page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] != "http" or not _is_local(scope):
            await PlainTextResponse("not this host", status_code=421)(scope, receive, send)
        elif self.page is None or self.api.owns(scope["path"]):
            await self.api(scope, receive, send)
        else:
            await self.page(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self.api.changes = changes = Changes(self.api.state)
        webhooks = asyncio.create_task(deliver_to_webhooks(self.api.state, changes))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        webhooks.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await webhooks
        changes.close()
        await send({"type": "lifespan.shutdown.complete"})


def _is_local(scope: Scope) -> bool:
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    try:
        return urlsplit(f"//{host}").hostname in LOCAL_NAMES
    except ValueError:
        return False


def listen(port: int = 0, host: str = LOOPBACK) -> socket.socket:
    """A listening socket on the loopback; any other address is refused."""
    if host not in LOCAL_NAMES:
        raise ValueError(f"the sandbox listens on this machine only, not on {host}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(256)
    return listener


def http_server(app: ASGIApp) -> uvicorn.Server:
    """uvicorn, to be run in a thread: there it leaves the signals of the process alone."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="on",
        loop="asyncio",
        timeout_graceful_shutdown=2,
        timeout_keep_alive=60,
        server_header=False,
    )
    return uvicorn.Server(config)


class LocalTelegram:
    """One bot's local Telegram: its state, its people, its groups, what the bot did, its troubles."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        limits: FloodLimits | None = None,
        token: str = TOKEN,
        username: str = "briefing_bot",
        name: str = "Briefing",
        privacy: bool = True,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self.state = State(clock, monotonic) if monotonic else State(clock)
        self.bot = self.state.add_bot(token, username, name, privacy=privacy)
        self.faults = FaultPlan()
        self.api = BotApi(self.state, limits or FloodLimits(), self.faults)
        self.people = People(self.state, self.bot)
        self.groups = Groups(self.people)
        self.log = Log(self.state)

    @property
    def token(self) -> str:
        return self.bot.token

    @property
    def refusals(self) -> list[Refusal]:
        return self.log.refusals

    def fail_next(self, method: str, fault: Fault, *, chat_id: int | None = None, times: int = 1) -> None:
        """The next calls of `method` meet that trouble: see `faults`."""
        self.faults.fail_next(method, fault, chat_id=chat_id, times=times)

    def release(self) -> None:
        """Lets every request that hangs end, with 504."""
        self.faults.released += 1
        self.state.notify()

    def close(self) -> None:
        """Ends what waits, so that the server can stop."""
        self.api.closing = True
        self.state.notify()


class LocalBotApi(LocalTelegram):
    """A LocalTelegram served by a thread on a port of the loopback, for `with`."""

    url = ""
    page: ASGIApp | None = None
    host, port = LOOPBACK, 0

    @property
    def base_url(self) -> str:
        """For `telegram.Bot(base_url=…)`."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.url}/file/bot"

    def __enter__(self) -> Self:
        self._listener = listen(self.port, self.host)
        host = f"[{self.host}]" if ":" in self.host else self.host
        self.url = f"http://{host}:{self._listener.getsockname()[1]}"
        self._server = http_server(LocalApp(self.api, self.page))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the server and waits for its thread."""
        self._server.should_exit = True
        self.close()
        self._thread.join(10)
        self._listener.close()
