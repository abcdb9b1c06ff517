"""When the next message may go out. Pure: it is told the time, and neither waits nor sends.

Telegram's limits: 30 messages a second over all, one a second in a chat, 20 a minute in a group. An even pace keeps
them without bursts. A chat's spacing counts from the end of its last request, so that it holds at Telegram's end too.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

EVERY = 1 / 29
CHAT_EVERY = 1.0
GROUP_MOST, GROUP_SPAN = 20, 60.0
KEPT_CHATS = 5_000


@dataclass(slots=True)
class _Chat:
    free_at: float = 0.0
    busy: bool = False
    ended: deque[float] = field(default_factory=lambda: deque(maxlen=GROUP_MOST))
    waiting: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[T]):
    chat: int
    urgent: bool
    item: T


class Pace(Generic[T]):
    """A queue of things to send that gives each out when its turn has come.

    `most` may be on their way at once, of which those that are not urgent take one less (but at least one), so that
    something urgent always finds a way. Urgent ones go before others; equals go in the order in which they came; in
    one chat one at a time. Times are seconds of one monotonic clock.
    """

    def __init__(self, most: int, every: float = EVERY, chat_every: float = CHAT_EVERY) -> None:
        self._most = most
        self._most_patient = max(1, most - 1)
        self._every = every
        self._chat_every = chat_every
        self._next = -math.inf
        self._number = 0
        self._items: dict[int, _Waiting[T]] = {}
        self._ready: tuple[list[int], list[int]] = ([], [])  # patient, urgent: numbers, as heaps
        self._later: list[tuple[float, int]] = []
        self._chats: dict[int, _Chat] = {}
        self._on_their_way = [0, 0]

    def __len__(self) -> int:
        return len(self._items)

    def add(self, chat: int, item: T, *, urgent: bool) -> int:
        """Queues an item; the number names it for `drop`."""
        self._number += 1
        self._items[self._number] = _Waiting(chat, urgent, item)
        heapq.heappush(self._ready[urgent], self._number)
        return self._number

    def drop(self, number: int) -> None:
        """Takes out an item that nobody waits for any more."""
        self._items.pop(number, None)

    def take(self, now: float) -> tuple[T | None, float | None]:
        """The item whose turn it is; or None and the seconds after which to ask again (None: when something changes).

        Whoever takes an item says `done` when it has been sent or has failed.
        """
        if now < self._next:
            return None, self._next - now
        while self._later and self._later[0][0] <= now:
            self._make_ready(heapq.heappop(self._later)[1])
        for urgent in (True, False):
            while self._ready[urgent] and self._may_start(urgent):
                number = heapq.heappop(self._ready[urgent])
                found = self._items.get(number)
                if found is None:
                    continue
                chat = self._chats.setdefault(found.chat, _Chat())
                free_at = self._free_at(chat, found.chat)
                if chat.busy:
                    heapq.heappush(chat.waiting, (not urgent, number))
                elif free_at > now:
                    heapq.heappush(self._later, (free_at, number))
                else:
                    del self._items[number]
                    chat.busy = True
                    self._on_their_way[urgent] += 1
                    self._next = now + self._every
                    return found.item, 0.0
        return None, self._later[0][0] - now if self._later else None

    def done(self, chat: int, now: float, *, urgent: bool, wait: float | None = None) -> None:
        """A request of this chat has ended; `wait`: the seconds that Telegram told it to wait."""
        self._on_their_way[urgent] -= 1
        state = self._chats[chat]
        state.busy = False
        state.ended.append(now)
        state.free_at = max(state.free_at, now + max(self._chat_every, wait or 0.0))
        for _, number in state.waiting:
            self._make_ready(number)
        state.waiting.clear()
        if len(self._chats) > KEPT_CHATS:
            self._forget(now)

    def _may_start(self, urgent: bool) -> bool:
        patient, pressing = self._on_their_way
        return patient + pressing < self._most and (urgent or patient < self._most_patient)

    def _make_ready(self, number: int) -> None:
        found = self._items.get(number)
        if found is not None:
            heapq.heappush(self._ready[found.urgent], number)

    def _free_at(self, chat: _Chat, chat_id: int) -> float:
        if chat_id < 0 and len(chat.ended) == GROUP_MOST:
            return max(chat.free_at, chat.ended[0] + GROUP_SPAN)
        return chat.free_at

    def _forget(self, now: float) -> None:
        idle = [key for key, c in self._chats.items() if not c.busy and c.free_at <= now - GROUP_SPAN and not c.waiting]
        for key in idle:
            del self._chats[key]
