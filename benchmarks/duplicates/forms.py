"""Forms: the same wording with other names, dates and numbers each time, so not copies of one another."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.duplicates.edits import Post, new_post
from benchmarks.duplicates.scripts import Language

# Words of a form, without its fields: a line or two (an invitation) up to a page (a legal notice).
LENGTHS: Final = (30, 45, 70, 110, 160, 220, 300)
# A field changes five shingles and more, so that many fields in a short form make it unlike by any measure.
FIXED_FACTS: Final = 0.1
# No field among the last words of a paragraph: a number that ends a post may as well be a counter of comments.
LAST: Final = 8
KINDS: Final = ("date", "name", "number")


@dataclass(frozen=True)
class Form:
    """A wording with places to fill in: (paragraph, before which token, what kind)."""

    wording: Post
    fields: tuple[tuple[int, int, str], ...]


def new_form(rng: random.Random, spoken: Language) -> Form:
    """Invents a form: a date, another date or a number, and up to three more fields, in separate places.

    Its wording has few names and numbers of its own: a room, an office, a law.
    """
    wording = new_post(rng, spoken, rng.choice(LENGTHS), FIXED_FACTS)
    kinds = ["date", rng.choice(("date", "number")), *rng.choices(KINDS, k=rng.randint(0, 3))]
    rng.shuffle(kinds)
    spots = [(n, i) for n, tokens in enumerate(wording) for i in range(2, len(tokens) - LAST, 6)]
    at = sorted(rng.sample(spots, min(len(kinds), len(spots))))
    return Form(wording, tuple((n, i, kind) for (n, i), kind in zip(at, kinds, strict=False)))


def fillings(rng: random.Random, form: Form, spoken: Language, count: int) -> list[Post]:
    """The form filled in several times, with another value in each field each time."""
    values = [_values(rng, kind, spoken, count) for _, _, kind in form.fields]
    return [_filled(form, [each[number] for each in values]) for number in range(count)]


def _filled(form: Form, values: Sequence[list[str]]) -> Post:
    made = [list(tokens) for tokens in form.wording]
    for (paragraph, before, _), value in reversed(list(zip(form.fields, values, strict=True))):
        made[paragraph][before:before] = value
    return made


def _values(rng: random.Random, kind: str, spoken: Language, count: int) -> list[list[str]]:
    """Different values of a field. Some forms write the year, and always do."""
    if kind == "date":
        year = rng.random() < 0.5
        days, months = rng.sample(range(1, 32), count), rng.sample(list(spoken.months), count)
        years = [[str(rng.randint(1960, 2030))] if year else [] for _ in range(count)]
        return [[str(day), month, *then] for day, month, then in zip(days, months, years, strict=True)]
    if kind == "name":
        return [rng.sample(list(spoken.names), rng.randint(1, 3)) for _ in range(count)]
    return [[str(number)] for number in rng.sample(range(2, 99_999), count)]
