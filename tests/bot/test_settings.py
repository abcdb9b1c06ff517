"""Settings: defaults, forms, and one clear line for what cannot be used."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import BadSetting, Settings, load_settings

TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [str(field.validation_alias.choices[0]) for field in Settings.model_fields.values()]:  # type: ignore[union-attr]
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_defaults_are_those_of_the_table() -> None:
    settings = load_settings()
    assert settings.token is None
    assert settings.home == Path("var")
    assert settings.data == Path("data")
    assert settings.database_url == f"sqlite:///{Path.cwd() / 'var' / 'library.sqlite'}"
    assert settings.model_timeout == timedelta(seconds=20)
    assert settings.model_daily_tokens == 200_000
    assert settings.digest_max_age == timedelta(hours=20)
    assert (settings.rate_limit, settings.senders, settings.stale_days) == (20, 8, 30)
    assert (settings.retention_days, settings.question_hours) == (90, 24)
    assert settings.allowed_chats == frozenset()


def test_a_file_named_env_is_read_and_the_environment_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(f"TELEGRAM_BOT_TOKEN={TOKEN}\nBRIEFING_SENDERS=3\nBRIEFING_ADMINS=1, -2\n", "utf-8")
    monkeypatch.setenv("BRIEFING_SENDERS", "5")
    monkeypatch.setenv("BRIEFING_RATE_LIMIT", "")
    settings = load_settings()
    assert (settings.token, settings.senders, settings.admins) == (TOKEN, 5, {1, -2})
    assert settings.rate_limit == 20
    assert TOKEN not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("BRIEFING_RATE_LIMIT", "many", "20"),
        ("BRIEFING_RATE_LIMIT", "0", "20"),
        ("BRIEFING_SENDERS", "-1", "8"),
        ("TELEGRAM_BOT_TOKEN", "my-secret", "@BotFather"),
        ("BRIEFING_ADMINS", "1;2", "commas"),
        ("BRIEFING_DIGEST_MAX_AGE", "soon", "20h"),
        ("BRIEFING_DIGEST_TIME", "25:00", "08:30"),
        ("BRIEFING_TIMEZONE", "Mars/Base", "UTC"),
        ("BRIEFING_TIMEZONE", "../etc", "UTC"),
        ("BRIEFING_LOG_LEVEL", "loud", "info"),
        ("BRIEFING_LISTEN", "here", "127.0.0.1:8080"),
        ("TELEGRAM_API_URL", "ftp://x", "http"),
        ("BRIEFING_WEBHOOK_URL", "https://bot.example", "BRIEFING_WEBHOOK_SECRET"),
    ],
)
def test_a_bad_value_is_one_line_with_the_name_and_the_mend(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, mend: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as refused:
        load_settings()
    line = str(refused.value)
    assert line.startswith(name.replace("URL", "SECRET") if "WEBHOOK" in name else name)
    assert mend in line
    assert "\n" not in line
    assert "my-secret" not in line


@pytest.mark.parametrize(("value", "expected"), [("90m", 5_400), ("2", 7_200), ("1.5 h", 5_400), ("1d", 86_400)])
def test_durations_take_units(value: str, expected: int) -> None:
    settings = load_settings(None, BRIEFING_DIGEST_MAX_AGE=value)
    assert settings.digest_max_age.total_seconds() == expected


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().senders = 9  # type: ignore[misc]
