"""What each stage promises of any input at all, as functions that take the bytes of a dump and raise `AssertionError`.

They are what `benchmarks.fuzz` tries besides the whole way: a stage by itself meets inputs that the stages before it
would have kept from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from itertools import combinations
from typing import Final, get_args

import numpy as np

from transforms.decode import Decoded, decode
from transforms.describe.dates import Order, find_dates, holds_date, may_hold_date, parse_date, read_stamp
from transforms.errors import WinnowError
from transforms.formats import reading_of, recognise
from transforms.match import EXCERPT, NEAR_IDENTICAL, verified
from transforms.records import Format, Piece, Residue
from transforms.repair import repair_line, repair_texts
from transforms.sign import SHINGLE_WORDS, WINDOW, Signed, flat_sets, shingle_sets, sign
from transforms.split.parts import whole
from transforms.words import words_of

FORMATS: Final[tuple[Format, ...]] = get_args(Format)
ORDERS: Final[tuple[Order | None, ...]] = (None, *get_args(Order))
# A line is read for its dates this far: no longer one is ever asked about.
LINE: Final = 400
LINES, TEXTS = 40, 12


def fits(text: str) -> bool:
    """Whether a text has no half of a character, which no table could hold."""
    return text.encode("utf-8", "replace").decode() == text


def insist_on_spans(rows: Iterable[Piece | Residue], size: int) -> None:
    """Spans lie in the dump, one behind the other."""
    edges = [edge for row in rows for edge in (row.start, row.end)]
    assert edges == sorted(edges), "spans out of order"
    assert all(0 <= edge <= size for edge in edges), "spans outside of the dump"


def insist_on_all(pieces: Iterable[Piece], residue: Iterable[Residue], text: str) -> None:
    """Every character of a text that is not white space lies in one post or residue row."""
    spans = sorted([*((row.start, row.end) for row in pieces), *((row.start, row.end) for row in residue)])
    at = 0
    for start, end in (*spans, (len(text), len(text))):
        assert at <= start, "a character in two rows"
        assert not text[at:start].strip(), f"lost: {text[at:start][:50]!r}"
        at = end


def decoding(data: bytes) -> str:
    """Bytes become characters, or the reason why not; each character has a place in the bytes, in their order."""
    for stated in (None, "windows-1252", "utf-7"):
        try:
            found = decode(data, stated)
        except WinnowError:
            continue
        assert 0 <= found.confidence <= 1
        assert fits(found.text), "half a character was decoded"
        assert found == decode(data, stated), "the same bytes read in two ways"
        chars = sorted({0, len(found.text) // 3, len(found.text) // 2, len(found.text)})
        places = found.byte_map.byte_offsets(chars)
        assert places == sorted(places), "characters out of order in the bytes"
        assert 0 <= places[0] <= places[-1] <= len(data), "characters outside of the bytes"
    return "decoding"


def repairing(data: bytes) -> str:
    """Repair gives a line for a line, the same alone and among others, and leaves alone what it has repaired."""
    lines = _text(data).split("\n")
    once = repair_texts(lines)
    assert len(once) == len(lines), "lines lost by repair"
    assert all(fits(text) for text, _ in once), "repair left half a character"
    for line, (text, _) in zip(lines[:LINES], once, strict=False):
        assert repair_line(line)[0] == text, f"repaired otherwise alone: {line[:60]!r}"
    fixed = [text for text, _ in once]
    for text, (again, _) in zip(fixed, repair_texts(fixed), strict=True):
        assert text == again, f"repaired again: {text[:60]!r}"
    return "repairing"


def dating(data: bytes) -> str:
    """Dates stand where they are said to, in order; cheap questions never deny what dear ones find."""
    for line in _text(data).split("\n")[:LINES]:
        text = line[:LINE]
        for order in ORDERS:
            found = find_dates(text, order)
            places = [edge for one in found for edge in (one.start, one.end)]
            assert places == sorted(places), "dates out of order"
            assert all(0 <= edge <= len(text) for edge in places), "dates outside of the text"
            for one in found:
                assert one.published.text in text, "a date that does not stand there"
                assert one.published.moment.tzinfo is UTC, "a date in no zone"
            assert not found or (may_hold_date(text) and holds_date(text)), f"a date denied: {text!r}"
            parse_date(text, order)
        stamp = read_stamp(text)
        assert stamp is None or stamp == parse_date(text), "a stamp read in two ways"
    return "dating"


def splitting(data: bytes) -> str:
    """Read as any format, whatever it is: spans in order, whole characters, and of a text no character lost."""
    decoded = _text(data)
    recognise(decoded)
    for kind in FORMATS:
        # A mailbox is read byte by byte.
        text = data.decode("latin-1") if kind == "mbox" else decoded
        try:
            split = whole(reading_of(kind), text)
        except WinnowError:
            continue
        insist_on_spans(split.pieces, len(text))
        insist_on_spans(split.residue, len(text))
        if kind == "text":
            insist_on_all(split.pieces, split.residue, text)
        for piece in split.pieces:
            said = (piece.body, piece.title, piece.author, piece.url, piece.published_text, *piece.tags, *piece.links)
            assert all(part is None or fits(part) for part in said), f"half a character, read as {kind}"
    return "splitting"


def signing(data: bytes) -> str:
    """A text is signed the same alone and among others, and its shingles are those of the plain definition."""
    texts = _texts(data)
    signed = sign([None] * len(texts), texts)
    for text, one, shingles in zip(texts, signed, shingle_sets(texts), strict=True):
        [alone] = sign([None], [text])
        assert _same(one, alone), "signed otherwise alone"
        assert one.n_words == words_of([text]).counts[0]
        assert one.n_shingles == len(shingles) == len(_shingles(text)), "shingles other than defined"
        assert set(one.anchors.tolist()) <= set(shingles.tolist()), "an anchor that is no shingle"
    return "signing"


def matching(data: bytes) -> str:
    """Texts match as the plain definition says, in both directions alike; shares lie between 0 and 1."""
    texts = _texts(data)
    texts += [" ".join(text.split()[: len(text.split()) * 4 // 5]) for text in texts[: TEXTS // 2]]
    sets = [_shingles(text) for text in texts]
    expected = {
        pair: said for pair in combinations(range(len(texts)), 2) if (said := _defined(*(sets[i] for i in pair)))
    }
    hashes, offsets = flat_sets(texts)
    pairs = np.array(list(combinations(range(len(texts)), 2)), np.int64).reshape(-1, 2)
    for left, right in ((0, 1), (1, 0)):
        found = verified(pairs[:, left].copy(), pairs[:, right].copy(), hashes, offsets[:-1], offsets[1:])
        rows = zip(
            *(part.tolist() for part in (found.left, found.right, found.jaccard, found.containment)), strict=True
        )
        matched = {(min(one, other), max(one, other)): shares for one, other, *shares in rows}
        assert matched == expected, "texts match otherwise than defined"
        assert all(0 <= share <= 1 for shares in matched.values() for share in shares)
    return "matching"


STAGES: Final[tuple[Callable[[bytes], str], ...]] = (decoding, repairing, dating, splitting, signing, matching)


def _text(data: bytes) -> str:
    """The text of a dump, or a character for each byte where it has none."""
    try:
        decoded: Decoded = decode(data)
    except WinnowError:
        return data.decode("latin-1")
    return decoded.text


def _texts(data: bytes) -> list[str]:
    """A few texts out of a dump: its paragraphs, and all of it."""
    text = _text(data)
    return [*text.split("\n\n")[: TEXTS - 1], text]


def _shingles(text: str) -> set[tuple[int, ...]]:
    words = words_of([text]).hashes.tolist()
    return {tuple(words[at : at + SHINGLE_WORDS]) for at in range(len(words) - SHINGLE_WORDS + 1)}


def _defined(one: set[tuple[int, ...]], other: set[tuple[int, ...]]) -> list[float] | None:
    """Jaccard and containment of two sets that are the same post; None of others."""
    shared, smaller = len(one & other), min(len(one), len(other))
    jaccard, containment = np.float32(shared / max(len(one | other), 1)), np.float32(shared / max(smaller, 1))
    same = jaccard >= NEAR_IDENTICAL or (containment >= EXCERPT and smaller >= WINDOW)
    return [float(jaccard), float(containment)] if same else None


def _same(one: Signed, other: Signed) -> bool:
    numbers: Sequence[tuple[int, int]] = ((one.n_words, other.n_words), (one.n_shingles, other.n_shingles))
    return (
        one.wording == other.wording
        and all(left == right for left, right in numbers)
        and np.array_equal(one.keys, other.keys)
        and np.array_equal(one.anchors, other.anchors)
    )
