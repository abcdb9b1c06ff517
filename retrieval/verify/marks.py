"""Words that turn or weaken what a clause says, compared between a claim and the clauses that it draws on. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from retrieval.verify.alignment import Alignment, Position
from retrieval.verify.reading import Token

_Seen = tuple[str, Position | None]


def differing(aligned: Alignment, function: frozenset[str], content: frozenset[str], local: frozenset[str]) -> str:
    """The first mark that claim and quotes do not share, or "".

    `function` words colour the next content word and count throughout a used clause; `local` ones (some, former) count
    where that next word is told; `content` words count where they stand, unless the cut ends before them.
    """
    ours, theirs = _of_claim(aligned, function | local, content), _of_quotes(aligned, function, content, local)
    for word, _ in theirs - ours:
        return f"leaves out “{word}”"
    for word, _ in ours - theirs:
        return f"adds “{word}”"
    return ""


def _of_claim(aligned: Alignment, function: frozenset[str], content: frozenset[str]) -> Counter[_Seen]:
    seen: Counter[_Seen] = Counter()
    tokens, at = aligned.claim.tokens, aligned.at
    for mark in aligned.claim.marks:
        if mark.word in function:
            target = next((at[i] for i in range(mark.next, len(tokens)) if at[i] is not None), None)
            seen[mark.word, target] += 1
    for index, token in enumerate(tokens):
        if isinstance(token.form, str) and token.form in content:
            seen[token.form, at[index]] += 1
    return seen


def _of_quotes(
    aligned: Alignment, function: frozenset[str], content: frozenset[str], local: frozenset[str]
) -> Counter[_Seen]:
    seen: Counter[_Seen] = Counter()
    used = aligned.used_clauses()
    told = {position for position in aligned.at if position is not None}
    for number, reading in enumerate(aligned.quotes):
        clauses = {clause for quote, clause in used if quote == number}
        if not clauses:
            continue
        tokens = reading.tokens
        worded = {token.clause for token in tokens}
        for mark in reading.marks:
            # A clause of function words alone ("who was not there") goes with the words around it.
            beside = mark.clause not in worded and (number, mark.next - 1) in told
            if mark.clause not in clauses and not (beside and (number, mark.next) in told):
                continue
            if mark.word in function:
                target = next(((number, i) for i in range(mark.next, len(tokens)) if (number, i) in told), None)
                seen[mark.word, target if target is not None else _after(aligned, number, mark.next)] += 1
            elif mark.word in local:
                target = _headed(tokens, told, number, mark.next)
                if target is not None or (mark.next == len(tokens) and (number, mark.next - 1) in told):
                    seen[mark.word, target or _after(aligned, number, mark.next)] += 1
        last = {clause: max(i for q, i in told if q == number and tokens[i].clause == clause) for clause in clauses}
        for index, token in enumerate(tokens):
            if isinstance(token.form, str) and token.form in content and index <= last.get(token.clause, -1):
                seen[token.form, (number, index)] += 1
    return seen


def _after(aligned: Alignment, number: int, index: int) -> Position | None:
    """Where a mark ends its quote, what the claim tells next: a join puts another quote's words there."""
    last = [i for i, p in enumerate(aligned.at) if p is not None and p[0] == number and p[1] < index]
    if not last:
        return None
    return next((p for p in aligned.at[last[-1] + 1 :] if p is not None), None)


def _headed(tokens: Sequence[Token], told: set[Position], number: int, index: int) -> Position | None:
    """The told word that a local mark belongs to: the next one, or the head that it leads to."""
    for at in range(index, len(tokens)):
        if (number, at) in told:
            return number, at
        if at + 1 < len(tokens) and not tokens[at + 1].joined:
            return None
    return None
