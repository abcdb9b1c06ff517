"""What a question asks for: its words, names, numbers and times, and the kind of thing that would answer it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from retrieval.dates import Asked, asked
from retrieval.names import Names
from retrieval.words import fold, number_form, stems, words

Wanted = Literal["number", "person", "place", "date", "cause", "yes-no", "thing"]

_FORMS: dict[Wanted, str] = {
    "cause": r"\bwhy\b|\bwhat (?:caused|led to|made)\b|\b(?:reasons?|cause) (?:for|of|behind)\b|\bhow come\b",
    "number": r"\bhow (?:many|much|big|large|long|far|old|high|deep|tall|strong|often)\b"
    r"|\bwhat (?:share|percentage|percent|number|proportion|amount|quantity|price|fraction|rate|size|length|distance|tonnage"
    r"|volume)\b|\b(?:number|count|total|toll|price|tonnage|share|percentage)\b(?: of [^?]*)?\?*$"
    r"|\bat what (?:price|level|rate)\b|\b(?:price|cost) of\b",
    "date": r"\bwhen\b|\bwhat (?:date|day|month|year|time)\b|\b(?:which|what) (?:day|month|year|date)\b|\bsince when\b"
    r"|\bhow long ago\b|\bdate\b\s*\?*$",
    "person": r"\bwho(?:m|se)?\b|\bwhich (?:group|company|companies|country|countries|army|firm|person|general|official"
    r"|outlet|agency|minister|analyst|party|unit|battalion)\b",
    "place": r"\bwhere\b|\b(?:which|what) (?:town|city|village|township|place|area|river|region|port|gate|road|state"
    r"|province|district|mine)\b",
    "yes-no": r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|any)\b",
}
_PATTERNS = {wanted: re.compile(form, re.IGNORECASE) for wanted, form in _FORMS.items()}


@dataclass(frozen=True, slots=True)
class Question:
    """`stems` are its rarer words in order, `names` the keys of the names in it, `numbers` as `number_form` writes them."""

    text: str
    stems: tuple[str, ...]
    names: frozenset[str]
    numbers: frozenset[str]
    wanted: Wanted
    time: Asked
    unit: str | None

    @property
    def terms(self) -> tuple[str, ...]:
        """What the full text is asked for."""
        return (*self.stems, *sorted(self.names))


_UNIT = re.compile(
    r"\bhow (?:many|much)(?:\s+(?:more|other|of the|of))?\s+([^\W\d_][\w-]*)(?:\s+([^\W\d_][\w-]*))?", re.IGNORECASE
)
_YEAR = re.compile(r"(?:19|20)\d\d$")


def read_question(text: str, names: Names, today: date) -> Question:
    """Reads a question as a person typed it."""
    text = " ".join(text.split())
    wanted: Wanted = next((kind for kind, pattern in _PATTERNS.items() if pattern.search(text)), "thing")
    unit = _UNIT.search(text)
    return Question(
        text=text,
        stems=stems(text),
        names=names.keys(text),
        numbers=frozenset(number_form(word) for word in words(text) if word[0].isdigit() and not _YEAR.match(word)),
        wanted=wanted,
        time=asked(text, today),
        unit=fold(unit.group(1)) if unit else None,
    )
