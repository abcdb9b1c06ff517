"""No token in any line, at any level, in message, arguments or traceback."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest

from bot.logs import configure_logging

TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"
SHORT = "7:x"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("level", ["debug", "info", "error"])
def test_a_token_never_reaches_a_line(form: Literal["text", "json"], level: str) -> None:
    out = io.StringIO()
    configure_logging(level, form, secrets=(SHORT,), to=out)
    log = logging.getLogger("anything.at.all")
    url = f"https://api.telegram.org/bot{TOKEN}/getMe"
    log.error("failed: %s", url)
    log.error(url)
    log.error("encoded %s", TOKEN.replace(":", "%3A"))
    log.error("short bot%s/", SHORT)
    log.error("broken %d", url)
    log.error("stack", stack_info=True)
    try:
        raise ValueError(url) from RuntimeError(TOKEN)
    except ValueError:
        log.exception("it failed")
    logging.getLogger("httpx").info("HTTP Request: POST %s", url)
    logging.getLogger("telegram.Bot").debug("Calling %s", url)
    text = out.getvalue()
    assert TOKEN not in text
    assert "AAabcdefghij" not in text
    assert SHORT not in text
    assert "HTTP Request" not in text
    assert "[token]" in text
    assert "ValueError" in text


def test_json_is_one_object_a_line() -> None:
    out = io.StringIO()
    configure_logging("info", "json", to=out)
    logging.getLogger("a").info("one\ntwo")
    try:
        raise KeyError("x")
    except KeyError:
        logging.getLogger("a").exception("failed")
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert (first["message"], first["level"], first["logger"]) == ("one\ntwo", "info", "a")
    assert "KeyError" in second["traceback"]


def test_times_and_ratios_are_no_tokens() -> None:
    out = io.StringIO()
    configure_logging("info", to=out)
    logging.getLogger("a").info("at 2025:07, 12:30:00, 1000:1, 127.0.0.1:8080/path")
    assert "at 2025:07, 12:30:00, 1000:1, 127.0.0.1:8080/path" in out.getvalue()
