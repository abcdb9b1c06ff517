"""What Telegram does to any text: cleans it, trims it, and finds commands, mentions and addresses."""

from __future__ import annotations

import re

from bot.sandbox.links import checked_link
from bot.sandbox.markup import utf16_length
from bot.sandbox.nouns import Json

# Directional marks, line separators and characters that draw over other lines.
_REMOVED = dict.fromkeys([0x0D, *range(0x2028, 0x202F), 0x0333, 0x033F, 0x030A])
_SPACED = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)], " ")
_CLEAN = {**_SPACED, **_REMOVED}
_BLANK = " \t\n\x0b\x0c\xa0\u200b"
_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]*[^\s<>\".,;:!?)\]'’”…])"
    r"|(?<![\w/<>])/(?P<bot_command>[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{2,31})?)(?![\w/<>@])"
    r"|(?<!\w)@(?P<mention>[A-Za-z]\w{2,31})(?!\w)"
    r"|(?<!\w)#(?P<hashtag>\w*[^\W\d_]\w*)",
)


def clean(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """The text without control characters and blanks around it, its entities moved along."""
    places = _places(text)
    cleaned = text.translate(_CLEAN)
    leading = len(cleaned) - len(cleaned.lstrip(_BLANK))
    trimmed = cleaned.strip(_BLANK)
    if trimmed == text:
        return text, entities
    shift, end = utf16_length(cleaned[:leading]), utf16_length(trimmed)
    moved = []
    for entity in entities:
        start = min(max(places[entity["offset"]] - shift, 0), end)
        stop = min(max(places[entity["offset"] + entity["length"]] - shift, 0), end)
        if stop > start:
            moved.append({**entity, "offset": start, "length": stop - start})
    return trimmed, moved


def _places(text: str) -> list[int]:
    """For each UTF-16 unit of the text, and its end: its place once characters are removed."""
    places, at = [], 0
    for character in text:
        width = utf16_length(character)
        places += [at + part for part in range(width)]
        if ord(character) not in _REMOVED:
            at += width
    return [*places, at]


def detect(text: str, entities: list[Json] | None = None) -> list[Json]:
    """The given entities and those that Telegram finds by itself outside of them, in order."""
    given = list(entities or [])
    closed = [e for e in given if e["type"] not in ("blockquote", "expandable_blockquote")]
    for match in _FOUND.finditer(text):
        kind = str(match.lastgroup)
        offset, length = utf16_length(text[: match.start()]), utf16_length(match[0])
        overlaps = any(e["offset"] < offset + length and offset < e["offset"] + e["length"] for e in closed)
        if overlaps or (kind == "url" and checked_link(match[0]) is None):
            continue
        given.append({"type": kind, "offset": offset, "length": length})
    return sorted(given, key=lambda e: (e["offset"], -e["length"]))


def speakable(text: str) -> str:
    """A person's text as it can travel: a half of a surrogate pair becomes U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
