"""A corpus with planted duplicates: rows as JSON lines, and the truth about every planted pair."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.duplicates import edits
from benchmarks.duplicates.edits import Post, n_tokens, new_post, text_of
from benchmarks.duplicates.exact import Exact, exact, likeness, verdict
from benchmarks.duplicates.forms import fillings, new_form
from benchmarks.duplicates.scripts import SCRIPTS, Language, language

ROWS_A_FILE: Final = 4_000
# Of a hundred families: unlike posts of their own, posts with copies, posts under a shared footer, forms.
ALONE, COPIED, FOOTED, FORMS = 0.42, 0.42, 0.08, 0.08
# How likely a copied post has one more copy.
ONE_MORE: Final = 0.2
FOOTERS: Final = 3
EXCERPTS: Final = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True)
class Row:
    """One post of the corpus. `clean` is what a perfect repair gives of its text."""

    id: str
    family: int
    kind: str
    text: str
    clean: str


@dataclass(frozen=True)
class Planted:
    """A planted pair: what was done to make `other` of `one`, and what they are by the definition."""

    one: str
    other: str
    kind: str
    script: str
    n_words: int
    jaccard: float
    containment: float
    verdict: str


@dataclass(frozen=True)
class Family:
    """Rows that were made of one another, the first one first, and the pairs planted among them."""

    rows: tuple[Row, ...]
    pairs: tuple[Planted, ...]


def generate(folder: Path, families: int, seed: str) -> None:
    """Writes `rows/*.jsonl`, `rows.jsonl` with what is known of each row, and `pairs.jsonl`."""
    (folder / "rows").mkdir(parents=True)
    made = [family for number in range(families) for family in [_family(number, seed)]]
    rows = [row for family in made for row in family.rows]
    random.Random(f"{seed} order").shuffle(rows)
    for first in range(0, len(rows), ROWS_A_FILE):
        part = [{"id": row.id, "text": row.text} for row in rows[first : first + ROWS_A_FILE]]
        write(folder / "rows" / f"{first // ROWS_A_FILE:03}.jsonl", part)
    write(folder / "rows.jsonl", [asdict(row) for row in rows])
    write(folder / "pairs.jsonl", [asdict(pair) for family in made for pair in family.pairs])


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Writes JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def read_rows(folder: Path) -> list[Row]:
    """The rows of a corpus."""
    return [Row(**json.loads(line)) for line in (folder / "rows.jsonl").read_text("utf-8").split("\n") if line]


def read_pairs(folder: Path) -> list[Planted]:
    """The planted pairs of a corpus."""
    return [Planted(**json.loads(line)) for line in (folder / "pairs.jsonl").read_text("utf-8").split("\n") if line]


def _family(number: int, seed: str) -> Family:
    rng = random.Random(f"{seed} family {number}")
    spoken = _languages(seed)[number % len(SCRIPTS)]
    kind = rng.choices(("alone", "copied", "footed", "form"), weights=(ALONE, COPIED, FOOTED, FORMS))[0]
    if kind == "form":
        form = new_form(rng, spoken)
        texts = [text_of(post, spoken) for post in fillings(rng, form, spoken, rng.randint(2, 6))]
        return _of_texts(number, "form", spoken, [("form", text, text) for text in texts])
    post = new_post(rng, spoken, _length(rng))
    if kind == "footed":
        post = edits.joined([post, _footers(seed)[number % len(SCRIPTS)][rng.randrange(FOOTERS)]])
    text = text_of(post, spoken)
    copies = list(_copies(rng, post, spoken)) if kind == "copied" else []
    return _of_texts(number, kind, spoken, [(kind, text, text), *copies])


def _length(rng: random.Random) -> int:
    """The length of a post in words: mostly 60 to 800, in the middle 220."""
    return max(12, min(4000, round(rng.lognormvariate(5.4, 0.9))))


_known: dict[str, list[Language]] = {}
_known_footers: dict[str, list[list[Post]]] = {}


def _languages(seed: str) -> list[Language]:
    if seed not in _known:
        _known[seed] = [language(script, seed) for script in SCRIPTS]
    return _known[seed]


def _footers(seed: str) -> list[list[Post]]:
    """Three notices a language, of 40 to 120 words, that stand under many posts."""
    if seed not in _known_footers:
        rng = random.Random(f"{seed} footers")
        _known_footers[seed] = [
            [new_post(rng, spoken, length) for length in (40, 80, 120)] for spoken in _languages(seed)
        ]
    return _known_footers[seed]


def _copies(rng: random.Random, post: Post, spoken: Language) -> Iterator[tuple[str, str, str]]:
    """Copies of a post: what was done, the text, and what a perfect repair gives of it."""
    while True:
        kind, do = rng.choice(CHANGES)
        made = do(rng, post, spoken)
        if made:
            yield kind, *made
        if rng.random() >= ONE_MORE:
            return


def _same(text: str) -> tuple[str, str]:
    return text, text


def _identical(_rng: random.Random, post: Post, spoken: Language) -> tuple[str, str]:
    return _same(text_of(post, spoken))


def _edited(rng: random.Random, post: Post, spoken: Language, rate: float) -> tuple[str, str]:
    return _same(text_of(edits.edited(rng, post, spoken, rate), spoken))


def _remarked(rng: random.Random, post: Post, spoken: Language) -> tuple[str, str]:
    return _same(edits.remarked(rng, text_of(post, spoken)))


def _misread(_rng: random.Random, post: Post, spoken: Language) -> tuple[str, str] | None:
    text = text_of(post, spoken)
    wrong = edits.misread(text)
    return (wrong, text) if wrong else None


def _decomposed(_rng: random.Random, post: Post, spoken: Language) -> tuple[str, str]:
    text = text_of(post, spoken)
    return edits.decomposed(text), text


def _shorter(rng: random.Random, post: Post, spoken: Language) -> tuple[str, str] | None:
    return _same(text_of(edits.without_paragraph(rng, post), spoken)) if len(post) > 1 else None


def _captioned(rng: random.Random, post: Post, spoken: Language) -> tuple[str, str]:
    return _same(text_of(edits.with_captions(rng, post, spoken), spoken))


def _excerpt(rng: random.Random, post: Post, spoken: Language) -> tuple[str, str] | None:
    cut = edits.excerpt(rng, post, rng.choice(EXCERPTS))
    return _same(text_of(cut, spoken)) if n_tokens(cut) >= 8 else None


Change = Callable[[random.Random, Post, Language], "tuple[str, str] | None"]
CHANGES: Final[tuple[tuple[str, Change], ...]] = (
    ("identical", _identical),
    *((f"{rate:.1%} of words edited", partial(_edited, rate=rate)) for rate in edits.RATES),
    ("quotes, dashes, spaces", _remarked),
    ("UTF-8 misread", _misread),
    ("accents apart (NFD)", _decomposed),
    ("a paragraph lost", _shorter),
    ("captions added", _captioned),
    *(("excerpt", _excerpt),) * 4,
)


def _of_texts(number: int, kind: str, spoken: Language, found: Sequence[tuple[str, str, str]]) -> Family:
    """The rows of a family. Each copy is paired with the first row; of a form all are, with one another."""
    rows = tuple(Row(f"{number}-{n}", number, done, text, clean) for n, (done, text, clean) in enumerate(found))
    known = [exact(row.clean) for row in rows]
    chosen = [(a, b) for b in range(len(rows)) for a in range(b) if a == 0 or kind == "form"]
    return Family(rows, tuple(_planted(rows, known, a, b, spoken) for a, b in chosen))


def _planted(rows: Sequence[Row], known: Sequence[Exact], a: int, b: int, spoken: Language) -> Planted:
    jaccard, containment = likeness(known[a], known[b])
    n_words = len(known[b].words)
    return Planted(
        rows[a].id, rows[b].id, rows[b].kind, spoken.script.name, n_words, jaccard, containment,
        verdict(known[a], known[b]),
    )  # fmt: skip
