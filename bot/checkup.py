"""What `doctor` looks at: one function for each thing, and one finding from each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx

from bot.settings import Settings
from retrieval.clock import Clock

if TYPE_CHECKING:
    from retrieval.service import Retrieval

_PATIENCE = 5.0  # seconds for Telegram to answer
_ALIVE = 120.0  # seconds after which a heartbeat is no sign of life
_SKEW = timedelta(seconds=30)
_BEFORE_ITS_TIME = datetime(2025, 1, 1, tzinfo=UTC)  # a clock before this was never set


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, in a few words; `mend` says what to do where it is a fault."""

    name: str
    text: str
    mend: str = ""

    @property
    def line(self) -> str:
        return f"{self.name}: {self.text}" + (f"; mend: {self.mend}" if self.mend else "")


def check(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Everything in order. What cannot be looked at, since what it stands on is broken, is left out."""
    from retrieval.service import Trouble

    yield bot_process(settings.home)
    token, telegram_time = telegram(settings)
    yield token
    yield chat_model(settings)
    yield told_time(clock.now(), telegram_time)
    yield feeds(settings.data)
    try:
        retrieval = _opened(settings, clock)
    except Trouble as fault:
        yield Finding(
            "database", str(fault), "set BRIEFING_HOME, BRIEFING_DATA and BRIEFING_DATABASE_URL to what works"
        )
        return
    try:
        yield database(settings, retrieval)
        yield index(retrieval)
        yield deliveries(retrieval)
    finally:
        retrieval.close()


def _opened(settings: Settings, clock: Clock) -> Retrieval:
    from retrieval.service import Retrieval

    return Retrieval.open(
        settings.home,
        settings.data,
        clock=clock,
        database_url=settings.database_url,
        chroma_url=settings.chroma_url,
        embedding_model=settings.embedding_model,
        check_model=False,
    )


def bot_process(home: Path) -> Finding:
    """Whether a bot runs on this home, by its heartbeat."""
    try:
        age = time.time() - (home / "heartbeat").stat().st_mtime
    except OSError:
        return Finding("bot", "none has run on this home")
    if age <= _ALIVE:
        return Finding("bot", f"running, heartbeat {max(0, round(age))} s ago")
    return Finding("bot", f"not running, last heartbeat {timedelta(seconds=round(age))} ago")


def telegram(settings: Settings) -> tuple[Finding, datetime | None]:
    """Whether Telegram knows the token, and what time it says it is."""
    if settings.token is None:
        return Finding("token", "none is set, so the bot runs in the local sandbox"), None
    try:
        answer = httpx.get(f"{settings.telegram_api_url}/bot{settings.token}/getMe", timeout=_PATIENCE)
        body = answer.json() if answer.content else {}
    except httpx.HTTPError as fault:
        why = f"{settings.telegram_api_url} cannot be reached ({type(fault).__name__})"
        return Finding("token", why, "check the network, or set TELEGRAM_API_URL"), None
    except ValueError:
        why = f"{settings.telegram_api_url} does not answer as a Bot API server does"
        return Finding("token", why, "correct TELEGRAM_API_URL"), None
    moment = _date_of(answer)
    if isinstance(body, dict) and body.get("ok"):
        return Finding("token", f"ok, @{body['result'].get('username', '?')}"), moment
    return Finding("token", f"Telegram refuses it ({answer.status_code})", "take a new one from @BotFather"), moment


def _date_of(answer: httpx.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError):
        return None


def chat_model(settings: Settings) -> Finding:
    """Whether the chat model that is set can be made; nothing is sent to it."""
    if settings.chat_model is None:
        return Finding("model", f"extractive, embedding by {settings.embedding_model}")
    from langchain.chat_models import init_chat_model

    try:
        init_chat_model(settings.chat_model)
    except Exception as fault:  # whatever the provider's package raises
        why = next(iter(str(fault).splitlines()), "") or type(fault).__name__
        return Finding("model", f"{settings.chat_model} cannot be used: {why}", "install its package and set its key")
    return Finding("model", f"{settings.chat_model}, embedding by {settings.embedding_model}")


def told_time(now: datetime, telegram_time: datetime | None) -> Finding:
    """Whether the clock and the time zones can be relied on."""
    try:
        ZoneInfo("America/New_York")
    except (ZoneInfoNotFoundError, OSError):
        return Finding("clock", "the time zones are missing", "install the tzdata package")
    if now < _BEFORE_ITS_TIME:
        return Finding("clock", f"it says {now:%Y-%m-%d %H:%M} UTC", "set the machine's clock")
    if telegram_time is not None and abs(now - telegram_time) > _SKEW:
        return Finding("clock", f"it is {abs(now - telegram_time)} off Telegram's", "set the machine's clock")
    return Finding("clock", f"ok, {now:%Y-%m-%d %H:%M} UTC")


def feeds(data: Path) -> Finding:
    """What the story names as feeds."""
    import yaml

    path = data / "feeds.yaml"
    if not path.is_file():
        return Finding("feeds", "the story names none")
    try:
        count = len(yaml.safe_load(path.read_text(encoding="utf-8")) or [])
    except (yaml.YAMLError, UnicodeDecodeError, TypeError):
        return Finding("feeds", f"{path} cannot be read", "correct the file: a list of publisher, url and topics")
    return Finding("feeds", f"{count} named by the story; this version does not read feeds")


def database(settings: Settings, retrieval: Retrieval) -> Finding:
    """How much is in the library."""
    live = [source for source in retrieval.library.sources() if source.state == "live"]
    where = "SQLite" if retrieval.library.database.is_sqlite else "PostgreSQL"
    newest = max((source.published for source in live if source.published), default=None)
    if not live:
        return Finding("database", f"{where}, no sources", f"put a story into {settings.data}, or ingest files")
    return Finding("database", f"{where}, {len(live)} sources, newest {newest or 'undated'}")


def index(retrieval: Retrieval) -> Finding:
    """Whether the indexes hold what the library holds."""
    from retrieval.service import Trouble

    try:
        retrieval.refresh()
    except Trouble as fault:
        return Finding("index", str(fault), "run `python -m bot reindex`")
    held, wanted = retrieval.index.count(), sum(retrieval.library.passage_counts().values())
    owner = "" if retrieval.index.owner else ", owned by another process"
    if held != wanted:
        return Finding(
            "index", f"{held} of {wanted} passages{owner}", "run `python -m bot reindex`, or wait for the bot"
        )
    return Finding("index", f"ok, {held} passages{owner}")


def deliveries(retrieval: Retrieval) -> Finding:
    """How the deliveries of every bot on this database have ended."""
    from sqlalchemy import inspect, select

    from bot.tables.deliveries import Counts, Deliveries
    from bot.tables.deliveries import deliveries as table

    store = retrieval.library.database
    counts = []
    if inspect(store.engine).has_table(table.name):
        with store.read() as connection:
            bots = list(connection.execute(select(table.c.bot_id).distinct()).scalars())
        counts = [Deliveries(store, bot).counts() for bot in bots]
    names = Counts.__dataclass_fields__
    total = Counts(**{name: sum(getattr(one, name) for one in counts) for name in names})
    mend = "/status in the chat tells why; blocked chats resume with /start" if total.failed or total.given_up else ""
    return Finding("deliveries", total.words, mend)
