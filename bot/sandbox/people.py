"""What people do in the local Telegram: write, reply, press buttons, ask inline, block the bot."""

from __future__ import annotations

from itertools import count

from bot.sandbox.delivery import deliver, tell_of_member
from bot.sandbox.methods.files import store_file
from bot.sandbox.nouns import (
    ANONYMOUS_ADMIN,
    CHANNEL_BOT,
    Bot,
    Chat,
    Content,
    File,
    Json,
    Member,
    Message,
    Query,
    Topic,
    User,
)
from bot.sandbox.objects import message_json, user_json
from bot.sandbox.state import State
from bot.sandbox.texts import detect, speakable


class People:
    """Acts as persons towards `bot` (another one where a method takes `bot`).

    Everything returns at once; what the bot does about it, `Log` waits for.
    """

    def __init__(self, state: State, bot: Bot) -> None:
        self.state = state
        self.bot = bot
        self._ids = count(1001)

    def person(
        self,
        first_name: str,
        *,
        username: str | None = None,
        language_code: str | None = "en",
        user_id: int | None = None,
        started: bool = True,
    ) -> User:
        """A new person; `started`: has already opened the chat with the bot (no update is sent)."""
        user = User(user_id or next(self._ids), first_name, None, username, language_code)
        with self.state.changed:
            self.state.users[user.id] = user
            self.private(user).started = started
        return user

    def private(self, user: User, bot: Bot | None = None) -> Chat:
        return self.state.private_chat(bot or self.bot, user)

    def says(
        self,
        user: User,
        text: str,
        chat: Chat | None = None,
        *,
        reply_to: Message | int | None = None,
        thread: Topic | int | None = None,
        anonymous: bool = False,
        as_chat: Chat | None = None,
        document: tuple[str, bytes] | None = None,
    ) -> Message:
        """A person writes: in private, or in `chat`.

        `anonymous`: as the group itself, as its anonymous administrators do; `as_chat`: as
        a channel or another group. `document`: name and content; the text becomes its caption.
        """
        with self.state.changed:
            where = chat or self.private(user)
            if where.type == "private":
                where.started, where.blocked = True, False
            message = self._message(user, speakable(text), where, document)
            if anonymous or as_chat is not None:
                speaker = where if as_chat is None else as_chat
                message.sender_chat_id = speaker.id
                as_user = ANONYMOUS_ADMIN if speaker is where else CHANNEL_BOT
                message.sender = self.state.users[as_user]
            if where.type == "channel":
                message.sender, message.sender_chat_id = None, where.id
            message.reply_to = reply_to.id if isinstance(reply_to, Message) else reply_to
            message.thread_id = thread.thread_id if isinstance(thread, Topic) else thread
            return self._put(where, message)

    def _message(self, user: User, text: str, chat: Chat, document: tuple[str, bytes] | None) -> Message:
        file: File | None = None
        if document is not None:
            name, content = document
            file = store_file(self.state, "document", content, name, "application/octet-stream")
        content_ = Content(text, tuple(detect(text)), text, file=file)
        return Message(0, chat.id, self.state.now(), content_, user)

    def _put(self, chat: Chat, message: Message) -> Message:
        private_bot = next((b for b in self.state.bots.values() if b.private_chats.get(chat.id) is chat), None)
        self.state.add_message(chat, private_bot, message)
        deliver(self.state, chat, message)
        return message

    def serves(self, chat: Chat, service: Json, by: User | None = None, thread_id: int | None = None) -> Message:
        """A service message, such as a new member; also what Telegram itself tells."""
        with self.state.changed:
            message = Message(0, chat.id, self.state.now(), Content(), by, service=service)
            message.thread_id = thread_id
            return self._put(chat, message)

    def edits(self, message: Message, text: str) -> None:
        """A person changes what they wrote."""
        with self.state.changed:
            content = Content(speakable(text), tuple(detect(speakable(text))), text)
            self.state.replace_content(message, content)
            chat = self.chat_of(message)
            deliver(self.state, chat, message, edited=True)

    def deletes(self, message: Message) -> None:
        """A person deletes a message, the bot's or their own; no bot is told of that."""
        with self.state.changed:
            self.state.delete(message, "person")
            self.state.notify()

    def chat_of(self, message: Message) -> Chat:
        """The chat that a message stands in."""
        for bot in self.state.bots.values():
            chat = bot.private_chats.get(message.chat_id)
            if chat is not None and chat.messages.get(message.id) is message:
                return chat
        return self.state.chats[message.chat_id]

    def presses(self, user: User, message: Message, button: str) -> Query:
        """A person presses the button with that text, or that callback data, below a message."""
        with self.state.changed:
            found = [b for b in message.buttons if button in (b["text"], b.get("callback_data"))]
            if not found or "callback_data" not in found[0]:
                shown = [b["text"] for b in message.buttons]
                raise LookupError(f"no callback button {button!r} among {shown}")
            bot = self.state.bot_by_id(message.bot_id or message.via_bot_id or 0) or self.bot
            query = self._query(user, str(found[0]["callback_data"]))
            bot.callback_queries[query.id] = query
            chat = self.chat_of(message)
            payload = {
                "id": query.id,
                "from": user_json(user),
                "message": message_json(self.state, chat, message),
                "chat_instance": str(chat.id * 7_919),
                "data": query.text,
            }
            self.state.queue(bot, "callback_query", payload)
            self.state.notify()
            return query

    def _query(self, user: User, text: str) -> Query:
        return Query(self.state.next_query_id(), user, self.state.monotonic(), text)

    def asks_inline(self, user: User, text: str, *, offset: str = "", chat_type: str = "sender") -> Query:
        """A person types `@bot text` in any chat; the answer comes into the query."""
        with self.state.changed:
            query = self._query(user, speakable(text))
            self.bot.inline_queries[query.id] = query
            payload = {
                "id": query.id,
                "from": user_json(user),
                "query": query.text,
                "offset": offset,
                "chat_type": chat_type,
            }
            self.state.queue(self.bot, "inline_query", payload)
            self.state.notify()
            return query

    def chooses(self, query: Query, result_id: str, chat: Chat) -> Message:
        """A person sends one of the results of an inline query into a chat."""
        with self.state.changed:
            results = (query.answer or {}).get("results", [])
            result = next(r for r in results if r["id"] == result_id)
            said = result.get("sandbox_content", {"text": result.get("title", ""), "entities": []})
            content = Content(said["text"], tuple(said["entities"]), markup=result.get("reply_markup"))
            message = Message(0, chat.id, self.state.now(), content, query.user, via_bot_id=self.bot.id)
            return self._put(chat, message)

    def blocks(self, user: User, bot: Bot | None = None) -> None:
        """A person stops the bot."""
        self._set_blocked(user, bot or self.bot, blocked=True)

    def unblocks(self, user: User, bot: Bot | None = None) -> None:
        self._set_blocked(user, bot or self.bot, blocked=False)

    def _set_blocked(self, user: User, bot: Bot, *, blocked: bool) -> None:
        with self.state.changed:
            chat = self.private(user, bot)
            chat.blocked, chat.started = blocked, True
            free, stopped = Member(bot.id, "member"), Member(bot.id, "kicked")
            old, new = (free, stopped) if blocked else (stopped, free)
            tell_of_member(self.state, bot, chat, user, old, new)
