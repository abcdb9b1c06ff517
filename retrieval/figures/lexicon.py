"""The English that questions of figures are asked in, of whatever story: filler, movement, comparison, units. Pure."""

from __future__ import annotations

from functools import lru_cache

from retrieval.words import STOP_WORDS, fold, stem

_IRREGULAR = {
    "lost": "loss", "lose": "loss", "loses": "loss", "losing": "loss", "sold": "sell", "bought": "buy", "paid": "pay",
    "grew": "grow", "grown": "grow", "growth": "grow", "growing": "grow", "fell": "fall", "fallen": "fall",
    "rose": "rise", "risen": "rise", "got": "get", "gotten": "get", "went": "go", "gone": "go", "goes": "go",
    "left": "leave", "leaving": "leave", "leaves": "leave", "sent": "send", "took": "take", "taken": "take",
    "made": "make", "came": "come", "brought": "bring", "held": "hold", "shrank": "shrink", "shrunk": "shrink",
    "dug": "dig", "digging": "dig", "cheapest": "cheap", "production": "produce", "avg": "average", "pct": "percent",
    "yr": "year", "yrs": "years", "mth": "month", "mths": "months", "tonns": "tonnes", "tonnnes": "tonnes", "mt": "tonnes",
}  # fmt: skip


@lru_cache(maxsize=32_768)
def lemma(word: str) -> str:
    """The stem of a word, of an irregular form the stem of its plain one, without a possessive."""
    if word.lower().endswith(("'s", "’s")):
        word = word[:-2]
    folded = fold(word)
    return stem(_IRREGULAR.get(folded, word))


def _lemmas(text: str) -> frozenset[str]:
    return frozenset(lemma(word) for word in text.split())


# Words that turn a question into another one: a question that holds one is not read.
TURNING = frozenset(
    "not no without except excluding excludes besides apart only never nor neither other others why because despite "
    "unless whether if would will should could may might must expect expected forecast predicted projected plan "
    "planned planning target quota future".split()
)
_TELLING_STOP_WORDS = (
    "own same most more before after between under over such because will would could other only not no"
)
_ASKING = """
    what whats figure number amount quantity volume level size stand stood statistic data total overall add altogether
    come official officially reported report rate count per via full whole entire year yearly month monthly annual
    annually week day daily time each every during against within among around about roughly approximately exactly being
    get going went see want need know like please hi hello thanks thank cite quote source find look up to big large
    latest newest recent recently current currently today end start beginning early late mid middle compared s
    hey hiya ok okay well so anyway btw pls plz thx cheers quick question wondering wonder curious check remind kindly
    guys anyone someone back then stuff thing things kind sort bit actually really again ever happen gimme lemme say
    put million thousand counted measured cumulative approx ca circa exact precise precisely across away off onto stats
"""
FILLER = (_lemmas(" ".join(STOP_WORDS - TURNING)) - _lemmas(_TELLING_STOP_WORDS)) | _lemmas(_ASKING)
# What is moved about: filler where a table counts what flows in a period.
MOVING = _lemmas("get go leave send sell buy receive take deliver bring arrive flow move obtain come ship reach")
RISING = _lemmas(
    "rise grow increase gain climb jump surge soar fall drop decline decrease slump plunge shrink sink slip dip cut reduce "
    "expand tumble collapse rebound recover"
)
CHANGE = RISING | _lemmas(
    "change differ difference compare comparison versus vs evolve develop trend go move up down percent percentage % than "
    "much far"
)
CHANGING = CHANGE - _lemmas(
    "go move up down percent percentage % than much far compare comparison versus vs difference"
)
MORE = _lemmas("more less fewer higher lower bigger smaller larger")
DEARER = _lemmas("dearer pricier costlier cheaper expensive costly")
PERCENT = _lemmas("percent percentage % rate")
APART = _lemmas("minus difference gap margin exceed exceeded subtract")
TOGETHER = _lemmas("together combined sum plus altogether jointly add added")
RATIO = _lemmas("times ratio multiple twice")
HIGHEST = _lemmas("most highest largest biggest greatest top maximum peak leading major high dearest priciest best")
LOWEST = _lemmas("least lowest smallest fewest minimum bottom low cheap worst")
RANKING = HIGHEST | LOWEST
# Those that ask for one of several without "which".
SUPERLATIVE = _lemmas(
    "highest largest biggest greatest maximum dearest priciest best lowest smallest fewest minimum cheapest worst"
)
TOTAL_VALUES = frozenset({"world", "total", "all", "overall", "worldwide"})

_UNITS = {
    "t": "tonnes|tons|t|metric tonnes|metric tons|tonnage", "kg": "kg|kilo|kilos|kilogram|kilograms",
    "km": "km|kilometres|kilometers", "ha": "ha|hectares", "g": "grams", "l": "litres|liters", "m": "metres|meters",
    "%": "%|percent|per cent|percentage|share",
    "usd": "usd|dollars|dollar|us dollars|us$", "cny": "cny|yuan|rmb|renminbi", "eur": "eur|euros|euro", "mwh": "mwh",
    "hectares": "ha", "kilometres": "km|kilometers", "square kilometres": "square km|sq km|km2|square kilometers",
    "us dollars": "dollars|usd", "tonnes": "tons|t", "teu": "teu|teus",
}  # fmt: skip


def unit_phrases(unit: str) -> frozenset[str]:
    """What people call a unit: `USD/kg` is "dollars per kilo", "dollars"; `yuan a month` is "yuan"."""
    plain = unit.replace("/", " per ").lower()
    head, _, per = plain.replace(" a ", " per ").partition(" per ")
    found = {plain, head, *_called(head)}
    if per:
        found |= {f"{one} {joint} {two}" for one in _called(head) for two in _called(per) for joint in ("per", "a", "")}
    return frozenset(" ".join(phrase.split()) for phrase in found if phrase.strip())


def _called(word: str) -> set[str]:
    first, _, rest = word.partition(" ")
    found = {word, *filter(None, _UNITS.get(word, "").split("|"))}
    if rest and first in _UNITS and word not in _UNITS:
        found |= {f"{one} {rest}" for one in _UNITS[first].split("|")} | set(_UNITS[first].split("|"))
    return found
