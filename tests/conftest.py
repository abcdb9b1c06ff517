"""A tiny second story on the real parts: the real encoder, Chroma and SQLite."""

from __future__ import annotations

import fcntl
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pgserver
import pytest
from sqlalchemy import create_engine, text

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


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL, with a place for a database's name."""
    server = pgserver.get_server(str(tmp_path_factory.mktemp("postgres")), cleanup_mode="stop")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", "/{}?")
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database: SQLite, then PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'library.sqlite'}"
    address: str = request.getfixturevalue("postgres")
    name = f"test_{uuid.uuid4().hex}"
    engine = create_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return address.format(name)
