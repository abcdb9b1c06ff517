"""Escaping, links and cutting, read back by the strict parser of the local Bot API."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render.html import Block, Run, bold, code, html, italic, link, plain, sentence_ends, split, web_address
from bot.render.text import LIMIT, clean, fitting, one_line, safe_cut, units
from bot.sandbox.markup import parse_html, utf16_length

anything = st.text(st.characters(), max_size=300) | st.text(
    st.sampled_from("<>&\"'/ab. \n😀👨‍👩‍👧\u0301\u202e[1]"), max_size=300
)
styles = st.sampled_from([Run, bold, italic, code, lambda text: link(text, "https://a.example/?x=1&y=<2>")])
runs = st.builds(lambda make, text: make(text), styles, anything)
blocks = st.builds(
    lambda found, kind, gap, times: Block(tuple(found) * times, kind, gap),
    st.lists(runs, min_size=1, max_size=4),
    st.sampled_from(["plain", "quote", "code"]),
    st.booleans(),
    st.sampled_from([1, 1, 1, 30]),
)


def squeezed(text: str) -> str:
    return "".join(text.split())


@settings(deadline=None, max_examples=150)
@given(st.lists(blocks, max_size=6))
def test_whatever_is_rendered_is_valid_fits_and_loses_nothing(given_blocks: list[Block]) -> None:
    texts = html(given_blocks)
    shown = ""
    for text in texts:
        read, entities = parse_html(text)
        assert utf16_length(read) <= LIMIT
        assert len(entities) <= 100
        assert read.strip()
        shown += read
    wanted = "".join(clean(run.text) for block in given_blocks for run in block.runs if block.text.strip())
    assert squeezed(clean(shown)) == squeezed(clean(wanted))


@given(anything)
def test_clean_text_is_text_that_can_be_sent(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert cleaned == clean(cleaned)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", cleaned)


@given(anything, st.integers(1, 50))
def test_cutting_measures_in_utf16_and_parts_no_pair(text: str, room: int) -> None:
    text = clean(text)
    cut = fitting(text, room)
    assert units(text[:cut]) <= room
    assert cut == len(text) or units(text[: cut + 1]) > room
    assert 0 <= safe_cut(text, cut) <= cut


def test_lone_and_paired_surrogates() -> None:
    assert clean("a\ud83d\ude00b") == "a😀b"
    assert clean("a\ud83db") == "a\ufffdb"
    assert clean("\u202egnp.exe\u0000") == "gnp.exe"


def test_a_long_text_is_cut_at_sentence_ends_after_their_marks() -> None:
    sentence = "The level of the lake fell by 3.5 metres, Gen. Ash told the U.S. paper. [1][2] "
    parts = html([plain(sentence * 200)])
    assert len(parts) > 1
    for part in parts:
        assert part.rstrip().endswith("[1][2]")
        assert part.startswith("The level")


def test_a_link_that_is_cut_apart_from_its_sentence_stays_a_whole_link() -> None:
    pieces: list[str | Run] = []
    for number in range(150):
        pieces += [
            f"Sentence number {number} is here for its length, which is a little more than nothing. ",
            link(f"[{number}]", "https://a.example/"),
        ]
        pieces += [" "]
    texts = html([plain(*pieces)])
    for text in texts:
        read, entities = parse_html(text)
        assert len(entities) <= 90
        assert re.match(r"Sentence number", read)
        assert read.rstrip().endswith("]")
    assert sum(text.count("<a ") for text in texts) == 150


def test_a_quote_that_is_cut_is_a_quote_in_each_message() -> None:
    texts = html([plain("Head"), Block((Run("Word and word. " * 900),), "quote", gap=True)])
    assert len(texts) >= 3
    assert all(text.count("<blockquote expandable>") == text.count("</blockquote>") == 1 for text in texts)


def test_emoji_and_letters_with_marks_are_not_parted() -> None:
    family = "👨‍👩‍👧"
    for text in html([plain(family * 2_000)]):
        assert text.startswith("👨") and text.endswith("👧")


def test_only_addresses_of_the_web_become_links() -> None:
    assert web_address("https://example.org/a?b=c&d") == "https://example.org/a?b=c&d"
    for bad in (
        "javascript:alert(1)", "file:notes.md", "tg://user?id=1", "https://", "http://a b.example", "",
        "https://user:secret@a.example", "//a.example", "https://[bad", "https://a.example/\u202e",
        "https://a.example/" + "x" * 3_000,
    ):  # fmt: skip
        assert web_address(bad) is None
        assert html([plain(link("title", bad))]) == ["title"]
    assert html([plain(link('a "b"', 'https://a.example/"><b>'))]) == [
        '<a href="https://a.example/&quot;&gt;&lt;b&gt;">a &quot;b&quot;</a>'
    ]


def test_blocks_that_fit_stay_whole() -> None:
    parts = split([plain("a" * 3_000), plain("b" * 3_000), plain("c" * 500)])
    assert [[len(block.text) for block in part] for part in parts] == [[3_000], [3_000, 500]]


def test_sentence_ends_keep_their_marks() -> None:
    text = "It fell. [1] [2] It rose again! Then it stayed."
    assert [text[:end] for end in sentence_ends(text)] == [
        "It fell. [1] [2]",
        "It fell. [1] [2] It rose again!",
        text,
    ]


def test_one_line() -> None:
    assert one_line("a\n\n b\u0000c", 10) == "a bc"
    assert one_line("abcdef", 4) == "abc…"
