"""The benchmark's library, made once and kept under `var/bench`, by a digest of what it is made of."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from retrieval import vectors
from retrieval.clock import SystemClock
from retrieval.embedding import Encoder
from retrieval.service import Retrieval
from retrieval.story import read_story
from tests.bench.corpus import Corpus, make
from tests.bench.naive import NaiveChain

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
CACHE = ROOT / "var" / "bench"
PASSAGES = 10_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """The corpus, and the folders where our library and the naive chain's store lie. `story` is a home of its own."""

    corpus: Corpus
    home: Path
    naive: Path
    story: Path


def prepared() -> Prepared:
    """The library, from the cache where it is there. The first time takes minutes, and says so."""
    corpus = make(DATA, read_story(DATA).names, PASSAGES)
    folder = CACHE / _digest(corpus)
    found = Prepared(corpus, folder / "home", folder / "naive", folder / "story")
    if not (folder / "ready").is_file():
        print(f"embedding {corpus.passages:,} passages, ours and naive: minutes, and only the first time", flush=True)
        shutil.rmtree(CACHE, ignore_errors=True)
        _build(found, folder)
        (folder / "ready").touch()
    return found


def opened(home: Path) -> Retrieval:
    return Retrieval.open(home, DATA, SystemClock())


def _build(wanted: Prepared, folder: Path) -> None:
    lines = folder / "articles.jsonl"
    folder.mkdir(parents=True)
    lines.write_text(wanted.corpus.lines(), encoding="utf-8")
    retrieval = opened(wanted.home)
    report = retrieval.ingest([str(lines)])
    retrieval.close()
    if report.rejected:
        raise RuntimeError(f"the corpus was not taken in: {report.rejected[:3]}")
    naive = NaiveChain(wanted.naive, Encoder(wanted.home / "models"))
    naive.add((*wanted.corpus.story, *wanted.corpus.articles))
    opened(wanted.story).close()


def _digest(corpus: Corpus) -> str:
    digest = hashlib.sha256(corpus.lines().encode())
    for document in corpus.story:
        digest.update(document.text.encode())
    digest.update((Path(vectors.__file__).parent / "weights" / "tokens.npz").read_bytes())
    return digest.hexdigest()[:12]
