"""What PDF and Word documents share: a text with, at most, a title of its own, and no address."""

from __future__ import annotations

from retrieval.models import Document
from retrieval.readers.article import article_in, headline, without_repeat
from retrieval.readers.provenance import base_name, file_address, language_of, source_id, title_of_file
from retrieval.readers.reading import Reading, Unreadable


def printed(stated: str, text: str, name: str, empty: str) -> Reading:
    """One document of the text, under the title that the file states; raises `Unreadable(empty)` where there is none."""
    article = article_in(text)
    title, body = (stated, without_repeat(stated, article.text)) if stated else headline(article.text)
    if not any(map(str.isalnum, body)):
        raise Unreadable(empty)
    return Reading(
        (
            Document(
                source_id=source_id("", "", name),
                kind="article",
                title=title or title_of_file(name),
                text=body,
                publisher=article.site or base_name(name),
                url=file_address(name),
                language=language_of(body),
            ),
        )
    )
