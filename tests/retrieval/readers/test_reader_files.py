"""Files and folders: the right reader, the rest goes in, and a reason for whatever does not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from retrieval.readers import FILE_LIMIT, files_in, read_file, read_package

GOOD = "A plan for the harbour\n\nThe committee met on Monday and agreed on a plan for the whole year.\n"


def _whys(path: Path, root: Path | None = None) -> dict[str, str]:
    return {Path(item.input).name: item.why for item in read_file(path, root=root).rejected}


def test_a_folder_gives_what_is_good_and_a_reason_for_the_rest(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "b.txt").write_text(GOOD)
    (tmp_path / "sub" / "a.md").write_text("# Notes\n\nSome text here.")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "blank.txt").write_bytes(b" \n \n")
    (tmp_path / "nul.txt").write_bytes(b"text\x00text")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (tmp_path / "date.md").write_text("---\nid: a\npublished: 2025-13-40\n---\ntext")
    (tmp_path / ".hidden.txt").write_text(GOOD)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "c.txt").write_text(GOOD)
    reading = read_file(tmp_path, root=tmp_path)
    assert [document.source_id for document in reading.documents] == ["file:b.txt", "file:sub/a.md"]
    whys = {Path(item.input).name: item.why for item in reading.rejected}
    assert set(whys) == {"picture.png", "empty.txt", "blank.txt", "nul.txt", "broken.pdf", "date.md"}
    assert 'unsupported suffix ".png"' in whys["picture.png"]
    assert "empty" in whys["empty.txt"]
    assert "empty" in whys["blank.txt"]
    assert "binary" in whys["nul.txt"]
    assert "published" in whys["date.md"]
    assert all("\n" not in why and "Traceback" not in why for why in whys.values())


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(FILE_LIMIT + 10_000_000)
    assert _whys(path) == {"large.txt": "too large: 60 MB, at most 50 MB"}


def test_links_that_lead_outside_are_passed_over(tmp_path: Path) -> None:
    outside, folder = tmp_path / "secret.txt", tmp_path / "in"
    folder.mkdir()
    outside.write_text(GOOD)
    (folder / "a.txt").write_text(GOOD)
    (folder / "out.txt").symlink_to(outside)
    (folder / "up").symlink_to(tmp_path)
    assert [path.name for path in files_in(folder)] == ["a.txt"]


def test_files_of_one_name_in_two_folders_stay_two_sources(tmp_path: Path) -> None:
    known = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes.txt").write_text(GOOD)
        (document,) = read_file(tmp_path / name / "notes.txt").documents
        assert document.url == "file:notes.txt"
        assert document == read_file(tmp_path / name).documents[0]
        known.add(document.source_id)
    assert len(known) == 2


def test_what_is_no_file_has_a_reason(tmp_path: Path) -> None:
    assert _whys(tmp_path / "nothing.txt") == {"nothing.txt": "no such file"}
    os.mkfifo(tmp_path / "pipe.txt")
    assert _whys(tmp_path / "pipe.txt") == {"pipe.txt": "not a file"}
    assert read_file(tmp_path).documents == ()


def _package(folder: Path) -> None:
    fields = [{"name": "period"}, {"name": "tonnes", "type": "number", "unit": "t"}, {"name": "source_id"}]
    resources = [{"name": name, "path": f"{name}.csv", "schema": {"fields": fields}} for name in ("tea", "lost")]
    (folder / "datapackage.json").write_text(json.dumps({"title": "Tea", "resources": resources}))
    (folder / "tea.csv").write_text("period,tonnes,source_id\n2024,1200,s1\n2025,5,\n")
    (folder / "free.csv").write_text("boat,cost\nIda,4\n")


def test_a_table_is_read_by_the_package_beside_it(tmp_path: Path) -> None:
    _package(tmp_path)
    assert [described.name for described in read_package(tmp_path)] == ["tea", "lost"]
    reading = read_file(tmp_path, root=tmp_path)
    assert [(document.source_id, document.kind) for document in reading.documents] == [
        ("file:free.csv", "article"),
        ("tea", "dataset"),
    ]
    assert [item.why for item in reading.rejected] == [
        "tea, row 2 (line 3): source_id is empty: a row without a source is not taken",
        "lost: no file lost.csv",
    ]
    alone = read_file(tmp_path / "datapackage.json", root=tmp_path)
    assert [document.source_id for document in alone.documents] == ["tea"]
    assert [item.why for item in alone.rejected][1] == "no such file"


@pytest.mark.parametrize("content", ["{", "[]", '{"resources": [1]}'])
def test_a_broken_package_is_a_reason_for_its_tables(tmp_path: Path, content: str) -> None:
    _package(tmp_path)
    (tmp_path / "datapackage.json").write_text(content)
    assert all(why.startswith("datapackage.json: ") for why in _whys(tmp_path).values())
    assert read_file(tmp_path).documents == ()
