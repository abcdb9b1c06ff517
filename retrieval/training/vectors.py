"""Renews the vectors that the story ships, so that a first start embeds nothing: `make vectors`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from sqlalchemy import select

from retrieval import tables as t
from retrieval.clock import SystemClock
from retrieval.service import Retrieval
from retrieval.story import SHIPPED


def renew(data: Path) -> int:
    """Embeds the story in a fresh home and writes its vectors beside it; returns how many."""
    (data / SHIPPED).unlink(missing_ok=True)  # or what no text needs any more would be taken over
    with tempfile.TemporaryDirectory() as home:
        retrieval = Retrieval.open(Path(home), data, SystemClock())
        query = select(t.vectors).order_by(t.vectors.c.text_hash, t.vectors.c.model)
        with retrieval.library.database.read() as connection:
            rows = connection.execute(query).all()
        retrieval.close()
    live = np.frombuffer(b"".join(row.data for row in rows), np.uint8)
    np.savez_compressed(
        data / SHIPPED,
        keys=np.array([row.text_hash for row in rows], "S64"),
        models=np.array([row.model for row in rows], "S40"),
        ends=np.cumsum([0, *(len(row.data) for row in rows)]),
        data=live,
    )
    return len(rows)


if __name__ == "__main__":
    print(f"{renew(Path(*sys.argv[1:2] or ['data']))} vectors written")
