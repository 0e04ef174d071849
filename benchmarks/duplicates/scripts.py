"""Invented languages, one or more a script: syllable grammars, a vocabulary with Zipf-like frequencies, sentences."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

# How often the word of a rank occurs: 1 / (rank + 2.7), the law of Zipf as Mandelbrot bent it for frequent words.
BEND: Final = 2.7
WORDS: Final = 12_000
NAMES: Final = 1_500
# Of a hundred words: names, numbers, words with a comma behind them, words in quotes.
NAME_RATE, NUMBER_RATE, COMMA_RATE, QUOTE_RATE = 0.03, 0.02, 0.08, 0.01


@dataclass(frozen=True)
class Script:
    """How words and sentences of one invented language are written."""

    name: str
    onsets: Sequence[str]
    nuclei: Sequence[str]
    codas: Sequence[str] = ("",)
    syllables: tuple[int, int] = (1, 4)
    space: str = " "
    comma: str = ","
    ends: Sequence[str] = (".", ".", ".", "!", "?")
    quotes: tuple[str, str] = ("\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}")
    cased: bool = False


def span(first: int, last: int, skipped: str = "") -> list[str]:
    """Characters by code point, both ends included."""
    return [chr(point) for point in range(first, last + 1) if chr(point) not in skipped]


LATIN: Final = (*"bcdfghklmnprstv", "br", "cl", "dr", "fl", "gr", "pl", "st", "tr")
SCRIPTS: Final = (
    Script("Latin", LATIN, ("a", "e", "i", "o", "u", "ai", "ea", "ou"), ("", "", "n", "r", "s", "t", "l"), cased=True),
    Script("Latin with accents", LATIN, [*"aeiou", *"éèêàâôûîç", *"äöüáíóú"], ("", "", "n", "r", "s", "x"),
           quotes=("\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}", "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}"),
           cased=True),
    Script("Cyrillic", [*"бвгджзклмнпрстфхцчш"], [*"аеиоуыэюяй"], ("", "", "н", "р", "т", "сь"), cased=True),
    Script("Greek", [*"βγδζθκλμνξπρστφχψ"], [*"αεηιουω", *"άέήίόύώ"], ("", "", "ν", "ς", "ρ"), cased=True),
    Script("Arabic", span(0x628, 0x63A), [*"اوي", "", ""], ("", *span(0x641, 0x646)), comma="،",
           ends=(".", ".", "؟", "!")),
    Script("Devanagari", span(0x915, 0x939, "\u0929\u0931\u0934"), span(0x93E, 0x948), ("", "", "ं", "न", "र"),
           ends=("।", "।", "?")),
    Script("Hangul", span(0xAC00, 0xD7A3)[::7], ("",), syllables=(1, 4)),
    Script("Han", span(0x4E00, 0x5FFF), ("",), syllables=(1, 3), space="", comma=",", ends=("。", "。", "!", "?")),
    Script("Kana", [*span(0x3042, 0x308D, "ゎゐゑ"), *span(0x30A2, 0x30ED, "ヮヰヱ"), *span(0x6C34, 0x6D34)], ("",),
           syllables=(1, 4), space="", comma="、", ends=("。", "。", "!")),
    Script("Thai", span(0x0E01, 0x0E2E), span(0x0E30, 0x0E39, "\u0e33"), ("", "น", "ม", "ก"), syllables=(1, 3),
           space="", comma=" ", ends=(" ", " ", "! ")),
)  # fmt: skip


@dataclass(frozen=True)
class Language:
    """The vocabulary of a script, with how often each word occurs."""

    script: Script
    words: Sequence[str]
    weights: Sequence[float]
    names: Sequence[str]
    months: Sequence[str] = field(default=())

    def some(self, rng: random.Random, count: int) -> list[str]:
        """Words as they come, frequent ones more often."""
        return rng.choices(self.words, cum_weights=self.weights, k=count)


def language(script: Script, seed: str) -> Language:
    """Invents the words of a script; the same ones for the same seed."""
    rng = random.Random(f"{seed} {script.name}")
    words: dict[str, None] = {}
    while len(words) < WORDS + NAMES + 12:
        count = rng.randint(*script.syllables)
        words["".join(_syllable(rng, script) for _ in range(count))] = None
    made = list(words)
    weights = list(accumulate(1 / (rank + BEND) for rank in range(WORDS)))
    rest = [word.capitalize() if script.cased else word for word in made[WORDS:]]
    return Language(script, made[:WORDS], weights, rest[:NAMES], rest[NAMES:])


def _syllable(rng: random.Random, script: Script) -> str:
    return rng.choice(script.onsets) + rng.choice(script.nuclei) + rng.choice(script.codas)


def sentence(rng: random.Random, spoken: Language, length: int, facts: float = 1.0) -> list[str]:
    """A sentence as tokens: words with the marks that touch them. `facts` is how often there are names and numbers."""
    script = spoken.script
    tokens = spoken.some(rng, length)
    names, numbers = NAME_RATE * facts, NUMBER_RATE * facts
    for i in range(length):
        chance = rng.random()
        if chance < names:
            tokens[i] = rng.choice(spoken.names)
        elif chance < names + numbers:
            tokens[i] = str(rng.randint(2, 3000))
        elif chance < names + numbers + COMMA_RATE and i < length - 1:
            tokens[i] += script.comma
        elif chance < names + numbers + COMMA_RATE + QUOTE_RATE:
            tokens[i] = script.quotes[0] + tokens[i] + script.quotes[1]
        elif chance > 0.995 and script.space:
            tokens[i] += " \N{EN DASH}"
    if script.cased:
        tokens[0] = tokens[0][0].upper() + tokens[0][1:]
    tokens[-1] += rng.choice(script.ends)
    return tokens
