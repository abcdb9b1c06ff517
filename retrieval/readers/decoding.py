"""From bytes to text: UTF-8, UTF-16 and UTF-32 with their mark, a declared encoding, or Western Windows text.

Nothing is guessed beyond that: text in the wrong letters would be quoted as if somebody had written it.
"""

from __future__ import annotations

import codecs
import re

from retrieval.readers.reading import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a SQLite database"),
)
_MEND = "save it as UTF-8"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_UTF8_PAIR = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_WESTERN_SIGNS = "‘’“”‚„‹›«»–—…•€£¥§©®™°±²³µ·¹º¼½¾¿¡´×÷\u00a0\u00ad"
_WESTERN = re.compile(rf"[\x00-\x7fÀ-ÖØ-öø-ÿŠšŽžŒœŸ{_WESTERN_SIGNS}]*")
_STRANGE_RUN = re.compile(r"[À-ÖØ-öø-ÿŠšŽžŒœŸ]{3}|[a-zà-öø-ÿ][À-ÖØ-Þ]")


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of `data`, without its byte order mark.

    `declared` is the encoding that the file itself names (an HTML page's charset); it is tried after UTF-8.
    Raises `Unreadable` for binary data, broken UTF-8 and encodings that cannot be told for certain.
    """
    _refuse_foreign_format(data)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _without_controls(_strict(data[len(mark) :], encoding))
    if b"\x00" in data:
        raise Unreadable(f"binary data, or UTF-16 without its mark: a NUL byte at {data.index(0)}; {_MEND}")
    try:
        return _without_controls(data.decode("utf-8"))
    except UnicodeDecodeError as fault:
        broken = fault
    if declared is not None:
        text = _as_declared(data, declared)
        if text is not None:
            return _without_controls(text)
    if not _UTF8_PAIR.search(data):
        text = _as_western(data)
        if text is not None:
            return _without_controls(text)
    line = data.count(b"\n", 0, broken.start) + 1
    raise Unreadable(f"wrong encoding: not UTF-8 at byte {broken.start} (line {line}); {_MEND}")


def _refuse_foreign_format(data: bytes) -> None:
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise Unreadable(f"not text: its content is {what}, whatever its name says")


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as fault:
        raise Unreadable(f"wrong encoding: not {encoding.upper()} at byte {fault.start}; {_MEND}") from None


def _as_declared(data: bytes, declared: str) -> str | None:
    try:
        return data.decode(declared)
    except (LookupError, ValueError):
        return None


def _as_western(data: bytes) -> str | None:
    """`data` as Windows-1252 where it reads like Western prose: few accents, each among plain letters."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    plain = sum(character.isascii() and character.isalpha() for character in text)
    foreign = sum(not character.isascii() for character in text)
    if foreign * 6 > plain or not _WESTERN.fullmatch(text) or _STRANGE_RUN.search(text):
        return None
    return text


def _without_controls(text: str) -> str:
    """`text`, refused where control characters show that it is no text."""
    controls = len(_CONTROL.findall(text))
    if "\x00" in text or controls * 50 > len(text):
        raise Unreadable("binary data: control characters where text should be")
    if text.count("\ufffd") * 50 > len(text):
        raise Unreadable(f"wrong encoding: its letters were lost before (U+FFFD); {_MEND}")
    return text
