"""One request to a method: who calls, with what, and on which Telegram."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.limits import FloodControl
from bot.sandbox.nouns import Bot, Chat
from bot.sandbox.params import Params
from bot.sandbox.state import State


@dataclass(frozen=True)
class Call:
    state: State
    bot: Bot
    params: Params
    flood: FloodControl

    def spend(self, chat: Chat) -> None:
        """Counts a message against the flood limits, or refuses it."""
        is_group = chat.type in ("group", "supergroup")
        self.flood.admit(chat.id, is_group=is_group, now=self.state.monotonic())
