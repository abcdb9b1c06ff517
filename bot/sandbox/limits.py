"""Telegram's flood limits: how many messages a bot may send, in all and to one chat."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass

from bot.sandbox.errors import too_many_requests


@dataclass(frozen=True)
class FloodLimits:
    """What Telegram's FAQ states; a chat takes `burst` messages at once, then `per_chat` a second.

    Zero turns a limit off.
    """

    per_second: int = 30
    per_chat: float = 1.0
    burst: int = 3
    per_group_minute: int = 20


UNLIMITED = FloodLimits(0, 0, 0, 0)


class FloodControl:
    """Counts what one bot has sent. Times are seconds of a monotonic clock."""

    def __init__(self, limits: FloodLimits) -> None:
        self.limits = limits
        self._all: deque[float] = deque()
        self._groups: dict[int, deque[float]] = defaultdict(deque)
        self._chats: dict[int, tuple[float, float]] = {}

    def admit(self, chat_id: int, *, is_group: bool, now: float) -> None:
        """Counts a message, or refuses it with the seconds to wait; a refused one is not counted."""
        wait = max(
            self._wait_for_all(now),
            self._wait_for_chat(chat_id, now),
            self._wait_for_group(chat_id, now) if is_group else 0.0,
        )
        if wait > 0:
            raise too_many_requests(max(1, math.ceil(wait)))
        self._all.append(now)
        if is_group:
            self._groups[chat_id].append(now)
        if self.limits.per_chat:
            tokens, _ = self._tokens(chat_id, now)
            self._chats[chat_id] = (tokens - 1, now)

    def _wait_for_all(self, now: float) -> float:
        return _wait_for_window(self._all, self.limits.per_second, 1.0, now)

    def _wait_for_group(self, chat_id: int, now: float) -> float:
        return _wait_for_window(self._groups[chat_id], self.limits.per_group_minute, 60.0, now)

    def _wait_for_chat(self, chat_id: int, now: float) -> float:
        if not self.limits.per_chat:
            return 0.0
        tokens, _ = self._tokens(chat_id, now)
        # A hair of tolerance: a bot that waits exactly one second is not refused.
        return 0.0 if tokens >= 1 - 1e-3 else (1 - tokens) / self.limits.per_chat

    def _tokens(self, chat_id: int, now: float) -> tuple[float, float]:
        tokens, at = self._chats.get(chat_id, (float(self.limits.burst), now))
        return min(self.limits.burst, tokens + (now - at) * self.limits.per_chat), now


def _wait_for_window(sent: deque[float], most: int, seconds: float, now: float) -> float:
    """Seconds until one more fits under `most` within any `seconds`."""
    while sent and now - sent[0] >= seconds:
        sent.popleft()
    if not most or len(sent) < most:
        return 0.0
    return seconds - (now - sent[0])
