"""An answer as messages: links, evidence, passages, and the three outcomes told apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot.nouns import ToldCitation
from bot.render.answer import answer_messages, evidence_line
from bot.render.citation import citation_text
from bot.render.dates import dated, shown
from bot.render.inline import inline_article
from bot.render.sources import listed, sources_page
from bot.sandbox.markup import parse_html, utf16_length
from retrieval.models import Answer, Citation, Claim, Disagreement, Evidence, Passage, Source, Standing, Withheld

NOW = datetime(2031, 3, 10, tzinfo=UTC)
TEXT = "The crack is 14 metres long. Divers saw it <on> 1 March & measured it."


def source(number: int = 1, standing: Standing = "newsroom", **given: Any) -> Source:
    values: dict[str, Any] = {
        "source_id": f"s{number}", "kind": "brief", "title": 'A "crack" <is> found', "publisher": "The Tern & Co",
        "standing": standing, "url": f"https://news.example/{number}?a=1&b=2", "published": "2031-03-02",
        "about": None, "language": "en", "origin": f"s{number}", "licence": "", "topics": (), "places": (),
        "disagrees_with": (), "first_seen": NOW, "known_at": NOW, "state": "live", "version": 1,
    }  # fmt: skip
    return Source(**{**values, **given})


def citation(number: int = 1, start: int = 0, end: int = 28, of: Source | None = None, text: str = TEXT) -> Citation:
    of = of or source(number)
    passage = Passage(f"p{of.source_id}", of.source_id, of.source_id, 1, 0, len(text), text, "", of.kind)
    return Citation(number, passage, of, start, end)


def answer(**given: Any) -> Answer:
    values: dict[str, Any] = {
        "question": "How long?", "claims": (Claim("The crack is 14 metres long.", (1,)),), "citations": (citation(),),
        "computed": (), "evidence": Evidence(1, "2031-03-02", ()), "disagreements": (), "withheld": (),
        "abstained": False, "engine": "extractive", "as_of": "2031-03-02", "missing": None, "nearest": None,
        "nearest_topics": (), "fallback": None, "milliseconds": {},
    }  # fmt: skip
    return Answer(**{**values, **given})


def told(of: Answer, today: date = date(2031, 3, 10)) -> str:
    texts = answer_messages(of, today, 30, {"dam": "The <dam>"})
    for text in texts:
        assert utf16_length(parse_html(text)[0]) <= 4096
    return "\n".join(texts)


def test_an_answer_with_its_link_evidence_and_passage() -> None:
    text = told(answer())
    assert text == (
        "The crack is 14 metres long. "
        '<a href="https://news.example/1?a=1&amp;b=2">[1]</a>\n\n'
        "<i>1 origin · newest 2 Mar 2031</i>\n\n"
        '<blockquote expandable>[1] <a href="https://news.example/1?a=1&amp;b=2">'
        "A &quot;crack&quot; &lt;is&gt; found</a> · The Tern &amp; Co · 2 Mar 2031 · summary\n"
        "<b>The crack is 14 metres long.</b> Divers saw it &lt;on&gt; 1 March &amp; measured it.</blockquote>"
    )


def test_the_line_of_evidence() -> None:
    marks = Evidence(2, "2025-07", ("unnamed", "party", "disputed", "official"))
    assert evidence_line(marks) == (
        "2 origins · newest Jul 2025 · unnamed sources · party's claim · disputed · official figure"
    )
    party = [citation(of=source(standing="party", publisher="The Union"))]
    assert "party's claim (The Union)" in evidence_line(marks, party)
    assert evidence_line(Evidence(1, None), party) == "1 origin · undated · party to the story: The Union"


def test_an_old_answer_opens_with_its_date() -> None:
    assert told(answer(), date(2031, 4, 2)).startswith("<i>As of 2 Mar 2031")
    assert told(answer(), date(2031, 4, 1)).startswith("The crack")


def test_dates_of_what_is_not_dated() -> None:
    assert "· about 2025-07 ·" in told(answer(citations=(citation(of=source(published=None, about="2025-07")),)))
    assert "· undated ·" in told(answer(citations=(citation(of=source(published=None)),)))
    assert (shown("2025"), shown("2025-07"), shown("2025-07-08")) == ("2025", "Jul 2025", "8 Jul 2025")
    assert dated("2025-07-08", "2024") == "8 Jul 2025"


def test_kinds_are_named() -> None:
    assert "· table\n" in told(answer(citations=(citation(of=source(kind="dataset")),)))
    assert "2 Mar 2031\n" in told(answer(citations=(citation(of=source(kind="article")),)))
    assert "· party to the story · summary" in told(answer(citations=(citation(of=source(standing="party")),)))


def test_a_source_without_an_address_of_the_web_is_named_but_not_linked() -> None:
    text = told(answer(citations=(citation(of=source(url="file:notes.md")),)))
    assert "<a " not in text
    assert "[1] A &quot;crack&quot; &lt;is&gt; found" in text


def test_two_quotes_of_one_passage_share_it() -> None:
    both = (citation(1), citation(2, 29, 70, of=source(1)))
    text = told(answer(citations=both, claims=(Claim("One.", (1,)), Claim("Two.", (2, 1)))))
    assert text.count("<blockquote") == 1
    assert text.count("Divers") == 1
    assert "[1] [2] <a" in text


def test_withheld_sentences_are_counted() -> None:
    one = (Withheld("x", "y"),)
    assert "withheld" not in told(answer())
    assert "1 sentence was withheld" in told(answer(withheld=one))
    assert "2 sentences were withheld" in told(answer(withheld=one * 2))


def test_disagreements_tell_both_sides() -> None:
    sides = (Claim("The Tern says 14.", (1,)), Claim("The Union says 20.", (2,)))
    text = told(answer(disagreements=(Disagreement("the length", sides),), citations=(citation(), citation(2))))
    assert "Sources disagree: the length" in text
    assert text.index("The Tern says 14.") < text.index("The Union says 20.")


def test_the_nearest_passage_is_marked_as_no_answer() -> None:
    text = told(answer(abstained=True, claims=(), citations=(), nearest=citation(), missing="a passage on depth"))
    assert text.startswith("<b>Not an answer.</b> The library has no passage on depth.")
    assert "<blockquote expandable>" in text


def test_what_is_missing_is_said_and_topics_are_offered() -> None:
    text = told(answer(abstained=True, claims=(), citations=(), missing="a price", nearest_topics=("dam", "people")))
    assert text.startswith("<b>The library does not hold the answer.</b> It has no price.")
    assert "It does cover: The &lt;dam&gt; · people" in text
    assert "[1]" not in text
    assert "It has no figure for 2030; the nearest" in told(
        answer(abstained=True, claims=(), citations=(), missing="no figure for 2030; the nearest is 2029")
    )


def test_what_is_missing_reads_as_a_sentence() -> None:
    text = told(answer(abstained=True, claims=(), citations=(), missing="anything on “Ember Ford”"))
    assert text == "<b>The library does not hold the answer.</b> It has nothing on “Ember Ford”."


def test_a_long_passage_opens_with_what_is_cited_of_it() -> None:
    before, quote = "It rained on the hills. " * 30, "The crack is 14 metres long."
    text = f"{before}{quote} Divers saw it."
    shown = told(answer(citations=(citation(1, len(before), len(before) + len(quote), text=text),)))
    body = shown.partition("summary\n")[2]
    assert body.startswith(f"<b>{quote}</b>\n{before}<b>{quote}</b> Divers saw it.")


def test_a_long_answer_loses_no_citation() -> None:
    many = tuple(
        citation(n, 0, 900, text=f"Passage {n}. " + "It is a long sentence of the report. " * 60) for n in range(1, 9)
    )
    texts = answer_messages(
        answer(citations=many, claims=tuple(Claim(f"Claim {n}.", (n,)) for n in range(1, 9))), NOW.date(), 30
    )
    assert len(texts) > 1
    for n in range(1, 9):
        assert f'">[{n}]</a>' in texts[0]
        assert sum(f"Passage {n}." in text for text in texts) == 1


def test_an_inline_article_is_one_message_whatever_its_length() -> None:
    many = tuple(citation(n, 0, 900, text=f"Passage {n}. " + "It is a long sentence. " * 100) for n in range(1, 9))
    long = answer(citations=many, claims=tuple(Claim(f"Claim {n}.", (n,)) for n in range(1, 9)))
    article = inline_article(long, "How <long>?" * 100, NOW.date(), 30)
    read, entities = parse_html(article.text)
    assert utf16_length(read) <= 4096
    assert "[8]" in read
    assert any(entity["type"] == "expandable_blockquote" for entity in entities)
    assert article.title == "Claim 1."
    nothing = inline_article(answer(abstained=True, claims=(), citations=()), "x", NOW.date(), 30)
    assert nothing.title == "Not in the library"


def test_a_citation_ready_to_paste() -> None:
    one = ToldCitation(
        1, "s1", "brief", TEXT[:28], "A crack", "The Tern", "newsroom", "https://a.example/1", "2031-03-02", None, NOW
    )
    assert citation_text(one) == (
        "The Tern, “A crack”, 2 Mar 2031, https://a.example/1. As held on 10 Mar 2031. "
        "Cited from a summary of the report. Quote: “The crack is 14 metres long.”"
    )
    assert "about 2031-02" in citation_text(replace(one, published=None, about="2031-02"))


def test_the_list_of_sources() -> None:
    def row(n: int, published: str | None, state: str = "live") -> dict[str, Any]:
        return {
            "source_id": f"s{n}", "kind": "article", "title": f"<T{n}>", "publisher": "P&Q", "url": "https://a.example",
            "published": published, "about": None, "standing": "party", "state": state,
        }  # fmt: skip

    rows = listed([row(1, None), row(2, "2031-03-02"), row(3, "2031-03-05"), row(4, "2031-04", "withdrawn")])
    assert [one["source_id"] for one in rows] == ["s3", "s2", "s1"]
    text = sources_page(rows, 0)
    parse_html(text)
    assert text.startswith("<b>3 sources from 1 publisher</b> · newest 5 Mar 2031")
    assert "&lt;T3&gt;</a> · P&amp;Q · 5 Mar 2031 · article · party to the story" in text
    assert "empty" in sources_page([], 0)
