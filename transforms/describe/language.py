"""The language of a text, by one detector whose model comes with its package."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from transforms.describe.detector import Answer, answers

# Below twenty letters the detector's answers are noise ("OK" is Polish, "Rain" is French).
_MIN_LETTERS = 20
# On 2,250 posts of the labelled blogs this drops as many right answers as it leaves wrong ones
# (14 of each); what lies below is mostly code, menus and lists of names.
_MIN_CONFIDENCE = 0.35
# A text is first judged by four snippets spread over it, and, where the detector is not sure of these, by six longer
# ones. On 5,600 posts (twelve labelled blogs, exports, threads, texts in nine more languages) this settles 85 % and
# differs from the windows below for 12 posts, of which 11 are mostly code; a snippet of an alphabet with two bytes or
# less a letter needs 30 characters, of a script with three bytes (kana, Han, Thai) half as many.
_SAMPLES = ((4, 30, 0.7), (6, 60, 0.6))
_DENSE = 2
# What remains is judged by ten windows of 200 characters, spread over the text and each judged by itself: the language
# with most characters wins, also where half of a post is a quotation (26 of 26 labelled posts,
# against 23 for one answer over the same text). More text changes no answer and costs time.
_WINDOW, _WINDOWS = 200, 10

# Labels of the detector that ISO 639-1 covers by another code, or no longer lists.
_CODES = {"arz": "ar", "azb": "az", "pnb": "pa", "ckb": "ku", "wuu": "zh", "yue": "zh", "sh": "", "bh": ""}

_LETTERS = re.compile(rf"(?:[^\W\d_][\W\d_]*+){{{_MIN_LETTERS}}}")
_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is ISO 639-1 or "und"; `confidence` lies between 0 and 1, 0 for "und"."""

    code: str
    confidence: float


UNDETERMINED = Language("und", 0.0)


def detect_language(text: str) -> Language:
    """Tell the language of most of a text; `UNDETERMINED` where it is too short or too mixed.

    >>> detect_language("Il a plu toute la nuit et nous sommes restés à la maison.").code
    'fr'
    >>> detect_language("12:30").code
    'und'
    """
    return detect_languages([text])[0]


def detect_languages(texts: Sequence[str]) -> list[Language]:
    """Do the same for many texts, which are asked about together; each is judged by itself."""
    told: dict[int, Language] = {}
    for count, size, sure in _SAMPLES:
        open_ = [number for number, text in enumerate(texts) if number not in told and len(text) > _WINDOW]
        samples = [_clean(_sample(texts[number], count, size)) for number in open_]
        for number, sample, answer in zip(open_, samples, answers(samples), strict=True):
            if answer.score >= sure and _code(answer.label) and _LETTERS.search(sample):
                told[number] = Language(_code(answer.label), answer.score)
    rest = [number for number in range(len(texts)) if number not in told]
    told.update(zip(rest, _judged([texts[number] for number in rest]), strict=True))
    return [told[number] for number in range(len(texts))]


def judge_windows(text: str) -> Language:
    """Do what `detect_language` does with more evidence, at some five times the cost.

    >>> judge_windows("Il a plu toute la nuit et nous sommes restés à la maison.").code
    'fr'
    """
    return _judged([text])[0]


def _judged(texts: Sequence[str]) -> list[Language]:
    """Judge each text by its windows; one without enough letters is not asked about."""
    windows = [[_clean(window) for window in _spread(text, _WINDOWS, _WINDOW)] for text in texts]
    asked = [own if _LETTERS.search(" ".join(own)) else [] for own in windows]
    answered = iter(answers([window for own in asked for window in own]))
    return [_weighed([(next(answered), len(window)) for window in own]) for own in asked]


def _weighed(answered: Sequence[tuple[Answer, int]]) -> Language:
    """Take together what was answered about the windows of one text, each with its length."""
    scores: dict[str, float] = {}
    for answer, length in answered:
        scores[answer.label] = scores.get(answer.label, 0.0) + answer.score * length
    if not scores:
        return UNDETERMINED
    best = max(scores, key=lambda label: (scores[label], label))
    confidence = scores[best] / sum(length for _, length in answered)
    code = _code(best)
    return Language(code, confidence) if code and confidence >= _MIN_CONFIDENCE else UNDETERMINED


def _code(label: str) -> str:
    return _CODES.get(label, label if len(label) == 2 else "")


def _sample(text: str, count: int, size: int) -> str:
    """Snippets spread evenly over a text."""
    if len(text) <= count * size:
        return text
    snippets = _spread(text, count, size)
    dense = len("".join(snippets).encode("utf-8", "replace")) > _DENSE * count * size
    return " ".join(_spread(text, count, size // 2) if dense else snippets)


def _spread(text: str, count: int, size: int) -> list[str]:
    if len(text) <= size * count:
        return [text[start : start + size] for start in range(0, len(text), size)]
    step = (len(text) - size) // (count - 1)
    return [text[n * step : n * step + size] for n in range(count)]


def _clean(window: str) -> str:
    """Put a window on one line, without addresses; capitals throughout mislead the detector."""
    if "://" in window:
        window = _ADDRESS.sub(" ", window)
    clean = " ".join(window.split()).replace("\0", " ")
    if not clean.isascii():
        clean = clean.encode("utf-8", "ignore").decode("utf-8")  # it refuses lone surrogates
    return clean.lower() if clean.isupper() else clean
