"""The words of a text as the search sees them: folded, stemmed, numbers in one form. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|\w", re.UNICODE)
_STEMMER = snowballstemmer.stemmer("english")
STOP_WORDS = frozenset(
    "a an and are as at be been but by can could did do does for from had has have he her him his how i if in into is it "
    "its me my of on or our she so than that the their them there these they this those to us was we were what when where "
    "which who whom whose why will with would you your about after all also any because before between both during each "
    "just more most much many no not now only other out over own same some such then through under until up very while "
    "tell please know say said says according give show many".split()
)


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Lower case, without accents or apostrophes: N'Ban, N’ban and nban are one."""
    plain = unicodedata.normalize("NFKD", word.lower())
    return "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’ʼ")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of a word as it is written; a number without its thousands separators."""
    if word[0].isdigit():
        return number_form(word)
    folded = fold(word)
    if folded.endswith("s") and word.lower().endswith(("'s", "’s")):
        folded = folded[:-1]
    # A word of capitals is a name (US, WHO): stemming would confuse it with another.
    if len(folded) <= 3 or not folded.isascii():
        return folded
    return str(_STEMMER.stemWord(folded))


def number_form(text: str) -> str:
    """`12,944.50` as `12944.5`: thousands separators and trailing zeros gone."""
    plain = re.sub(r"[,.](?=\d{3}(?!\d))", "", text) if "," in text else text
    plain = plain.replace(",", ".")
    if "." in plain and plain.count(".") == 1:
        plain = plain.rstrip("0").rstrip(".")
    return plain


def words(text: str) -> list[str]:
    """The words of a text in order, as they are written."""
    return _WORD.findall(text)


@lru_cache(maxsize=16_384)
def stems(text: str) -> tuple[str, ...]:
    """The stems of a text in order, stop words left out."""
    return tuple(stem(word) for word in words(text) if fold(word) not in STOP_WORDS)
