"""What would cost the square of its length to repair is left as it is; all else of the line is repaired."""

from __future__ import annotations

import time
import unicodedata

import pytest

from transforms.heaps import MOST_LAYERS
from transforms.repair import repair_line

# Seconds of the processor; a million marks take one, and what costs the square of its length minutes to hours.
MOST_SECONDS = 20
MILLION = 1_000_000
MISREAD = ("a" + "\u0301\u0323" * 20_000).encode().decode("sloppy-windows-1252")


def nested(layers: int) -> str:
    """An entity whose number is written with an entity, and so on: nothing about it repeats."""
    text, at = "&#38;", 2
    for _ in range(layers):
        text = f"{text[:at]}&#{ord(text[at])};{text[at + 1 :]}"
        at += 2
    return text


HEAPS = {
    "marks in turn": "a" + "\u0301\u0323" * (MILLION // 2),
    "marks in halves": "a" + "\u0301" * (MILLION // 2) + "\u0323" * (MILLION // 2),
    "marks that fall in two": "\u0f73" * MILLION,
    "entities": "&" + "amp;" * 20_000,
    "numbered entities": "&" + "#38;" * 20_000,
    "entities within entities": nested(5_000),
    "entities under controls": "&\x01" + "amp;" * 20_000,
    "entities behind Greek question marks": "&" + "amp\u037e" * 20_000,
}


@pytest.mark.parametrize("name", HEAPS)
def test_a_heap_costs_no_more_than_its_length(name: str) -> None:
    line = HEAPS[name]
    begun = time.process_time()
    once, _ = repair_line(line)
    seconds = time.process_time() - begun
    assert seconds < MOST_SECONDS
    # Compared beforehand: pytest would look for the difference of two such texts for hours.
    same = repair_line(once)[0] == once
    assert same
    kept = once.replace("\x01", "").replace("\u037e", ";") == line.replace("\x01", "").replace("\u037e", ";")
    assert kept


def test_the_rest_of_the_line_is_repaired() -> None:
    line = "cafÃ© " + HEAPS["marks in turn"][:50_000]
    text, steps = repair_line(line)
    right = text == "café " + line[6:]
    assert right
    assert "normalize NFC" not in steps
    text, steps = repair_line("e\u0301 " + HEAPS["entities"][:50_000])
    right = text == "é " + HEAPS["entities"][:50_000]
    assert right
    assert steps == ("normalize NFC",)


def test_a_heap_that_comes_to_light_is_left_too() -> None:
    begun = time.process_time()
    text, steps = repair_line(MISREAD)
    right = text == "a" + "\u0301\u0323" * 20_000
    assert right
    assert "normalize NFC" not in steps
    assert time.process_time() - begun < MOST_SECONDS


@pytest.mark.parametrize(
    ("line", "fixed"),
    [
        ("e\u0301\u0323 " * 5_000, unicodedata.normalize("NFC", "e\u0301\u0323 ") * 5_000),
        ("&" + "amp;" * (MOST_LAYERS - 1), "&"),
        ("fish &amp; chips; " * 1_000, "fish & chips; " * 1_000),
        ("&amp;eacute; " * 1_000, "é " * 1_000),
    ],
)
def test_what_is_no_heap_is_repaired_as_ever(line: str, fixed: str) -> None:
    right = repair_line(line)[0] == fixed
    assert right
