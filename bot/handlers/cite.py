"""/cite N: a citation of an answer in full, ready to paste."""

from __future__ import annotations

import re

from bot.nouns import Incoming
from bot.parts import Parts
from bot.render.citation import citation_messages, citations_list, nothing_to_cite


def register(parts: Parts) -> None:
    parts.command("cite", cite, "A citation of the last answer in full, as in /cite 1")


async def cite(parts: Parts, incoming: Incoming) -> None:
    """Of the answer that the message replies to; else of the last answer here."""
    before = incoming.message.reply_to_message
    replied = before if before and before.forum_topic_created is None else None
    found = await parts.sql(
        parts.told.citations, incoming.chat.chat_id, incoming.thread, replied.message_id if replied else None
    )
    if not found:
        await parts.reply(incoming, nothing_to_cite())
        return
    asked = re.fullmatch(r"\[?(\d{1,4})\]?\.?", incoming.text)
    chosen = [citation for citation in found if asked and citation.number == int(asked[1])]
    if not asked and len(found) == 1 and not incoming.text:
        chosen = found
    await parts.reply(incoming, citation_messages(chosen[0]) if chosen else citations_list(found))
