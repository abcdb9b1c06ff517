"""HTML as Telegram reads it."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.links import checked_link
from bot.sandbox.markup import MarkupError, parse_html, utf16_length, utf16_slice
from bot.sandbox.texts import clean, detect

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}


@pytest.mark.parametrize(("tag", "kind"), SIMPLE.items())
def test_known_tags_become_entities(tag: str, kind: str) -> None:
    assert parse_html(f"a <{tag}>bc</{tag}>") == (
        "a bc",
        [{"type": kind, "offset": 2, "length": 2}],
    )


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("é <br> x", 'Unsupported start tag "br" at byte offset 3'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x.y', "Unclosed start tag at byte offset 0"),
        ("<a href= ", 'Unclosed start tag "a" at byte offset 0'),
        ("<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        (
            "&#xD83D;&#xDE00;",
            (
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            ),
        ),
        ("<b =>x</b>", 'Empty attribute name in the tag "b" at byte offset 0'),
    ],
)
def test_bad_markup_is_refused_in_telegrams_words(source: str, words: str) -> None:
    with pytest.raises(MarkupError) as refused:
        parse_html(source)
    assert str(refused.value) == words


def test_only_four_named_references_and_numbers_are_read() -> None:
    text, _ = parse_html("&lt;&gt;&amp;&quot;&#65;&#x42;&nbsp;&apos;&copy; & &;")
    assert text == '<>&"AB&nbsp;&apos;&copy; & &;'


def test_offsets_count_utf16_units() -> None:
    text, entities = parse_html("😀 <b>ကချင်😀</b>")
    assert entities == [{"type": "bold", "offset": 3, "length": utf16_length("ကချင်😀")}]
    assert utf16_slice(text, 3, entities[0]["length"]) == "ကချင်😀"


def test_quotes_languages_and_spoilers() -> None:
    source = (
        "<blockquote expandable>a</blockquote>"
        '<pre><code class="language-python">b</code></pre>'
        '<span class="tg-spoiler">c</span>'
    )
    assert parse_html(source)[1] == [
        {"type": "expandable_blockquote", "offset": 0, "length": 1},
        {"type": "pre", "offset": 1, "length": 1, "language": "python"},
        {"type": "spoiler", "offset": 2, "length": 1},
    ]


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://Example.org", "https://example.org/"),
        ("example.org/a b", "http://example.org/a%20b"),
        ("https://example.org:8080/x?y=1#z", "https://example.org:8080/x?y=1#z"),
        ("http://localhost/", None),
        ("file:NAME", None),
        ("javascript:alert(1)", None),
        ("ftp://example.org/", None),
        ("mailto:someone", None),
        ("", None),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
    ],
)
def test_addresses(url: str, taken: str | None) -> None:
    assert checked_link(url) == taken
    entities = parse_html(f'<a href="{html.escape(url)}">x y</a>')[1]
    assert [entity["url"] for entity in entities] == ([taken] if taken else [])


def test_code_holds_no_other_entity_and_quotes_do_not_nest() -> None:
    assert [e["type"] for e in parse_html("<code>a<b>c</b></code>")[1]] == ["code"]
    nested = "<blockquote>a<blockquote>b</blockquote></blockquote>"
    assert [e["type"] for e in parse_html(nested)[1]] == ["blockquote"]


@given(TEXTS)
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert parse_html(html.escape(text, quote=False)) == (text, [])


@given(st.lists(st.tuples(st.sampled_from(["b", "i", "u", "s"]), TEXTS), max_size=8))
def test_each_entity_covers_exactly_its_text(parts: list[tuple[str, str]]) -> None:
    source = "".join(f"<{tag}>{html.escape(text)}</{tag}>" for tag, text in parts)
    text, entities = parse_html(source)
    assert text == "".join(text for _, text in parts)
    covered = [utf16_slice(text, e["offset"], e["length"]) for e in entities]
    assert covered == [text for _, text in parts if text]


@given(st.text(st.sampled_from("<>/&;\"'= abipreodlqx#0😀"), max_size=40))
def test_any_text_is_read_or_refused(source: str) -> None:
    try:
        text, entities = parse_html(source)
    except MarkupError:
        return
    assert all(e["offset"] + e["length"] <= utf16_length(text) for e in entities)


@given(st.text(st.sampled_from(" \n\r\0\u202eab😀\u200b"), max_size=20))
def test_cleaning_keeps_entities_on_their_text(text: str) -> None:
    whole = {"type": "bold", "offset": 0, "length": utf16_length(text)}
    cleaned, entities = clean(text, [whole] if text else [])
    assert not set(cleaned) & set("\r\0\u202e")
    assert cleaned == cleaned.strip(" \n\u200b")
    assert entities == ([{**whole, "length": utf16_length(cleaned)}] if cleaned else [])


def test_commands_mentions_and_addresses_are_found() -> None:
    text = "/ask@Some_bot 😀 @someone see https://example.org/a. a/b x@y.z #tag 12/05"
    found = [(e["type"], utf16_slice(text, e["offset"], e["length"])) for e in detect(text)]
    assert found == [
        ("bot_command", "/ask@Some_bot"),
        ("mention", "@someone"),
        ("url", "https://example.org/a"),
        ("hashtag", "#tag"),
    ]
