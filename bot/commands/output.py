"""Standard output: JSON documents and plain text, in UTF-8 whatever the terminal says."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from bot.render.text import clean


def use_utf8() -> None:
    """Both streams in UTF-8; a lone surrogate is replaced rather than refused."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def print_json(document: Any) -> None:
    """One document on one line."""
    print(json.dumps(document, ensure_ascii=False), flush=True)


def print_text(text: str) -> None:
    """Text for people. What came from outside cannot steer the terminal."""
    print(clean(text), flush=True)


def given(text: str) -> str:
    """An argument of the command line as text: bytes that are not UTF-8 become the replacement character."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
