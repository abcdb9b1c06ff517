"""PDF: the text layer, its lines joined to paragraphs, without page numbers and running heads."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from itertools import pairwise

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PdfReadError, WrongPasswordError

from retrieval.readers.clean import ends_sentence, normalise, one_line
from retrieval.readers.printed import printed
from retrieval.readers.reading import Reading, Unreadable

PAGE_LIMIT = 2000

_PAGE_NUMBER = re.compile(r"(?:page\s*)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?|[-–—]\s*\d{1,4}\s*[-–—]", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"(?:untitled|microsoft word\b.*|.*\.(?:docx?|indd|pdf|qxd|tex|pptx?)|\W*|\(anonymous\))", re.IGNORECASE
)
_HYPHENATED = re.compile(r"([^\W\d_]+)-$")
_EDGE = 2

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what goes wrong is told by the reader's own reasons


def read(data: bytes, name: str) -> Reading:
    """One document; raises `Unreadable` for encrypted, broken and scanned files."""
    if b"%PDF-" not in data[:1024]:
        raise Unreadable("broken PDF: it does not begin as one")
    try:
        stated, pages = _pages(data)
    except Unreadable:
        raise
    except (FileNotDecryptedError, WrongPasswordError, DependencyError):
        raise Unreadable("encrypted PDF: save it without a password") from None
    except PdfReadError as fault:
        raise Unreadable(f"broken PDF: {one_line(str(fault))[:120] or 'unreadable'}") from None
    except Exception as fault:  # pypdf lets many kinds through from a damaged file
        raise Unreadable(f"broken PDF ({type(fault).__name__})") from None
    return printed(stated, _text_of(pages), name, "empty: no text layer (a scan needs text recognition first)")


def _pages(data: bytes) -> tuple[str, list[str]]:
    """The title that the file states, and the text of each page."""
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("encrypted PDF: save it without a password")
    if len(reader.pages) > PAGE_LIMIT:
        raise Unreadable(f"too long: more than {PAGE_LIMIT:,} pages")
    pages = [normalise(page.extract_text()) for page in reader.pages]
    title = reader.metadata.title if reader.metadata is not None else None
    stated = one_line(title) if isinstance(title, str) else ""
    return ("" if _NO_TITLE.fullmatch(stated) else stated), pages


def _text_of(pages: list[str]) -> str:
    """The pages as paragraphs parted by blank lines."""
    lines = [page.split("\n") for page in pages]
    running = _running_lines(lines)
    flat = [
        line
        for page in lines
        for place, line in enumerate(page)
        if not _PAGE_NUMBER.fullmatch(line) and not (_at_edge(place, page) and _folded(line) in running)
    ]
    words = Counter(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", " ".join(flat).lower()))
    return "\n\n".join(_joined(paragraph, words) for paragraph in _paragraphs(flat))


def _at_edge(place: int, page: list[str]) -> bool:
    return place < _EDGE or place >= len(page) - _EDGE


def _folded(line: str) -> str:
    return re.sub(r"\d+", "#", line.casefold())


def _running_lines(pages: list[list[str]]) -> set[str]:
    """Lines that stand at the edge of at least three pages and of half of them: running heads and feet."""
    seen = Counter(
        folded
        for page in pages
        for folded in {_folded(line) for place, line in enumerate(page) if line and _at_edge(place, page)}
    )
    return {line for line, count in seen.items() if count >= max(3, len(pages) / 2)}


def _paragraphs(lines: list[str]) -> list[list[str]]:
    """The lines by paragraph: one ends at a blank line, at a short line that ends a sentence, at a heading."""
    lengths = sorted(len(line) for line in lines if line)
    width = lengths[len(lengths) * 9 // 10] if lengths else 0
    found: list[list[str]] = [[]]
    for place, line in enumerate(lines):
        following = next((later for later in lines[place + 1 : place + 3] if later), "")
        if not line:
            if found[-1] and (ends_sentence(found[-1][-1]) or not following[:1].islower()):
                found.append([])
            continue
        found[-1].append(line)
        short = len(line) < width * 0.85
        begins = following[:1].isupper() or following[:1].isdigit() or not following[:1].isalpha()
        heads = len(found[-1]) == 1 and len(line) < width * 0.7 and begins
        if (short and ends_sentence(line) and begins) or heads:
            found.append([])
    return [paragraph for paragraph in found if paragraph]


def _joined(lines: list[str], words: Counter[str]) -> str:
    """The lines as one; a hyphen at a line's end stays where the text writes the word with it elsewhere."""
    parts = [lines[0]]
    for above, line in pairwise(lines):
        split = _HYPHENATED.search(above[-80:])
        rest = re.match(r"[^\W\d_]+", line)
        if split is None or rest is None:
            parts.append(" ")
        elif rest[0][0].islower() and words[f"{split[1]}-{rest[0]}".lower()] <= words[f"{split[1]}{rest[0]}".lower()]:
            parts[-1] = parts[-1][:-1]
        parts.append(line)
    return "".join(parts)
