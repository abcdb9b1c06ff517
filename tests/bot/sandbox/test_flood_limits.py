"""Flood limits, driven by a clock of the test's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.errors import ApiError
from bot.sandbox.limits import UNLIMITED, FloodControl, FloodLimits


def refused(control: FloodControl, chat: int, now: float, *, group: bool = False) -> int:
    """Seconds to wait, 0 when the message was taken."""
    try:
        control.admit(chat, is_group=group, now=now)
    except ApiError as error:
        assert error.code == 429
        assert error.description == f"Too Many Requests: retry after {error.parameters['retry_after']}"
        return error.parameters["retry_after"]
    return 0


def test_thirty_a_second_in_all() -> None:
    control = FloodControl(FloodLimits())
    assert [refused(control, chat, 5.0) for chat in range(30)] == [0] * 30
    assert refused(control, 99, 5.5) == 1
    assert refused(control, 99, 6.0) == 0


def test_a_burst_and_then_one_a_second_in_a_chat() -> None:
    control = FloodControl(FloodLimits(burst=2))
    assert [refused(control, 1, 0.0), refused(control, 1, 0.0), refused(control, 1, 0.1)] == [
        0,
        0,
        1,
    ]
    assert [refused(control, 1, second) for second in (1.0, 2.0, 3.0)] == [0, 0, 0]
    assert refused(control, 1, 3.2) == 1
    assert refused(control, 2, 3.2) == 0


def test_twenty_a_minute_in_a_group() -> None:
    control = FloodControl(FloodLimits())
    assert [refused(control, -1, 2.0 * n, group=True) for n in range(20)] == [0] * 20
    assert refused(control, -1, 40.0, group=True) == 20
    assert refused(control, -1, 60.0, group=True) == 0


def test_unlimited() -> None:
    control = FloodControl(UNLIMITED)
    assert {refused(control, -1, 0.0, group=True) for _ in range(500)} == {0}


@given(st.lists(st.floats(0, 0.2), max_size=120))
def test_never_more_than_thirty_within_a_second(pauses: list[float]) -> None:
    control, now, taken = FloodControl(FloodLimits()), 0.0, []
    for chat, pause in enumerate(pauses):
        now += pause
        if not refused(control, chat, now):
            taken.append(now)
    for first, later in zip(taken, taken[30:], strict=False):
        assert later - first >= 1.0


def test_waiting_as_told_is_enough() -> None:
    control, now = FloodControl(FloodLimits()), 0.0
    for _ in range(60):
        now += refused(control, -1, now, group=True)
        assert refused(control, -1, now, group=True) in (0, 1)


def test_the_limits_stand_in_the_server() -> None:
    with pytest.raises(ApiError):
        control = FloodControl(FloodLimits(per_second=1))
        control.admit(1, is_group=False, now=0.0)
        control.admit(2, is_group=False, now=0.5)
