"""Who wrote a post, from its byline or the header line of a thread."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.describe.dates import find_dates, parse_date
from transforms.describe.labels import VERB

if TYPE_CHECKING:
    from collections.abc import Iterable

    from transforms.describe.edges import Edges
    from transforms.records import Published

# A byline with date and category stays below this; what is longer is prose.
_LONGEST = 160
_NAME_CHARS, _NAME_WORDS = 40, 6

_HEADER = re.compile(r"(?P<name>[^|\n]{1,60}?) \| (?P<date>[^|\n]{6,40}) \| #\d{1,7}")
# Words that name the writer by themselves, and prepositions that need a date or a verb beside
# them ("de", "von") or a name in capitals that fills the line ("By Ann Lee").
_AUTHOR_WORD = r"(?:author|auteure?|autore?|autora|verfasser(?:in)?|автор|作者|著者|投稿者|작성자)\s?"
_AUTHOR = rf"{_AUTHOR_WORD}[:：]"
_LABEL_END, _LABEL_CHARS = re.compile(rf"{_AUTHOR_WORD}\Z", re.IGNORECASE), 12
_BY = r"(?:by|par|por|door)\b"
_OF = r"(?:de|di|von|van|av|af|od|da)\b"
# The same words, to tell at little cost that a line has none of them; those of scripts without spaces may be glued.
_WORD = re.compile(r"[^\W\d_]+")
_LEADING_WORDS = """
by par por door de di von van av af od da
author auteur auteure autor autore autora verfasser verfasserin автор 작성자
"""
_LEADING = frozenset(_LEADING_WORDS.split())
_GLUED = re.compile("作者|著者|投稿者|작성자")
_LEAD = re.compile(rf"\W{{0,3}}(?:(?P<author>{_AUTHOR})|(?P<by>{_BY})|(?P<of>{_OF}))\s{{0,4}}", re.IGNORECASE)
# What may stand before a byline on its line.
_OPENING = " ([-–—*"
# Fields of a row; a wide gap after "by" only comes from the page.
_BREAKS = re.compile(
    r"\s?[|•·¶●►»\t]\s?|\s[-–—]\s|(?<!\bby)(?<!\bpar)(?<!\bpor)(?<!\bvon)(?<!\bde)\s{3,}", re.IGNORECASE
)
# What every break has, found ten times faster.
_MAY_BREAK = re.compile(r"[|•·¶●►»\t\s–—-](?:(?<=[|•·¶●►»\t–—-])|\s\s)")
_TOKEN = re.compile(r"[^\W\d_][\w.'’-]*|&")
_WORDS_IN_NAMES = "and bin da de del den der di du e el et ibn la le ten ter und van von y zu &"
_PARTICLES = frozenset(_WORDS_IN_NAMES.split())
_WORDS_NOT_NAMES = """
a an the this that my our your their his her its us me you them le la les un une des mon ma notre der die das
ein eine el los las uno il lo gli o os as de den det email mail default far way
"""
_NO_NAMES = frozenset(_WORDS_NOT_NAMES.split())


@dataclass(frozen=True, slots=True)
class Header:
    """The header line of a thread's post: `name | timestamp | #number`."""

    author: str
    published: Published


def thread_header(line: str) -> Header | None:
    """Read the header line of a thread's post; None where a line is anything else.

    >>> thread_header("slapdash | 2017-08-24 06:45:48 UTC | #1").author
    'slapdash'
    """
    match = _HEADER.fullmatch(line.strip()[:_LONGEST]) if " | #" in line else None
    published = parse_date(match["date"]) if match else None
    return Header(match["name"].strip(), published) if match and published else None


def stated_author(lines: Edges) -> str | None:
    """Give the name in the byline of a post, as written; None rather than a guess.

    >>> from transforms.describe.edges import Edges
    >>> stated_author(Edges(("mars 3, 2010 de jeanne", "Il pleut."), ()))
    'jeanne'
    """
    at_head = _first_name(lines.head)
    # A line "by ..." at the foot may be a quotation's; one that says "posted by" is not.
    foot = (line for line in lines.foot if len(line) <= _LONGEST)
    return at_head or next((name for line in foot if (name := author_of_line(line)) and VERB.search(line)), None)


