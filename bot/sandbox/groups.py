"""What people do with groups, channels and topics, and with the bot's place in them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from bot.sandbox.delivery import tell_of_member
from bot.sandbox.nouns import Bot, Chat, ChatType, Member, Status, Topic, User
from bot.sandbox.objects import user_json
from bot.sandbox.people import People


class Groups:
    """Makes groups and changes them, as their owners would."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.state = people.state
        self._numbers = count(1)

    def group(
        self,
        title: str,
        owner: User,
        members: Iterable[User] = (),
        *,
        kind: ChatType = "supergroup",
        forum: bool = False,
        username: str | None = None,
        bot_status: Status | None = "member",
        first_message_id: int = 0,
    ) -> Chat:
        """A group, supergroup or channel with the bot in it (`bot_status`; None: without it)."""
        with self.state.changed:
            number = next(self._numbers)
            chat_id = -5_000_000 - number if kind == "group" else -1_002_000_000_000 - number
            chat = Chat(chat_id, kind, title, username, is_forum=forum)
            chat.last_message_id = first_message_id
            chat.members[owner.id] = Member(owner.id, "creator")
            for user in members:
                chat.members[user.id] = Member(user.id, "member")
            self.state.chats[chat.id] = chat
            if bot_status is not None:
                self.set_bot(chat, owner, bot_status)
            return chat

    def set_bot(self, chat: Chat, by: User, status: Status, bot: Bot | None = None) -> None:
        """Adds, promotes, demotes, removes (`left`) or kicks a bot; it is told by an update."""
        bot = bot or self.people.bot
        with self.state.changed:
            old, new = chat.member(bot.id), Member(bot.id, status)
            chat.members[bot.id] = new
            tell_of_member(self.state, bot, chat, by, old, new)
            joins = old.status in ("left", "kicked") and status not in ("left", "kicked")
            if joins and chat.type != "channel":
                new_members = [user_json(bot.user)]
                self.people.serves(chat, {"new_chat_members": new_members}, by)

    def set_member(
        self, chat: Chat, user: User, status: Status, *, by: User | None = None,
        anonymous: bool = False,
    ) -> None:  # fmt: skip
        """Makes a person administrator, member, or no member of a group."""
        with self.state.changed:
            old = chat.member(user.id)
            chat.members[user.id] = Member(user.id, status, is_anonymous=anonymous)
            for bot in self.state.bots.values():
                tell_of_member(self.state, bot, chat, by or user, old, chat.members[user.id])

    def mute_bot(self, chat: Chat) -> None:
        """Takes the bot's right to write."""
        with self.state.changed:
            chat.muted_bots.add(self.people.bot.id)
            self.state.notify()

    def migrate(self, chat: Chat, by: User) -> Chat:
        """Turns a basic group into a supergroup, whose id is another."""
        with self.state.changed:
            new = Chat(-1_002_900_000_000 + chat.id, "supergroup", chat.title)
            new.members = dict(chat.members)
            self.state.chats[new.id] = new
            self.people.serves(chat, {"migrate_to_chat_id": new.id}, by)
            self.people.serves(new, {"migrate_from_chat_id": chat.id}, by)
            chat.migrated_to = new.id
            return new

    def topic(self, chat: Chat, name: str, by: User) -> Topic:
        """Opens a forum topic; its thread id is the id of the message that tells so."""
        with self.state.changed:
            service = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
            # The service message belongs to the topic that it opens: number it before it is told.
            thread_id = chat.last_message_id + 1
            chat.topics[thread_id] = Topic(thread_id, name)
            self.people.serves(chat, service, by, thread_id)
            return chat.topics[thread_id]

    def close_topic(self, chat: Chat, topic: Topic, by: User) -> None:
        with self.state.changed:
            topic.closed = True
            self.people.serves(chat, {"forum_topic_closed": {}}, by, topic.thread_id)

    def reopen_topic(self, chat: Chat, topic: Topic, by: User) -> None:
        with self.state.changed:
            topic.closed = False
            self.people.serves(chat, {"forum_topic_reopened": {}}, by, topic.thread_id)

    def delete_topic(self, chat: Chat, topic: Topic) -> None:
        """Removes a topic and its messages; no bot is told of that."""
        with self.state.changed:
            topic.deleted = True
            for message in chat.messages.values():
                if message.thread_id == topic.thread_id:
                    self.state.delete(message, "person")
            self.state.notify()
