from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from retrieval.verify import verifier
from tests.retrieval.verify.harbour import CONTEXT, first_fault

SUBJECTS = st.sampled_from(["The Quaymen's Union", "Nordquay Lines", "Ada Brandt", "The guards of Skerry", "The PCO"])
VERBS = st.sampled_from(["closed", "reopened", "sold", "lost", "counted", "did not sell", "never lost"])
COUNTS = st.sampled_from(
    ["13,000 tonnes of grain", "at least 40 ships", "2.5 million euros", "15% of its cranes", "three piers"]
)
HEDGES = st.sampled_from(["reportedly", "allegedly", "apparently", "possibly", "probably"])
WHEN = st.sampled_from([" on 12 May 2025", " in 2024", " since June 2023", " at 15:30 on Monday", ""])
SAID = st.sampled_from(["", ", Jon Okoro said", ", according to Jon Okoro", ", the crane union wrote in its report"])


@st.composite
def quotes(draw: st.DrawFn) -> str:
    first = f"{draw(SUBJECTS)} {draw(VERBS)} {draw(COUNTS)}{draw(WHEN)}"
    second = draw(st.sampled_from(["", ", and {} {} {}{}", ", while {} {} {}{}"]))
    second = second.format(draw(SUBJECTS), draw(VERBS), draw(COUNTS), draw(WHEN))
    return f"{first}{second}{draw(SAID)}."


@settings(max_examples=200, deadline=None)
@given(quotes())
def test_any_whole_quote_passes_every_check(quote: str) -> None:
    for check in verifier.CONTENT:
        assert check(quote, [quote], CONTEXT) is None
    assert first_fault(quote, quote) is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_without_a_crash_and_holds_against_itself(text: str) -> None:
    assert first_fault(text, text) is None
    for check in verifier.CONTENT:
        check(text, [text, "The port closed."], CONTEXT)
        check("The port closed.", [text], CONTEXT)


@settings(max_examples=300, deadline=None)
@given(quotes(), st.randoms(use_true_random=False), st.integers(1, 9))
def test_a_changed_digit_fails(quote: str, random, step: int) -> None:  # type: ignore[no-untyped-def]
    places = [index for index, char in enumerate(quote) if char.isdigit()]
    assume(places)
    at = random.choice(places)
    changed = quote[:at] + str((int(quote[at]) + step) % 10) + quote[at + 1 :]
    assert first_fault(changed, quote) is not None


@settings(max_examples=300, deadline=None)
@given(quotes(), st.randoms(use_true_random=False), st.sampled_from(["not", "never", "no", "without"]))
def test_an_inserted_negator_fails(quote: str, random, negator: str) -> None:  # type: ignore[no-untyped-def]
    words = quote.split()
    at = random.randrange(len(words) + 1)
    assert first_fault(" ".join([*words[:at], negator, *words[at:]]), quote) is not None


@settings(max_examples=200, deadline=None)
@given(quotes(), HEDGES, st.randoms(use_true_random=False))
def test_a_dropped_hedge_fails(quote: str, hedge: str, random) -> None:  # type: ignore[no-untyped-def]
    words = quote.split()
    at = random.randrange(1, len(words))
    hedged = " ".join([*words[:at], hedge, *words[at:]])
    assert first_fault(hedged, hedged) is None
    assert first_fault(quote, hedged) is not None
    assert first_fault(hedged, quote) is not None


@settings(max_examples=200, deadline=None)
@given(quotes(), st.sampled_from(["may", "might", "could", "would"]))
def test_a_dropped_modal_fails(quote: str, modal: str) -> None:
    hedged = quote.replace(" closed", f" {modal} have closed").replace(" lost", f" {modal} have lost")
    assume(hedged != quote)
    assert first_fault(quote, hedged) is not None


@settings(max_examples=200, deadline=None)
@given(quotes(), quotes())
def test_a_quote_does_not_hold_by_another(one: str, other: str) -> None:
    assume(one.lower() not in other.lower() and "said" not in one)
    assume(set(one.replace(",", "").split()) - set(other.replace(",", "").split()))
    claim = one.rstrip(".")
    if first_fault(claim, other) is None:  # what holds is a cut: nothing in it that the other does not say
        assert set(claim.replace(",", "").lower().split()) <= set(other.replace(",", "").rstrip(".").lower().split())
