"""The questions of an evaluation, one JSON object a line."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from retrieval.dates import end_of


@dataclass(frozen=True, slots=True)
class Expected:
    """A question with what answers it: words that a quote must match, else sources; or that nothing does.

    `any` are regular expressions in any case. `now`: as if it were asked then.
    """

    question_id: str
    question: str
    any: tuple[re.Pattern[str], ...]
    facts: frozenset[str]
    abstain: bool
    kind: str
    now: datetime | None


def read_questions(path: Path) -> list[Expected]:
    """Reads a file. Raises ValueError that names the line which cannot be used, OSError where there is no file."""
    lines = path.read_bytes().decode("utf-8-sig", "replace").split("\n")
    found = [_question(line, f"{path}, line {number}") for number, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        raise ValueError(f"{path} holds no questions")
    return found


def _question(line: str, where: str) -> Expected:
    try:
        entry: dict[str, Any] = json.loads(line)
        question = str(entry["question"])
        patterns = tuple(re.compile(str(one), re.IGNORECASE) for one in entry.get("any") or ())
        now = _moment(entry.get("now"))
    except (ValueError, TypeError, AttributeError, re.error) as fault:
        raise ValueError(f"{where}: {fault}") from None
    except KeyError:
        raise ValueError(f"{where}: it has no question") from None
    facts = frozenset(map(str, entry.get("facts") or ()))
    abstain = bool(entry.get("abstain", False))
    if not (patterns or facts or abstain):
        raise ValueError(f"{where}: it needs any, facts or abstain, or nothing can be right")
    kind = str(entry.get("kind") or ("unanswerable" if abstain else "answerable"))
    return Expected(str(entry.get("id") or where.rpartition(" ")[2]), question, patterns, facts, abstain, kind, now)


def _moment(value: object) -> datetime | None:
    """A moment, or the end of a date."""
    if value is None:
        return None
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return end_of(text)
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
