"""What every reader returns, and the one fault that it raises."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.models import Document


class Unreadable(Exception):
    """A file that cannot be taken in as a whole; its text is one clear reason for a person."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file, line or row that was left out: `input` names the file, `why` is one clear reason."""

    input: str
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of one input: the good documents, and what was left out one by one."""

    documents: tuple[Document, ...] = ()
    rejected: tuple[Rejected, ...] = ()


def joined(readings: list[Reading]) -> Reading:
    """All readings as one, in their order."""
    return Reading(
        tuple(document for reading in readings for document in reading.documents),
        tuple(rejected for reading in readings for rejected in reading.rejected),
    )