def _first_name(lines: Iterable[str]) -> str | None:
    return next((name for line in lines if len(line) <= _LONGEST and (name := author_of_line(line))), None)


def author_of_line(line: str) -> str | None:
    """Give the author whom a byline names; None where a line is no byline.

    >>> author_of_line("Publié par Marie Dupont le 3 mars 2015 dans Récits")
    'Marie Dupont'
    >>> author_of_line("By the way, it rained.") is None
    True
    """
    if len(line) > _LONGEST or not _may_name(line):
        return None
    dates = find_dates(line, "day-first")  # only where they stand matters here, not their order
    dated = bool(dates) or VERB.match(line.lstrip(_OPENING)) is not None
    if not dated and not _labels_author(line):
        # Without a date, a verb or a label in front of it only a name that fills the line is an author's.
        name = _author(line, dated=False, whole=True)
        return None if name is None or len(_fields(line)) > 1 else name
    parts = _segments(line, [(found.start, found.end) for found in dates])
    return next((name for part in parts if (name := _author(part, dated=dated, whole=part == line))), None)


def _may_name(line: str) -> bool:
    words = _WORD.findall(line.lower())
    return not _LEADING.isdisjoint(words) or (not line.isascii() and _GLUED.search(line) is not None)


def _labels_author(line: str) -> bool:
    """Tell whether "Author" or its like stands before one of the colons of a line."""
    if ":" not in line and "：" not in line:
        return False
    return any(_LABEL_END.search(part[-_LABEL_CHARS:]) for part in line.replace("：", ":").split(":")[:-1])


def _segments(line: str, dates: list[tuple[int, int]]) -> list[str]:
    starts = [0, *(end for _, end in dates)]
    ends = [*(start for start, _ in dates), len(line)]
    between = (line[start:end] for start, end in zip(starts, ends, strict=True))
    return [part for text in between for part in _fields(text)]


def _fields(text: str) -> list[str]:
    return _BREAKS.split(text) if _MAY_BREAK.search(text) else [text]


def _author(part: str, *, dated: bool, whole: bool) -> str | None:
    part = part.strip().lstrip(_OPENING)
    verb = VERB.match(part)
    lead = _LEAD.match(part, verb.end() if verb else 0)
    if lead is None or (lead["of"] and not dated):
        return None
    name = _name(part[lead.end() :])
    if name is None or lead["author"] or dated:
        return name
    fills = lead.end() + len(name) == len(part.rstrip(" .,:;)"))
    return name if whole and fills and " " in name else None


def _name(text: str) -> str | None:
    """Take a name from the start of a text: words in capitals, or one user name."""
    words: list[str] = []
    for word in text.split(" ", _NAME_WORDS)[:_NAME_WORDS]:
        token = _TOKEN.match(word)
        if token is None or not (_is_name(token[0]) or token[0] in _PARTICLES or not words):
            break
        words.append(token[0])
        if token.end() < len(word) or not (_is_name(token[0]) or token[0] in _PARTICLES):
            break  # a mark ends a name; a user name is one word
    while words and words[-1] in _PARTICLES:
        words.pop()
    name = " ".join(words).rstrip(".-'’")
    return name if name and len(name) <= _NAME_CHARS and name.casefold() not in _NO_NAMES else None


def _is_name(token: str) -> bool:
    """Tell whether a word begins as names do; scripts without capitals always do."""
    return token[0] != token[0].lower() or (token[0] == token[0].upper() and token[0] != "&")


def is_signature(text: str) -> bool:
    """Tell whether a part of a dated line is a preposition or verb and a name, or less.

    >>> is_signature(" by jeanne"), is_signature(" by"), is_signature(" the shop closed")
    (True, True, False)
    """
    text = text.strip()
    return not text or bool(_LEAD.fullmatch(text)) or _author(text, dated=True, whole=False) is not None
