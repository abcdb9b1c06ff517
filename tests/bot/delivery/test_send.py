"""Digests on their way to the local Bot API: each arrives, and one chat's trouble stays its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.render.digest import MOST
from bot.sandbox import faults
from bot.sandbox.server import LocalBotApi

from .conftest import DUE, FLOOD, TITLES, WISH, Post, deliverer_of, report

Open = Callable[[], Post]
DAY = timedelta(days=1)


def run(body: Callable[[Post], object], open_post: Open) -> None:
    async def go() -> None:
        post = open_post()
        async with post.bot:
            await body(post)  # type: ignore[misc]

    asyncio.run(go())


def test_what_is_due_arrives_once_and_silently(api: LocalBotApi, open_post: Open) -> None:
    async def body(post: Post) -> None:
        people = [api.people.person(f"P{n}") for n in range(30)]
        for person in people:
            post.subscribe(person, "private")
        await post.tick()
        assert not api.log.sent(people[0])
        post.clock.set(DUE)
        await post.tick()
        await post.tick()
        for person in people:
            (message,) = api.log.sent(person)
            assert "rose by 3 metres" in message.text and message.silent and not message.protected
            assert len(message.text) <= MOST and "1 report, 1 origin" in message.text
        assert len(post.stories.spans) == 1, "composed once for all"
        assert post.deliverer.deliveries.counts().sent == 30
        assert not api.refusals

    run(body, open_post)


def test_who_blocks_pauses_and_comes_back(api: LocalBotApi, open_post: Open) -> None:
    async def body(post: Post) -> None:
        ann, ben = api.people.person("Ann"), api.people.person("Ben")
        kept, _ = post.subscribe(ann, "private")
        post.subscribe(ben, "private")
        api.people.blocks(ann)
        post.clock.set(DUE)
        await post.tick()
        assert len(api.log.sent(ben)) == 1
        assert post.subscriptions.of_chat(kept.chat_id)[0].state == "paused"
        post.clock.advance(DAY)
        await post.tick()
        assert len(api.refusals) == 1, "a paused chat is left alone"
        api.people.unblocks(ann)
        post.subscriptions.resume(kept.chat_id, post.clock.now())
        post.clock.advance(DAY)
        await post.tick()
        (message,) = api.log.sent(ann)
        assert "rose by 3 metres" in message.text, "the span since the last one that arrived"

    run(body, open_post)


def test_a_flooded_chat_waits_alone(api: LocalBotApi, open_post: Open) -> None:
    async def body(post: Post) -> None:
        ann, ben = api.people.person("Ann"), api.people.person("Ben")
        post.subscribe(ann, "private")
        post.subscribe(ben, "private")
        api.fail_next("sendMessage", faults.flood(1), chat_id=ann.id)
        post.clock.set(DUE)
        await post.tick()
        assert len(api.log.sent(ben)) == 1 and not api.log.sent(ann)
        await post.tick()
        assert not api.log.sent(ann)
        post.clock.advance(timedelta(seconds=3))
        await post.tick()
        assert len(api.log.sent(ann)) == 1

    run(body, open_post)


def test_a_storm_of_502_is_outlived(api: LocalBotApi, open_post: Open) -> None:
    async def body(post: Post) -> None:
        people = [api.people.person(f"P{n}") for n in range(5)]
        for person in people:
            post.subscribe(person, "private")
        api.fail_next("sendMessage", faults.error(502), times=12)
        post.clock.set(DUE)
        for _ in range(8):
            await post.tick()
            post.clock.advance(timedelta(minutes=2))
        assert [len(api.log.sent(person)) for person in people] == [1] * 5
        assert post.deliverer.deliveries.counts().given_up == 0

    run(body, open_post)


def test_gives_up_with_a_reason_and_the_next_one_says_so(api: LocalBotApi, open_post: Open) -> None:
    async def body(post: Post) -> None:
        ann = api.people.person("Ann")
        post.subscribe(ann, "private")
        api.fail_next("sendMessage", faults.error(502), times=12)
        post.clock.set(DUE)
        for _ in range(14):
            await post.tick()
            post.clock.advance(timedelta(minutes=30))
        assert post.deliverer.deliveries.counts().given_up == 1
        ((_, how, why),) = post.deliverer.deliveries.troubles()
        assert how == "given up" and "server" in why
        post.clock.set(DUE + DAY)
        await post.tick()
        (message,) = api.log.sent(ann)
        assert "1 earlier digest was not sent" in message.text

    run(body, open_post)


@pytest.mark.parametrize("accepted", [True, False])
def test_an_unknown_outcome_is_repeated_once(api: LocalBotApi, open_post: Open, accepted: bool) -> None:
    async def body(post: Post) -> None:
        ann = api.people.person("Ann")
        post.subscribe(ann, "private")
        api.fail_next("sendMessage", faults.reset(accepted=accepted))
        post.clock.set(DUE)
        for _ in range(4):
            await post.tick()
            post.clock.advance(timedelta(minutes=1))
        assert len(api.log.sent(ann)) == (2 if accepted else 1)
        counts = post.deliverer.deliveries.counts()
        assert (counts.sent, counts.uncertain) == (1, 1)

    run(body, open_post)


def test_an_answer_that_never_comes_is_left_after_one_repeat(
    api: LocalBotApi, open_post: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No part is replaced: the real time-out, made short.
    monkeypatch.setattr("bot.sending.sender.SEND_TIMEOUT", 0.2)

    async def body(post: Post) -> None:
        ann, ben = api.people.person("Ann"), api.people.person("Ben")
        post.subscribe(ann, "private")
        post.subscribe(ben, "private")
        api.fail_next("sendMessage", faults.hang(accepted=True), chat_id=ann.id, times=9)
        post.clock.set(DUE)
        for _ in range(4):
            await post.tick()
            post.clock.advance(timedelta(minutes=1))
        assert len(api.log.sent(ann)) == 2 and len(api.log.sent(ben)) == 1
        counts = post.deliverer.deliveries.counts()
        assert (counts.sent, counts.uncertain, counts.waiting) == (1, 2, 0)
        api.release()

    run(body, open_post)


def test_a_group_that_becomes_a_supergroup_keeps_its_digest(api: LocalBotApi, open_post: Open) -> None:
    async def body(post: Post) -> None:
        ann = api.people.person("Ann")
        group = api.groups.group("Team", ann, kind="group")
        kept, _ = post.subscribe(group, "group")
        moved = api.groups.migrate(group, ann)
        post.clock.set(DUE)
        await post.tick()
        assert [m.text for m in api.log.sent(moved) if m.service is None and m.bot_id]
        found = post.chats.get(kept.chat_id)
        assert found is not None and found.telegram_id == moved.id and found.kind == "supergroup"
        assert post.subscriptions.of_chat(kept.chat_id)[0].state == "active"

    run(body, open_post)


def test_each_topic_gets_its_own_and_a_closed_one_pauses(api: LocalBotApi, open_post: Open) -> None:
    async def body(post: Post) -> None:
        ann = api.people.person("Ann")
        forum = api.groups.group("Forum", ann, forum=True)
        open_, closed = api.groups.topic(forum, "River", ann), api.groups.topic(forum, "Closed", ann)
        kept, _ = post.subscribe(forum, "supergroup", replace(WISH, topics=("river",)), open_.thread_id)
        post.subscribe(forum, "supergroup", WISH, closed.thread_id)
        api.groups.close_topic(forum, closed, ann)
        post.clock.set(DUE)
        await post.tick()
        digests = [m for m in api.log.sent(forum) if m.bot_id and m.service is None]
        assert [m.thread_id for m in digests] == [open_.thread_id]
        assert digests[0].text.startswith(TITLES["river"])
        states = {s.thread: s.state for s in post.subscriptions.of_chat(kept.chat_id)}
        assert states == {open_.thread_id: "active", closed.thread_id: "paused"}

    run(body, open_post)


def test_quiet_days_are_skipped_where_asked_and_told_otherwise(api: LocalBotApi, open_post: Open) -> None:
    async def body(post: Post) -> None:
        ann, ben = api.people.person("Ann"), api.people.person("Ben")
        post.subscribe(ann, "private", replace(WISH, skip_quiet=True))
        post.subscribe(ben, "private", replace(WISH, discreet=True, aloud=True))
        for day in (0, 1):
            post.clock.set(DUE + day * DAY)
            await post.tick()
        assert len(api.log.sent(ann)) == 1
        first, second = api.log.sent(ben)
        assert first.protected and not first.silent and "river" not in first.text.splitlines()[0].lower()
        assert "Nothing new came in since 8 Jul 2025, 08:30" in second.text
        assert "The last report is of 7 Jul 2025" in second.text

    run(body, open_post)


def test_what_is_told_is_kept_with_its_passages(api: LocalBotApi, open_post: Open) -> None:
    async def body(post: Post) -> None:
        from bot.tables.told import Told

        ann = api.people.person("Ann")
        kept, _ = post.subscribe(ann, "private")
        post.clock.set(DUE)
        await post.tick()
        (message,) = api.log.sent(ann)
        (citation,) = Told(post.database).citations(kept.chat_id, None, message.id)
        assert citation.quote == FLOOD.text and citation.source_id == FLOOD.source_id

    run(body, open_post)


def test_a_second_process_sends_nothing_twice(api: LocalBotApi, open_post: Open) -> None:
    async def body(post: Post) -> None:
        people = [api.people.person(f"P{n}") for n in range(40)]
        for person in people:
            post.subscribe(person, "private")
        other = deliverer_of(post.database, post.sender, post.chats, post.clock, post.stories, "other/run")
        post.clock.set(DUE)
        await asyncio.gather(post.deliverer.tick(), other.tick(), post.deliverer.tick(), other.tick())
        await asyncio.gather(post.deliverer.settle(), other.settle())
        assert [len(api.log.sent(person)) for person in people] == [1] * 40

    run(body, open_post)


def test_more_than_a_message_holds_stands_behind_a_button(api: LocalBotApi, open_post: Open) -> None:
    async def body(post: Post) -> None:
        ann = api.people.person("Ann")
        post.subscribe(ann, "private")
        texts = (
            "A bakery in Easton burned down on Friday, and twelve apprentices lost their work.",
            "Quarrymen struck granite under Alder Hill and sold the first forty blocks abroad.",
            "Frost killed most apple blossom between Marsh and Hollin, growers reckon.",
            "Lighthouse keepers at Cape Dun ended their walkout after the union got higher pay.",
            "Parliament voted the harbour dues down by ninety ballots against sixty.",
            "A comet was seen by schoolchildren above Tarn with binoculars.",
        )
        post.stories.library.store(
            [report(n, "2025-07-07", text) for n, text in enumerate(texts, 10)], "data", DUE + 400 * DAY
        )
        post.clock.set(DUE)
        await post.tick()
        (message,) = api.log.sent(ann)
        assert len(message.text) <= MOST and "7 reports, 7 origins" in message.text
        assert message.buttons and "smaller item" in str(message.buttons)

    run(body, open_post)
