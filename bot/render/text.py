"""Text that Telegram accepts: clean, and measured as Telegram measures it. Pure."""

from __future__ import annotations

import re
import unicodedata

LIMIT = 4096  # UTF-16 units of a message, after its markup is read

# NUL and other controls (not tab and newline), and what turns the direction of the text around it.
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """Without control characters, lone surrogates and marks of direction; line ends as newlines; stripped.

    Empty where nothing in it can be seen.
    """
    paired = _SURROGATE.sub("\ufffd", _joined(text))
    cleaned = _UNWANTED.sub("", _LINE_END.sub("\n", paired)).strip()
    return cleaned if any(unicodedata.category(character)[0] not in "CZ" for character in cleaned) else ""


def one_line(text: str, most: int = 200) -> str:
    """Clean, white space as single spaces, at most so many characters."""
    line = " ".join(clean(text).split())
    return line if len(line) <= most else line[: safe_cut(line, most - 1)].rstrip() + "…"


def units(text: str) -> int:
    """UTF-16 units: what Telegram counts."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def fitting(text: str, room: int) -> int:
    """How many characters from the start take at most `room` UTF-16 units."""
    if len(text) * 2 <= room:
        return len(text)
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > room:
            return index
    return len(text)


def safe_cut(text: str, at: int) -> int:
    """The last place up to `at` that does not part a letter from its marks, or an emoji from its modifiers."""
    cut = at
    while 0 < cut < len(text) and cut > at - 40 and (_clings(text[cut]) or text[cut - 1] == "\u200d"):
        cut -= 1
    return cut if cut > 0 and (cut == len(text) or not _clings(text[cut])) else at


def _clings(character: str) -> bool:
    return (
        bool(unicodedata.combining(character))
        or unicodedata.category(character) in ("Mn", "Mc", "Me")
        or character in "\u200d\ufe0e\ufe0f"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _joined(text: str) -> str:
    """Pairs of surrogates as the character that they stand for."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
