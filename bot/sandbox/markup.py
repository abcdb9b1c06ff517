"""HTML as Telegram reads it: text, and entities whose offsets count UTF-16 units.

Follows the parser of TDLib (`MessageEntity.cpp`, `do_parse_html`), with its words for what it
refuses and the byte offsets that it names. A fault raises `MarkupError`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.links import checked_link, mentioned_user
from bot.sandbox.nouns import Json

SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
TAGS = frozenset(SIMPLE_TAGS) | {"a", "tg-emoji", "pre", "code", "blockquote"}
NAMED = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
SPACES = b" \t\r\n\0\v"
LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
DIGITS = frozenset(b"0123456789")
HEXADECIMAL = frozenset(b"0123456789abcdefABCDEF")
ORDER = ("blockquote", "expandable_blockquote", "pre", "code", "text_link")


class MarkupError(ValueError):
    """What Telegram says after "can't parse entities: "."""


@dataclass
class _Open:
    tag: str
    argument: str
    offset: int
    start: int


def utf16_length(text: str) -> int:
    """How many UTF-16 units a text takes: what Telegram counts."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The part of a text that an entity covers."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def parse_html(source: str) -> tuple[str, list[Json]]:
    """The text that Telegram shows, and its entities in the order in which Telegram gives them."""
    parser = _HtmlParser(source.encode("utf-8"))
    parser.run()
    return parser.text(), arrange(parser.entities)


