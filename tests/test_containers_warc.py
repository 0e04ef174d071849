"""Web archives, made byte by byte: which records are dumps, their bodies as pages, and every way to be damaged."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_containers import Opened, zipped

PAGE = "<html><body><p>Rain on the roof, é.</p></body></html>".encode()
URL = "https://weir.example/rain"


def record(kind: str, body: bytes, **headers: str) -> bytes:
    lines = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{zlib.crc32(body):032x}>",
        "WARC-Date": "2019-05-03T00:00:00Z",
        "Content-Length": str(len(body)),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return b"WARC/1.0\r\n" + head.encode() + b"\r\n" + body + b"\r\n\r\n"


def response(body: bytes, url: str = URL, **headers: str) -> bytes:
    """A page as a server sent it; without other words it is HTML."""
    lines = {"Content-Type": "text/html; charset=UTF-8", **{name.replace("_", "-"): headers[name] for name in headers}}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    message = b"HTTP/1.1 200 OK\r\n" + head.encode() + b"\r\n" + body
    return record("response", message, WARC_Target_URI=url, Content_Type="application/http; msgtype=response")


def chunked(body: bytes, size: int = 7) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%X;note=1\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def deflated(body: bytes) -> bytes:
    raw = zlib.compressobj(wbits=-15)
    return raw.compress(body) + raw.flush()


def arrow(body: bytes, codec: str) -> bytes:
    packed: bytes = pa.compress(body, codec=codec, asbytes=True)
    return packed


INFO = record("warcinfo", b"software: none\r\n", Content_Type="application/warc-fields")
REQUEST = record("request", b"GET /rain HTTP/1.1\r\n\r\n", WARC_Target_URI=URL, Content_Type="application/http")


def test_every_record_is_a_dump_or_is_counted(tmp_path: Path) -> None:
    text = record("conversion", "Récit.".encode(), WARC_Target_URI=URL + "/2", Content_Type="text/plain")
    image = response(b"\x89PNG\0", URL + "/3", Content_Type="image/png")
    script = response(b"let x = 1", URL + "/4", Content_Type="application/javascript")
    file = record("resource", b"<p>saved</p>", WARC_Target_URI="file:///a.html", Content_Type="text/html; charset=x")
    moved = response(b"", URL + "/5")
    again = record("revisit", b"", WARC_Target_URI=URL)
    opened = Opened(INFO + REQUEST + response(PAGE) + text + image + script + file + moved + again, tmp_path)
    assert opened.dumps == [(URL, PAGE), (URL + "/2", "Récit.".encode()), ("file:///a.html", b"<p>saved</p>")]
    assert [(member.url, member.charset, member.source) for member in opened.members] == [
        (URL, "UTF-8", "weir.example"),
        (URL + "/2", None, "weir.example"),
        ("file:///a.html", "x", None),
    ]
    assert sorted(opened.passed_over) == [
        "WARC request", "WARC response of type application", "WARC response of type image",
        "WARC response without a body", "WARC revisit", "WARC warcinfo",
    ]  # fmt: skip
    assert not opened.reasons


@pytest.mark.parametrize("kind", ["application/xhtml+xml", "application/rss+xml", "application/json", "text/plain", ""])
def test_text_comes_under_many_types(kind: str, tmp_path: Path) -> None:
    assert Opened(response(PAGE, Content_Type=kind), tmp_path).dumps == [(URL, PAGE)]


BODIES = {
    "chunked": (chunked(PAGE), {"Transfer_Encoding": "chunked"}),
    "said to be chunked": (PAGE, {"Transfer_Encoding": "chunked"}),
    "gzip": (gzip.compress(PAGE), {"Content_Encoding": "gzip"}),
    "said to be gzip": (PAGE, {"Content_Encoding": "gzip"}),
    "zlib": (zlib.compress(PAGE), {"Content_Encoding": "deflate"}),
    "raw deflate": (deflated(PAGE), {"Content_Encoding": "deflate"}),
    "said to be deflate": (PAGE, {"Content_Encoding": "deflate"}),
    "brotli": (arrow(PAGE, "brotli"), {"Content_Encoding": "br"}),
    "said to be brotli": (PAGE, {"Content_Encoding": "br"}),
    "zstd": (arrow(PAGE, "zstd"), {"Content_Encoding": "zstd"}),
    "twice": (gzip.compress(gzip.compress(PAGE)), {"Content_Encoding": "gzip, gzip"}),
    "chunked gzip": (chunked(gzip.compress(PAGE)), {"Content_Encoding": "gzip", "Transfer_Encoding": "chunked"}),
    "identity": (PAGE, {"Content_Encoding": "identity"}),
    "nonsense": (PAGE, {"Content_Encoding": "utf-8"}),
}


@pytest.mark.parametrize(("body", "headers"), BODIES.values(), ids=BODIES)
def test_a_body_is_the_page(body: bytes, headers: dict[str, str], tmp_path: Path) -> None:
    opened = Opened(response(body, **headers), tmp_path)
    assert (opened.dumps, opened.reasons) == ([(URL, PAGE)], [])


MANY = [INFO, *(response(PAGE + b"<!-- %d -->" % number, f"{URL}/{number}") for number in range(5)), REQUEST]
WHOLE: dict[str, bytes] = {
    "plain": b"".join(MANY),
    "gzip per record": b"".join(map(gzip.compress, MANY)),
    "gzip": gzip.compress(b"".join(MANY)),
    "zstd per record": b"".join(arrow(one, "zstd") for one in MANY),
    "in a zip": zipped([("crawl.warc.gz", b"".join(map(gzip.compress, MANY)))]),
}


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_records_may_be_packed(data: bytes, tmp_path: Path) -> None:
    opened = Opened(data, tmp_path)
    assert [member.url for member in opened.members] == [f"{URL}/{number}" for number in range(5)]
    assert [data for _, data in opened.dumps] == [PAGE + b"<!-- %d -->" % number for number in range(5)]
    assert {name.removeprefix("crawl.warc.gz//") for name, _ in opened.dumps if name} == {
        f"{URL}/{number}" for number in range(5)
    }
    assert (sorted(opened.passed_over), opened.reasons) == (["WARC request", "WARC warcinfo"], [])


@pytest.mark.parametrize("name", ["plain", "gzip per record", "gzip"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9, 0.99])
def test_of_a_cut_archive_what_can_be_read_is_kept(name: str, share: float, tmp_path: Path) -> None:
    opened = Opened(WHOLE[name][: int(len(WHOLE[name]) * share)], tmp_path)
    assert len(opened.reasons) == 1, opened.reasons
    assert "cut off" in opened.reasons[0][1]
    for number, (found, data) in enumerate(opened.dumps):
        assert found == f"{URL}/{number}"
        assert (PAGE + b"<!-- %d -->" % number).startswith(data)
    assert len(opened.dumps) >= int(5 * share) - 2


@pytest.mark.parametrize(
    ("body", "headers"),
    [pytest.param(*BODIES[name], id=name) for name in ("chunked", "gzip", "zlib", "raw deflate", "chunked gzip")],
)
def test_a_cut_body_is_kept_and_told_by_name(body: bytes, headers: dict[str, str], tmp_path: Path) -> None:
    data = response(body[: len(body) * 2 // 3], **headers) + response(PAGE, URL + "/2")
    opened = Opened(data, tmp_path)
    ((name, cut), whole) = opened.dumps
    assert (name, whole) == (URL, (URL + "/2", PAGE))
    assert PAGE.startswith(cut)
    assert [named for named, _ in opened.reasons] == [URL]


def test_pages_of_one_address_stay_apart(tmp_path: Path) -> None:
    opened = Opened(response(PAGE) + response(PAGE + b"2") + response(PAGE), tmp_path)
    assert opened.dumps == [(URL, PAGE), (f"{URL} (2)", PAGE + b"2"), (f"{URL} (3)", PAGE)]
    assert {member.url for member in opened.members} == {URL}


def test_a_record_without_an_address_has_the_name_of_the_record(tmp_path: Path) -> None:
    data = record("resource", PAGE, Content_Type="text/html")
    ((name, body),) = Opened(data, tmp_path).dumps
    assert str(name).startswith("<urn:uuid:")
    assert body == PAGE


@pytest.mark.parametrize("url", ["http://[::1", "http:///", "x y\tz", "\x00", "é" * 3000])
def test_odd_addresses(url: str, tmp_path: Path) -> None:
    assert [data for _, data in Opened(response(PAGE, url), tmp_path).dumps] in ([PAGE], [])


def test_damage_ends_the_archive_and_is_told(tmp_path: Path) -> None:
    data = response(PAGE) + b"xxxxxxxx" + response(PAGE, URL + "/2")
    opened = Opened(data, tmp_path)
    assert opened.dumps[0] == (URL, PAGE)
    assert [name for name, _ in opened.reasons] == [None] or len(opened.dumps) == 2


@given(st.data())
def test_damage_anywhere_raises_nothing(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    whole = WHOLE[data.draw(st.sampled_from(["plain", "gzip per record", "zstd per record"]))]
    at = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(st.one_of(st.binary(min_size=1, max_size=8), st.sampled_from([b"\r\n", b"-1", b"9" * 20, b":"])))
    changed = whole[:at] + change + whole[at + len(change) :]
    opened = Opened(changed, tmp_path_factory.mktemp("damaged"))
    assert opened.dumps or opened.reasons or opened.passed_over
