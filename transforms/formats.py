"""What kind of dump a text is, told by its content, and how each kind is read; a file's name proves nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from typing import Final

from ftfy import TextFixerConfig

from transforms.evidence import NO_EVIDENCE, Evidence
from transforms.records import Format, Piece, Split
from transforms.repair import Steps, repairs_in
from transforms.repair_steps import USUAL, config_of
from transforms.split.csv_rows import CsvRows, is_csv
from transforms.split.feed import Feed
from transforms.split.fields import DEFAULT_NAMES, SPACE, FieldNames
from transforms.split.json_feed import JsonFeed, is_json_feed
from transforms.split.json_lines import JsonRows, is_json_rows
from transforms.split.mailbox import Mailbox, is_mailbox
from transforms.split.markdown import Markdown, is_markdown
from transforms.split.parts import Reading, Taken
from transforms.split.stack_posts import StackPosts, is_stack_posts
from transforms.split.whole_parts import Page, PlainText

# A declaration, comments and a style sheet may stand before the first telling tag.
LOOKED_AT: Final = 4096
FEED: Final = re.compile(r"<(?:rss|rdf:RDF|feed)[\s>]", re.IGNORECASE)
PAGE: Final = re.compile(r"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
TAG: Final = re.compile(
    r"</?(?:p|div|span|a|br|article|section|table|tr|td|ul|li|h[1-6])(?:\s[^<>]{0,400})?/?>", re.IGNORECASE
)
# Where a parser reads the entities, so that repair leaves alone what still looks like one.
MARKUP: Final = frozenset({"html", "feed", "json feed", "stack exchange"})
# A fragment of a page has a tag in about every 100 characters; a text that mentions one has not.
CHARS_PER_TAG: Final = 300


def recognise(text: str, fields: FieldNames = DEFAULT_NAMES) -> Format:
    r"""The format of a dump: markup shows in its first characters, mail in its headers, rows in the first of them.

    >>> recognise("Dear diary"), recognise("<!doctype html><p>Hi"), recognise('<rss version="2.0">')
    ('text', 'html', 'feed')
    >>> recognise("Write <p> before and </p> after a paragraph." + " And so on." * 60)
    'text'
    >>> recognise('{"text": "a"}\n{"text": "b"}'), recognise("title,text\nWeir,High water.")
    ('jsonl', 'csv')
    """
    head = text[:LOOKED_AT]
    if head.lstrip(SPACE).startswith("<"):
        return "stack exchange" if is_stack_posts(head) else _markup(head)
    if head.lstrip(SPACE).startswith(("{", "[")):
        return "json feed" if is_json_feed(text) else "jsonl" if is_json_rows(text, fields) else "text"
    if is_mailbox(text):
        return "mbox"
    if is_markdown(text):
        return "markdown"
    return "csv" if is_csv(text, fields) else "text"


def _markup(head: str) -> Format:
    page, feed = PAGE.search(head), FEED.search(head)
    if feed and not (page and page.start() < feed.start()):
        return "feed"
    if page or len(TAG.findall(head)) * CHARS_PER_TAG > len(head):
        return "html"
    return "text"


def reading_of(
    kind: Format,
    fields: FieldNames = DEFAULT_NAMES,
    known: Evidence = NO_EVIDENCE,
    steps: tuple[str, ...] = USUAL,
) -> Reading:
    """How a dump of a format is read, from its beginning, and which steps of repair are taken.

    `known` is what other dumps say of a text.
    """
    if kind == "text":
        return PlainText(known, config_of(steps))
    # What states its own boundaries is taken apart before it is repaired: a tag or a quote is no damage.
    return Repairing(_stated(kind, fields), config_of(steps, markup=kind in MARKUP))


def rows_behind(number: int, fields: FieldNames, steps: tuple[str, ...] = USUAL) -> Reading:
    """How a dump of JSON lines is read on, behind a number of lines that have something on them."""
    return Repairing(JsonRows(fields, number, array=False), config_of(steps))


def _stated(kind: Format, fields: FieldNames) -> Reading:
    """The reading of a format that states its own boundaries."""
    known: dict[Format, Reading] = {
        "html": Page(),
        "feed": Feed(),
        "json feed": JsonFeed(),
        "stack exchange": StackPosts(),
        "mbox": Mailbox(),
        "markdown": Markdown(fields),
        "jsonl": JsonRows(fields),
        "parquet": JsonRows(fields),
        "csv": CsvRows(fields),
    }
    return known[kind]


@dataclass(frozen=True, slots=True)
class Repairing:
    """A reading whose posts are repaired."""

    reading: Reading
    config: TextFixerConfig

    def take(self, text: str, *, last: bool) -> Taken:
        """Reads on."""
        taken = self.reading.take(text, last=last)
        return Taken(_repaired(taken.split, self.config), taken.used, Repairing(taken.then, self.config))


def _repaired(split: Split, config: TextFixerConfig) -> Split:
    """All texts of a split are repaired together: a dump of rows has many, and most of them are short."""
    posts = [(piece.body, piece.title or "", piece.author or "", *piece.tags) for piece in split.pieces]
    texts = [*chain.from_iterable(posts), *(residue.text for residue in split.residue)]
    repaired = repairs_in(texts, config)
    if not repaired:
        return split
    firsts = [0, *accumulate(map(len, posts))]
    pieces = list(split.pieces)
    # Each piece one of whose texts changed; what follows the last piece is residue.
    for at in dict.fromkeys(bisect_right(firsts, number) - 1 for number in repaired):
        if at < len(pieces):
            own = [repaired.get(number, (texts[number], ())) for number in range(firsts[at], firsts[at + 1])]
            pieces[at] = _repaired_piece(pieces[at], own)
    residue = list(split.residue)
    for number, (text, _) in repaired.items():
        if number >= firsts[-1]:
            residue[number - firsts[-1]] = replace(residue[number - firsts[-1]], text=text)
    return Split(tuple(pieces), tuple(residue))


def _repaired_piece(piece: Piece, fixed: Sequence[tuple[str, Steps]]) -> Piece:
    """A piece with its texts repaired, which come as they were given: body, title, author, tags."""
    body, title, author, *tags = fixed
    return replace(
        piece,
        body=body[0],
        title=piece.title and title[0],
        author=piece.author and author[0],
        tags=tuple(tag for tag, _ in tags),
        repairs=tuple(dict.fromkeys((*title[1], *author[1], *body[1]))),
    )
