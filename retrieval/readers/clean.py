"""How all text is written in the library: characters, then lines and paragraphs. Pure, and the same when done twice."""

from __future__ import annotations

import re
import unicodedata

# Characters that show nothing and can hide or turn text: controls, bidi marks, tags, soft hyphens, byte order marks.
# Joiners (U+200C, U+200D) stay: scripts and emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINE_END = re.compile("\r\n|[\r\x0b\x85\u2028]")
_PARAGRAPH_END = re.compile("[\x0c\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n(?:[ ]*\n)+")
_BULLET = re.compile(r"(?:[-*•‣▪–—]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
_SENTENCE_END = re.compile(r"[.!?:;。！？။…][\"'”’»)\]]*$")

WRAP_WIDTH = 110
"""Lines up to this many characters may be wrapped by hand; longer ones are paragraphs."""


def normalise(text: str) -> str:
    """NFC, `\\n` line ends, single spaces, no invisible or turning characters; lines keep their places."""
    text = _LINE_END.sub("\n", _PARAGRAPH_END.sub("\n\n", text))
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return "\n".join(line.strip() for line in _SPACES.sub(" ", text).split("\n"))


def one_line(text: str) -> str:
    """Normalised, on one line: a title, a name, a cell."""
    return " ".join(normalise(text).split())


def paragraphs(text: str) -> str:
    """Normalised text with one blank line between paragraphs and hand-wrapped lines joined.

    A heading directly above its text becomes a paragraph of its own; runs of short lines (lists, addresses, verses)
    stay lines of one paragraph.
    """
    blocks = [block for block in _BLANK_LINES.split(normalise(text)) if block.strip()]
    return "\n\n".join(part for block in blocks for part in _parts(block.strip("\n").split("\n")))


def ends_sentence(line: str) -> bool:
    """Whether the line ends as a sentence does."""
    return bool(_SENTENCE_END.search(line))


def _parts(lines: list[str]) -> list[str]:
    """The paragraphs of one block of lines without blank ones among them."""
    longest = max(len(line) for line in lines)
    if len(lines) == 1:
        return lines
    if longest < WRAP_WIDTH // 2 - 10:
        return ["\n".join(lines)]
    if _is_wrapped(lines):
        return [_unwrapped(lines)]
    if len(lines) > 2 and len(lines[0]) < longest * 0.6 and not ends_sentence(lines[0]) and _is_wrapped(lines[1:]):
        return [lines[0], _unwrapped(lines[1:])]
    return lines


def _is_wrapped(lines: list[str]) -> bool:
    longest = max(len(line) for line in lines)
    if longest > WRAP_WIDTH or any(_BULLET.match(line) for line in lines):
        return False
    full = all(len(line) >= longest * 0.6 for line in lines[:-1])
    return full and any(not ends_sentence(line) for line in lines[:-1])


def _unwrapped(lines: list[str]) -> str:
    """One line; a hyphen at a line's end stays, without a space after it."""
    text = lines[0]
    for line in lines[1:]:
        text += line if re.search(r"\w-$", text) and line[:1].isalpha() else f" {line}"
    return text
