"""Everything that a post says of itself, read in one go."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING

from transforms.addresses import without_login
from transforms.describe.byline import Header, stated_author, thread_header
from transforms.describe.dates import Order, is_open, order_of_language, parse_date, read_stamp
from transforms.describe.edges import Edges, edges, numbered
from transforms.describe.language import Language, detect_languages, judge_windows
from transforms.describe.links import unique_links
from transforms.describe.stated import date_at_edges
from transforms.describe.tags import find_tags
from transforms.describe.truncation import cut_mark
from transforms.describe.words import count_all_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transforms.records import Piece, Published

# A language decides the order of the numbers in 03/04/2015 only when it is beyond doubt:
# short English posts are taken for other languages, but with less confidence than this.
_SURE = 0.8
# A short sample misleads more easily: only above this is it not asked again with more.
_BEYOND_DOUBT = 0.95


@dataclass(frozen=True, slots=True)
class Description:
    """What one copy of a post says of itself.

    `body` is the body of the piece without a closing truncation mark. `language` is ISO 639-1
    or "und". `links` are http(s) addresses, stated ones first, each once; neither they nor `url`
    hold a user or password. `n_words` counts every letter of scripts without spaces as a word.
    `truncated` says that the text goes on elsewhere.
    """

    title: str | None
    body: str
    author: str | None
    published: Published | None
    language: str
    language_confidence: float
    url: str | None
    tags: tuple[str, ...]
    links: tuple[str, ...]
    n_chars: int
    n_words: int
    truncated: bool


def describe(piece: Piece, order: Order | None = None) -> Description:
    r"""Read out of a piece what it says of itself; what it does not say stays None.

    `order` is that of the numbers in dates such as 03/04/2015, where the source proves one
    (see `date_order`); otherwise the language of the body decides or the date stays None.

    >>> from transforms.records import Piece
    >>> piece = Piece(0, 40, "by Ann Lee, 3 May 2015\n\nIt rained.\n(more…)", title="Rain")
    >>> told = describe(piece)
    >>> told.author, told.published.text, told.truncated, told.n_words
    ('Ann Lee', '3 May 2015', True, 8)
    """
    return describe_all([piece], order)[0]


def describe_all(pieces: Sequence[Piece], order: Order | None = None) -> tuple[Description, ...]:
    """Do the same for many pieces at once, which costs less; each is read by itself."""
    cut = [cut_mark(piece.body) for piece in pieces]
    bodies, truncated = [body for body, _ in cut], [ends for _, ends in cut]
    lines = [
        edges(f"{piece.byline}\n{body}" if piece.byline else body) for piece, body in zip(pieces, bodies, strict=True)
    ]
    # Where the format states the date, its lines are seldom asked for one.
    narrowed = iter(numbered([own for piece, own in zip(pieces, lines, strict=True) if not piece.published_text]))
    dated = [own if piece.published_text else next(narrowed) for piece, own in zip(pieces, lines, strict=True)]
    counts = count_all_words(bodies)
    read = map(_Read, bodies, truncated, lines, dated, detect_languages(bodies), counts)
    return tuple(map(_described, pieces, read, repeat(order)))


@dataclass(frozen=True, slots=True)
class _Read:
    """What was found of many posts at once; `dated` are those of the lines at its edges that may have a date."""

    body: str
    truncated: bool
    lines: Edges
    dated: Edges
    language: Language
    n_words: int


def _described(piece: Piece, read: _Read, order: Order | None) -> Description:
    body, lines, language = read.body, read.lines, read.language
    title = (piece.title or "").strip() or None
    header = thread_header(title or "") or (thread_header(lines.head[0]) if lines.head else None)
    return Description(
        title=None if title and thread_header(title) else title,
        body=body,
        author=_author(piece, header, lines),
        published=_published(piece, header, read.dated, _Orders(order, language, body)),
        language=language.code,
        language_confidence=language.confidence,
        url=piece.url and without_login(piece.url),
        tags=find_tags(piece.tags, lines),
        links=unique_links(piece.links, body),
        n_chars=len(body),
        n_words=read.n_words,
        truncated=read.truncated,
    )


def _author(piece: Piece, header: Header | None, lines: Edges) -> str | None:
    given = (piece.author or "").strip()
    return given or (header.author if header else stated_author(lines))


@dataclass(frozen=True, slots=True)
class _Orders:
    """The order of the numbers in dates: `proven` by the source, or else told from the language of the body."""

    proven: Order | None
    language: Language
    body: str

    def of(self, text: str) -> Order | None:
        """Tell the order for a text; the language is asked with all care and only where a date needs it."""
        if self.proven or not is_open(text):
            return self.proven
        language = self.language
        if order_of_language(language.code) and language.confidence < _BEYOND_DOUBT:
            language = judge_windows(self.body)
        return order_of_language(language.code) if language.confidence >= _SURE else None

    def read(self, text: str) -> Published | None:
        """Read a date that the format states. All that a language can say is that days stand first."""
        stamp = read_stamp(text.strip())
        if stamp or self.proven or not is_open(text):
            return stamp or parse_date(text, self.proven)
        plain = parse_date(text)
        return plain if plain == parse_date(text, "day-first") else parse_date(text, self.of(text))


def _published(piece: Piece, header: Header | None, lines: Edges, orders: _Orders) -> Published | None:
    given = orders.read(piece.published_text) if piece.published_text else None
    if given:
        return given
    if header:
        return header.published
    return date_at_edges(piece.title, lines, orders.of)
