"""A tiny second story on the real parts: the real encoder, Chroma and SQLite."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from retrieval.clock import SystemClock
from retrieval.embedding import Encoder
from retrieval.service import Retrieval

STORY = Path(__file__).parent / "story"


@pytest.fixture(scope="session")
def models(pytestconfig: pytest.Config) -> Path:
    """The built encoder, made once for all test processes and kept between runs."""
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("models")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        Encoder(folder)
    return folder


@pytest.fixture(scope="session")
def story() -> Path:
    """The folder of the tiny story."""
    return STORY


@pytest.fixture(scope="session")
def new_home(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes empty homes that share the built encoder."""

    def make() -> Path:
        home = tmp_path_factory.mktemp("home")
        (home / "models").symlink_to(models, target_is_directory=True)
        return home

    return make


@pytest.fixture(scope="session")
def retrieval(new_home: Callable[[], Path], story: Path) -> Iterator[Retrieval]:
    """The tiny story, loaded and indexed; shared, so tests must not change it."""
    opened = Retrieval.open(new_home(), story, SystemClock())
    yield opened
    opened.close()
