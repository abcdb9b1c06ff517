"""None of what surrounds a saved article reaches the text, and all of the article does."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.models import Document
from retrieval.readers import html, markdown, plain_text
from retrieval.readers.article import article_in

SAMPLES = Path(__file__).parent / "samples"


def _read(name: str) -> Document:
    reader = html.read if name.endswith(".html") else plain_text.read
    return reader((SAMPLES / name).read_bytes(), name).documents[0]


def test_a_saved_article_is_read_without_advertising_comments_chat_and_banners() -> None:
    document = _read("saved_article.txt")
    paragraphs = document.text.split("\n\n")
    assert document.title == "Storm Season: Harbour Town's Salt Trade Braces for a Hard Winter"
    assert paragraphs[0].startswith("Northern Coast – A row over the salt pans")
    assert paragraphs[-1].endswith("the trade that built it.")
    assert len(paragraphs) == 7
    assert "The Council's Warning" in paragraphs
    assert document.publisher == "harbourdaily.example"
    assert document.url == "file:saved_article.txt"
    assert document.published is None
    for word in ("Ads Area", "Post Ad", "Spam", "WhatsApp", "avatar", "EDITOR", "www.", "COMMUNITY", "0 Comments"):
        assert word not in document.text


NOISE = (
    "cookies",
    "Accept all",
    "preferences",
    "Facebook",
    "Tweet",
    "ADVERTISEMENT",
    "Read more",
    "Salt pans close",
    "newsletter",
    "email",
    "Subscribe",
    "continues",
    "Related",
    "warns of ice",
    "Comment",
    "Great news",
    "Instagram",
    "rights reserved",
    "WhatsApp",
    "Home",
)


@pytest.mark.parametrize("name", ["news_site.txt", "news_site.html"])
def test_a_news_page_is_read_without_its_furniture(name: str) -> None:
    document = _read(name)
    assert document.title == "Ferry company buys three electric boats"
    assert document.published == "2025-07-08"
    assert [word for word in NOISE if word in document.text] == []
    for sentence in ("its director said on Tuesday", "will sail from March 2026", "Why now", "stays in the yard"):
        assert document.text.count(sentence) == 1


def test_an_ordinary_article_stays_whole() -> None:
    raw = (SAMPLES / "plain_article.txt").read_text()
    document = _read("plain_article.txt")
    assert f"{document.title}\n\n{document.text}" == raw.strip()
    assert article_in(raw).dropped == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "No comment on the report came from the ministry.",
        "By using terms of trade as a weapon, the state lost its friends.",
        "Share the load, the captain said, and the crew did so.",
        "Powered by rare metals, the motors run for ten years.",
        "More on the harbour",
        "Follow me in the dark, he told them.",
        "Join us in the fight, the leaflet said.",
        "Advertising",
        "Search",
    ],
)
def test_sentences_and_headings_that_only_sound_alike_stay(sentence: str) -> None:
    body = "The committee met on Monday and agreed on a plan for the whole year."
    assert sentence in article_in(f"{body}\n\n{sentence}\n\n{body}").text


def test_a_comment_link_above_the_article_drops_only_itself() -> None:
    body = "The committee met on Monday and agreed on a plan for the whole year."
    assert article_in(f"Headline\n\nLeave a comment\n\n{body}\n\n{body}").text == f"Headline\n\n{body}\n\n{body}"


def test_titles_of_other_articles_end_where_prose_begins_again() -> None:
    body = "The committee met on Monday and agreed on a plan for the whole year."
    others = "Related stories\n\nA first story about boats and harbours\n\nA second story about ice in the north"
    text = f"{body}\n\n{others}\n\nThe plan\n\n{body}"
    assert article_in(text).text == f"{body}\n\nThe plan\n\n{body}"


def test_a_list_of_short_lines_is_no_menu() -> None:
    text = "The boats are named as follows, after three captains of the town.\n\nIda\nNews of Home\nEva"
    assert article_in(text).text == text


def test_markdown_without_front_matter_is_cleaned_like_plain_text() -> None:
    body = "The committee met on Monday and agreed on a *plan* for the [whole year](https://a.example)."
    document = markdown.read(
        f"# A plan\n\nADVERTISEMENT\n\n{body}\n\nPost a Comment\n\nnice".encode(), "a.md"
    ).documents[0]
    assert (document.title, document.kind) == ("A plan", "article")
    assert document.text == "The committee met on Monday and agreed on a plan for the whole year."
