"""Damaged dumps: samples of this project and small dumps in the other formats, with some harm done to them."""

from __future__ import annotations

import bz2
import gzip
import io
import random
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).parent.parent
LONGEST = 200_000
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
