"""Markdown, JSON lines, HTML, PDF and Word: what they give, and what they refuse."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import docx as python_docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from retrieval.readers import brief_faults, docx, html, jsonl, markdown, pdf, plain_text, table
from retrieval.readers.reading import Reading, Unreadable

BRIEF = """---
id: harbour-2025-07-08
title: "Salt: a hard winter"
publisher: Harbour Daily
url: https://www.harbourdaily.example/salt
published: 2025-07-08
about: null
language: no
origin: harbour-2025-07-08
licence: CC-BY-4.0
topics: [salt, trade]
places: ["Harbour Town"]
disagrees_with: [other-1]
note: "Our own summary of a report by Harbour Daily."
---

Three of five pans were closed.
They stay closed.
"""


def _why(read: Callable[[bytes, str], Reading], data: bytes, name: str = "x") -> str:
    with pytest.raises(Unreadable) as caught:
        read(data, name)
    return str(caught.value)


def test_a_brief_with_its_front_matter() -> None:
    document = markdown.read(BRIEF.encode(), "salt.md").documents[0]
    assert (document.source_id, document.kind, document.title) == ("harbour-2025-07-08", "brief", "Salt: a hard winter")
    assert (document.published, document.about, document.language) == ("2025-07-08", None, "no")
    assert (document.topics, document.places, document.disagrees_with) == (
        ("salt", "trade"),
        ("Harbour Town",),
        ("other-1",),
    )
    assert document.text == "Three of five pans were closed. They stay closed."
    assert brief_faults(document) == ()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("id: harbour-2025-07-08\n", "", "id is missing"),
        ('title: "Salt: a hard winter"\n', "", "title is missing"),
        ("publisher: Harbour Daily\n", "", "publisher is missing"),
        ("url: https://www.harbourdaily.example/salt\n", "", "url is missing"),
        ("url: https", "url: gopher", "no web address"),
        ("summary of", "copy of", "note does not say that it is a summary"),
        ("2025-07-08\nabout", "2025-13-40\nabout", "published: .2025-13-40. is no date; give YYYY"),
        ("about: null", "about: last year", "about: "),
        ("title: ", "title: [", "malformed YAML"),
        ("topics: [salt, trade]", "topics: {a: b}", "topics must be a list"),
        ("language: no\n", "language: no\nkind: rumour\n", "kind: "),
        ('Daily."\n---', 'Daily."\n', "not closed"),
        ("Three of five pans were closed.\nThey stay closed.\n", "", "no text under the front matter"),
    ],
)
def test_a_brief_that_is_not_sound_is_refused(old: str, new: str, why: str) -> None:
    assert old in BRIEF
    with pytest.raises(Unreadable, match=why):
        markdown.read(BRIEF.replace(old, new).encode(), "salt.md")


def test_an_article_is_no_brief() -> None:
    document = markdown.read(b"# A heading #\n\nSome text here.", "notes.md").documents[0]
    assert (document.title, document.text, document.url) == ("A heading", "Some text here.", "file:notes.md")
    assert (document.publisher, document.source_id) == ("notes.md", "file:notes.md")
    assert brief_faults(document)


def test_markup_is_taken_off() -> None:
    raw = (
        b"Two\nlines with **bold**, _leaning_ and `code`.\n\n> quoted\n\n* * *\n\n- one\n- two\n\nsnake_case 2 * 3 * 4"
    )
    text = markdown.read(raw, "a.md").documents[0].text
    assert text == "Two lines with bold, leaning and code.\n\nquoted\n\n- one\n- two\n\nsnake_case 2 * 3 * 4"


def test_good_lines_go_in_and_bad_ones_are_named() -> None:
    good = {"id": "a", "title": "T", "text": "Some text.", "url": "https://a.example/x", "published": "2025-07"}
    lines = [
        json.dumps(good),
        "{broken",
        json.dumps(good | {"id": "b", "published": "2025-13-40"}),
        "",
        json.dumps(good | {"id": "c", "text": "  "}),
        json.dumps({"title": "T", "text": "no id"}),
        json.dumps(good),
        json.dumps(good | {"id": "d", "url": "javascript:alert(1)"}),
        json.dumps(good | {"id": "e", "text": ["a"]}),
        "[1]",
        json.dumps({"id": "f", "title": "T\ud800", "text": "x \ud800 y"}),
    ]
    reading = jsonl.read("\n".join(lines).encode(), "f.jsonl")
    assert [document.source_id for document in reading.documents] == ["a", "f"]
    assert reading.documents[0].publisher == "a.example"
    assert reading.documents[1].text == "x y"
    numbers = [item.why.split(":")[0] for item in reading.rejected]
    assert numbers == [f"line {number}" for number in (2, 3, 5, 6, 7, 8, 9, 10)]
    assert "published" in reading.rejected[1].why


def test_html_in_its_declared_encoding() -> None:
    page = (
        "<html><head><meta charset='gb2312'><title>稀土</title></head><body><p>中国的稀土出口下降了。</p></body></html>"
    )
    document = html.read(page.encode("gb2312"), "a.html").documents[0]
    assert (document.title, document.text, document.language) == ("稀土", "中国的稀土出口下降了。", "zh")


def test_a_page_states_its_provenance_or_falls_back() -> None:
    body = "<p>" + "The committee met on Monday and agreed on a plan. " * 6 + "</p>"
    head = '<meta property="article:published_time" content="2025-02-30T10:00"><link rel=canonical href="javascript:1">'
    document = html.read(
        f"<html><head>{head}</head><body><h1>A plan</h1>{body}</body></html>".encode(), "p.html"
    ).documents[0]
    assert (document.title, document.published, document.url) == ("A plan", None, "file:p.html")
    assert "A plan" not in document.text


@pytest.mark.parametrize(
    "page",
    [
        b"<html><body>" + b"<div>" * 50_000 + b"deep" + b"</div>" * 50_000,
        b"<html><body><script>var a = 1</script></body></html>",
        b"<" * 10_000,
    ],
)
def test_pages_without_text_are_refused(page: bytes) -> None:
    assert "empty" in _why(html.read, page)


@pytest.mark.parametrize("piece", [b"<a ", b"<!--", b"<a b='", b"</"])
def test_hostile_markup_is_read_at_once(piece: bytes) -> None:
    page = b"<html><body><p>The committee met on Monday.</p>" + piece * 50_000
    assert "committee" in html.read(page, "x.html").documents[0].text


def _pdf(paragraphs: list[str], title: str = "") -> bytes:
    styles, out = getSampleStyleSheet(), io.BytesIO()
    template = SimpleDocTemplate(out, pagesize=A4, title=title)

    def foot(canvas: Canvas, _: SimpleDocTemplate) -> None:
        canvas.drawString(60, 30, f"Harbour Daily, page {canvas.getPageNumber()}")

    story = [Paragraph(text, styles["Heading1" if index == 0 else "BodyText"]) for index, text in enumerate(paragraphs)]
    template.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


SENTENCE = "The ferry company of the town has ordered three electric boats for the northern line, its director said. "


def test_a_pdf_gives_paragraphs_without_running_feet() -> None:
    body = [f"In year {number} all went well. {SENTENCE * 3}It was so." for number in range(40)]
    document = pdf.read(_pdf(["Why the boats were bought", *body]), "boats.pdf").documents[0]
    paragraphs = document.text.split("\n\n")
    assert document.title == "Why the boats were bought"
    assert "Harbour Daily" not in document.text
    assert paragraphs[0] == body[0]
    assert sum(paragraph in body for paragraph in paragraphs) >= 36
    assert pdf.read(_pdf(["A", *body], title="Stated title"), "b.pdf").documents[0].title == "Stated title"


def test_pdfs_that_cannot_be_read_are_refused() -> None:
    writer = PdfWriter(PdfReader(io.BytesIO(_pdf(["A title", SENTENCE]))))
    writer.encrypt("secret", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    assert "encrypted" in _why(pdf.read, locked.getvalue())
    assert "broken PDF" in _why(pdf.read, b"%PDF-1.7\nnothing more")
    assert "broken PDF" in _why(pdf.read, b"no pdf")
    blank = io.BytesIO()
    canvas = Canvas(blank)
    canvas.showPage()
    canvas.save()
    assert "no text layer" in _why(pdf.read, blank.getvalue())


def _word() -> bytes:
    document, out = python_docx.Document(), io.BytesIO()
    document.add_heading("Why the boats were bought", 1)
    document.add_paragraph(SENTENCE.strip())
    grid = document.add_table(rows=2, cols=2)
    for row, cells in zip(grid.rows, (("boat", "cost"), ("Ida", "4.2")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("The end of it.")
    document.save(out)
    return out.getvalue()


def test_a_word_document_in_its_order() -> None:
    document = docx.read(_word(), "boats.docx").documents[0]
    assert document.title == "Why the boats were bought"
    assert document.text.split("\n\n") == [SENTENCE.strip(), "boat; cost", "Ida; 4.2", "The end of it."]


def test_word_documents_that_cannot_be_read_are_refused() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"0" * 60_000_000)
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "text")
    assert "ZIP bomb" in _why(docx.read, bomb.getvalue())
    assert "something else" in _why(docx.read, other.getvalue())
    assert "broken" in _why(docx.read, b"PK\x03\x04 nothing")
    assert "encrypted" in _why(docx.read, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600)
    assert "broken" in _why(docx.read, _word()[:2000])


READERS = [markdown.read, plain_text.read, html.read, pdf.read, docx.read, jsonl.read, table.read]
STARTS = [b"", b"%PDF-1.4\n", b"PK\x03\x04", b"---\nid: ", b"<html><body><p>", b'{"id": "', b"a,b\n"]


@pytest.mark.parametrize("read", READERS)
@given(start=st.sampled_from(STARTS), data=st.binary(max_size=300))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_read_or_unreadable(read: Callable[[bytes, str], Reading], start: bytes, data: bytes) -> None:
    _check(read, start + data)


@pytest.mark.parametrize("read", READERS)
@given(text=st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_or_unreadable(read: Callable[[bytes, str], Reading], text: str) -> None:
    _check(read, text.encode())


@given(place=st.integers(0, 3000), byte=st.integers(0, 255), cut=st.integers(0, 3000))
@settings(max_examples=40, deadline=None)
def test_damaged_files_are_read_or_unreadable(place: int, byte: int, cut: int) -> None:
    for read, whole in ((pdf.read, _pdf(["A title", SENTENCE])), (docx.read, _word())):
        damaged = bytearray(whole)
        damaged[place % len(damaged)] = byte
        _check(read, bytes(damaged))
        _check(read, whole[: cut % len(whole)])


def _check(read: Callable[[bytes, str], Reading], data: bytes) -> None:
    try:
        reading = read(data, "sub/x.txt")
    except Unreadable as fault:
        assert str(fault)
        assert "\n" not in str(fault)
        return
    for document in reading.documents:
        assert all((document.source_id, document.title, document.text, document.publisher, document.url))
        document.text.encode()
