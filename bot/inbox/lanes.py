"""Work side by side, in order within a lane (a chat)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """Carries out `work(item)` for each item added: one at a time in a lane, at most `most` at once in all.

    `work` raises nothing. A lane exists while it has something to do.
    """

    def __init__(self, work: Callable[[T], Awaitable[None]], most: int) -> None:
        self._work = work
        self._free = asyncio.Semaphore(most)
        self._lanes: dict[Hashable, deque[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, lane: Hashable, item: T) -> None:
        if lane in self._lanes:
            self._lanes[lane].append(item)
            return
        self._lanes[lane] = deque([item])
        task = asyncio.get_running_loop().create_task(self._run(lane), name=f"lane {lane}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def later(self, lane: Hashable) -> int:
        """How many items wait behind the one that is being worked on."""
        return max(0, len(self._lanes.get(lane, ())) - 1)

    async def close(self, within: float) -> None:
        """Begins nothing new; what is being worked on gets some seconds to end."""
        for waiting in self._lanes.values():
            while len(waiting) > 1:
                waiting.pop()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, lane: Hashable) -> None:
        waiting = self._lanes[lane]
        try:
            while waiting:
                async with self._free:
                    await self._work(waiting[0])
                waiting.popleft()
        finally:
            del self._lanes[lane]
