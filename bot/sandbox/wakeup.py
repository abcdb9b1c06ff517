"""Lets coroutines wait for the next change of a State, which any thread may make."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.sandbox.state import State


class Changes:
    """Bound to the running event loop. Take `next()` before looking, so that nothing is missed."""

    def __init__(self, state: State) -> None:
        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[None] = self._loop.create_future()
        self._told = False
        self._stop = state.listen(self._from_any_thread)

    def next(self) -> asyncio.Future[None]:
        """Done after the next change."""
        return self._future

    async def wait(self, change: asyncio.Future[None], timeout: float | None, *others: asyncio.Future[Any]) -> None:
        """Waits for that change, for one of the others, or for the time to pass."""
        await asyncio.wait({change, *others}, timeout=timeout, return_when="FIRST_COMPLETED")

    def close(self) -> None:
        self._stop()
        self._wake()

    def _from_any_thread(self) -> None:
        if not self._told and not self._loop.is_closed():
            self._told = True
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._told = False
        future, self._future = self._future, self._loop.create_future()
        if not future.done():
            future.set_result(None)
