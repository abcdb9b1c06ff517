"""What the bot did, as a test reads it, and waiting for it without sleeping.

Every wait takes `timeout` seconds and raises `TimeoutError`, which says what was there instead.
In asyncio tests: `await asyncio.to_thread(log.after, message)`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from typing import TypeVar

from bot.sandbox.nouns import Bot, Chat, Json, Message, Query, User
from bot.sandbox.state import Refusal, State

T = TypeVar("T")
PATIENCE = 15.0


def _id(chat: Chat | User | int) -> int:
    return chat if isinstance(chat, int) else chat.id


class Log:
    def __init__(self, state: State) -> None:
        self.state = state

    @property
    def refusals(self) -> list[Refusal]:
        """Each request that was refused, but for the troubles that a test had planned."""
        return list(self.state.refusals)

    def requests(self, method: str) -> int:
        """How often a method was called."""
        return sum(1 for name, _ in self.state.requests if name == method.lower())

    def sent(self, chat: Chat | User | int | None = None) -> list[Message]:
        """The bots' messages in the order in which they came, deleted ones included."""
        with self.state.changed:
            if chat is None:
                return list(self.state.sent)
            return [message for message in self.state.sent if message.chat_id == _id(chat)]

    def wait(self, condition: Callable[[], T | None], what: str, timeout: float = PATIENCE) -> T:
        """Waits until `condition` gives something true, and gives that."""
        with self.state.changed:
            found: T | None = None

            def holds() -> bool:
                nonlocal found
                found = condition()
                return bool(found)

            if not self.state.changed.wait_for(holds, timeout) or found is None:
                raise TimeoutError(f"{what}: not within {timeout} s\n{self.story()}")
            return found

    def after(self, message: Message, n: int = 1, timeout: float = PATIENCE) -> list[Message]:
        """Waits for `n` messages of the bot in the same chat after `message`, and gives them all."""

        def come() -> list[Message] | None:
            recent = takewhile(lambda m: m.number > message.number, reversed(self.state.sent))
            later = [m for m in recent if m.chat_id == message.chat_id]
            return later[::-1] if len(later) >= n else None

        return self.wait(come, f"{n} message(s) after {message.text!r}", timeout)

    def count(self, n: int, chat: Chat | User | int | None = None, timeout: float = PATIENCE) -> list[Message]:
        """Waits until the bot has sent `n` messages in all (in a chat), and gives them all."""

        def enough() -> list[Message] | None:
            if len(self.state.sent) < n:
                return None
            sent = self.sent(chat)
            return sent if len(sent) >= n else None

        return self.wait(enough, f"{n} message(s) in all", timeout)

    def edited(self, message: Message, times: int = 1, timeout: float = PATIENCE) -> Message:
        """Waits until a message has been edited so many times in all."""

        def enough() -> Message | None:
            return message if len(message.edits) >= times else None

        return self.wait(enough, f"{times} edit(s) of {message.text!r}", timeout)

    def answered(self, query: Query, timeout: float = PATIENCE) -> Json:
        """Waits for the answer to a pressed button or to an inline query."""
        answer = self.wait(lambda: query if query.answered else None, "an answer", timeout).answer
        return answer or {}

    def refused(self, n: int = 1, timeout: float = PATIENCE) -> list[Refusal]:
        """Waits for so many refusals in all."""

        def enough() -> list[Refusal] | None:
            return self.refusals if len(self.state.refusals) >= n else None

        return self.wait(enough, f"{n} refusal(s)", timeout)

    def fetched(self, bot: Bot, timeout: float = PATIENCE) -> None:
        """Waits until the bot has acknowledged every update; it may still be at work on them."""
        self.wait(lambda: not bot.pending, "all updates acknowledged", timeout)

    def story(self, most: int = 12) -> str:
        """The last of what happened, for a failing test."""
        lines = [f"{m.chat_id}: {m.text[:200]!r}" for m in self.sent()[-most:]]
        refused = [f"refused {r.method}: {r.description}" for r in self.state.refusals[-most:]]
        waiting = [f"{len(bot.pending)} update(s) waiting" for bot in self.state.bots.values()]
        requests = [name for name, _ in self.state.requests[-most:]]
        return "\n".join([*lines, *refused, *waiting, f"last requests: {requests}"])
