"""Files of questions: one a line, plain or as a JSON object."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from bot.commands.moments import read_moment


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    now: datetime | None


def read_batch(path: Path, keys: Sequence[str], now: datetime | None) -> list[Line]:
    """The questions of a file, in order.

    `keys` are the fields that may hold one; `now` stands in where a line has none.
    Raises click.ClickException naming the line that cannot be used, before anything is asked.
    """
    try:
        text = click.open_file(str(path), "rb").read().decode("utf-8-sig")
    except OSError as fault:
        raise click.ClickException(f"{path}: {fault.strerror}") from None
    except UnicodeDecodeError as fault:
        number = text_line(path, fault.start)
        raise click.ClickException(f"{path}, line {number}: it is not UTF-8 text") from None
    lines = text.replace("\r\n", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    return [_line(line, f"{path}, line {number}", keys, now) for number, line in enumerate(lines, start=1)]


def text_line(path: Path, offset: int) -> str:
    """The number of the line that holds a byte."""
    return str(path.read_bytes()[:offset].count(b"\n") + 1) if path.is_file() else "?"


def _line(line: str, where: str, keys: Sequence[str], now: datetime | None) -> Line:
    if not line.lstrip().startswith("{"):
        return Line(line.strip(), now)
    try:
        entry = json.loads(line)
    except ValueError:
        raise click.ClickException(f"{where}: it begins like a JSON object and is none") from None
    text = next((entry[key] for key in keys if isinstance(entry.get(key), str)), None)
    if text is None:
        raise click.ClickException(f"{where}: it has no {' or '.join(repr(key) for key in keys)}")
    if entry.get("now") is None:
        return Line(text, now)
    moment = read_moment(str(entry["now"]), whole_day=True)
    if moment is None:
        raise click.ClickException(f"{where}: {entry['now']!r} is neither a date nor a moment")
    return Line(text, moment)
