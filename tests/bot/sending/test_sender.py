"""The sender against the local Bot API, with Telegram's limits on: nothing refused, one chat's trouble its own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from telegram import Bot
from telegram.error import InvalidToken
from telegram.request import HTTPXRequest

from bot.sandbox import faults
from bot.sandbox.limits import FloodLimits
from bot.sandbox.server import LocalBotApi
from bot.sending.failures import SendFailure, failure_of
from bot.sending.replies import wait_before
from bot.sending.sender import NotSent, Outgoing, Priority, Sender

pytestmark = pytest.mark.asyncio


def client(url: str, token: str, read_timeout: float = 5.0) -> Bot:
    request = HTTPXRequest(64, read_timeout=read_timeout, httpx_kwargs={"trust_env": False})
    return Bot(token, base_url=f"{url}/bot", request=request)


@pytest.fixture
def limited() -> Iterator[LocalBotApi]:
    """A local Telegram that allows 30 a second, and one a second in a chat without any burst."""
    with LocalBotApi(limits=FloodLimits(burst=1)) as api:
        yield api


@pytest_asyncio.fixture
async def make_sender() -> AsyncIterator[Callable[..., Sender]]:
    made: list[tuple[Sender, Bot]] = []

    def make(api: LocalBotApi, chat_every: float = 1.0, url: str | None = None, in_flight: int = 8) -> Sender:
        bot = client(url or api.url, api.token)
        sender = Sender(bot, in_flight, chat_every=chat_every)
        made.append((sender, bot))
        return sender

    yield make
    for sender, bot in made:
        await sender.close(within=0.2)
        await bot.shutdown()


async def test_forty_chats_at_once_stay_under_the_limits(
    limited: LocalBotApi, make_sender: Callable[..., Sender]
) -> None:
    people = [limited.people.person(f"P{number}") for number in range(40)]
    sender = make_sender(limited)
    ids = await asyncio.gather(*(sender.send(Outgoing(p.id, "<b>Hello</b>"), Priority.DIGEST) for p in people))
    assert len(set(ids)) == 40
    assert not limited.refusals


async def test_parts_for_one_chat_come_in_order(limited: LocalBotApi, make_sender: Callable[..., Sender]) -> None:
    ann = limited.people.person("Ann")
    sender = make_sender(limited)
    await asyncio.gather(*(sender.send(Outgoing(ann.id, f"part {number}")) for number in range(3)))
    assert [message.text for message in limited.log.sent(ann)] == ["part 0", "part 1", "part 2"]
    assert not limited.refusals


async def test_a_flooded_chat_waits_and_the_others_do_not(
    local: LocalBotApi, make_sender: Callable[..., Sender]
) -> None:
    ann, bob = local.people.person("Ann"), local.people.person("Bob")
    local.fail_next("sendMessage", faults.flood(30), chat_id=ann.id)
    sender = make_sender(local, chat_every=0.0)
    with pytest.raises(SendFailure) as flooded:
        await sender.send(Outgoing(ann.id, "one"), Priority.DIGEST)
    assert (flooded.value.kind, flooded.value.retry_after) == ("flooded", 30.0)
    again = asyncio.ensure_future(sender.send(Outgoing(ann.id, "one"), Priority.DIGEST))
    for number in range(5):
        await sender.send(Outgoing(bob.id, f"{number}"), Priority.DIGEST)
    assert not again.done()
    assert local.log.sent(ann) == []
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)


async def test_answers_go_before_digests(local: LocalBotApi, make_sender: Callable[..., Sender]) -> None:
    people = [local.people.person(f"P{number}") for number in range(12)]
    sender = make_sender(local, in_flight=2)
    digests = [sender.send(Outgoing(person.id, "digest"), Priority.DIGEST) for person in people[:11]]
    await asyncio.gather(*digests, sender.send(Outgoing(people[11].id, "answer"), Priority.ANSWER))
    order = [message.text for message in local.log.sent()]
    assert order.index("answer") <= 1


async def test_a_hanging_chat_holds_up_no_answer(local: LocalBotApi, make_sender: Callable[..., Sender]) -> None:
    ann, bob, eve = (local.people.person(name) for name in ("Ann", "Bob", "Eve"))
    local.fail_next("sendMessage", faults.hang(), times=2)
    sender = make_sender(local, in_flight=3)
    stuck = [asyncio.ensure_future(sender.send(Outgoing(p.id, "digest"), Priority.DIGEST)) for p in (ann, bob)]
    await asyncio.to_thread(local.log.count, 2)
    assert await sender.send(Outgoing(eve.id, "answer"))
    local.release()
    assert len(set(await asyncio.gather(*stuck))) == 2


async def test_begin_comes_right_before_and_may_refuse(local: LocalBotApi, make_sender: Callable[..., Sender]) -> None:
    ann = local.people.person("Ann")
    sender = make_sender(local, chat_every=0.0)
    begun: list[int] = []

    async def begin() -> bool:
        begun.append(len(local.log.sent(ann)))
        return len(begun) < 3

    for _ in range(2):
        await sender.send(Outgoing(ann.id, "x"), Priority.DIGEST, begin)
    with pytest.raises(NotSent):
        await sender.send(Outgoing(ann.id, "x"), Priority.DIGEST, begin)
    assert begun == [0, 1, 2]
    assert len(local.log.sent(ann)) == 2


async def test_the_kinds_of_failure(local: LocalBotApi, make_sender: Callable[..., Sender]) -> None:
    sender = make_sender(local, chat_every=0.0)
    ann, bob = local.people.person("Ann"), local.people.person("Bob")

    async def kind_of(message: Outgoing) -> SendFailure:
        with pytest.raises(SendFailure) as failed:
            await sender.send(message)
        return failed.value

    assert (await kind_of(Outgoing(ann.id, "<b>open"))).kind == "rejected"
    assert (await kind_of(Outgoing(ann.id, "x" * 5_000))).kind == "rejected"
    assert (await kind_of(Outgoing(424_242, "x"))).kind == "blocked"
    local.people.blocks(bob)
    assert (await kind_of(Outgoing(bob.id, "x"))).kind == "blocked"
    group = local.groups.group("Team", ann, [bob], kind="group")
    new = local.groups.migrate(group, ann)
    migrated = await kind_of(Outgoing(group.id, "x"))
    assert (migrated.kind, migrated.new_id) == ("migrated", new.id)
    forum = local.groups.group("Forum", ann, [], forum=True)
    closed, gone = local.groups.topic(forum, "A", ann), local.groups.topic(forum, "B", ann)
    local.groups.close_topic(forum, closed, ann)
    local.groups.delete_topic(forum, gone)
    for topic in (closed, gone):
        assert (await kind_of(Outgoing(forum.id, "x", thread=topic.thread_id))).kind == "topic_closed"
    local.groups.set_bot(forum, ann, "kicked")
    assert (await kind_of(Outgoing(forum.id, "x"))).kind == "blocked"
    for fault, kind in (
        (faults.error(502), "server"),
        (faults.error(500), "server"),
        (faults.reset(accepted=True), "unknown_outcome"),
    ):
        local.fail_next("sendMessage", fault)
        assert (await kind_of(Outgoing(ann.id, "x"))).kind == kind


async def test_what_never_left_is_network_and_what_got_no_answer_is_unknown(
    local: LocalBotApi, make_sender: Callable[..., Sender]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = make_sender(local, url=f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(SendFailure) as failed:
            await nowhere.send(Outgoing(1, "x"))
    assert failed.value.kind == "network"
    local.fail_next("getChat", faults.hang())
    impatient = client(local.url, local.token, read_timeout=0.05)
    with pytest.raises(SendFailure) as late:
        await make_sender(local).quick(lambda: impatient.get_chat(local.people.person("Ann").id))
    assert late.value.kind == "unknown_outcome"
    await impatient.shutdown()


async def test_a_refused_token_is_not_told() -> None:
    failure = failure_of(InvalidToken("The token `123:abcdef` was rejected by the server."))
    assert failure.kind == "server"
    assert "abcdef" not in str(failure)


async def test_an_edit_that_changes_nothing_is_no_failure(
    local: LocalBotApi, make_sender: Callable[..., Sender]
) -> None:
    ann = local.people.person("Ann")
    sender = make_sender(local, chat_every=0.0)
    message_id = await sender.send(Outgoing(ann.id, "one"))
    await sender.edit(ann.id, message_id, "one")
    await sender.edit(ann.id, message_id, "<i>two</i>")
    assert local.log.sent(ann)[0].text == "two"


async def test_when_an_answer_is_sent_again() -> None:
    assert wait_before(SendFailure("blocked", ""), 1) is None
    assert wait_before(SendFailure("rejected", ""), 1) is None
    assert wait_before(SendFailure("topic_closed", ""), 1) is None
    assert wait_before(SendFailure("flooded", "", retry_after=9), 1) == 0.0
    assert wait_before(SendFailure("migrated", "", new_id=-1), 1) == 0.0
    assert [wait_before(SendFailure("unknown_outcome", ""), tries) for tries in (1, 2)] == [1.0, None]
    waits = [wait_before(SendFailure("server", ""), tries) for tries in range(1, 13)]
    assert waits[:4] == [1.0, 2.0, 4.0, 8.0]
    assert max(wait for wait in waits if wait is not None) == 30.0
    assert waits[-1] is None
