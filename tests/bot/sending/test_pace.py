"""The pace: Telegram's limits kept, nothing lost, order within a chat, urgent first."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sending.pace import EVERY, Pace

Event = tuple[float, int, bool]


def play(arrivals: list[Event], most: int, takes: float) -> list[tuple[float, float, int, bool, int]]:
    """Runs a pace on a clock of its own: (start, end, chat, urgent, arrival) of each item."""
    pace: Pace[tuple[int, bool, int]] = Pace(most)
    waiting = sorted((at, index) for index, (at, _, _) in enumerate(arrivals))
    on_their_way: list[tuple[float, int, bool]] = []
    now, out = 0.0, []
    while waiting or on_their_way or len(pace):
        while waiting and waiting[0][0] <= now:
            index = waiting.pop(0)[1]
            _, chat, urgent = arrivals[index]
            pace.add(chat, (chat, urgent, index), urgent=urgent)
        for end, chat, urgent in [one for one in on_their_way if one[0] <= now]:
            on_their_way.remove((end, chat, urgent))
            pace.done(chat, end, urgent=urgent)
        item, wait = pace.take(now)
        if item is not None:
            chat, urgent, index = item
            out.append((now, now + takes, chat, urgent, index))
            on_their_way.append((now + takes, chat, urgent))
            continue
        following = [at for at, _ in waiting[:1]] + [end for end, _, _ in on_their_way]
        if wait is not None:
            following.append(now + wait)
        if not following:
            assert len(pace) == 0, "the pace waits for nothing"
            break
        now = max(min(following), now + 1e-9)
    return out


events = st.lists(
    st.tuples(st.floats(0, 3), st.sampled_from([1, 2, 3, -4, -5]), st.booleans()), min_size=1, max_size=50
)


@settings(deadline=None, max_examples=60)
@given(events, st.integers(1, 8), st.sampled_from([0.01, 0.3, 2.0]))
def test_limits_hold_and_everything_goes_out(arrivals: list[Event], most: int, takes: float) -> None:
    sent = play(arrivals, most, takes)
    assert sorted(index for *_, index in sent) == list(range(len(arrivals)))
    for position, (start, _, chat, _, _) in enumerate(sent):
        if position:
            assert start - sent[position - 1][0] >= EVERY - 1e-9
        assert sum(s <= start < e for s, e, *_ in sent) <= most
        before = [end for _, end, other, _, _ in sent[:position] if other == chat]
        if before:
            assert start - before[-1] >= 1 - 1e-9
        if chat < 0:
            assert sum(s > start - 60 for s, _, other, _, _ in sent[: position + 1] if other == chat) <= 20


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.just(0.0), st.sampled_from([1, 2, 3]), st.booleans()), min_size=1, max_size=30))
def test_order_within_a_chat_and_urgency(arrivals: list[Event]) -> None:
    sent = play(arrivals, 8, 0.01)
    for chat in (1, 2, 3):
        mine = [(not urgent, index) for _, _, other, urgent, index in sent if other == chat]
        assert mine == sorted(mine)


def test_a_chat_that_has_to_wait_holds_up_no_other() -> None:
    pace: Pace[str] = Pace(8)
    pace.add(1, "first", urgent=False)
    assert pace.take(0.0)[0] == "first"
    pace.done(1, 0.1, urgent=False, wait=20.0)
    pace.add(1, "second", urgent=False)
    pace.add(2, "other", urgent=False)
    assert pace.take(1.0)[0] == "other"
    assert pace.take(19.0) == (None, 20.1 - 19.0)
    assert pace.take(20.2)[0] == "second"


def test_an_answer_finds_a_way_past_digests_that_hang() -> None:
    pace: Pace[str] = Pace(3)
    for chat in range(5):
        pace.add(chat, f"digest {chat}", urgent=False)
    assert pace.take(0.0)[0] and pace.take(1.0)[0]
    assert pace.take(2.0)[0] is None
    pace.add(9, "answer", urgent=True)
    assert pace.take(3.0)[0] == "answer"


def test_what_nobody_waits_for_is_dropped() -> None:
    pace: Pace[str] = Pace(3)
    pace.drop(pace.add(1, "gone", urgent=True))
    pace.add(2, "here", urgent=False)
    assert pace.take(0.0)[0] == "here"
    assert len(pace) == 0
