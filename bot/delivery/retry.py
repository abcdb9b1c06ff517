"""Whether, when and how a delivery that failed is tried again. Pure: deciding only; `send.py` carries it out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.sending.failures import SendFailure

Action = Literal["again", "move", "pause", "fail", "give up", "uncertain"]

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)
SERVER_ATTEMPTS = 12  # with the waits above about an hour
NETWORK_ATTEMPTS = 100  # about a day: the delivery's age ends it sooner
UNCERTAIN_WAIT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about a failure.

    - `again`: once more at `at`
    - `move`: the chat is `new_id` now; once more at once
    - `pause`: the subscription stops until the chat comes back
    - `fail`: Telegram will never take this message
    - `give up`: tried often enough
    - `uncertain`: it may have arrived, and was repeated already; leave it
    """

    action: Action
    why: str
    at: datetime | None = None
    new_id: int | None = None


def retry(failure: SendFailure, attempts: int, now: datetime) -> Decision:
    """Decides by the kind of the failure; `attempts` is how often the message went out, this time included."""
    why = f"{failure.kind}: {failure.description}"[:300]
    match failure.kind:
        case "blocked" | "topic_closed":
            return Decision("pause", why)
        case "migrated" if failure.new_id is not None:
            return Decision("move", why, at=now, new_id=failure.new_id)
        case "flooded":
            wait = timedelta(seconds=max(failure.retry_after or 1.0, 1.0))
            return Decision("again", why, at=now + wait + _spread(now, attempts, timedelta(seconds=1)))
        case "unknown_outcome":
            if attempts >= 2:
                return Decision("uncertain", why)
            return Decision("again", why, at=now + UNCERTAIN_WAIT)
        case "network" | "server":
            if attempts >= (NETWORK_ATTEMPTS if failure.kind == "network" else SERVER_ATTEMPTS):
                return Decision("give up", f"{why} ({attempts} attempts)")
            return Decision("again", why, at=now + _backoff(attempts, now))
        case _:
            return Decision("fail", why)


def _backoff(attempts: int, now: datetime) -> timedelta:
    """Twice as long each time, and up to half as long again, so that what failed together does not return together."""
    doubled: int = 2 ** min(max(attempts - 1, 0), 16)
    wait = min(FIRST_WAIT * doubled, LONGEST_WAIT)
    return wait + _spread(now, attempts, wait / 2)


def _spread(now: datetime, attempts: int, most: timedelta) -> timedelta:
    digest = hashlib.sha256(f"{now.isoformat()} {attempts}".encode()).digest()
    return most * (int.from_bytes(digest[:4], "big") / 2**32)
