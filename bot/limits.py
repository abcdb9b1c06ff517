"""How often a person may ask. Pure: it is told the time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

WINDOW = 60.0
_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a question is answered now; else after how many seconds, and whether to say so (once a wait)."""

    granted: bool
    wait: int = 0
    tell: bool = False


@dataclass(slots=True)
class _Asker:
    at: deque[float] = field(default_factory=deque)
    told: bool = False


class RateLimit:
    """At most `most` questions of each asker within any minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._askers: dict[Hashable, _Asker] = {}

    def admit(self, asker: Hashable, now: float) -> Admission:
        """Counts a question, or refuses it; `now` in seconds of a monotonic clock."""
        if len(self._askers) > _KEPT:
            self._askers = {key: a for key, a in self._askers.items() if a.at and now - a.at[-1] < WINDOW}
        known = self._askers.setdefault(asker, _Asker())
        while known.at and now - known.at[0] >= WINDOW:
            known.at.popleft()
        if len(known.at) < self._most:
            known.at.append(now)
            known.told = False
            return Admission(True)
        tell, known.told = not known.told, True
        return Admission(False, max(1, math.ceil(WINDOW - (now - known.at[0]))), tell)
