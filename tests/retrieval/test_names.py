"""Names under all their spellings."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.names import Name, Names, load_names

NAMES = Names(
    [
        Name("nmdam", "Larkspur", "place", ("Larkspur", "Larkspur dam", "云雀坝", "လားစပါ")),
        Name("nmunion", "Farmers' Union", "organisation", ("Farmers' Union", "St Patrick's Union"), exact=("US",)),
    ]
)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("the LARKSPUR DAM’s crack", {"nmdam"}),
        ("the farmers' union and Larkspur's people", {"nmdam", "nmunion"}),
        ("St Patrick’s Union", {"nmunion"}),
        ("the US said", {"nmunion"}),
        ("tell us more", set()),
        ("云雀坝有多高？", {"nmdam"}),
        ("လားစပါဆည် ဘယ်လောက်မြင့်လဲ", {"nmdam"}),
        ("Larks", set()),
        ("", set()),
    ],
)
def test_found(text: str, keys: set[str]) -> None:
    assert NAMES.keys(text) == keys


def test_order_is_that_of_first_mention() -> None:
    assert [name.key for name in NAMES.find("The Farmers' Union at Larkspur and the Farmers' Union")] == [
        "nmunion",
        "nmdam",
    ]


@pytest.mark.parametrize("entry", ["- {kind: place}", "- {preferred: X}", "- nonsense"])
def test_a_wrong_entry_is_named(entry: str, tmp_path: Path) -> None:
    file = tmp_path / "names.yaml"
    file.write_text(entry)
    with pytest.raises(ValueError, match="entry 1"):
        load_names(file)
