"""What befalls a copy: words changed at a known rate, other marks, other bytes, lost or added paragraphs, cuts.

A post is a list of paragraphs, a paragraph a list of tokens (words with the marks that touch them).
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from itertools import chain
from typing import Final

from ftfy import fix_encoding

from benchmarks.duplicates.scripts import Language, sentence

Post = list[list[str]]

RATES: Final = (0.005, 0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2)
MARKS: Final = {
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": "\N{LEFT DOUBLE QUOTATION MARK}",
    "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}": "\N{RIGHT DOUBLE QUOTATION MARK}",
    "\N{EN DASH}": "\N{EM DASH}",
    "...": "\N{HORIZONTAL ELLIPSIS}",
}
# Encodings in which UTF-8 is misread, the likeliest first.
MISREAD: Final = ("windows-1252", "sloppy-windows-1252", "latin-1")


def text_of(post: Post, spoken: Language) -> str:
    """The post as it is written."""
    return "\n\n".join(spoken.script.space.join(tokens) for tokens in post)


def n_tokens(post: Post) -> int:
    """The number of tokens of a post."""
    return sum(map(len, post))


def new_post(rng: random.Random, spoken: Language, length: int, facts: float = 1.0) -> Post:
    """An invented post of so many tokens, or a few more; `facts` is how often it has names and numbers."""
    post: Post = []
    while length > 0:
        paragraph = list(chain.from_iterable(
            sentence(rng, spoken, rng.randint(5, 22), facts) for _ in range(rng.randint(2, 6))
        ))  # fmt: skip
        post.append(paragraph[: max(length, 3)])
        length -= len(paragraph)
    return post


def edited(rng: random.Random, post: Post, spoken: Language, rate: float) -> Post:
    """The post with this share of its words replaced, put in, taken out or moved."""
    made = [list(tokens) for tokens in post]
    for _ in range(max(1, round(rate * n_tokens(post)))):
        tokens = rng.choices(made, weights=[len(each) + 0.01 for each in made])[0]
        at = rng.randrange(len(tokens) + 1)
        what = rng.choice(("replace", "replace", "replace", "put in", "take out", "move"))
        if what == "put in" or not tokens:
            tokens[at:at] = spoken.some(rng, 1)
        elif what == "replace":
            tokens[min(at, len(tokens) - 1)] = spoken.some(rng, 1)[0]
        else:
            taken = tokens.pop(min(at, len(tokens) - 1))
            if what == "move":
                tokens.insert(rng.randrange(len(tokens) + 1), taken)
    return made


def remarked(rng: random.Random, text: str) -> str:
    """The same words with other quotes, dashes and spaces."""
    for old, new in MARKS.items():
        text = text.replace(old, new)
    spaces = (" ", " ", " ", "  ", "\N{NO-BREAK SPACE}", "\n")
    parts = text.split(" ")
    return "".join(chain.from_iterable((part, rng.choice(spaces)) for part in parts)).strip()


def misread(text: str) -> str | None:
    """UTF-8 read as another encoding, line by line as ftfy will see it; None where that can't be undone."""
    for encoding in MISREAD:
        try:
            wrong = text.encode().decode(encoding)
        except UnicodeDecodeError:
            continue
        if wrong != text and "\n".join(map(fix_encoding, wrong.split("\n"))) == text:
            return wrong
    return None


def decomposed(text: str) -> str:
    """The same text with accents as characters of their own."""
    return unicodedata.normalize("NFD", text)


def without_paragraph(rng: random.Random, post: Post) -> Post:
    """The post less one of its paragraphs."""
    lost = rng.randrange(len(post))
    return [tokens for number, tokens in enumerate(post) if number != lost]


def with_captions(rng: random.Random, post: Post, spoken: Language) -> Post:
    """The post with one to three short lines between its paragraphs, as pictures leave them."""
    made = [list(tokens) for tokens in post]
    for _ in range(rng.randint(1, 3)):
        made.insert(rng.randrange(len(made) + 1), sentence(rng, spoken, rng.randint(2, 8)))
    return made


def excerpt(rng: random.Random, post: Post, share: float) -> Post:
    """A run of this share of the words, from the beginning, the middle or the end."""
    ends = [(number, at) for number, tokens in enumerate(post) for at in range(len(tokens))]
    length = max(1, round(share * len(ends)))
    first = rng.choice((0, len(ends) - length, rng.randrange(len(ends) - length + 1)))
    kept: dict[int, list[str]] = {}
    for number, at in ends[first : first + length]:
        kept.setdefault(number, []).append(post[number][at])
    return list(kept.values())


def joined(parts: Sequence[Post]) -> Post:
    """Posts one after another as one."""
    return [list(tokens) for part in parts for tokens in part]
