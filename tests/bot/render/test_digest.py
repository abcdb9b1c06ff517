"""A digest in one message: short, complete, and never current where it is old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.buttons import more_keyboard, read_more
from bot.render.digest import MOST, View, digest_message, digest_rest
from bot.sandbox.markup import parse_html
from bot.zones import zone_named
from retrieval.briefing.compose import Digest, FigureChange, Point, Read, Sentence, Story, Unreachable
from retrieval.models import Citation, Claim, Disagreement, Evidence, Passage, Source

SINCE, UNTIL = datetime(2031, 3, 8, 2, tzinfo=UTC), datetime(2031, 3, 9, 2, tzinfo=UTC)
VIEW = View(titles={"dam": "The dam", "people": "The people"}, zone=zone_named("Asia/Yangon"))


def citation(number: int, text: str, published: str | None = "2031-03-08") -> Citation:
    source = Source(
        f"s{number}", "article", f"Title <{number}>", f"Paper & {number}", "newsroom", f"https://p.example/{number}?a&b",
        published, None, "en", f"s{number}", "", ("dam",), (), (), SINCE, SINCE, "live", 1,
    )  # fmt: skip
    passage = Passage(f"p{number}", source.source_id, source.source_id, 1, 0, len(text), text, "", "article")
    return Citation(number, passage, source, 0, len(text))


def story(number: int, *texts: str) -> Story:
    cited = [citation(number * 10 + place, text) for place, text in enumerate(texts)]
    return Story(
        f"st{number}", f"Title <{number}>", "2031-03-08", ("Paper",), 1, Evidence(1, "2031-03-08", ("party",)),
        tuple(Sentence(c.quote, (c,)) for c in cited),
    )  # fmt: skip


def figure(number: int, basis: str, change: float | None = None) -> FigureChange:
    before, now = citation(number, f"It was 10 m, {basis}."), citation(number + 1, f"It is 12.5 m, {basis}.")
    return FigureChange(
        "level", "pond", basis, "m", Point("2031-01", 10.0, "s", before.quote), Point("2031-02", 12.5, "s", now.quote),
        change, "", (before, now),
    )  # fmt: skip


def digest(
    stories: tuple[Story, ...] = (), figures: tuple[FigureChange, ...] = (), looked: int | None = None,
    unreachable: int = 0, latest: str | None = "2031-03-08", disagreements: tuple[Disagreement, ...] = (),
    stands: tuple[Story, ...] = (), more: tuple[Citation, ...] = (),
) -> Digest:  # fmt: skip
    cited = [c for s in (*stories, *stands) for x in s.sentences for c in x.citations]
    cited += [c for f in figures for c in f.citations] + list(more)
    lost = tuple(Unreachable(f"https://f.example/{n}", "2031-03-08T00:00:00Z", "502") for n in range(unreachable))
    read = Read(looked or 0, len(stories), len(stories))
    return Digest(
        "dam", SINCE, UNTIL, read, stories, figures, disagreements, tuple(cited), lost, latest, stands, 0, looked
    )  # fmt: skip


def text_of(found: Digest, view: View = VIEW) -> str:
    return parse_html(digest_message(found, view).text)[0]


def test_tells_stories_with_linked_numbers_and_evidence() -> None:
    found = digest((story(1, "The dam <held> & stood on 8 March."),), looked=9)
    rendered = digest_message(found, VIEW)
    text, entities = parse_html(rendered.text)
    assert text.startswith("The dam · 9 Mar 2031, 08:30")
    assert "Title <1> · 8 Mar 2031\nThe dam <held> & stood on 8 March. [1]" in text
    assert "1 origin · newest 8 Mar 2031 · party's claim" in text
    assert "24 h · 1 report, 1 origin · 9 of 9 sources read" in text
    assert "https://p.example/10?a&b" in {entity.get("url") for entity in entities}
    assert [(claim.citations, rendered.citations[0].number) for claim in rendered.claims] == [((1,), 1)]


def test_nothing_new_and_could_not_look_are_never_confused() -> None:
    quiet = text_of(digest(looked=9))
    assert "Nothing new came in since 8 Mar 2031, 08:30" in quiet and "Could not" not in quiet
    assert "The last report is of 8 Mar 2031." in quiet
    blind = text_of(digest(looked=0, unreachable=3))
    assert "Could not look: none of the 3 sources" in blind and "Nothing new" not in blind
    half = text_of(digest(looked=7, unreachable=2))
    assert "Could not look everywhere: 2 sources" in half and "7 of 9 sources read" in half


def test_says_when_the_story_is_old() -> None:
    assert "Nothing told here is current" in text_of(digest(latest="2030-06-01"))
    assert "Nothing told here is current" not in text_of(digest(latest="2031-03-01"))


def test_first_digest_opens_with_where_things_stand() -> None:
    found = digest((story(1, "The dam held through the night."),), stands=(story(2, "A crack was found before."),))
    first = text_of(found, View(titles=VIEW.titles, first=True))
    assert first.index("Where things stand") < first.index("A crack was found") < first.index("The dam held")
    assert "Where things stand" not in text_of(found)


def test_missed_and_discreet() -> None:
    found = digest((story(1, "The dam held through the night."),))
    text = text_of(found, View(titles=VIEW.titles, missed=2, discreet=True))
    assert text.splitlines()[0] == "Your update is here."
    assert "2 earlier digests were not sent; this one tells the whole span since 8 Mar 2031, 02:00." in text


def test_figures_of_different_basis_are_not_comparable() -> None:
    both = text_of(digest(figures=(figure(1, "gross", 25.0), figure(3, "net"))))
    assert "not comparable" in both and "change +25.0%" in both
    assert "Before: 10 m (Jan 2031) [2]" in both
    assert "not comparable" not in text_of(digest(figures=(figure(1, "gross"),)))


def test_a_stated_change_without_the_value_before_says_so() -> None:
    now = citation(1, "It fell nearly 50% against a year before.")
    stated = FigureChange(
        "t", "s", "b", "t", None, Point("2031-02", 5.0, "s", now.quote), None, "a year before", (now,)
    )
    assert "What it was a year before is not stated." in text_of(digest(figures=(stated,)))


def test_both_sides_with_dates() -> None:
    one, two = citation(1, "It was 12 houses.", "2031-03-01"), citation(2, "It was 40 houses.", "2031-03-08")
    found = Disagreement("houses", (Claim(two.quote, (2,)), Claim(one.quote, (1,))))
    text = text_of(digest((story(3, "Houses were flooded below the dam."),), disagreements=(found,), more=(one, two)))
    assert "– 8 Mar 2031, Paper & 2: It was 40 houses." in text and "– 1 Mar 2031, Paper & 1: It was 12 houses." in text


words = st.text(alphabet="abcdefgh <>&\"'", min_size=30, max_size=430).map(lambda t: f"A{t}.")
kinds = st.sampled_from(["gross", "net"])


@settings(deadline=None)
@given(
    st.lists(st.lists(words, min_size=1, max_size=2), max_size=8), st.lists(kinds, max_size=6), st.booleans(),
    st.integers(0, 3), st.integers(0, 40),
)  # fmt: skip
def test_fits_whatever_is_told_and_loses_nothing(
    stories: list[list[str]], bases: list[Literal["gross", "net"]], first: bool, missed: int, unreachable: int
) -> None:
    told = tuple(story(n, *texts) for n, texts in enumerate(stories, 1))
    figures = tuple(figure(1_000 + 2 * n, basis) for n, basis in enumerate(bases))
    found = digest(
        told, figures, looked=3, unreachable=unreachable, stands=(story(90, "It stood so before, they say."),)
    )
    view = View(titles=VIEW.titles, first=first, missed=missed)
    rendered = digest_message(found, view)
    text, _ = parse_html(rendered.text)
    assert len(text) <= MOST
    rest = "\n".join(parse_html(message)[0] for message in digest_rest(found, view))
    assert all(f"Title <{n}>" in text + rest for n in range(1, len(told) + 1))
    shown = sum(f"Title <{n}>" in text for n in range(1, len(told) + 1))
    assert shown <= 3 and rendered.more >= len(told) - shown
    keyboard = more_keyboard(found, view, rendered.more)
    assert (keyboard is None) == (rendered.more == 0)
    if keyboard is not None:
        data = str(keyboard.inline_keyboard[0][0].callback_data)
        assert len(data.encode()) <= 64
        assert read_more(data.partition(":")[2], VIEW) == (
            "dam", SINCE, UNTIL, View(titles=VIEW.titles, zone=VIEW.zone, first=first, missed=missed)
        )  # fmt: skip


@given(st.text(max_size=64))
def test_a_made_up_button_does_nothing(data: str) -> None:
    read_more(data, VIEW)


def test_the_span_stands_in_words() -> None:
    long = digest()
    assert timedelta(hours=24) == UNTIL - SINCE
    assert "24 h · 0 reports" in text_of(long)
