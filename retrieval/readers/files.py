"""Files and folders: which reader reads what, and every fault as one clear reason. The only reader that opens files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from retrieval.readers import docx, html, jsonl, markdown, pdf, plain_text, table
from retrieval.readers.package import PACKAGE_NAME, TableDescription, read_package
from retrieval.readers.reading import Reading, Rejected, Unreadable, joined

Reader = Callable[[bytes, str], Reading]

READERS: dict[str, Reader] = {
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".txt": plain_text.read,
    ".html": html.read,
    ".htm": html.read,
    ".pdf": pdf.read,
    ".docx": docx.read,
    ".csv": table.read,
    ".jsonl": jsonl.read,
}
SUFFIXES = (".md", ".txt", ".html", ".pdf", ".docx", ".csv", ".jsonl")

FILE_LIMIT = 50_000_000
"""Bytes; a larger file is refused before it is read."""


def read_file(path: Path, *, root: Path | None = None) -> Reading:
    """The documents of a file, or of all files in a folder in the order of their names, and what was left out.

    A document without an id of its own is known by its path under `root`. Without a root, or outside of it, the path is
    the file's name behind a digest of its folder, so that two folders' files of one name stay two sources.
    Hidden files, and links that lead out of the folder, are passed over. Never raises for what a file holds.
    """
    if not path.is_dir():
        return _read_one(path, root)
    readings = [_read_one(found, root) for found in files_in(path) if found.name != PACKAGE_NAME]
    return joined([*readings, *(_package_faults(found) for found in files_in(path) if found.name == PACKAGE_NAME)])


def files_in(folder: Path) -> Iterator[Path]:
    """The files that `read_file` takes from a folder, sorted; each once."""
    home = folder.resolve()
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = Path(place)
        found.extend(here / name for name in names if not name.startswith("."))
    inside = [path for path in found if not path.is_symlink() or path.resolve().is_relative_to(home)]
    return iter(sorted(path for path in inside if path.is_file()))


def _read_one(path: Path, root: Path | None) -> Reading:
    try:
        reading = _dispatched(path, root)
    except Unreadable as fault:
        return Reading(rejected=(Rejected(_shown(path), str(fault)),))
    except OSError as fault:
        return Reading(
            rejected=(Rejected(_shown(path), f"cannot be read: {(fault.strerror or 'no reason given').lower()}"),)
        )
    except (MemoryError, RecursionError):
        return Reading(rejected=(Rejected(_shown(path), "too large or too deeply nested to be read"),))
    except Exception as fault:  # the last net: whatever a file brings forth, the rest go in
        return Reading(rejected=(Rejected(_shown(path), f"cannot be read ({type(fault).__name__})"),))
    return Reading(reading.documents, tuple(Rejected(_shown(path), item.why) for item in reading.rejected))


def _dispatched(path: Path, root: Path | None) -> Reading:
    if path.name == PACKAGE_NAME:
        return _package(path, root)
    reader = READERS.get(path.suffix.lower())
    if not path.exists():
        raise Unreadable("no such file")
    if not path.is_file():
        raise Unreadable("not a file")
    if reader is None:
        raise Unreadable(f'unsupported suffix "{path.suffix}"; readable are {" ".join(SUFFIXES)}')
    size = path.stat().st_size
    if size > FILE_LIMIT:
        raise Unreadable(f"too large: {size / 1_000_000:.0f} MB, at most {FILE_LIMIT // 1_000_000} MB")
    if size == 0:
        raise Unreadable("empty: no bytes")
    description = _description(path) if reader is table.read else None
    data, name = path.read_bytes(), _name(path, root)
    return reader(data, name) if description is None else table.read_described(data, name, description)


def _description(path: Path) -> TableDescription | None:
    """What a `datapackage.json` beside the CSV, or one folder above it, says of it."""
    for folder in path.parents[:2]:
        for described in read_package(folder):
            if folder / described.path == path:
                return described
    return None


def _package(path: Path, root: Path | None) -> Reading:
    """All tables that a package describes, in its order."""
    if not path.is_file():
        raise Unreadable("no such file")
    return joined([_read_one(path.parent / described.path, root) for described in read_package(path.parent)])


def _package_faults(path: Path) -> Reading:
    """In a folder the tables are read as files; told is what their package describes in vain."""
    try:
        missing = [item for item in read_package(path.parent) if not (path.parent / item.path).is_file()]
    except Unreadable as fault:
        return Reading(rejected=(Rejected(_shown(path), str(fault)),))
    return Reading(rejected=tuple(Rejected(_shown(path), f"{item.name}: no file {item.path}") for item in missing))


def _shown(path: Path) -> str:
    """The path as text, whatever bytes a file's name is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def _name(path: Path, root: Path | None) -> str:
    """The path that stands for the file in its identity."""
    if root is not None:
        try:
            return _shown(path.resolve().relative_to(root.resolve()))
        except ValueError:
            pass
    folder = hashlib.sha256(os.fsencode(path.resolve().parent)).hexdigest()[:8]
    return f"{folder}/{_shown(Path(path.name))}"