class _HtmlParser:
    def __init__(self, source: bytes) -> None:
        self.source = source
        self.at = 0
        self.result = bytearray()
        self.units = 0
        self.open: list[_Open] = []
        self.entities: list[Json] = []

    def text(self) -> str:
        try:
            return self.result.decode("utf-8")
        except UnicodeDecodeError:
            raise MarkupError(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            ) from None

    def byte(self, at: int) -> int:
        """The byte at a place, 0 past the end, as C sees it."""
        return self.source[at] if at < len(self.source) else 0

    def run(self) -> None:
        while self.at < len(self.source):
            byte = self.source[self.at]
            if byte == ord("&"):
                character = self.entity()
                if character:
                    self.units += utf16_length(character)
                    self.result += character.encode("utf-8", "surrogatepass")
                    continue
            if byte == ord("<"):
                self.tag()
                continue
            if byte & 0xC0 != 0x80:
                self.units += 2 if byte >= 0xF0 else 1
            self.result.append(byte)
            self.at += 1
        if self.open:
            tag = self.open[-1].tag
            raise MarkupError(f'Can\'t find end tag corresponding to start tag "{tag}"')

    def entity(self) -> str:
        """Reads one character reference and moves past it; empty when it is none."""
        end = self.at + 1
        if self.byte(end) == ord("#"):
            base, digits, end = 10, DIGITS, end + 1
            if self.byte(end) == ord("x"):
                base, digits, end = 16, HEXADECIMAL, end + 1
            start = end
            while self.byte(end) in digits:
                end += 1
            code = int(self.source[start:end] or b"0", base)
            if code == 0 or code >= 0x10FFFF or end - self.at >= 10:
                return ""
            character = chr(code)
        else:
            while self.byte(end) in LETTERS:
                end += 1
            character = NAMED.get(self.source[self.at + 1 : end], "")
            if not character:
                return ""
        self.at = end + 1 if self.byte(end) == ord(";") else end
        return character

    def tag(self) -> None:
        begin = self.at
        self.at += 1
        if self.byte(self.at) == ord("/"):
            self.end_tag(begin)
        else:
            self.start_tag(begin)

    def skip_word(self) -> None:
        while self.byte(self.at) not in SPACES and self.byte(self.at) != ord(">"):
            self.at += 1

    def skip_spaces(self) -> None:
        while self.byte(self.at) and self.byte(self.at) in SPACES:
            self.at += 1

    def start_tag(self, begin: int) -> None:
        self.skip_word()
        if self.at >= len(self.source):
            raise MarkupError(f"Unclosed start tag at byte offset {begin}")
        tag = self.source[begin + 1 : self.at].decode("utf-8", "replace").lower()
        if tag not in TAGS:
            raise MarkupError(f'Unsupported start tag "{tag}" at byte offset {begin}')
        argument = ""
        while self.byte(self.at) != ord(">"):
            self.skip_spaces()
            if self.byte(self.at) == ord(">"):
                break
            name, value = self.attribute(tag, begin)
            argument = _argument(tag, name, value) or argument
        self.at += 1
        if tag == "span" and argument != "spoiler":
            raise MarkupError(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        if tag == "tg-emoji" and not argument.isdigit():
            raise MarkupError("Invalid custom emoji identifier specified")
        self.open.append(_Open(tag, argument, self.units, len(self.result)))

    def attribute(self, tag: str, begin: int) -> tuple[str, str | None]:
        start = self.at
        while self.byte(self.at) not in SPACES and self.byte(self.at) not in b"=>/\"'":
            self.at += 1
        name = self.source[start : self.at].decode("utf-8", "replace")
        if not name:
            raise MarkupError(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
        self.skip_spaces()
        if self.byte(self.at) != ord("="):
            self.refuse_end(tag, begin)
            return name, None
        self.at += 1
        self.skip_spaces()
        self.refuse_end(tag, begin)
        quote = self.byte(self.at)
        value = self.quoted(quote) if quote in b"\"'" else self.bare_word()
        if self.byte(self.at) == 0:
            raise MarkupError(f"Unclosed start tag at byte offset {begin}")
        return name, value

    def refuse_end(self, tag: str, begin: int) -> None:
        if self.byte(self.at) == 0:
            raise MarkupError(f'Unclosed start tag "{tag}" at byte offset {begin}')

    def quoted(self, quote: int) -> str:
        self.at += 1
        value = bytearray()
        while self.byte(self.at) not in (quote, 0):
            character = self.entity() if self.byte(self.at) == ord("&") else ""
            if character:
                value += character.encode("utf-8", "surrogatepass")
            else:
                value.append(self.source[self.at])
                self.at += 1
        if self.byte(self.at) == quote:
            self.at += 1
        return value.decode("utf-8", "replace")

    def bare_word(self) -> str:
        start = self.at
        while self.byte(self.at) in LETTERS | DIGITS or self.byte(self.at) in b".-":
            self.at += 1
        if self.byte(self.at) not in SPACES and self.byte(self.at) != ord(">"):
            raise MarkupError(f"Unexpected end of name token at byte offset {start}")
        return self.source[start : self.at].decode("utf-8", "replace").lower()

    def end_tag(self, begin: int) -> None:
        if not self.open:
            raise MarkupError(f"Unexpected end tag at byte offset {begin}")
        self.skip_word()
        name = self.source[begin + 2 : self.at].decode("utf-8", "replace").lower()
        self.skip_spaces()
        if self.byte(self.at) != ord(">"):
            raise MarkupError(f"Unclosed end tag at byte offset {begin}")
        self.at += 1
        opened = self.open.pop()
        if name and name != opened.tag:
            raise MarkupError(
                f'Unmatched end tag at byte offset {begin}, expected "</{opened.tag}>", found "</{name}>"'
            )
        if self.units > opened.offset:
            self.close(opened)

    def close(self, opened: _Open) -> None:
        span = {"offset": opened.offset, "length": self.units - opened.offset}
        if opened.tag in SIMPLE_TAGS:
            self.entities.append({"type": SIMPLE_TAGS[opened.tag], **span})
        elif opened.tag == "a":
            covered = self.result[opened.start :].decode("utf-8", "replace")
            self.link(opened.argument or covered, span)
        elif opened.tag == "blockquote":
            kind = "expandable_blockquote" if opened.argument else "blockquote"
            self.entities.append({"type": kind, **span})
        elif opened.tag == "tg-emoji":
            entity = {"type": "custom_emoji", **span, "custom_emoji_id": opened.argument}
            self.entities.append(entity)
        else:
            self.code(opened, span)

    def link(self, target: str, span: dict[str, int]) -> None:
        user_id = mentioned_user(target)
        if user_id is not None:
            self.entities.append({"type": "text_mention", **span, "user": {"id": user_id}})
            return
        url = checked_link(target)
        if url:
            self.entities.append({"type": "text_link", **span, "url": url})

    def code(self, opened: _Open, span: dict[str, int]) -> None:
        last = self.entities[-1] if self.entities else {}
        same_span = all(last.get(key) == value for key, value in span.items())
        if opened.tag == "pre" and same_span and last["type"] == "code" and last.get("language"):
            last["type"] = "pre"
        elif opened.tag == "code" and same_span and last["type"] == "pre" and opened.argument:
            last["language"] = opened.argument
        elif opened.tag == "code" and opened.argument:
            self.entities.append({"type": "code", **span, "language": opened.argument})
        else:
            self.entities.append({"type": opened.tag, **span})


def _argument(tag: str, name: str, value: str | None) -> str:
    if tag == "blockquote" and name.lower() == "expandable":
        return "1"
    if value is None:
        return ""
    if (tag, name) in (("a", "href"), ("tg-emoji", "emoji-id")):
        return value
    if (tag, name) == ("code", "class") and value.startswith("language-"):
        return value.removeprefix("language-")
    if (tag, name) == ("span", "class") and value.startswith("tg-"):
        return value.removeprefix("tg-")
    return ""


def arrange(entities: list[Json]) -> list[Json]:
    """Sorts entities and drops what may not stand inside another, as Telegram does silently."""
    for entity in entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    ordered = sorted(entities, key=lambda e: (e["offset"], -e["length"], _rank(e["type"])))
    kept: list[Json] = []
    for entity in ordered:
        around = [other for other in kept if _covers(other, entity)]
        if entity["type"] in ("code", "pre") and any(_is_link_or_code(o) for o in around):
            continue
        if any(other["type"] in ("code", "pre") for other in around):
            continue
        is_quote = entity["type"].endswith("blockquote")
        if is_quote and any(other["type"].endswith("blockquote") for other in around):
            continue
        if any(other["type"] == entity["type"] for other in around):
            continue
        kept.append(entity)
    return kept


def _rank(kind: str) -> int:
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def _covers(outer: Json, inner: Json) -> bool:
    end = outer["offset"] + outer["length"]
    return bool(outer["offset"] <= inner["offset"] and inner["offset"] + inner["length"] <= end)


def _is_link_or_code(entity: Json) -> bool:
    return entity["type"] in ("text_link", "code", "pre")
