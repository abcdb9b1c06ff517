"""Troubles to come: what a test asks the server to do to a request instead of answering it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

Kind = Literal["flood", "error", "hang", "reset"]


@dataclass(frozen=True)
class Fault:
    """What befalls one request.

    - `flood`: 429 with `retry_after` seconds; nothing is done.
    - `error`: an answer with HTTP `status` (500, 502, 504 …) and no JSON, as a proxy gives it.
    - `hang`: the answer is held back until `FaultPlan.release()`, or for ever.
    - `reset`: the connection is cut without an answer.

    `accepted`: whether Telegram did what was asked before the trouble came (a message that was
    sent, though the bot never learns it). Not for `flood`.
    """

    kind: Kind
    accepted: bool = False
    retry_after: int = 1
    status: int = 502


def flood(retry_after: int = 1) -> Fault:
    return Fault("flood", retry_after=retry_after)


def error(status: int = 502, *, accepted: bool = False) -> Fault:
    return Fault("error", accepted=accepted, status=status)


def hang(*, accepted: bool = True) -> Fault:
    return Fault("hang", accepted=accepted)


def reset(*, accepted: bool = False) -> Fault:
    return Fault("reset", accepted=accepted)


@dataclass
class _Planned:
    method: str
    chat_id: int | None
    fault: Fault
    times: int


class FaultPlan:
    """The troubles that wait for their request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[_Planned] = []
        self.happened: list[tuple[str, int | str | None, Fault]] = []
        self.released = 0
        """How often `release` was called; a request that hangs goes on when it changes."""

    def fail_next(self, method: str, fault: Fault, *, chat_id: int | None = None, times: int = 1) -> None:
        """The next `times` calls of `method` (`*`: any but getUpdates), in `chat_id` if given, fail."""
        with self._lock:
            self._planned.append(_Planned(method.casefold(), chat_id, fault, times))

    def take(self, method: str, chat_id: int | str | None) -> Fault | None:
        """The trouble of this request, if one waits for it."""
        name = method.casefold()
        with self._lock:
            for planned in self._planned:
                fits = planned.method == name or (planned.method == "*" and name != "getupdates")
                if fits and planned.chat_id in (None, chat_id):
                    planned.times -= 1
                    if planned.times == 0:
                        self._planned.remove(planned)
                    self.happened.append((method, chat_id, planned.fault))
                    return planned.fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()
