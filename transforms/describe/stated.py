"""The date that a post states for itself, or none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from transforms.describe.byline import author_of_line, is_signature
from transforms.describe.dates import Found, Order, find_dates, holds_date, order_of_language
from transforms.describe.edges import Edges, edges
from transforms.describe.labels import EVENT, HOUR, LABEL, LAST_VERB, OTHER, PERSON, SELF, UPDATE
from transforms.describe.language import judge_windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from transforms.records import Published

# "Ce texte a été publié dans Le Phare le 9 mai 2017.": a label stands in the first
# (at the foot, the last) of a line, and the date follows it in the same sentence.
_LABELLED = 240
_LABEL_TO_DATE = 100
# A byline with date, name, category and reading time stays below this; prose seldom does.
_BARE = 160
_TITLE = _LABELLED
_FIELD_WORDS = 4
_UPDATE_TO_DATE = 24

_GROUP = re.compile(r"[(\[]([^()\[\]]{4,100})[)\]]")
_GROUP_WORDS = 10
# "4. Mai" ends no sentence, "2015. Mai" does.
_SENTENCE_END = re.compile(r"(?<!\b\d)(?<!\b\d\d)[.!?]\s+[^\W\d_a-z]")
_FIELDS = re.compile(r"\s*[|•·¶●►»\t]\s*|\s[-–—/]\s|\s{2,}|^[-–—]|[-–—]$")
_PREPOSITION = re.compile(r"\W*(?:on|the|le|du|am|vom|el|il|em|den|på|op|dne|от|at|,)?\W*", re.IGNORECASE)
_PLACE = re.compile(r"\w[\w'’-]*(?:\s[\w'’-]+)?,\s(?:le|den|am|a|il|,)?\s?", re.IGNORECASE)
_LETTER = re.compile(r"[^\W_]+")


def stated_date(title: str | None, body: str, order: Order | None = None) -> Published | None:
    r"""Find the date that a post states for itself, or for what its title says it reproduces.

    In this order: a byline or a publication sentence near the head, the title, the foot.
    The dates of events and of the story told do not count; `order` (else the language of the
    body) decides forms such as 03/04/2015.

    >>> stated_date("Les marées (Le Phare, 8 nov. 2016)", "La mer montait.").text
    '8 nov. 2016'
    >>> stated_date("[Seminar] On tides (9 May 2017, 18h)", "Join us.") is None
    True
    >>> stated_date("Rain", "Posted on March 3, 2015 by Ann\n\nIt rained.").text
    'March 3, 2015'
    """
    if order is None:
        order = order_of_language(judge_windows(body).code)
    return date_at_edges(title, edges(body), lambda _: order)


def date_at_edges(title: str | None, lines: Edges, order_in: Callable[[str], Order | None]) -> Published | None:
    """Do what `stated_date` does on lines already taken; `order_in` tells the order of the numbers in a text."""
    title = (title or "")[:_TITLE]
    head = [line for line in (title, *lines.head) if holds_date(line[:_LABELLED])]
    foot = [line for line in lines.foot if holds_date(line[-_LABELLED:])]
    if not head and not foot:
        return None
    order = order_in("\n".join((title, *(line[:_LABELLED] for line in head), *(line[-_LABELLED:] for line in foot))))
    labelled = _agreed(_labelled(line[:_LABELLED], order) for line in head)
    if labelled:
        return labelled
    # Under an event's title a date alone may be the event's; beside a name it is a byline's.
    is_event = EVENT.search(title) is not None
    bare_head, bare_foot = ([line for line in part if not is_event or author_of_line(line)] for part in (head, foot))
    return (
        _agreed(_bare(line, order) for line in bare_head)
        or (None if is_event else _in_title(title, order))
        or _agreed(_labelled(line[-_LABELLED:], order) for line in foot)
        or _agreed(_bare(line, order) for line in bare_foot)
    )


def _agreed(dates: Iterable[Published | None]) -> Published | None:
    """Give the most precise of dates that name one day; None where they differ."""
    stated = [found for found in dates if found]
    if len({found.moment.date() for found in stated}) != 1:
        return None
    return next((found for found in stated if found.precision == "second"), stated[0])


def _labelled(line: str, order: Order | None) -> Published | None:
    """Read the date that follows "posted", "ce billet a été publié" and the like."""
    if PERSON.search(line):
        return None
    label = LABEL.search(line)
    if label is None:
        return _before_verb(line, order)
    rest = line[label.end() : label.end() + _LABEL_TO_DATE]
    for found in find_dates(rest, order):
        before = rest[: found.start]
        if _SENTENCE_END.search(before):
            return None
        if not UPDATE.search(before[-_UPDATE_TO_DATE:]):
            return found.published
    return None


def _before_verb(line: str, order: Order | None) -> Published | None:
    """Read the date of a sentence that keeps its verb for the end, as German and Dutch do."""
    subject = SELF.search(line)
    if subject is None:
        return None
    end = _SENTENCE_END.search(line, subject.end())
    sentence = line[subject.end() : end.start() if end else len(line)]
    found = find_dates(sentence, order)
    return found[0].published if len(found) == 1 and LAST_VERB.search(sentence) else None


def _bare(line: str, order: Order | None) -> Published | None:
    """Read a line that is little else than a date: a stamp, a signature, fields in a row."""
    found = find_dates(line, order) if len(line) <= _BARE else []
    if len(found) != 1 or found[0].published.precision == "month":
        return None
    if not (_opens(line[: found[0].start]) and _closes(line[found[0].end :])):
        return None
    return None if any(veto.search(line) for veto in (HOUR, UPDATE, EVENT, OTHER)) else found[0].published


def _opens(before: str) -> bool:
    """Tell whether what stands before a date is nothing, a place, a name, or other fields."""
    if _PLACE.fullmatch(before):
        return True
    *fields, last = _FIELDS.split(before)
    if not all(_is_field(field) for field in fields):
        return False
    return _PREPOSITION.fullmatch(last) is not None or is_signature(last)


def _closes(after: str) -> bool:
    """Tell whether what stands after a date is nothing, a name, or other fields."""
    first, *fields = _FIELDS.split(after)
    if not all(_is_field(field) for field in fields):
        return False
    return not _LETTER.search(first) or is_signature(first)


def _is_field(text: str) -> bool:
    return len(_LETTER.findall(text)) <= _FIELD_WORDS or is_signature(text)


def _in_title(title: str, order: Order | None) -> Published | None:
    """Read the date in brackets of a title: "(Le Phare, 8 nov. 2016)"; no event's."""
    found = [group for match in _GROUP.finditer(title) if (group := _in_group(match[1], order))]
    return found[0].published if len(found) == 1 else None


def _in_group(group: str, order: Order | None) -> Found | None:
    found = find_dates(group, order)
    if len(found) != 1 or HOUR.search(group) or len(_LETTER.findall(group)) > _GROUP_WORDS:
        return None
    if found[0].published.precision == "second" or _LETTER.search(group[found[0].end :]):
        return None
    return found[0]
