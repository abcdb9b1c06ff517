"""What the bot asks of the retrieval half. `retrieval.service.Retrieval` is one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from retrieval.briefing.compose import Digest
from retrieval.models import Answer
from retrieval.names import Names


class Topic(Protocol):
    """A topic as the story has it: what it is called by, and its title."""

    @property
    def topic(self) -> str: ...

    @property
    def title(self) -> str: ...


class Digests(Protocol):
    """The half that delivery needs. Synchronous and thread-safe."""

    @property
    def names(self) -> Names: ...

    @property
    def topics(self) -> Sequence[Topic]: ...

    def digest(self, topic: str | None, since: datetime, until: datetime, now: datetime) -> Digest: ...


class Asks(Digests, Protocol):
    """Synchronous and thread-safe; the bot calls it in a bounded pool of threads."""

    def ask(self, question: str, now: datetime) -> Answer: ...

    def sources(self, now: datetime) -> list[dict[str, Any]]: ...

    def refresh(self) -> object: ...

    def close(self) -> None: ...


def titles_of(digests: Digests) -> dict[str, str]:
    """What each topic is called, in the story's order."""
    return {topic.topic: topic.title for topic in digests.topics}
