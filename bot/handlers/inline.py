"""`@bot question` in any chat: an article with the cited answer."""

from __future__ import annotations

import hashlib

from telegram import InlineQuery, InlineQueryResultArticle, InlineQueryResultsButton, InputTextMessageContent
from telegram.constants import ParseMode

from bot.parts import Parts
from bot.render.inline import inline_article
from bot.render.text import clean
from bot.sending.failures import SendFailure
from bot.sending.sender import NO_PREVIEW

CACHE_SECONDS = 10
_SHORTEST = 3


def register(parts: Parts) -> None:
    parts.on_inline = answer_inline


async def answer_inline(parts: Parts, query: InlineQuery) -> None:
    question = clean(query.query)
    if len(question) < _SHORTEST:
        await _answer(parts, query, [], hint="Write a question after the bot's name")
        return
    # Each letter typed may come as a query of its own; these count apart from the questions in chats.
    admission = parts.rate.admit(("inline", query.from_user.id), parts.monotonic())
    if not admission.granted:
        await _answer(parts, query, [], hint=f"Too many questions: please wait {admission.wait} s")
        return
    now = parts.clock.now()
    answer = await parts.think(parts.retrieval.ask, question, now)
    article = inline_article(answer, question, now.date(), parts.settings.stale_days, parts.titles)
    result = InlineQueryResultArticle(
        id=hashlib.sha256(article.text.encode()).hexdigest()[:32],
        title=article.title,
        description=article.description,
        input_message_content=InputTextMessageContent(
            article.text, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW
        ),
    )
    await _answer(parts, query, [result])


async def _answer(
    parts: Parts, query: InlineQuery, results: list[InlineQueryResultArticle], hint: str | None = None
) -> None:
    button = InlineQueryResultsButton(hint, start_parameter="help") if hint else None
    try:
        await parts.sender.quick(
            lambda: parts.bot.answer_inline_query(
                query.id, results, cache_time=CACHE_SECONDS, is_personal=True, button=button
            )
        )
    except SendFailure as failure:
        # "Query is too old": whoever typed it sees something else by now.
        if failure.kind != "rejected" or "query" not in failure.description.lower():
            raise
