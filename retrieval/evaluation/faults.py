"""What must hold of every answer, whatever was asked. Independent of the verifier, on purpose. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from retrieval.models import Answer, Citation, Claim

_NUMBER = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")


def faults(answer: Answer, stored: Mapping[str, str]) -> Iterator[str]:
    """The promises that an answer breaks; `stored` is the text of the library's live passages, by id."""
    cited = {citation.number: citation for citation in answer.citations}
    shown = [*answer.citations, *([answer.nearest] if answer.nearest else [])]
    for citation in shown:
        yield from _quote_faults(citation, stored)
    if answer.abstained and answer.claims:
        yield "it abstains and claims"
    if not answer.abstained and not answer.claims:
        yield "it claims nothing and does not abstain"
    computed = " ".join(figure.text for figure in answer.computed)
    for claim in answer.claims:
        yield from _claim_faults(claim, cited, computed)


def _quote_faults(citation: Citation, stored: Mapping[str, str]) -> Iterator[str]:
    passage = citation.passage
    if stored.get(passage.passage_id) != passage.text:
        yield f"passage {passage.passage_id} is not in the library as it is shown"
    if not citation.quote or citation.quote not in passage.text:
        yield f"citation {citation.number} quotes what its passage does not hold"


def _claim_faults(claim: Claim, cited: Mapping[int, Citation], computed: str) -> Iterator[str]:
    if not claim.citations:
        yield f"a claim without a citation: {claim.text}"
    if missing := [number for number in claim.citations if number not in cited]:
        yield f"a claim cites {missing}, which are not listed"
    held = numbers(computed + " " + " ".join(cited[number].quote for number in claim.citations if number in cited))
    if lacking := sorted(numbers(claim.text) - held):
        yield f"numbers that no citation holds: {', '.join(lacking)}"


def numbers(text: str) -> set[str]:
    """The numbers written in digits, without separators of thousands."""
    return {match.group().replace(",", "") for match in _NUMBER.finditer(text)}
