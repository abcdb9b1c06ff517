"""Cuts a text into passages, and a passage into sentences. Offsets are code points of the text that came in."""

from __future__ import annotations

import re
from collections.abc import Iterator

PASSAGE = 420  # characters a passage holds at most, unless one sentence alone is longer
SENTENCE = 600  # characters of a sentence, past which it is cut at a space

Span = tuple[int, int]

_BREAK = re.compile(r"\n\s*\n|\n(?=[-*•|#]|\d+[.)] )")
_END = re.compile(r"[.!?…。！？။]+[\"'”’»)\]]*(?=\s|$)|[。！？။]")
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|Rev|St|Gen|Lt|Col|Maj|Brig|Capt|Sgt|Sr|Jr|No|Nos|vs|etc|approx|ca|Inc|Ltd|Co|Corp|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|e\.g|i\.e|U\.S|U\.K|U\.N|a\.m|p\.m|Fig|Eq|cf|al))\.$"
)


def sentences(text: str) -> list[Span]:
    """The sentences of a text, in order, without the white space around them."""
    spans: list[Span] = []
    for start, end in _paragraphs(text):
        spans.extend(_sentences_of(text, start, end))
    return spans


def passages(text: str, size: int = PASSAGE) -> list[Span]:
    """Cuts at sentence and paragraph ends into spans of at most `size` characters that do not overlap.

    A heading (a short paragraph without a full stop) goes with what follows it. Sentences of one paragraph are shared
    out evenly, so that no passage is a leftover of a few words.
    """
    groups: list[list[Span]] = []
    heading: list[Span] = []
    for start, end in _paragraphs(text):
        inside = list(_sentences_of(text, start, end))
        if not inside:
            continue
        if end - start < 90 and len(inside) == 1 and text[end - 1] not in '.!?…。:;,"”)':
            heading.extend(inside)
            continue
        groups.append(heading + inside)
        heading = []
    if heading:
        groups.append(heading)
    spans: list[Span] = []
    for group in groups:
        pieces = _share_out(group, size)
        # A short paragraph joins the one before it while both fit.
        if spans and pieces[0][1] - spans[-1][0] <= size:
            spans[-1] = (spans[-1][0], pieces[0][1])
            pieces = pieces[1:]
        spans.extend(pieces)
    return spans


def _share_out(group: list[Span], size: int) -> list[Span]:
    total = group[-1][1] - group[0][0]
    parts = -(-total // size)
    aim = total / parts
    out: list[Span] = []
    start, last = group[0]
    for begin, end in group[1:]:
        too_long = end - start > size
        enough = (last - start) >= aim * 0.85 and end - start > aim * 1.1
        if too_long or enough:
            out.append((start, last))
            start = begin
        last = end
    out.append((start, last))
    return out


def _paragraphs(text: str) -> Iterator[Span]:
    start = 0
    for found in _BREAK.finditer(text):
        yield from _trimmed(text, start, found.start())
        start = found.end()
    yield from _trimmed(text, start, len(text))


def _sentences_of(text: str, start: int, end: int) -> Iterator[Span]:
    begin = start
    for found in _END.finditer(text, start, end):
        stop = found.end()
        before = text[max(begin, stop - 8) : stop]
        after = text[stop : stop + 3].lstrip()
        if found.group() == "." and (_ABBREVIATED.search(before) or (after and after[0].islower())):
            continue
        yield from _cut(text, begin, stop)
        begin = stop
    yield from _cut(text, begin, end)


def _cut(text: str, start: int, end: int) -> Iterator[Span]:
    for begin, stop in _trimmed(text, start, end):
        while stop - begin > SENTENCE:
            window = text[begin : begin + SENTENCE]
            at = max(window.rfind(mark) for mark in ("; ", "\n", ": ", ", "))
            at = at + 1 if at > SENTENCE // 3 else window.rfind(" ")
            at = at if at > 0 else SENTENCE
            yield from _trimmed(text, begin, begin + at)
            begin += at
        yield from _trimmed(text, begin, stop)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
