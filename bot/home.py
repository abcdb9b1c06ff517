"""The home folder of a running bot: one bot at a time, and a heartbeat."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO


class HomeTaken(Exception):
    """Another bot runs on this home."""


class HomeLock:
    """Held while the bot runs; the operating system frees it, however the process ends."""

    def __init__(self, home: Path) -> None:
        self._path = home / "run.lock"
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises `HomeTaken` where another process holds it, OSError where the folder cannot be written."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            owner = file.read().strip()
            file.close()
            who = f" (process {owner})" if owner.isdecimal() else ""
            raise HomeTaken(
                f"another bot already runs on {self._path.parent}{who}; stop it first, or set BRIEFING_HOME"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def free(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def beat(home: Path) -> None:
    """Says that the bot is alive: the time of `heartbeat` is what the health check looks at."""
    (home / "heartbeat").touch()
