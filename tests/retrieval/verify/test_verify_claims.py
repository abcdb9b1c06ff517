from __future__ import annotations

import pytest

from retrieval.verify import verifier
from tests.retrieval.verify.cases_bad import BAD
from tests.retrieval.verify.cases_good import GOOD
from tests.retrieval.verify.harbour import CONTEXT, first_fault


@pytest.mark.parametrize(("claim", "quotes"), GOOD)
def test_a_cut_or_a_join_holds(claim: str, quotes: tuple[str, ...]) -> None:
    assert first_fault(claim, *quotes) is None


@pytest.mark.parametrize(("claim", "quotes"), GOOD)
def test_the_quotes_of_a_good_claim_hold_themselves(claim: str, quotes: tuple[str, ...]) -> None:
    for quote in quotes:
        assert [check(quote, [quote], CONTEXT) for check in verifier.CONTENT] == [None] * len(verifier.CONTENT)


@pytest.mark.parametrize(("check", "claim", "quotes"), BAD)
def test_a_bad_claim_fails_by_its_check(check: str, claim: str, quotes: tuple[str, ...]) -> None:
    faults = [fault for one in verifier.CONTENT if (fault := one(claim, quotes, CONTEXT)) is not None]
    assert check in {fault.check for fault in faults}
    assert first_fault(claim, *quotes) is not None
