"""Characters, paragraphs, encodings, dates, addresses and ids."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.readers.clean import normalise, one_line, paragraphs
from retrieval.readers.decoding import decode
from retrieval.readers.period import parse_period
from retrieval.readers.provenance import (
    canonical_address,
    language_of,
    partial_date,
    safe_id,
    source_id,
    stated_date,
    web_address,
)
from retrieval.readers.reading import Unreadable

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)


@given(ANY_TEXT)
def test_text_is_nfc_without_controls_and_the_same_when_done_twice(text: str) -> None:
    clean = paragraphs(text)
    assert clean == unicodedata.normalize("NFC", clean)
    assert not any(unicodedata.category(sign) in {"Cc", "Cs"} and sign != "\n" for sign in clean)
    assert not set(clean) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    assert "\n\n\n" not in clean
    assert paragraphs(clean) == clean
    assert normalise(normalise(text)) == normalise(text)
    assert "\n" not in one_line(text)


def test_hand_wrapped_lines_are_joined_and_headings_and_lists_stay() -> None:
    wrapped = (
        "Why the boats were bought\n"
        "The ferry company of the town has ordered three electric boats for the\n"
        "northern line, its director said on Tuesday, after two years of long-\n"
        "winded talks.\n\n\n\n- one boat\n- two boats"
    )
    assert paragraphs(wrapped) == (
        "Why the boats were bought\n\n"
        "The ferry company of the town has ordered three electric boats for the northern line, its director said on "
        "Tuesday, after two years of long-winded talks.\n\n- one boat\n- two boats"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_known_encodings_are_read(encoding: str) -> None:
    text = "The café’s owner said “no” to the naïve plan; it costs 5 € a day."
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("Тест на русском языке, длинный текст".encode("cp1251"), "wrong encoding"),
        ("これは日本語の文章です。".encode("shift_jis"), "wrong encoding"),
        ("这是一个中文句子，用于测试。".encode("gbk"), "wrong encoding"),
        ("Plain text in UTF-16".encode("utf-16-le"), "UTF-16 without its mark"),
        ("café ’ ".encode() * 3 + b"\xe9 broken", "wrong encoding: not UTF-8 at byte"),
        (b"\x89PNG\r\n\x1a\n0000", "a PNG picture"),
        (bytes(range(1, 32)) * 4, "binary data"),
        (b"\xff\xfe\x00\xd8", "wrong encoding"),
    ],
)
def test_other_encodings_are_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        decode(data)


@given(st.binary(max_size=400))
def test_any_bytes_decode_or_are_unreadable(data: bytes) -> None:
    try:
        assert "\x00" not in decode(data)
    except Unreadable as fault:
        assert str(fault)


@pytest.mark.parametrize("value", ["2025", "2025-06", "2024-02-29"])
def test_dates_of_the_contract_pass(value: str) -> None:
    assert partial_date(value, "published") == value


@pytest.mark.parametrize("value", ["2025-13-40", "2025-02-29", "08/07/2025", "July 2025", "20250708", "2025-6", "٢٠٢٥"])
def test_other_dates_are_refused_with_the_field_and_the_forms(value: str) -> None:
    with pytest.raises(Unreadable, match=r"published: .* YYYY, YYYY-MM or YYYY-MM-DD"):
        partial_date(value, "published")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-07-08T06:30:00+01:00", "2025-07-08"),
        ("8 July 2025", "2025-07-08"),
        ("Tuesday, July 8, 2025", "2025-07-08"),
        ("Sept. 3, 2025", "2025-09-03"),
        ("31 June 2025", None),
        ("soon", None),
    ],
)
def test_days_that_pages_state(text: str, day: str | None) -> None:
    assert stated_date(text) == day


def test_one_page_has_one_address() -> None:
    address = "HTTPS://WWW.Example.org:443/News/a/?utm_source=x&id=7&fbclid=y#top"
    assert canonical_address(address) == "https://www.example.org/News/a?id=7"
    for wrong in (
        "javascript:alert(1)",
        "http://",
        "http://[::1",
        "ftp://a.example/x",
        "a b",
        "http://a.example:99999/",
    ):
        assert canonical_address(wrong) == ""
        with pytest.raises(Unreadable, match="url: "):
            web_address(wrong)


@given(ANY_TEXT, ANY_TEXT)
def test_ids_are_short_safe_and_stable(declared: str, name: str) -> None:
    known = source_id(declared, "", name)
    assert 0 < len(known) <= 200
    assert not set(known) & set(" \n\t<>\"'`\\")
    assert safe_id(known) == known


def test_identity_is_the_id_then_the_address_then_the_path() -> None:
    assert source_id("a-b", "https://a.example/x/", "n.txt") == "a-b"
    assert source_id("", "https://a.example/x/", "n.txt") == "https://a.example/x"
    assert source_id("", "", "sub/n.txt") == "file:sub/n.txt"


@pytest.mark.parametrize(("text", "language"), [("မြန်မာနိုင်ငံ", "my"), ("稀土出口", "zh"), ("Plain words", "en")])
def test_the_script_gives_the_language_away(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "words", "when", "kind"),
    [
        ("2024", "2024", "in 2024", "year"),
        ("2025-05", "May 2025", "in May 2025", "month"),
        ("2025-05-06", "6 May 2025", "on 6 May 2025", "day"),
        ("2025-01/2025-05", "January to May 2025", "from January to May 2025", "year-to-date"),
        ("2017-05/2021-10", "May 2017 to October 2021", "from May 2017 to October 2021", "range"),
        ("2025-05-01/2025-05-09", "1 to 9 May 2025", "from 1 to 9 May 2025", "range"),
        ("2018/2023", "2018 to 2023", "from 2018 to 2023", "range"),
    ],
)
def test_periods_in_words(text: str, words: str, when: str, kind: str) -> None:
    period = parse_period(text)
    assert period is not None
    assert (period.words, period.when, period.type) == (words, when, kind)


@pytest.mark.parametrize("text", ["", "2025-13", "2025/", "2025-05/2025-01", "2025/2026-01", "May 2025", "25"])
def test_what_is_no_period(text: str) -> None:
    assert parse_period(text) is None
