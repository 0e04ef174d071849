"""Invented posts without end: one in five a copy of an earlier one, one in a hundred a form filled in anew."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from benchmarks.bench.tongues import Tongue, Vocabulary, date, vocabulary

# A post of the mean length has 2,850 bytes: 20,000 of them are 57 MB. Lengths are spread as those of posts on blogs
# are: half of them below 1,900 bytes, one in a hundred beyond 15,000.
MEAN_BYTES: Final = 2_610
SPREAD: Final = 0.9
LEAST_WORDS, MOST_WORDS = 25, 8_000
COPIES: Final = 0.2
FORMS: Final = 0.01
# So many earlier posts can be copied; which they are is as likely for each of all.
REMEMBERED: Final = 2_000
# Words of a sentence, sentences of a paragraph.
SENTENCE: Final = range(5, 23)
PARAGRAPH: Final = range(2, 7)
# A form is a wording without names and numbers of its own, and a fact in each of its paragraphs.
FORM_PARAGRAPHS: Final = 3
FORM_WORDS: Final = 40
FORM_BEFORE: Final = 6


@dataclass(frozen=True, slots=True)
class Post:
    """A post; `copied` is the post of which this is a copy, or the form that it fills in, and `change` what befell it.

    `day` is year, month and day.
    """

    name: str
    tongue: Tongue
    title: str
    author: str
    day: tuple[int, int, int]
    tags: tuple[str, ...]
    paragraphs: tuple[str, ...]
    copied: str = ""
    change: str = ""


class Writer:
    """Writes posts in some languages, each after the other."""

    def __init__(self, name: str, seed: str, tongues: Sequence[Tongue]) -> None:
        self.name, self._seed, self._tongues = name, seed, tongues
        self._rng = random.Random(f"{seed} writer {name}")
        self._past: list[Post] = []
        self._forms: list[Post] = []
        self._originals = 0
        first = self._rng.randint(1998, 2018)
        self._years = (first, first + self._rng.randint(0, 8))

    def posts(self) -> Iterator[Post]:
        """Posts without end; the names tell them apart."""
        number = 0
        while True:
            yield self._next(f"{self.name}-{number}")
            number += 1

    def _next(self, name: str) -> Post:
        chance = self._rng.random()
        if chance < COPIES and self._past:
            return self._copy(name, self._rng.choice(self._past))
        if chance < COPIES + FORMS:
            return self._form(name)
        post = self._new(name, self._tongue())
        self._remember(post)
        return post

    def _tongue(self) -> Tongue:
        return self._rng.choices(self._tongues, [tongue.share for tongue in self._tongues])[0]

    def _remember(self, post: Post) -> None:
        """Keeps a fair sample of all posts so far."""
        self._originals += 1
        if len(self._past) < REMEMBERED:
            self._past.append(post)
        elif (at := self._rng.randrange(self._originals)) < REMEMBERED:
            self._past[at] = post

    def _new(self, name: str, tongue: Tongue, n_words: int = 0) -> Post:
        rng, words = self._rng, vocabulary(tongue.code, self._seed)
        if not n_words:
            # The mean of exp(gauss(0, s)) is exp(s * s / 2).
            length = MEAN_BYTES / words.bytes_a_word * rng.lognormvariate(-SPREAD * SPREAD / 2, SPREAD)
            n_words = max(LEAST_WORDS, min(MOST_WORDS, round(length)))
        title = tongue.space.join(words.some(rng, rng.randint(2, 8)))
        return Post(
            name,
            tongue,
            title[:1].upper() + title[1:],
            rng.choice(words.names),
            (rng.randint(*self._years), rng.randint(1, 12), rng.randint(1, 28)),
            tuple(words.some(rng, rng.randint(0, 4))),
            tuple(paragraphs(rng, tongue, words, n_words)),
        )

    def _form(self, name: str) -> Post:
        """A notice of one wording with another date, name and number each time: no copy of the others."""
        if len(self._forms) < 3:
            tongue = self._tongue()
            post, words = self._new(name, tongue, LEAST_WORDS), vocabulary(tongue.code, self._seed)
            wording = tuple(wording_of(self._rng, tongue, words) for _ in range(FORM_PARAGRAPHS))
            self._forms.append(replace(post, paragraphs=wording))
        form = self._rng.choice(self._forms)
        return filled(self._rng, form, vocabulary(form.tongue.code, self._seed), name)

    def _copy(self, name: str, post: Post) -> Post:
        change, do = self._rng.choices(CHANGES, weights=SHARES)[0]
        made = do(self._rng, post, vocabulary(post.tongue.code, self._seed))
        return replace(post, name=name, paragraphs=made, copied=post.name, change=change)


def paragraphs(rng: random.Random, tongue: Tongue, words: Vocabulary, n_words: int) -> Iterator[str]:
    """So many words as sentences in paragraphs."""
    drawn, dice = words.some(rng, n_words), iter(rng.randbytes(8 * (n_words + 1)))
    at = 0
    while at < n_words:
        made = []
        for _ in range(PARAGRAPH[next(dice) % len(PARAGRAPH)]):
            end = at + SENTENCE[next(dice) % len(SENTENCE)]
            made.append(sentence(tongue, words, drawn[at:end], dice))
            at = end
            if at >= n_words:
                break
        yield tongue.space.join(made)


def sentence(tongue: Tongue, words: Vocabulary, drawn: list[str], dice: Iterator[int]) -> str:
    """Words as a sentence; some have a name, a number, a comma or a word in quotes. `dice` gives random bytes."""
    chance, middle = next(dice), len(drawn) // 2
    if chance < 50:
        drawn[middle] = words.names[(next(dice) << 8 | next(dice)) % len(words.names)]
    elif chance < 100:
        drawn[middle] = str(next(dice) * 8 + next(dice))
    elif chance < 125:
        drawn[middle] = drawn[middle].join(tongue.quotes)
    if chance % 2 and middle:
        drawn[middle - 1] += tongue.comma
    text = tongue.space.join(drawn)
    return text[:1].upper() + text[1:] + tongue.ends[next(dice) % len(tongue.ends)]


def wording_of(rng: random.Random, tongue: Tongue, words: Vocabulary) -> str:
    """Two sentences without a fact."""
    drawn, middle = words.some(rng, FORM_WORDS), FORM_WORDS // 2
    texts = [tongue.space.join(part) + tongue.ends[0] for part in (drawn[:middle], drawn[middle:])]
    return tongue.space.join(text[:1].upper() + text[1:] for text in texts)


def filled(rng: random.Random, form: Post, words: Vocabulary, name: str) -> Post:
    """A form with a day, a name and a number of its own, one a paragraph, behind its first words."""
    tongue = form.tongue
    day = (rng.randint(1990, 2024), rng.randint(1, 12), rng.randint(1, 28))
    facts = (date(tongue, day), rng.choice(words.names), str(rng.randint(2, 9_999)))
    made = []
    for fact, text in zip(facts, form.paragraphs, strict=True):
        tokens = text.split(" ") if tongue.space else list(text)
        made.append(tongue.space.join([*tokens[:FORM_BEFORE], fact, *tokens[FORM_BEFORE:]]))
    return replace(form, name=name, day=day, paragraphs=tuple(made), copied=form.name, change="form")


Change = Callable[[random.Random, Post, Vocabulary], "tuple[str, ...]"]


def same(_rng: random.Random, post: Post, _words: Vocabulary) -> tuple[str, ...]:
    """The same words."""
    return post.paragraphs


def edited(rng: random.Random, post: Post, words: Vocabulary) -> tuple[str, ...]:
    """One word in a hundred replaced, at least one."""
    made = list(post.paragraphs)
    total = sum(map(len, made)) / words.bytes_a_word
    for _ in range(max(1, round(total / 100))):
        at = rng.randrange(len(made))
        if post.tongue.space:
            tokens = made[at].split(" ")
            tokens[rng.randrange(len(tokens))] = words.some(rng, 1)[0]
            made[at] = " ".join(tokens)
        else:
            cut = rng.randrange(len(made[at]))
            made[at] = made[at][:cut] + words.some(rng, 1)[0] + made[at][cut + 2 :]
    return tuple(made)


def remarked(_rng: random.Random, post: Post, _words: Vocabulary) -> tuple[str, ...]:
    """Plain quotes and apostrophes."""
    plain = str.maketrans("’“”„", '\'"""')
    return tuple(text.translate(plain) for text in post.paragraphs)


def cut_short(rng: random.Random, post: Post, _words: Vocabulary) -> tuple[str, ...]:
    """The beginning, as listings show it."""
    text = "\n".join(post.paragraphs)
    kept = text[: max(200, round(len(text) * rng.uniform(0.4, 0.9)))]
    if post.tongue.space:
        kept = kept.rpartition(" ")[0]
    return tuple(part for part in kept.split("\n") if part)


def continued(rng: random.Random, post: Post, words: Vocabulary) -> tuple[str, ...]:
    """One more paragraph, of a few words."""
    return (*post.paragraphs, *paragraphs(rng, post.tongue, words, rng.randint(6, 20)))


CHANGES: Final[Sequence[tuple[str, Change]]] = (
    ("same", same), ("edited", edited), ("remarked", remarked), ("cut short", cut_short), ("continued", continued),
)  # fmt: skip
SHARES: Final = (0.3, 0.3, 0.1, 0.2, 0.1)
