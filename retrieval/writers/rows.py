"""Writes an answer out of a table's rows, each in the sentence that it was rendered in once. Pure."""

from __future__ import annotations

from retrieval.briefing.changed_figures import Figure
from retrieval.figures import TableAnswer
from retrieval.models import Citation, Claim, Draft, Row
from retrieval.writers.extractive import ENGINE


def write(found: TableAnswer) -> tuple[Draft, dict[int, Row]]:
    """A claim for each row, then one for what is worked out from them; and by citation number the rows, for verifying."""
    numbered = list(enumerate(found.rows, start=1))
    citations = tuple(Citation(number, row.passage, row.source, 0, len(row.passage.text)) for number, row in numbered)
    claims = [Claim(row.passage.text, (number,)) for number, row in numbered]
    claims += [Claim(f"{one.operation.capitalize()}: {one.text}.", one.inputs) for one in found.computed]
    return Draft(ENGINE, tuple(claims), citations, found.computed), {number: _row(row) for number, row in numbered}


def _row(figure: Figure) -> Row:
    return Row(
        dataset=figure.dataset,
        series=figure.series,
        basis=figure.basis,
        unit=figure.unit,
        period=figure.period,
        period_type=figure.period_type,
        value=figure.value,
        source_id=figure.source.source_id,
        start=figure.passage.start,
        end=figure.passage.end,
        fields=dict(figure.fields),
    )
