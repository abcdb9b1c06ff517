"""What is tried again, when, and what is not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.retry import LONGEST_WAIT, SERVER_ATTEMPTS, retry
from bot.sending.failures import SendFailure

NOW = datetime(2025, 7, 8, 2, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["blocked", "topic_closed"])
def test_pauses_what_is_closed_to_the_bot(kind: str) -> None:
    assert retry(SendFailure(kind, "no"), 1, NOW).action == "pause"  # type: ignore[arg-type]


def test_moves_with_the_group() -> None:
    decision = retry(SendFailure("migrated", "upgraded", new_id=-1001), 1, NOW)
    assert (decision.action, decision.new_id, decision.at) == ("move", -1001, NOW)


@given(st.floats(0, 3_600), st.integers(1, 50))
def test_waits_as_long_as_it_is_told(seconds: float, attempts: int) -> None:
    decision = retry(SendFailure("flooded", "wait", retry_after=seconds), attempts, NOW)
    assert decision.action == "again" and decision.at is not None
    assert timedelta(seconds=seconds) <= decision.at - NOW <= timedelta(seconds=max(seconds, 1) + 1)


def test_repeats_an_unknown_outcome_once() -> None:
    failure = SendFailure("unknown_outcome", "ReadTimeout")
    assert retry(failure, 1, NOW).action == "again"
    assert retry(failure, 2, NOW).action == "uncertain"


@given(
    st.integers(1, SERVER_ATTEMPTS - 1),
    st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)),
)
def test_backs_off_and_scatters(attempts: int, now: datetime) -> None:
    decision = retry(SendFailure("server", "Bad Gateway"), attempts, now)
    assert decision.action == "again" and decision.at is not None
    wait = decision.at - now
    assert timedelta(seconds=2) <= wait <= LONGEST_WAIT * 1.5
    assert decision == retry(SendFailure("server", "Bad Gateway"), attempts, now)


def test_gives_up_with_a_reason() -> None:
    decision = retry(SendFailure("server", "Bad Gateway"), SERVER_ATTEMPTS, NOW)
    assert decision.action == "give up" and "Bad Gateway" in decision.why and str(SERVER_ATTEMPTS) in decision.why


def test_fails_what_telegram_will_never_take() -> None:
    assert retry(SendFailure("rejected", "can't parse entities"), 1, NOW).action == "fail"
