"""The numbers of a text: value, unit, kind, and how the text bounds them. Pure; values are exact fractions."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import NamedTuple

from retrieval.verify.number_words import GLYPHS, LETTERS, ORDINALS, PARTS, SCALE, SMALL, VAGUE
from retrieval.verify.units import AFTER, CURRENCY_BEFORE, SCALES, unit_after

_SPELT = "|".join(sorted([*SMALL, *SCALE], key=len, reverse=True))
_IN_DIGITS = r"""(?P<digits>\d{1,3}(?:[\u00a0\u202f\u2009]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)*)(?P<glyph>[½¼¾⅓⅔])?
    | (?P<only>[½¼¾⅓⅔])"""
_DIGITS = re.compile(_IN_DIGITS, re.VERBOSE)
_NUMERAL = re.compile(
    rf"""{_IN_DIGITS}
    | \b(?:
      (?P<part>(?:(?:a|an|one|two|three|four|five|seven|nine)[\s-])?(?:{"|".join(PARTS)}))\b
        (?!\s+a\s+(?:hundred|thousand|million|billion|dozen)\b)
    | (?P<spelt>(?:(?:an?|half\sa)\s(?=hundred|thousand|million|billion|dozen))?
        (?:{_SPELT})(?:(?:[\s-]|(?<=hundred)\sand\s|(?<=thousand)\sand\s|(?<=million)\sand\s)(?:{_SPELT}))*)\b
    | (?P<ordinal>{"|".join(ORDINALS)})\b
    | (?P<vague>{"|".join(VAGUE)})\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_WORDED = frozenset([*SMALL, *SCALE, *ORDINALS, *PARTS, *VAGUE])
_LETTERED = re.compile(r"[a-z]+")
_BEFORE = re.compile(
    r"""(?:^|(?<=[\s(\[“"'—–,;:]))(?:
      (?P<atleast>at\s+least|no\s+fewer\s+than|no\s+less\s+than|not\s+less\s+than|not\s+fewer\s+than|a\s+minimum\s+of|≥)
    | (?P<atmost>at\s+most|no\s+more\s+than|not\s+more\s+than|up\s+to|as\s+many\s+as|as\s+much\s+as|a\s+maximum\s+of|≤)
    | (?P<over>more\s+than|over|above|exceeding|upwards\s+of|in\s+excess\s+of|just\s+over|well\s+over|>)
    | (?P<nearly>nearly|almost|close\s+to|just\s+under|not\s+quite|approaching)
    | (?P<under>less\s+than|fewer\s+than|under|below|well\s+under|<)
    | (?P<about>about|around|approximately|roughly|circa|ca\.?|some|(?:an\s+)?estimated|~|≈)
    | (?P<only>only|just)
    )\s*(?:the\s+|an?\s+)?$""",
    re.IGNORECASE | re.VERBOSE,
)
_BOUND_AFTER = re.compile(r"\s*\+|\s+or\s+(?P<word>more|so|less|fewer)\b|-plus\b|\s+plus\b", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:st|nd|rd|th)\b")
_MINUS = re.compile(r"\bminus\s$", re.IGNORECASE)
_LINK = re.compile(r"\s*[-–—]\s*|\s+(?:to|or)\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"\s+and\s+", re.IGNORECASE)


class Quantity(NamedTuple):
    """`kind` is cardinal, ordinal, part or vague; `bound` joins the hedges of the number (`over`, `about`, `from`)."""

    value: Fraction
    unit: str
    kind: str
    bound: str
    start: int
    end: int
    step: Fraction  # the worth of one step in the last written place
    scale: int

    @property
    def key(self) -> tuple[Fraction, str, str]:
        return self.value, self.unit, self.kind


def value_of(written: str) -> Fraction:
    """Digits with their separators: `13,000` and `13 000` are thousands, `13.5` and `13,5` are decimals."""
    plain = unicodedata.normalize("NFKC", written).replace(" ", "")
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in plain)
    if re.fullmatch(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif plain.count(",") + plain.count(".") == 1:
        plain = plain.replace(",", ".")
    elif not plain.isdecimal():  # 1.2.3 or 12,34,5: no number that we know; each spelling is its own
        return Fraction(-int("9" + "".join(c if c.isdigit() else "00" for c in plain)))
    return Fraction(plain)


def _spelt_value(written: str) -> Fraction:
    total = current = Fraction(0)
    parts = re.split(r"[\s-]+", written.lower())
    half = parts[0] == "half"
    for word in parts:
        if word in ("a", "an"):
            current = Fraction(1)
        elif word in SMALL:
            current += SMALL[word]
        elif word in SCALE:
            scale = SCALE[word]
            current = (current or Fraction(1)) * scale
            if scale >= 1000:
                total, current = total + current, Fraction(0)
    return (total + current) / (2 if half else 1)


def _part_value(written: str) -> Fraction:
    words = re.split(r"[\s-]+", written.lower())
    count = SMALL.get(words[0], 1) if len(words) > 1 else 1
    return Fraction(count, PARTS[words[-1]])


def quantities(text: str) -> list[Quantity]:
    """The numbers of a text in order, ranges marked `from` and `upto` and sharing their unit."""
    found: list[Quantity] = []
    plain = _WORDED.isdisjoint(_LETTERED.findall(text.lower()))
    for match in (_NUMERAL if not plain else _DIGITS).finditer(text):
        quantity = _quantity(text, match, found[-1].end if found else 0)
        if quantity is not None:
            found.append(quantity)
    return _with_ranges(text, found) if len(found) > 1 else found


def _quantity(text: str, match: re.Match[str], floor: int) -> Quantity | None:
    start, end = match.span()
    step, scale, kind, written = Fraction(1), 1, "cardinal", match[0]
    if match["digits"]:
        value = value_of(match["digits"]) + GLYPHS.get(match["glyph"] or "", Fraction(0))
        decimal = match["digits"].rpartition(".")[2] if "." in match["digits"] else ""
        step = Fraction(1, 10 ** len(decimal))
        if suffix := _SUFFIX.match(text, end):
            kind, end = "ordinal", suffix.end()
    elif match["only"]:
        value, kind = GLYPHS[match["only"]], "part"
    elif match["part"]:
        if not _is_part(text, match):
            ordinal = ORDINALS.get(re.split(r"[\s-]+", written.lower())[-1])
            if ordinal is None:
                return None
            value, kind = Fraction(ordinal), "ordinal"
        else:
            value, kind = _part_value(written), "part"
    elif match["spelt"]:
        if written.lower() == "one" and text[max(0, start - 3) : start].lower() == "no ":
            return None
        value = _spelt_value(written)
        scale = max(1, SCALE.get(re.split(r"[\s-]+", written.lower())[-1], 1))
    elif match["ordinal"]:
        value, kind = Fraction(ORDINALS[written.lower()]), "ordinal"
    else:
        value, kind = Fraction(VAGUE[written.lower()]), "vague"
    currency = CURRENCY_BEFORE.search(text, max(floor, start - 5), start)
    if currency:
        start = currency.start()
    if (
        kind == "cardinal"
        and (named := SCALES.match(text, end))
        and (currency or (named["letter"] or "").lower() != "m")
    ):
        scale = SCALE.get((named["word"] or "").lower()) or LETTERS[named["letter"].lower()]
        value, step, end = value * scale, step * scale, named.end()
    unit, end = unit_after(text, end, currency[0] if currency else "") if kind != "ordinal" else ("", end)
    if start > floor and text[start - 1] in "-−–+" and (start == 1 or text[start - 2] in " (\n\t"):
        start, value = start - 1, -value if text[start - 1] != "+" else value
    elif minus := _MINUS.search(text, max(floor, start - 7), start):
        start, value = minus.start(), -value
    bound = ""
    if before := _BEFORE.search(text, max(floor, start - 24), start):
        bound, start = before.lastgroup or "", before.start()
    if after := _BOUND_AFTER.match(text, end):
        word = (after["word"] or "more").lower()
        bound += {"more": "atleast", "so": "about", "less": "atmost", "fewer": "atmost"}[word]
        end = after.end()
    return Quantity(value, unit, kind, bound, start, end, step, scale)


def _is_part(text: str, match: re.Match[str]) -> bool:
    """Whether a whole is divided: "a third of", "two-thirds", "half", but not "the third", "a quarter later"."""
    word = re.split(r"[\s-]+", match["part"].lower())
    if word[-1] == "half" or (len(word) > 1 and word[-1].endswith("s")):
        return True
    return bool(AFTER.match(text, match.end())) and (len(word) > 1 or word[-1].endswith("s"))


def _with_ranges(text: str, found: list[Quantity]) -> list[Quantity]:
    for index in range(len(found) - 1):
        low, high = found[index], found[index + 1]
        between = text[low.end : high.start]
        lead = text[max(0, low.start - 8) : low.start].lower()
        linked = _LINK.fullmatch(between) or (_BETWEEN.fullmatch(between) and lead.endswith("between "))
        if not linked or low.kind != high.kind or low.unit not in ("", high.unit):
            continue
        if low.scale == 1 < high.scale and low.value < high.value / high.scale:
            low = low._replace(value=low.value * high.scale)
        if lead.endswith("between "):
            low = low._replace(start=low.start - len("between "))
        either = " either" if between.strip().lower() == "or" else ""
        found[index] = low._replace(unit=high.unit, bound=f"{low.bound}{either} from")
        found[index + 1] = high._replace(start=low.end, bound=f"{high.bound}{either} upto")
    return found
