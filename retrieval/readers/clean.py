"""How all text is written in the library: characters, then lines and paragraphs. Pure, and the same when done twice."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

# Characters that show nothing and can hide or turn text: controls, bidi marks, tags, soft hyphens, byte order marks.
# Joiners (U+200C, U+200D) stay: scripts and emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_FAR_RUN = re.compile("[^\x00-\u02ff]{32,}")
_MARKS_LIMIT = 30  # combining marks in a row, as Unicode's stream-safe form has it; sorting more takes minutes
_LINE_END = re.compile("\r\n|[\r\x0b\x85\u2028]")
_PARAGRAPH_END = re.compile("[\x0c\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n(?:[ ]*\n)+")
_BULLET = re.compile(r"(?:[-*•‣▪–—]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
_CLOSING = "\"'”’»)]"
_SENTENCE_ENDS = tuple(".!?:;。！？။…")

WRAP_WIDTH = 110
"""Lines up to this many characters may be wrapped by hand; longer ones are paragraphs."""


def normalise(text: str) -> str:
    """NFC, `\\n` line ends, single spaces, no invisible or turning characters; lines keep their places."""
    text = _LINE_END.sub("\n", _PARAGRAPH_END.sub("\n\n", text))
    text = unicodedata.normalize("NFC", _FAR_RUN.sub(_with_few_marks, _INVISIBLE.sub("", text)))
    return "\n".join(line.strip() for line in _SPACES.sub(" ", text).split("\n"))


def _with_few_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MARKS_LIMIT:
            kept.append(character)
    return "".join(kept)


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
    return line.rstrip(_CLOSING).endswith(_SENTENCE_ENDS)


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
    parts = [lines[0]]
    for above, line in pairwise(lines):
        hyphenated = above.endswith("-") and above[-2:-1].isalnum() and line[:1].isalpha()
        parts.append(line if hyphenated else f" {line}")
    return "".join(parts)
