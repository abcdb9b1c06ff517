"""Every setting, read once from the environment or `.env`, checked, and handed down. Nothing else reads those."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+$")
_UNITS = {"": "default", "s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days"}


class BadSetting(ValueError):
    """A setting that cannot be used: one line that names it, and the mend."""


def _ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return frozenset(int(part) for part in value.split(",") if part.strip())
    except ValueError:
        raise ValueError("it must be whole numbers with commas between them, as in 12345,-100678") from None


def _duration(unit: str) -> BeforeValidator:
    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", value.lower())
        name = _UNITS.get(match[2]) if match else None
        if match is None or name is None or not 0 < float(match[1]) < 1e6:
            raise ValueError(f"it must be a time above zero such as 20{unit} (units: s, m, h, d; {unit} without one)")
        return timedelta(**{_UNITS[unit] if name == "default" else name: float(match[1])})

    return BeforeValidator(read)


def _token(value: SecretStr) -> SecretStr:
    if not _TOKEN.match(value.get_secret_value()):
        raise ValueError("it must be digits, a colon and letters, as @BotFather gives it")
    return value


def _address(value: str) -> str:
    if not re.match(r"https?://[^/\s]+", value):
        raise ValueError("it must be an address that begins with http:// or https://")
    return value.rstrip("/")


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        raise ValueError("it must be an IANA zone such as UTC or Asia/Yangon") from None
    return value


def _clock_time(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value.strip())
    if match is None:
        raise ValueError("it must be a time of day such as 08:30")
    return time(int(match[1]), int(match[2]))


def _listen(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"\S+:\d{1,5}", value):
        raise ValueError("it must be host:port, as in 127.0.0.1:8080")
    return value


def _folded(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _named(name: str, default: Any = ..., **checks: Any) -> Any:
    return Field(default, validation_alias=AliasChoices(name), **checks)


Ids = Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)]
Url = Annotated[str, AfterValidator(_address)]


class Settings(BaseSettings):
    """The settings of DESIGN's table. Built by `load_settings`; frozen."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    telegram_bot_token: Annotated[SecretStr, AfterValidator(_token)] | None = _named("TELEGRAM_BOT_TOKEN", None)
    telegram_api_url: Url = _named("TELEGRAM_API_URL", "https://api.telegram.org")
    home: Path = _named("BRIEFING_HOME", Path("var"))
    data: Path = _named("BRIEFING_DATA", Path("data"))
    database_address: str | None = _named("BRIEFING_DATABASE_URL", None, repr=False)
    chroma_url: Url | None = _named("BRIEFING_CHROMA_URL", None)
    chat_model: str | None = _named("BRIEFING_CHAT_MODEL", None)
    model_timeout: Annotated[timedelta, _duration("s")] = _named("BRIEFING_MODEL_TIMEOUT", timedelta(seconds=20))
    model_daily_tokens: int = _named("BRIEFING_MODEL_DAILY_TOKENS", 200_000, ge=0)
    embedding_model: str = _named("BRIEFING_EMBEDDING_MODEL", "e5-small")
    admins: Ids = _named("BRIEFING_ADMINS", frozenset())
    allowed_chats: Ids = _named("BRIEFING_ALLOWED_CHATS", frozenset())
    rate_limit: int = _named("BRIEFING_RATE_LIMIT", 20, ge=1)
    senders: int = _named("BRIEFING_SENDERS", 8, ge=1, le=100)
    digest_max_age: Annotated[timedelta, _duration("h")] = _named("BRIEFING_DIGEST_MAX_AGE", timedelta(hours=20))
    retention_days: int = _named("BRIEFING_RETENTION_DAYS", 90, ge=1)
    question_hours: int = _named("BRIEFING_QUESTION_HOURS", 24, ge=1)
    stale_days: int = _named("BRIEFING_STALE_DAYS", 30, ge=1)
    poll_minutes: int = _named("BRIEFING_POLL_MINUTES", 15, ge=1)
    webhook_url: Url | None = _named("BRIEFING_WEBHOOK_URL", None)
    webhook_secret: SecretStr | None = _named("BRIEFING_WEBHOOK_SECRET", None)
    listen: Annotated[str | None, AfterValidator(_listen)] = _named("BRIEFING_LISTEN", None)
    allow_private_addresses: bool = _named("BRIEFING_ALLOW_PRIVATE_ADDRESSES", False)
    timezone: Annotated[str, AfterValidator(_zone)] = _named("BRIEFING_TIMEZONE", "UTC")
    digest_time: Annotated[time, BeforeValidator(_clock_time)] = _named("BRIEFING_DIGEST_TIME", time(8, 0))
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_folded)] = _named(
        "BRIEFING_LOG_LEVEL", "info"
    )
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_folded)] = _named("BRIEFING_LOG_FORMAT", "text")

    @property
    def database_url(self) -> str:
        """The address of the SQL database: SQLite in the home, where none is set."""
        return self.database_address or f"sqlite:///{self.home.absolute() / 'library.sqlite'}"

    @property
    def token(self) -> str | None:
        """The bot's token in clear. Only for those who speak to Telegram."""
        return self.telegram_bot_token.get_secret_value() if self.telegram_bot_token else None


def load_settings(env_file: Path | None = Path(".env"), **given: Any) -> Settings:
    """Reads the settings; `given` (by the names of the table) go before the environment.

    Raises `BadSetting`: one line with the setting's name, what is wrong and how to mend it, and no secret in it.
    """
    try:
        settings = Settings(**{"_env_file": env_file, **given})
    except ValidationError as error:
        raise BadSetting(_explained(error)) from None
    except UnicodeDecodeError:
        raise BadSetting(f"{env_file} is not UTF-8 text; save it as UTF-8") from None
    if settings.webhook_url and settings.webhook_secret is None:
        raise BadSetting("BRIEFING_WEBHOOK_SECRET is missing; BRIEFING_WEBHOOK_URL needs one (any letters and digits)")
    return settings


def _explained(error: ValidationError) -> str:
    fault = error.errors()[0]
    name = str(fault["loc"][0])
    shown = "" if "TOKEN" in name or "SECRET" in name or "URL" in name else f" {str(fault['input'])!r:.60}"
    why = fault["msg"].removeprefix("Value error, ")
    why = why[0].lower() + why[1:]
    default = next(
        (field.default for field in Settings.model_fields.values() if _alias(field.validation_alias) == name), None
    )
    hint = "" if default in (None, ..., frozenset()) or "such as" in why else f" (the default is {default})"
    return f"{name}{shown} cannot be used: {why}{hint}"


def _alias(alias: object) -> str:
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else ""
