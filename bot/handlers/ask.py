"""A question, by /ask or in plain words, and its answer."""

from __future__ import annotations

from bot.nouns import Incoming, Telling
from bot.parts import Parts
from bot.render.answer import answer_messages
from bot.render.html import code, html, plain
from bot.sending.replies import typing
from retrieval.models import Answer

EMPTY = html(
    [plain("What would you like to know? Write the question in words, as in ", code("/ask What is new this week?"))]
)
NO_WORDS = html([plain("Only words can be read here: please write the question as a text.")])


def register(parts: Parts) -> None:
    parts.command("ask", ask, "Ask a question")
    parts.on_question = ask


async def ask(parts: Parts, incoming: Incoming) -> None:
    """Answers with citations, or says that the library does not hold it."""
    if not incoming.text:
        no_words = incoming.command is None and not incoming.chat.is_group and not incoming.message.text
        await parts.reply(incoming, NO_WORDS if no_words else EMPTY)
        return
    admission = parts.rate.admit(incoming.person or incoming.chat.telegram_id, parts.monotonic())
    if not admission.granted:
        if admission.tell:
            await parts.reply(incoming, html([plain(too_many(admission.wait))]))
        return
    now = parts.clock.now()
    async with typing(parts, incoming):
        answer = await parts.think(parts.retrieval.ask, incoming.text, now)
        texts = answer_messages(answer, now.date(), parts.settings.stale_days, parts.titles)
        told_id = await parts.sql(parts.told.record, telling(answer, incoming), now)
    await parts.reply(incoming, texts, told_id=told_id)


def too_many(wait: int) -> str:
    return f"That is more questions than I can take from one person in a minute. Please wait {wait} seconds."


def telling(answer: Answer, incoming: Incoming) -> Telling:
    """What is kept of an answer. Who asked is kept in groups only, so that they can wipe it."""
    nearest = answer.nearest if answer.abstained else None
    return Telling(
        chat_id=incoming.chat.chat_id,
        kind="answer",
        outcome="answer" if not answer.abstained else "nearest" if nearest else "missing",
        engine=answer.engine,
        claims=() if answer.abstained else answer.claims,
        citations=(nearest,) if nearest else () if answer.abstained else answer.citations,
        as_of=answer.as_of,
        thread=incoming.thread,
        person=incoming.person if incoming.chat.is_group else None,
        question=incoming.text,
    )
