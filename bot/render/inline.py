"""An answer as an article of inline mode: one message, whatever its length. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.render.answer import answer_blocks, evidence_line
from bot.render.html import Block, bold, html, plain
from bot.render.text import one_line
from retrieval.models import Answer


@dataclass(frozen=True, slots=True)
class Article:
    """What the list shows (plain), and the message that is sent (HTML)."""

    title: str
    description: str
    text: str


def inline_article(
    answer: Answer, question: str, today: date, stale_days: int, titles: Mapping[str, str] | None = None
) -> Article:
    blocks = [plain(bold(one_line(question, 300))), *answer_blocks(answer, today, stale_days, titles)]
    if answer.abstained:
        title = "Not in the library" if answer.nearest is None else "Not an answer: the nearest passage"
        description = one_line(answer.missing or "")
    else:
        title = one_line(answer.claims[0].text, 100) if answer.claims else one_line(question, 100)
        description = one_line(evidence_line(answer.evidence, answer.citations))
    return Article(title, description, _one_message(blocks))


def _one_message(blocks: list[Block]) -> str:
    """The blocks in one message: where it is too long, passages go, the last one first; their links stay."""
    shortened = list(blocks)
    texts = html(shortened)
    while len(texts) > 1 and any(block.kind == "quote" for block in shortened):
        last = max(index for index, block in enumerate(shortened) if block.kind == "quote")
        del shortened[last]
        texts = html(shortened)
    return texts[0]
