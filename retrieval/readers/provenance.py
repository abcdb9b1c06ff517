"""Where a text comes from: identity, address, dates, publisher and language. Pure."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import urlsplit, urlunsplit

from retrieval.readers.clean import one_line
from retrieval.readers.period import MONTHS
from retrieval.readers.reading import Unreadable

ID_LENGTH = 200
ADDRESS_LENGTH = 2000
DATE_FORMS = "YYYY, YYYY-MM or YYYY-MM-DD"

_PARTIAL_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]|$)")
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_WORDED_DATES = (
    re.compile(rf"(?:[A-Za-z]+,? )?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)? {_MONTH},? (?P<year>[0-9]{{4}})"),
    re.compile(rf"(?:[A-Za-z]+,? )?{_MONTH} (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,? (?P<year>[0-9]{{4}})"),
)
_TRACKING = re.compile(r"utm_.*|fbclid|gclid|gclsrc|dclid|msclkid|yclid|igshid|mc_cid|mc_eid|_ga|twclid|ttclid", re.I)
_UNSAFE = re.compile(r"[\s<>\"'`\\]+")
_SCRIPTS = (
    ("my", re.compile("[\u1000-\u109f\uaa60-\uaa7f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
)


def partial_date(value: str, field: str) -> str | None:
    """`value` where it is a date of the contract, null where it is empty; raises `Unreadable` naming `field`."""
    value = value.strip()
    if value.lower() in {"", "null", "~"}:
        return None
    match = _PARTIAL_DATE.fullmatch(value)
    if match and _exists(int(match[1]), int(match[2] or 1), int(match[3] or 1)):
        return value
    raise Unreadable(f'{field}: "{shown(value)}" is no date; give {DATE_FORMS}, or leave it out')


def stated_date(text: str) -> str | None:
    """The day that a page states (`2025-07-08T10:00Z`, `8 July 2025`, `July 8, 2025`), as YYYY-MM-DD, or null."""
    text = one_line(text)
    moment = _MOMENT.match(text)
    if moment:
        return moment[1] if _exists(*map(int, moment[1].split("-"))) else None
    if _PARTIAL_DATE.fullmatch(text):
        return text if _exists(*map(int, (text + "-01-01")[:10].split("-"))) else None
    for form in _WORDED_DATES:
        match = form.fullmatch(text)
        month = _month(match["month"]) if match else None
        if match and month and _exists(int(match["year"]), month, int(match["day"])):
            return f"{match['year']}-{month:02d}-{int(match['day']):02d}"
    return None


def web_address(value: str, field: str = "url") -> str:
    """`value` as a web address, spaces around it gone; raises `Unreadable` naming `field` where it is none.

    `file:NAME` passes, since that is what the library itself falls back to.
    """
    address = one_line(value)
    if address.startswith("file:") and len(address) <= ADDRESS_LENGTH:
        return address
    if not canonical_address(address):
        raise Unreadable(f'{field}: "{shown(address)}" is no web address; give one with http:// or https://')
    return address


def canonical_address(address: str) -> str:
    """The address without what does not name the page: lower host, no tracking, fragment or trailing slash.

    Empty where `address` is no http or https address.
    """
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not host or len(address) > ADDRESS_LENGTH:
        return ""
    if re.search(r"[\s<>\"`\\]", address):
        return ""
    scheme = parts.scheme.lower()
    default = {"http": 80, "https": 443}[scheme]
    host = f"[{host}]" if ":" in host else host
    place = host if port in {None, default} else f"{host}:{port}"
    kept = "&".join(part for part in parts.query.split("&") if not _TRACKING.fullmatch(part.partition("=")[0]))
    return urlunsplit((scheme, place, parts.path.rstrip("/"), kept, ""))


def source_id(declared: str, address: str, name: str) -> str:
    """The declared id, else the canonical address, else the file's path; at most 200 safe characters."""
    return safe_id(declared) or safe_id(canonical_address(address)) or safe_id(f"file:{name}")


def safe_id(text: str) -> str:
    """`text` without spaces, quotes and angle brackets; what is too long ends in a digest of the whole."""
    kept = _UNSAFE.sub("-", one_line(text))
    if len(kept) <= ID_LENGTH:
        return kept
    return f"{kept[: ID_LENGTH - 17]}-{hashlib.sha256(kept.encode()).hexdigest()[:16]}"


def file_address(name: str) -> str:
    """The address of a text that states none: `file:NAME`, without its folders."""
    return f"file:{base_name(name)}"


def base_name(name: str) -> str:
    """The file's name without its folders."""
    return one_line(PurePosixPath(name).name) or "unnamed"


def site_of(address: str) -> str:
    """The host of a web address without `www.`, or nothing."""
    try:
        return (urlsplit(canonical_address(address)).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def title_of_file(name: str) -> str:
    """A title for a text that has none: the file's name in words."""
    return one_line(re.sub(r"[_\s]+", " ", PurePosixPath(base_name(name)).stem)) or base_name(name)


def language_of(text: str) -> str:
    """The language that the text's script gives away; `en` for Latin letters, which give nothing away."""
    sample = text[:5000]
    letters = sum(character.isalpha() for character in sample)
    for language, script in _SCRIPTS:
        if letters and len(script.findall(sample)) * 5 > letters:
            return language
    return "en"


def shown(value: str, limit: int = 60) -> str:
    """`value` as a reason may show it: one line, cut short."""
    line = one_line(value)
    return line if len(line) <= limit else f"{line[:limit]}…"


def _exists(year: int, month: int, day: int) -> bool:
    try:
        return date(year, month, day).year >= 1000
    except ValueError:
        return False


def _month(word: str) -> int | None:
    for number, name in enumerate(MONTHS, start=1):
        if name.lower().startswith(word.lower()):
            return number
    return None
