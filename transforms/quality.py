"""Plain figures about a text, for readers who choose by them; nothing is dropped for its figures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """`mean_word_length` is in characters between white space; `repeated_line_share` is 0 to 1."""

    mean_word_length: float
    repeated_line_share: float


def quality_of(text: str) -> Quality:
    r"""Measures a text.

    >>> quality_of("ab 12\nab 12")
    Quality(mean_word_length=2.0, repeated_line_share=0.5)
    """
    lines = [line for line in text.split("\n") if line.strip()]
    words = text.split()
    return Quality(
        mean_word_length=round(sum(map(len, words)) / max(len(words), 1), 4),
        repeated_line_share=round((len(lines) - len(set(lines))) / max(len(lines), 1), 4),
    )
