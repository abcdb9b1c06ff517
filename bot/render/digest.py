"""A digest as one Telegram message of at most 1,800 visible characters, and what stands behind its button. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from bot.render.answer import evidence_line, is_stale
from bot.render.dates import shown
from bot.render.html import Block, Run, bold, html, italic, link, plain
from bot.render.text import one_line
from retrieval.briefing.compose import TOLD, Digest, FigureChange, Point, Story
from retrieval.models import Citation, Claim, Disagreement

MOST = 1_800  # visible characters of the message
MORE_OF_A_KIND = 20  # stories, figures, disputes that the button shows; beyond, the reader is told to ask

_SLACK = 30  # what a local date may be longer than in UTC, and the ends of blocks
_GLANCE = "Your update is here."
_FIGURES = "Figures that changed"
_NOT_COMPARABLE = "These figures count different things: not comparable with each other."


@dataclass(frozen=True, slots=True)
class View:
    """How one subscription sees a digest. `titles`: what each topic is called."""

    titles: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC
    first: bool = False
    missed: int = 0
    discreet: bool = False
    stale_days: int = 30


@dataclass(frozen=True, slots=True)
class Rendered:
    """The message, how many items its button shows, and what the message claims on which citations."""

    text: str
    more: int
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]


@dataclass(slots=True)
class _Piece:
    """Blocks that are told together or not at all: `place` orders them in the message, the list their worth."""

    place: tuple[int, int, int]
    blocks: list[Block]
    claims: list[Claim]
    item: str = ""

    @property
    def size(self) -> int:
        return sum(len(block.text) + (2 if block.gap else 1) for block in self.blocks)


def digest_message(digest: Digest, view: View) -> Rendered:
    """The digest in one message: what does not fit is counted, and shown by `digest_rest`."""
    pieces = _chosen(digest, view)
    told = [claim for piece in pieces for claim in piece.claims]
    numbers = {old: new for new, old in enumerate(dict.fromkeys(n for claim in told for n in claim.citations), start=1)}
    cited = {citation.number: citation for citation in digest.citations}
    blocks = [_numbered(block, numbers) for piece in pieces for block in piece.blocks]
    return Rendered(
        text=html(blocks)[0],
        more=_items(digest) - sum(bool(piece.item) for piece in pieces),
        claims=tuple(Claim(claim.text, tuple(numbers[n] for n in claim.citations)) for claim in told),
        citations=tuple(replace(cited[old], number=new) for old, new in numbers.items()),
    )


def digest_rest(digest: Digest, view: View) -> list[str]:
    """The items that the message left out, as messages."""
    inside = {piece.item for piece in _chosen(digest, view)}
    pieces = [piece for piece in _items_in_full(digest) if piece.item not in inside]
    kept: list[_Piece] = []
    for kind in ("story", "figure", "dispute"):
        kept.extend([piece for piece in pieces if piece.item.startswith(kind)][:MORE_OF_A_KIND])
    left = len(pieces) - len(kept)
    blocks = [block for piece in _with_figure_head(kept, digest) for block in piece.blocks]
    if left > 0:
        blocks.append(plain(f"{left} more are not shown. Ask about what you look for, or choose fewer days.", gap=True))
    return html(blocks or [plain("There is nothing more.")])


def span_words(digest: Digest) -> str:
    """`24 h`, `3 days`."""
    hours = round((digest.until - digest.since).total_seconds() / 3600)
    return f"{hours} h" if hours <= 48 else f"{round(hours / 24)} days"


def read_line(digest: Digest) -> str:
    """`24 h · 6 reports, 2 origins · 9 of 9 sources read`."""
    read = digest.read
    parts = [span_words(digest), f"{_count(read.reports, 'report')}, {_count(read.origins, 'origin')}"]
    if digest.looked is not None:
        parts.append(f"{digest.looked} of {digest.looked + len(digest.unreachable)} sources read")
    return " · ".join(parts)


def _chosen(digest: Digest, view: View) -> list[_Piece]:
    """The pieces of the message, in their places: what must be said, then by worth what still fits."""
    chosen = _always(digest, view)
    # Measured in one zone, so that every reader of one digest finds the same items behind the button.
    measured = _always(digest, replace(view, zone=UTC))
    room = MOST - sum(piece.size for piece in measured) - len(_FIGURES + _NOT_COMPARABLE) - _SLACK
    inside: set[str] = set()
    for piece in _by_worth(digest, view):
        needs = piece.item.partition("+")[0] if "+" in piece.item else ""
        if needs and needs not in inside:
            continue
        if piece.size <= room:
            chosen.append(piece)
            room -= piece.size
            inside.add(piece.item)
    for piece in chosen:
        if "+" in piece.item:
            piece.item = ""  # a second sentence is no item of its own
    return _with_figure_head(sorted(chosen, key=lambda piece: piece.place), digest)


def _always(digest: Digest, view: View) -> list[_Piece]:
    title = _title(digest, view)
    when = _when(digest.until, view.zone)
    head = (
        [plain(_GLANCE), plain(bold(title), f" · {when}", gap=True)]
        if view.discreet
        else [plain(bold(title), f" · {when}")]
    )
    head.extend(plain(italic(note)) for note in _notes(digest, view))
    lines = [plain(line, gap=index == 0) for index, line in enumerate(_state_lines(digest, view))]
    foot = [plain(italic(read_line(digest)), gap=True)]
    if digest.undated:
        foot.append(plain(italic(f"{_count(digest.undated, 'item')} without a date came in, not told as news.")))
    return [_Piece((0, 0, 0), head, []), _Piece((2, 0, 0), lines, []), _Piece((9, 0, 0), foot, [])]


def _by_worth(digest: Digest, view: View) -> list[_Piece]:
    """What may be told, the most worth first."""
    stories = [_story_piece(number, story) for number, story in enumerate(digest.stories[:TOLD])]
    second = [_second_sentence(n, story) for n, story in enumerate(digest.stories[:TOLD]) if len(story.sentences) > 1]
    figures = [_figure_piece(number, figure) for number, figure in enumerate(digest.figures)]
    disputes = [_dispute_piece(number, found, digest) for number, found in enumerate(digest.disagreements)]
    stands = [_stand_piece(number, story) for number, story in enumerate(digest.stands)] if view.first else []
    return [
        *stories[:1], *stands[:1], *stories[1:], *figures[:2], *disputes[:1], *second[:1], *stands[1:], *second[1:],
        *figures[2:5], *disputes[1:2],
    ]  # fmt: skip


def _items_in_full(digest: Digest) -> list[_Piece]:
    pieces = []
    for number, story in enumerate(digest.stories):
        piece = _story_piece(number, story)
        if len(story.sentences) > 1:
            piece.blocks.insert(2, _second_sentence(number, story).blocks[0])
        pieces.append(piece)
    pieces.extend(_figure_piece(number, figure) for number, figure in enumerate(digest.figures))
    pieces.extend(_dispute_piece(number, found, digest) for number, found in enumerate(digest.disagreements))
    return [_Piece(p.place, [_with_links(block) for block in p.blocks], p.claims, p.item) for p in pieces]


def _items(digest: Digest) -> int:
    return len(digest.stories) + len(digest.figures) + len(digest.disagreements)


def _story_piece(number: int, story: Story) -> _Piece:
    sentence = story.sentences[0]
    blocks = [
        plain(bold(one_line(story.title, 110)), f" · {shown(story.published)}", gap=True),
        plain(sentence.text, *_marks(sentence.citations)),
        plain(italic(evidence_line(story.evidence, sentence.citations))),
    ]
    claim = Claim(sentence.text, tuple(c.number for c in sentence.citations))
    return _Piece((3, number, 0), blocks, [claim], f"story{number}")


def _second_sentence(number: int, story: Story) -> _Piece:
    sentence = story.sentences[1]
    claim = Claim(sentence.text, tuple(c.number for c in sentence.citations))
    block = plain("Also: ", sentence.text, *_marks(sentence.citations))
    return _Piece((3, number, 1), [block], [claim], f"story{number}+")


def _stand_piece(number: int, story: Story) -> _Piece:
    sentence = story.sentences[0]
    blocks = [plain(bold("Where things stand"), gap=True)] if number == 0 else []
    blocks.append(plain(f"{shown(story.published)}: ", sentence.text, *_marks(sentence.citations)))
    claim = Claim(sentence.text, tuple(c.number for c in sentence.citations))
    return _Piece((1, number, 0), blocks, [claim], "" if number == 0 else "stand+")


def _figure_piece(number: int, figure: FigureChange) -> _Piece:
    current = figure.citations[-1]
    runs: list[str | Run] = ["– ", figure.current.quote, *_marks([current])]
    claims = [Claim(figure.current.quote, (current.number,))]
    if figure.previous is not None:
        before = figure.citations[0]
        claims.append(Claim(figure.previous.quote, (before.number,)))
        change = "" if figure.change_percent is None else f"; change {figure.change_percent:+,.1f}%"
        runs += [
            f" Before: {_value(figure.previous)} {figure.unit} ({_period(figure.previous.period)})",
            *_marks([before]),
            f"{change}.",
        ]
    elif figure.change_basis:
        runs.append(f" What it was {figure.change_basis} is not stated.")
    return _Piece((5, number, 0), [plain(*runs)], claims, f"figure{number}")


def _with_figure_head(pieces: list[_Piece], digest: Digest) -> list[_Piece]:
    """A heading before the figures; below them, where they differ in what they count, that they do not compare."""
    told = [piece for piece in pieces if piece.item.startswith("figure")]
    if not told:
        return pieces
    told[0].blocks.insert(0, plain(bold(_FIGURES), gap=True))
    if len({(digest.figures[piece.place[1]].series, digest.figures[piece.place[1]].basis) for piece in told}) > 1:
        told[-1].blocks.append(plain(italic(_NOT_COMPARABLE)))
    return pieces


def _dispute_piece(number: int, found: Disagreement, digest: Digest) -> _Piece:
    cited = {citation.number: citation for citation in digest.citations}
    blocks = [plain(bold("Sources disagree: "), one_line(found.about, 80), gap=True)]
    for side in found.sides:
        citation = cited[side.citations[0]]
        when = shown(citation.source.published) if citation.source.published else "undated"
        blocks.append(plain(f"– {when}, {one_line(citation.source.publisher, 60)}: ", side.text, *_marks([citation])))
    return _Piece((6, number, 0), blocks, list(found.sides), f"dispute{number}")


def _notes(digest: Digest, view: View) -> Iterable[str]:
    if view.missed:
        were = "digest was" if view.missed == 1 else "digests were"
        since = _when(digest.since, view.zone)
        yield f"{view.missed} earlier {were} not sent; this one tells the whole span since {since}."


def _state_lines(digest: Digest, view: View) -> Iterable[str]:
    """Whether there is news, whether everything could be looked at, how old the newest report is: never confused."""
    lost = len(digest.unreachable)
    blind = lost > 0 and digest.looked == 0
    if blind:
        none = f"none of the {_count(lost, 'source')} could be read"
        yield f"Could not look: {none}, so there may be news that is not told here."
    elif lost:
        verb = "could not be read, so its news is" if lost == 1 else "could not be read, so their news is"
        yield f"Could not look everywhere: {_count(lost, 'source')} {verb} missing here."
    if not digest.quiet:
        return
    if not blind:
        yield f"Nothing new came in since {_when(digest.since, view.zone)}."
    if digest.latest is None:
        yield "The library holds no dated report on this."
        return
    old = is_stale(digest.latest, digest.until.astimezone(view.zone).date(), view.stale_days)
    note = " Nothing told here is current." if old else ""
    yield f"The last report is of {shown(digest.latest)}.{note}"


def _title(digest: Digest, view: View) -> str:
    topics = [view.titles.get(topic, topic) for topic in (digest.topic or "").split(",") if topic]
    return one_line(" · ".join(topics) or "What changed", 120)


def _when(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    return f"{shown(local.date().isoformat())}, {local:%H:%M}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _value(point: Point) -> str:
    try:
        upper = f" to {float(point.value_to):,.10g}" if point.value_to else ""
    except ValueError:
        upper = f" to {point.value_to}"
    return f"{point.value:,.10g}{upper}"


def _period(period: str) -> str:
    first, _, last = period.partition("/")
    return f"{shown(first)} to {shown(last)}" if last else shown(first)


def _marks(citations: Sequence[Citation]) -> list[str | Run]:
    """A linked number for each, as yet the digest's own: `_numbered` counts them anew."""
    return [" ", *(Run(f"[{c.number}]", url=c.source.url or " ") for c in citations)]


def _numbered(block: Block, numbers: Mapping[int, int]) -> Block:
    """The block with its marks counted anew, each linked to its source where that has an address of the web."""
    return replace(block, runs=tuple(_mark(run, numbers) for run in block.runs))


def _mark(run: Run, numbers: Mapping[int, int]) -> Run:
    if run.url is None:
        return run
    return link(f"[{numbers[int(run.text[1:-1])]}]", run.url)


def _with_links(block: Block) -> Block:
    """Behind the button nothing is counted: each mark names its source's page."""
    return replace(block, runs=tuple(run if run.url is None else link("[source]", run.url) for run in block.runs))
