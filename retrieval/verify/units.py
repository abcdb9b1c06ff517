"""The units that a number may carry, each in one spelling. Pure."""

from __future__ import annotations

import re

_UNITS = {
    "%": "%|percent|per cent|pct",
    "pp": "percentage points?",
    "t": "tonnes?|metric tons?|metric tonnes?|t|mt",
    "ton": "tons?",
    "kg": "kg|kgs|kilos?|kilograms?|kilogrammes?",
    "g": "grams?|g",
    "lb": "lbs?",
    "oz": "ounces?|oz",
    "ct": "carats?",
    "km2": "km2|km²|sq km|square kilometres?|square kilometers?",
    "km": "km|kms|kilometres?|kilometers?",
    "mi": "miles?",
    "m": "metres?|meters?",
    "ft": "feet|ft",
    "ha": "hectares?|ha",
    "ac": "acres?",
    "l": "litres?|liters?",
    "bbl": "barrels?",
    "MW": "mw|megawatts?",
    "GW": "gw|gigawatts?",
    "TEU": "teus?",
    "y": "years?",
    "mo": "months?",
    "w": "weeks?",
    "d": "days?",
    "h": "hours?",
    "min": "minutes?",
    "times": "times|fold|x",
    "$": "us dollars?|dollars?|usd",
    "€": "euros?|eur",
    "£": "gbp|pounds sterling|pounds?",
    "¥": "yuan|renminbi|rmb|cny",
    "yen": "yen|jpy",
    "kyat": "kyats?|mmk",
    "baht": "baht|thb",
    "rupee": "rupees?|inr",
    "cent": "cents?",
}
_BY_WORD = {
    word: unit
    for unit, spellings in _UNITS.items()
    for spelling in spellings.split("|")
    for word in ((spelling[:-2], spelling[:-2] + "s") if spelling.endswith("s?") else (spelling,))
}
_ANY = "|".join(word if word == "%" else rf"{word}\b" for word in sorted(_BY_WORD, key=len, reverse=True))
_UNIT = re.compile(
    rf"(?:\s|-)?(?P<unit>{_ANY})(?P<reo>\s+(?:of\s+)?(?:T?REO|TREO|oxide\s+equivalent)\b)?",
    re.IGNORECASE,
)
_PER = re.compile(
    r"\s*(?:/\s*|\s(?:per|an?|each)\s+)(?P<of>(?:metric\s+)?[a-z]+)\b|\s*/\s*(?P<short>kg|t|lb|g|mt)\b", re.IGNORECASE
)
_SYMBOLS = {
    "US$": "$", "$": "$", "USD": "$", "€": "€", "EUR": "€", "£": "£", "GBP": "£", "¥": "¥", "RMB": "¥", "CNY": "¥",
    "A$": "A$", "AUD": "A$", "C$": "C$", "HK$": "HK$", "MMK": "kyat", "₹": "rupee", "฿": "baht",
}  # fmt: skip
CURRENCY_BEFORE = re.compile(
    "(?:" + "|".join(re.escape(s) for s in sorted(_SYMBOLS, key=len, reverse=True)) + r")\s?$", re.IGNORECASE
)
SCALES = re.compile(
    r"[\s-]?(?P<word>hundred|thousand|million|billion|trillion|dozen|lakh|crore)\b|\s?(?P<letter>k|mn|m|bn)\b",
    re.IGNORECASE,
)
# What follows a part of a whole: "a third of", "half the".
AFTER = re.compile(
    r"\s+(?:of|the|as|more|less|higher|lower|its|their|in|from|since|on|to)\b|\s*[.,;]|\s*$", re.IGNORECASE
)


def normal(written: str) -> str:
    """The one spelling of a unit word, or "" where it is none."""
    return _BY_WORD.get(re.sub(r"\s+", " ", written.lower()), "")


def unit_after(text: str, at: int, currency: str) -> tuple[str, int]:
    """The unit of a number that ends at `at`, and where the unit ends; `currency` is the sign before the number."""
    unit = _SYMBOLS.get(currency.strip().upper(), "") if currency else ""
    if match := _UNIT.match(text, at):
        after = normal(match["unit"])
        if not unit or after == unit:
            unit, at = after, match.end()
            unit += " REO" if match["reo"] else ""
    if unit and (per := _PER.match(text, at)):
        of = normal(per["of"] or per["short"])
        if of:
            unit, at = f"{unit}/{of}", per.end()
    return unit, at
