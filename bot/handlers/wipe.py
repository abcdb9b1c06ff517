"""/wipe: deletes what is kept of a chat or a person, and the messages as far as Telegram lets."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.nouns import Chat, Incoming, Pressed
from bot.parts import Parts
from bot.render.html import html, plain
from bot.sending.failures import SendFailure
from bot.tables import told, updates
from bot.tables.chats import forget_chat

_PREFIX = "wipe"
_BATCH = 100


def register(parts: Parts) -> None:
    parts.command("wipe", wipe, "Delete what is kept of you here")
    parts.button(_PREFIX, confirmed)


async def wipe(parts: Parts, incoming: Incoming) -> None:
    """Asks first."""
    cancel = InlineKeyboardButton("Cancel", callback_data=f"{_PREFIX}:no")
    everything = InlineKeyboardButton("Delete everything kept here", callback_data=f"{_PREFIX}:all")
    if not incoming.chat.is_group:
        text = (
            "This deletes all that is kept of this chat: questions, answers and digests, and their messages as far as "
            "Telegram lets."
        )
        rows = [[everything], [cancel]]
    else:
        text = (
            "This deletes what you asked in this group and its answers. Administrators may delete all that is kept of "
            "the group, its digests included."
        )
        rows = [[everything], [cancel]]
        if incoming.person is not None:
            mine = InlineKeyboardButton("Delete what I asked", callback_data=f"{_PREFIX}:mine:{incoming.person}")
            rows.insert(0, [mine])
    await parts.reply(incoming, html([plain(text)]), keyboard=InlineKeyboardMarkup(rows))


async def confirmed(parts: Parts, press: Pressed) -> str | None:
    what, _, owner = press.data.partition(":")
    if what == "no":
        await _say(parts, press, "Nothing was deleted.")
        return None
    if what == "mine" and owner != str(press.person):
        return "Only who sent /wipe may press this. Send /wipe yourself."
    if what == "all" and not await parts.is_administrator(press):
        return "Only administrators may delete what is kept of the whole group."
    if what not in ("all", "mine"):
        return None
    theirs_too = await _may_delete_theirs(parts, press.chat)
    messages = await parts.sql(_forget, parts, press.chat, press.person if what == "mine" else None)
    ids = {message_id for message_id, ours in messages if ours or theirs_too}
    gone = await _delete_messages(parts, press.chat, sorted(ids - {press.message_id}))
    deleted = "1 message" if gone == 1 else f"{gone} messages"
    await _say(
        parts,
        press,
        f"Done: nothing is kept any more, and {deleted} here deleted. Telegram lets a bot delete no message older "
        "than 48 hours, nor other people's in a group that it does not administer; those you can delete yourself.",
    )
    return None


async def _may_delete_theirs(parts: Parts, chat: Chat) -> bool:
    """Whether the bot may delete what people wrote: in private, and in a group where an administrator gave it that."""
    if not chat.is_group:
        return True
    try:
        member = await parts.sender.quick(lambda: parts.bot.get_chat_member(chat.telegram_id, parts.bot_id))
    except SendFailure:
        return False
    return bool(getattr(member, "can_delete_messages", False))


def _forget(parts: Parts, chat: Chat, person: int | None) -> list[tuple[int, bool]]:
    """Deletes from the tables, in one transaction; the messages that are now to go, and whether they are the bot's."""
    with parts.database.write() as connection:
        updates.forget(connection, parts.bot_id, chat.telegram_id, person)
        messages = told.wipe(connection, chat.chat_id, person, parts.clock.now())
        if person is None:
            for wiper in parts.wipers:
                messages.extend((message_id, True) for message_id in wiper(connection, chat.chat_id))
            forget_chat(connection, chat.chat_id)
    return messages


async def _delete_messages(parts: Parts, chat: Chat, ids: list[int]) -> int:
    """Deletes what Telegram lets; how many it let."""
    gone = 0
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        if await _delete(parts, chat, batch):
            gone += len(batch)
        elif len(batch) > 1:
            for one in batch:
                gone += await _delete(parts, chat, [one])
    return gone


async def _delete(parts: Parts, chat: Chat, batch: list[int]) -> bool:
    try:
        return await parts.sender.quick(lambda: parts.bot.delete_messages(chat.telegram_id, batch))
    except SendFailure:
        return False


async def _say(parts: Parts, press: Pressed, text: str) -> None:
    await parts.sender.edit(press.chat.telegram_id, press.message_id, html([plain(text)])[0])
