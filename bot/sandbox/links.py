"""Which addresses Telegram takes as links. One that it does not take is dropped without a word."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

_URL = re.compile(
    r"(?:(?P<protocol>[a-z][a-z0-9+.-]*)://)?(?:(?P<user>[^@/?#\s]*)@)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^:/?#\s\[\]]+)(?::(?P<port>\d{1,5}))?(?P<rest>[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_HOST = re.compile(r"[\w.~%!$&()*+,;=-]+")


def checked_link(url: str) -> str | None:
    """The address as Telegram stores it, or None for what it does not take as a link.

    Taken: `http`, `https` and addresses without a protocol whose host holds a dot, and `tg:` links.
    """
    if re.match(r"(tg|ton|tonsite):(//)?\w", url, re.IGNORECASE):
        protocol, _, rest = url.partition(":")
        return f"{protocol.lower()}://{rest.removeprefix('//')}"
    match = _URL.fullmatch(url)
    if match is None:
        return None
    protocol = (match["protocol"] or "http").lower()
    host = match["host"].lower()
    if protocol not in ("http", "https") or not (host[0] == "[" or _HOST.fullmatch(host)):
        return None
    if host[0] != "[" and ("." not in host or host.startswith(".") or ".." in host):
        return None
    if match["port"] and not 0 < int(match["port"]) < 65536:
        return None
    return f"{protocol}://{_user(match)}{host}{_port(match)}{_path(match['rest'] or '')}"


def _user(match: re.Match[str]) -> str:
    return f"{match['user']}@" if match["user"] else ""


def _port(match: re.Match[str]) -> str:
    return f":{match['port']}" if match["port"] else ""


def _path(rest: str) -> str:
    rest = rest if rest.startswith("/") else f"/{rest}"
    return "".join(f"%{ord(c):02X}" if ord(c) <= 0x20 else c for c in rest)


def mentioned_user(url: str) -> int | None:
    """The id in `tg://user?id=…`, which mentions a person who has no user name."""
    found = re.fullmatch(r"tg:(?://)?user/?\?(.*)", url, re.IGNORECASE)
    ids = parse_qs(found[1]).get("id", []) if found else []
    return int(ids[0]) if ids and ids[0].isdecimal() else None
