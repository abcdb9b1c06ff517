"""What a check is given beside claim and quotes, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from retrieval.models import Citation, Computed, Row
from retrieval.names import Names


@dataclass(frozen=True, slots=True)
class Fault:
    """The check that a claim failed, and why in words for the reader."""

    check: str
    why: str

    def __str__(self) -> str:
        return f"{self.check}: {self.why}"


@dataclass(frozen=True, slots=True)
class Context:
    """`numbers` are the claim's citation numbers, `citations` the draft's by number, `figures` the table rows that
    citations quote by number, `computed` the computed figures that this claim may state."""

    names: Names = field(default_factory=Names)
    computed: tuple[Computed, ...] = ()
    numbers: tuple[int, ...] = ()
    citations: Mapping[int, Citation] = field(default_factory=dict)
    figures: Mapping[int, Row] = field(default_factory=dict)


Check = Callable[[str, Sequence[str], Context], Fault | None]
