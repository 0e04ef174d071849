"""Feeds damaged dumps to winnow for as long as it is told, and keeps each that breaks a promise as a case.

    python -m benchmarks.fuzz MINUTES [SEED]

Each input is a sample of this project, or a small one in another format, with bytes deleted, doubled, swapped with
those of another sample, or replaced by what parsers stumble over. By turns it goes through all that winnow does with
one dump (containers, decoding, splitting, repair, description, signatures), or to one stage of `benchmarks.fuzz_stages`
by itself. Promised is: no exception but winnow's own, spans that lie in the dump in their order, of a text every
character in one post or residue row, and time in proportion to the length. Another process tries the inputs, so that
one that ends it, or never ends, is found too. A case stands in `tests/fuzz/cases/`, which the ordinary tests try again.
"""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.fuzz_inputs import ROOT, SMALL_DUMPS, mutated, seeds
from benchmarks.fuzz_stages import STAGES, fits, insist_on_all, insist_on_spans
from flows.containers.found import Member
from flows.containers.streams import Limits, Stream
from flows.containers.walk import walk
from flows.held import held
from flows.reading import OtherOrder, Stated, read_dump
from flows.rows import PartRead
from transforms.decode import decode
from transforms.errors import WinnowError

CASES = ROOT / "tests/fuzz/cases"
# Seconds for any input, and for each of its megabytes; ordinary ones take a hundredth of it.
SECONDS, SECONDS_A_MB = 10, 200
# Seconds after which an input is taken to have no end; none may take a fifth of it.
ENDLESS = 300
SMALL = Limits(ratio=100, floor=1_000_000, most=3_000_000, whole=1_000_000)


class _Bytes(Stream):
    """Bytes in memory as the file that they stand for."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._file = io.BytesIO(data)

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        at = self._file.seek(max(0, offset) if whence == io.SEEK_SET else offset, whence)
        self._held, self._at, self._pulled = b"", 0, at
        return at

    def tell(self) -> int:
        return self._file.tell() - self._ahead

    def _pull(self, size: int) -> bytes:
        return self._file.read(size)


def tried(data: bytes) -> str:
    """Takes a dump the whole way; gives what came of it. Raises `AssertionError` where a promise is broken."""
    outcomes = [
        _read(found) if isinstance(found, Member) else "rejected" for found in walk(_Bytes(data), "f", len(data), SMALL)
    ]
    return outcomes[0] if len(outcomes) == 1 else "several"


def _read(member: Member) -> str:
    try:
        with held(member) as dump:
            stated = Stated(charset=member.charset, url=member.url)
            try:
                reading = read_dump(dump, stated)
                parts = list(reading.parts)
            except OtherOrder as other:
                reading = read_dump(dump, stated, (other.order,))
                parts = list(reading.parts)
            _hold(parts, b"".join(dump.blocks()), reading.dump.format, stated)
            return reading.dump.format
    except WinnowError as error:
        return type(error).__name__


def _hold(parts: list[PartRead], data: bytes, kind: str, stated: Stated) -> None:
    """The promises of a dump that was read."""
    pieces = [piece for read in parts for piece in read.part.split.pieces]
    residue = [left for read in parts for left in read.part.split.residue]
    size = sum(read.part.n_chars for read in parts)
    insist_on_spans(pieces, size)
    insist_on_spans(residue, size)
    for read in parts:
        assert len(read.described) == len(read.signed) == len(read.part.split.pieces) == len(read.part.byte_spans)
        assert all(0 <= start <= end <= len(data) for start, end in read.part.byte_spans), "bytes outside of the dump"
        for post in read.described:
            for text in (post.title, post.body, post.author, post.url, *post.tags, *post.links):
                assert text is None or fits(text), f"a text that no table holds: {text[:50]!r}"
    if kind == "text":
        insist_on_all(pieces, residue, decode(data, stated.charset).text)


TARGETS: dict[str, Callable[[bytes], str]] = {"whole": tried, **{stage.__name__: stage for stage in STAGES}}


def attempted(target: str, data: bytes) -> str:
    """Gives an input to a target; gives what came of it. Raises where a promise is broken, that of time too."""
    begun = time.process_time()
    outcome = TARGETS[target](data)
    seconds = time.process_time() - begun
    assert seconds < SECONDS + SECONDS_A_MB * len(data) / 1e6, f"{seconds:.1f} seconds for {len(data):,} bytes"
    return outcome


class Other:
    """Another process that tries the inputs; where one ends it, a new one goes on."""

    def __init__(self, trying: Callable[[Connection], None] | None = None) -> None:
        self._trying = trying or _try_all
        self._begin()

    def attempted(self, target: str, data: bytes) -> str:
        """Gives what came of it; raises `AssertionError` with what was said where a promise is broken."""
        self._pipe.send((target, data))
        try:
            outcome, said = self._pipe.recv() if self._pipe.poll(ENDLESS) else ("", f"no end in {ENDLESS} seconds")
        except (EOFError, ConnectionError):
            outcome, said = "", f"{target} ended the process"
        if not outcome:
            self._process.kill()
            self._process.join()
            self._begin()
        assert outcome, said
        return str(outcome)

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, end = context.Pipe()
        self._process = context.Process(target=self._trying, args=(end,), daemon=True)
        self._process.start()
        end.close()


def _try_all(pipe: Connection) -> None:
    """Tries what comes out of a pipe, after an input that lets all that has to be compiled be so."""
    for target in TARGETS.values():
        target(SMALL_DUMPS[0].encode())
    while True:
        target, data = pipe.recv()
        try:
            pipe.send((attempted(target, data), ""))
        except Exception:  # noqa: BLE001 - any of them breaks the promise
            pipe.send(("", traceback.format_exc(limit=-3)))


def cases() -> Iterator[Path]:
    """The cases that were kept."""
    return (path for path in sorted(CASES.glob("*")) if path.is_file())


def run(
    seconds: float, seed: int, keep: Callable[[bytes, str], object], attempt: Callable[[str, bytes], str] = attempted
) -> Counter[str]:
    """Tries inputs for some seconds of the clock; `keep` hears of each that breaks a promise. Counts outcomes."""
    samples, chance, counted = seeds(), random.Random(seed), Counter[str]()
    end = time.monotonic() + seconds
    # Every second input goes the whole way: that reaches what no stage has for itself.
    turns = cycle(target for stage in STAGES for target in ("whole", stage.__name__))
    while time.monotonic() < end:
        data, target = mutated(samples, chance), next(turns)
        try:
            counted[attempt(target, data)] += 1
        except Exception as error:  # noqa: BLE001 - any of them breaks the promise
            counted["broken"] += 1
            keep(data, f"{target}: {''.join(traceback.format_exception(error, limit=-3))}")
    return counted


def _kept(data: bytes, said: str) -> None:
    path = CASES / f"found-{hashlib.sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    print(path, said, sep="\n", flush=True)


def main() -> int:
    """Fuzzes for as many minutes as the command line says."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 10**9
    CASES.mkdir(parents=True, exist_ok=True)
    counted = run(60 * minutes, seed, _kept, Other().attempted)
    print(f"{counted.total():,} inputs in {minutes:g} minutes, seed {seed}, {counted['broken']:,} broke a promise")
    print(", ".join(f"{count:,} {outcome}" for outcome, count in counted.most_common()))
    return bool(counted["broken"])


if __name__ == "__main__":
    sys.exit(main())
