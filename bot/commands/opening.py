"""Settings and library, opened for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.commands.progress import Bars
from bot.logs import configure_logging
from bot.settings import Settings, load_settings
from retrieval.clock import SystemClock

if TYPE_CHECKING:
    from retrieval.service import Retrieval


def command_settings() -> Settings:
    """The settings, with logging set by them. What ends by itself logs warnings only, unless told otherwise."""
    settings = load_settings()
    level = settings.log_level if "log_level" in settings.model_fields_set else "warning"
    configure_logging(level, settings.log_format, secrets=secrets_of(settings))
    return settings


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """What may stand in no line that is printed."""
    found = (settings.telegram_bot_token, settings.webhook_secret)
    return tuple(secret.get_secret_value() for secret in found if secret)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a command works with; the bars show what takes long."""

    settings: Settings
    retrieval: Retrieval
    bars: Bars


@contextmanager
def opened(*, check_model: bool = True) -> Iterator[Opened]:
    """The library of the settings, brought up to date. Raises Trouble or BadSetting."""
    settings = command_settings()
    from retrieval.service import Retrieval

    with Bars() as bars:
        retrieval = Retrieval.open(
            settings.home,
            settings.data,
            clock=SystemClock(),
            database_url=settings.database_url,
            chroma_url=settings.chroma_url,
            embedding_model=settings.embedding_model,
            progress=bars,
            check_model=check_model,
        )
        try:
            yield Opened(settings, retrieval, bars)
        finally:
            retrieval.close()
