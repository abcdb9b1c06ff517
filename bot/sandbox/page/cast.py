"""Who is there when the page opens: a reader, and a team with an administrator and a member."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.nouns import Chat, User
from bot.sandbox.server import LocalTelegram


@dataclass(frozen=True)
class Speaker:
    """Somebody whom the page can speak as. `role` names them in requests."""

    role: str
    user: User
    label: str
    anonymous: bool = False


@dataclass(frozen=True)
class Cast:
    reader: User
    private: Chat
    team: Chat
    speakers: dict[int, tuple[Speaker, ...]]

    def chats(self) -> tuple[Chat, ...]:
        return self.private, self.team

    def chat(self, chat_id: int) -> Chat:
        return next(chat for chat in self.chats() if chat.id == chat_id)

    def speaker(self, chat: Chat, role: str) -> Speaker:
        return next(speaker for speaker in self.speakers[chat.id] if speaker.role == role)


def assemble(telegram: LocalTelegram) -> Cast:
    """Makes the people, always with the same ids, so that the bot knows them after a restart."""
    people, groups = telegram.people, telegram.groups
    reader = people.person("You", user_id=1001)
    administrator = people.person("Ada", user_id=1002)
    member = people.person("Max", user_id=1003)
    private = people.private(reader)
    team = groups.group("Team", administrator, [member], first_message_id=telegram.bot.last_message_id)
    speakers = {
        private.id: (Speaker("reader", reader, "You"),),
        team.id: (
            Speaker("administrator", administrator, "Ada, administrator"),
            Speaker("member", member, "Max, member"),
            Speaker("anonymous", administrator, "The group, as an anonymous administrator", True),
        ),
    }
    return Cast(reader, private, team, speakers)
