"""What the bot asks of the retrieval half. `retrieval.service.Retrieval` is one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from retrieval.models import Answer


class Asks(Protocol):
    """Synchronous and thread-safe; the bot calls it in a bounded pool of threads."""

    def ask(self, question: str, now: datetime) -> Answer: ...

    def sources(self, now: datetime) -> list[dict[str, Any]]: ...

    def refresh(self) -> object: ...

    def close(self) -> None: ...
