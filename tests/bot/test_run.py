"""`run` as a process: started, stopped, killed, started twice, given bad settings."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.sandbox import faults
from bot.sandbox.server import LocalBotApi

QUESTION = "How long was the crack in the Larkspur dam when it was found?"
ROOT = Path(__file__).parents[2]


class Running:
    """A `run` in a process of its own, and what it has written so far."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run", *arguments],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.home = environment["BRIEFING_HOME"]
        self.lines: list[str] = []
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._more:
                self.lines.append(line)
                self._more.notify_all()

    def until(self, pattern: str) -> str:
        with self._more:
            found = self._more.wait_for(lambda: re.search(pattern, "".join(self.lines)), timeout=60)
        assert found, "".join(self.lines)
        return str(found.group())

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        code = self.process.wait(10)
        self._reader.join(5)
        return code, "".join(self.lines)


@pytest.fixture
def run(new_home: Callable[[], Path], story: Path, local: LocalBotApi) -> Iterator[Callable[..., Running]]:
    """Starts `run` on the tiny story and the local Telegram, all on one home."""
    home = new_home()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BRIEFING_", "TELEGRAM_"))}
    started: list[Running] = []

    def start(*arguments: str, **settings: str) -> Running:
        environment = {
            **kept,
            "TELEGRAM_BOT_TOKEN": local.token,
            "TELEGRAM_API_URL": local.url,
            "BRIEFING_HOME": str(home),
            "BRIEFING_DATA": str(story),
            **settings,
        }
        running = Running(environment, *arguments)
        started.append(running)
        return running

    yield start
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def test_it_answers_survives_a_kill_and_ends_when_told(run: Callable[..., Running], local: LocalBotApi) -> None:
    ann = local.people.person("Ann")
    first = run(BRIEFING_LOG_LEVEL="debug")
    first.until("is running")
    assert "14 metres" in local.log.after(local.people.says(ann, QUESTION), timeout=60)[0].text
    second = run()
    assert second.process.wait(60) == 1
    second.until("another bot already runs on")
    assert not any("Traceback" in line for line in second.lines)
    first.end(signal.SIGKILL)
    missed = local.people.says(ann, "Who leads the repair?")
    third = run(BRIEFING_LOG_FORMAT="json")
    assert "Oxbow" in local.log.after(missed, timeout=60)[0].text
    code, output = third.end()
    assert code == 0
    assert local.token not in output + "".join(first.lines)
    assert local.token.partition(":")[2] not in output + "".join(first.lines)
    assert "Traceback" not in output
    assert local.refusals == []
    assert (Path(third.home) / "heartbeat").exists()


def test_a_bad_setting_is_one_line(run: Callable[..., Running]) -> None:
    bad = run(BRIEFING_SENDERS="lots")
    assert bad.process.wait(60) == 1
    bad.until("BRIEFING_SENDERS 'lots' cannot be used")
    assert len(bad.lines) == 1


def test_a_refused_token_is_one_line_without_it(run: Callable[..., Running]) -> None:
    token = "123456:AAwrong-token-wrong-token-wrong-token-1"
    refused = run(TELEGRAM_BOT_TOKEN=token)
    assert refused.process.wait(60) == 1
    refused.until("BotFather")
    assert token not in "".join(refused.lines)
    assert "Traceback" not in "".join(refused.lines)


def test_without_a_token_it_runs_in_the_sandbox(run: Callable[..., Running]) -> None:
    sandbox = run(TELEGRAM_BOT_TOKEN="")
    sandbox.until(r"http://127\.0\.0\.1:\d+")
    sandbox.until("is running")
    assert sandbox.end(signal.SIGINT)[0] == 0


def test_it_can_be_stopped_while_telegram_is_away(run: Callable[..., Running]) -> None:
    away = run(TELEGRAM_API_URL="http://127.0.0.1:1")
    away.until("cannot be reached")
    assert away.end()[0] == 0


def test_it_ends_in_time_while_telegram_hangs(run: Callable[..., Running], local: LocalBotApi) -> None:
    local.fail_next("sendMessage", faults.hang(), times=50)
    local.people.says(local.people.person("Ann"), QUESTION)
    stuck = run()
    stuck.until("is running")
    local.log.count(1, timeout=60)
    assert stuck.end()[0] == 0
