"""Small invented dumps for tests: posts of made-up words, put into listings with titles, edits and cuts."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

SYLLABLES = [a + b for a in ("ba", "do", "fe", "gi", "ku", "la", "mo", "ni", "pa", "ro", "se", "tu") for b in "lmnrst"]


@dataclass(frozen=True)
class Invented:
    """One post: its title and its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]

    def as_text(self) -> str:
        return "\n\n".join([self.title, *self.paragraphs])


def post(rng: random.Random, paragraphs: int = 3) -> Invented:
    return Invented(
        " ".join(_word(rng).capitalize() for _ in range(4)),
        tuple(" ".join(_sentence(rng) for _ in range(rng.randint(3, 5))) for _ in range(paragraphs)),
    )


def edited(rng: random.Random, whole: Invented) -> Invented:
    """The same post with one more sentence at its end."""
    return Invented(whole.title, (*whole.paragraphs[:-1], whole.paragraphs[-1] + " " + _sentence(rng)))


def cut(whole: Invented) -> Invented:
    """The same post cut after its first paragraph."""
    return Invented(whole.title, (whole.paragraphs[0], "(more…)"))


def listing(posts: list[Invented]) -> str:
    return "\n\n".join(post.as_text() for post in posts) + "\n"


def random_dumps(seed: int, n_dumps: int = 6, n_posts: int = 8) -> dict[str, str]:
    """Listings in which posts recur whole, edited and cut, by file name."""
    rng = random.Random(seed)
    posts = [post(rng, rng.randint(2, 4)) for _ in range(n_posts)]
    dumps = {}
    for number in range(n_dumps):
        chosen = rng.sample(posts, rng.randint(2, 4))
        made = [rng.choice([lambda p: p, lambda p: edited(rng, p), cut])(each) for each in chosen]
        dumps[f"dump-{number}.txt"] = listing(made)
    return dumps


def write(folder: Path, dumps: dict[str, str]) -> Path:
    for name, text in dumps.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(SYLLABLES, k=rng.randint(1, 3)))


def _sentence(rng: random.Random) -> str:
    return " ".join(_word(rng) for _ in range(rng.randint(8, 16))).capitalize() + "."
