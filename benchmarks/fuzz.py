"""Feeds damaged dumps to winnow for as long as it is told, and keeps each that breaks a promise as a case.

    python -m benchmarks.fuzz MINUTES [SEED]

Each input is a sample of this project, or a small one in another format, with bytes deleted, doubled, swapped with
those of another sample, or replaced by what parsers stumble over. It goes through all that winnow does with one dump:
containers, decoding, splitting, repair, description, signatures. Promised is: no exception but winnow's own, spans
that lie in the dump in their order, of a text every character in one post or residue row, and time in proportion to
the length. A case stands in `tests/fuzz/cases/`, which the ordinary tests try again.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import random
import sys
import tarfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.containers.found import Member
from flows.containers.streams import Limits, Stream
from flows.containers.walk import walk
from flows.held import held
from flows.reading import OtherOrder, Stated, read_dump
from flows.rows import PartRead
from transforms.decode import decode
from transforms.errors import WinnowError
from transforms.records import Piece, Residue
from transforms.repair import repair_texts

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests/fuzz/cases"
# Seconds for any input, and for each of its megabytes; ordinary ones take a hundredth of it.
SECONDS, SECONDS_A_MB = 10, 200
LONGEST = 200_000
SMALL = Limits(ratio=100, floor=1_000_000, most=3_000_000, whole=1_000_000)
TOKENS = (
    b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\r", b"\n\n", b"\x1b$B", b"\x85", b"\xc2\x85", b"\xed\xa0\x80",
    b"\xe2\x80\xa8", b"\xcc\x81\xcc\xa3", b"<", b">", b"</", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&#0;", b"&#xD800;",
    b"&amp;amp;", b"&#x110000;", b"<item>", b"</entry>", b"<svg>", b"<table><tr>", b'"', b"'", b"{", b"}", b"[", b"]",
    b"\\ud800", b"\\u0000", b"null", b"NaN", b"-1e999", b"9" * 5000, b"0000-00-00T99:99:99+99:99", b"31/02/2019",
    b"=?utf-8?b?", b"?=", b"=?x?q?=FF?=", b"From a@b Thu Jan  1 00:00:00 1970\n", b"Content-Type: multipart/mixed\n",
    b"charset=utf-7", b"charset=undefined", b"boundary=", b"--\n", b"---\n", b"+++\n", b"```", b"http://[", b"//u:p@h/",
    b",", b";", b"\t", b"  ", b"1 May 2010\n", b"Posted by ", b"(", b"12:61", b"WARC/1.0\r\n", b"PK\x03\x04", b"\x1f\x8b\x08",
)  # fmt: skip

# ruff: noqa: E501 - a line of markup is longer than a line of code
ITEM = "<item><title>Rain {0}</title><link>http://a.example/{0}</link><description>It rained &amp;amp; rained.</description></item>"
MAIL = "From ann@a.example Thu Jan  1 00:00:00 1970\nFrom: Ann <ann@a.example>\nDate: Tue, 5 Mar 2019 10:00:00 +0100\n"
SMALL_DUMPS = (
    '{"title": "Rain", "text": "It rained all day.", "date": "2019-03-05T10:00:00+01:00", "tags": ["a", "b"]}\n' * 3,
    'title,text,date\nRain,"It ""rained"", all day.",05/03/2019\nSnow,It snowed.,13/03/2019\n',
    '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "content_html": "<p>It rained"}]}',
    '<?xml version="1.0"?><posts><row Id="1" PostTypeId="1" Title="Rain" Body="&lt;p&gt;Wet" CreationDate="2019-03-05T10:00:00" /></posts>',
    "---\ntitle: Rain\ndate: 2019-03-05\ntags: [a, b]\n---\n\n# Rain\n\nIt *rained* [all](http://a.example) day.\n\n```\ncode\n```\n",
    MAIL + "Subject: =?utf-8?q?R=C3=A9in?=\nContent-Type: text/plain; charset=utf-8\n\nIt rained.\n\n" + MAIL
    + 'Content-Type: multipart/alternative; boundary="x"\n\n--x\nContent-Type: text/html\n'
    "Content-Transfer-Encoding: quoted-printable\n\n<p>It =\nrained=2E\n--x--\n",
    "<rss><channel><title>Weather</title>" + "".join(ITEM.format(n) for n in range(3)) + "</channel></rss>",
    "<html><body>" + "<div class=post><h2><a href=/x>Rain</a></h2><time>5 March 2019</time><p>It rained.</p></div>" * 3,
)  # fmt: skip


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


def seeds() -> list[bytes]:
    """The samples, small dumps in the formats of which there is none, and both in containers."""
    found = [path.read_bytes() for path in sorted((ROOT / "raw").rglob("*.*")) if path.name != "README.md"]
    found += [text.encode() for text in SMALL_DUMPS]
    found += [found[1].decode().encode(codec) for codec in ("utf-16", "utf-32-be", "utf-7")]
    sink = io.BytesIO()
    pq.write_table(pa.table({"title": ["Rain", None], "text": ["It rained.", "It snowed."], "tags": [["a"], []]}), sink)
    found.append(sink.getvalue())
    files = [(f"folder/{number}.txt", data) for number, data in enumerate(found[:4])]
    packed, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, tarfile.open(fileobj=tarred, mode="w") as tar:
        for name, data in files:
            archive.writestr(name, data)
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + SMALL_DUMPS[-1].encode()
    record = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\nContent-Type: application/http\r\n"
    )
    warc = record + b"Content-Length: %d\r\n\r\n" % len(page) + page + b"\r\n\r\n"
    plain = [packed.getvalue(), tarred.getvalue(), warc * 2]
    return [
        *found,
        *plain,
        gzip.compress(warc, mtime=0),
        bz2.compress(tarred.getvalue()),
        gzip.compress(found[0], mtime=0),
    ]


def mutated(samples: list[bytes], chance: random.Random) -> bytes:
    """A sample with some damage, of `LONGEST` bytes at most."""
    data = bytearray(chance.choice(samples)[:LONGEST])
    for _ in range(chance.choice((1, 1, 2, 3, 5, 10, 40))):
        start = chance.randrange(len(data) + 1)
        stop = min(len(data), start + int(chance.expovariate(1 / 30)))
        kind = chance.randrange(7)
        if kind == 0:
            del data[start:stop]
        elif kind == 1:
            data[start:start] = data[start:stop] * chance.choice((1, 2, 50))
        elif kind == 2:
            other = chance.choice(samples)
            at = chance.randrange(len(other))
            data[start:stop] = other[at : at + int(chance.expovariate(1 / 300))]
        elif kind == 3 and start < len(data):
            data[start] ^= 1 << chance.randrange(8)
        elif kind == 4:
            data[start:stop] = chance.randbytes(stop - start)
        else:
            data[start : start if kind == 5 else stop] = chance.choice(TOKENS) * chance.choice((1, 1, 1, 3, 200))
    return bytes(data[:LONGEST])


def tried(data: bytes) -> str:
    """Takes a dump the whole way; gives what came of it. Raises `AssertionError` where a promise is broken."""
    begun = time.process_time()
    outcomes = [
        _read(found) if isinstance(found, Member) else "rejected" for found in walk(_Bytes(data), "f", len(data), SMALL)
    ]
    seconds = time.process_time() - begun
    assert seconds < SECONDS + SECONDS_A_MB * len(data) / 1e6, f"{seconds:.1f} seconds for {len(data):,} bytes"
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
    for rows in (pieces, residue):
        edges = [edge for row in rows for edge in (row.start, row.end)]
        assert edges == sorted(edges), "spans out of order"
        assert all(0 <= edge <= size for edge in edges), "spans outside of the dump"
    for read in parts:
        assert len(read.described) == len(read.signed) == len(read.part.split.pieces) == len(read.part.byte_spans)
        assert all(0 <= start <= end <= len(data) for start, end in read.part.byte_spans), "bytes outside of the dump"
        for post in read.described:
            for text in (post.title, post.body, post.author, post.url, *post.tags, *post.links):
                assert text is None or _fits(text), f"a text that no table holds: {text[:50]!r}"
    if kind == "text":
        _hold_all(pieces, residue, decode(data, stated.charset).text)


def _hold_all(pieces: list[Piece], residue: list[Residue], text: str) -> None:
    """Every character of a text lies in one post or residue row."""
    spans = sorted([*((row.start, row.end) for row in pieces), *((row.start, row.end) for row in residue)])
    at = 0
    for start, end in (*spans, (len(text), len(text))):
        assert at <= start, "a character in two rows"
        assert not text[at:start].strip(), f"lost: {text[at:start][:50]!r}"
        at = end
    once = [fixed for fixed, _ in repair_texts(text.split("\n"))]
    assert len(once) == text.count("\n") + 1
    assert all(map(_fits, once)), "repair left half a character"


def _fits(text: str) -> bool:
    """Whether a text has no half of a character."""
    return text.encode("utf-8", "replace").decode() == text


def cases() -> Iterator[Path]:
    """The cases that were kept."""
    return (path for path in sorted(CASES.glob("*")) if path.is_file())


def run(seconds: float, seed: int, keep: Callable[[bytes, str], object]) -> Counter[str]:
    """Tries inputs for some seconds of the clock; `keep` hears of each that breaks a promise. Counts outcomes."""
    samples, chance, counted = seeds(), random.Random(seed), Counter[str]()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = mutated(samples, chance)
        try:
            counted[tried(data)] += 1
        except Exception:  # noqa: BLE001 - any of them breaks the promise
            counted["broken"] += 1
            keep(data, traceback.format_exc(limit=-3))
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
    counted = run(60 * minutes, seed, _kept)
    print(f"{counted.total():,} inputs in {minutes:g} minutes, seed {seed}, {counted['broken']:,} broke a promise")
    print(", ".join(f"{count:,} {outcome}" for outcome, count in counted.most_common()))
    return bool(counted["broken"])


if __name__ == "__main__":
    sys.exit(main())
