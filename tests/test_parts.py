"""A dump read in parts gives exactly what it gives as a whole, wherever the parts end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.decode import BYTE_BY_BYTE, BYTE_ORDER_MARKS, Charset, read_as, settle
from transforms.errors import DumpError
from transforms.formats import reading_of, recognise
from transforms.parts import Window, parts_of, windows_of
from transforms.records import Format, Piece, Residue

Found = tuple[tuple[Piece, ...], tuple[Residue, ...], tuple[tuple[int, int], ...], int]

ROWS = [
    {"id": 7, "title": "Weir", "text": "High water,\n\"so\" high é日本."},
    {"text": "Two } ] , \\ {"},
    {"text": None, "n": [1, {"a": "]"}]},
    {"id": "x", "body": "<p>Three &amp; more</p>", "date": "2015-03-04"},
]  # fmt: skip
LINES = "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS)
HEAD = '<?xml version="1.0"?><!-- <item> --><rss version="2.0" xmlns:dc="urn:dc"><channel><title>Weir</title>'
DUMPS: dict[str, tuple[Format, str]] = {
    "lines": ("jsonl", LINES + "\n"),
    "lines with broken ones": ("jsonl", '\n{"text": "a"}\r\n\n{"text": "b\n{"n": 2}\n{"text": "c"}\n[1]\nno\n{"n"'),
    "array": ("jsonl", " [" + ",\n".join(json.dumps(row) for row in ROWS) + "]\n"),
    "array with broken ones": ("jsonl", '[{"text": "a"}, {"text": oh, "}": 1}, 12, {"text": "b"} {"text": "c"}, []] x'),
    "array cut off": ("jsonl", '[{"text": "a"}, {"text": "b"}, {"text": "c'),
    "json feed": (
        "json feed",
        ('{"version": "https://jsonfeed.org/version/1", "title": "T", "authors": [{"name": "Ana"}], "items": ['
        '{"id": 1, "content_html": "<p>a &amp; b]"}, {"id": 2, "content_text": "c \\" d"}, oops, {"id": 3}], "x": 1}'),
    ),
    "json feed, damaged": (
        "json feed",
        '{"version": "https://jsonfeed.org/version/1", broken, "items": [{"id": 1, "content_text": "a"}, {"id": 2, "c',
    ),
    "csv": ("csv", 'id,text\n7,"One, ""two""\nlines"\n8,\n9,plain\n\n10,"é日本" \n11,a,b,c\n12,"never closed\n13,x'),
    "csv, carriage returns": ("csv", 'id;text\r\n7;"a\r\nb"\r\n8;"c" d\r\n9;e\r\n'),
    "csv, old line ends": ("csv", 'id\ttext\r7\ta\r8\t"b\rc"\r'),
    "stack exchange": (
        "stack exchange",
        ('<?xml version="1.0"?><posts>\n <row Id="4" Body="&lt;p&gt;a > b" />stray\n<!-- <row Id="1" Body="x"/> -->'
        "<row Id='5' Body='c' Title=\"d > ' e\" /><row Id=\"6\" />\n<row Id=\"7\" Body=\"never closed /></posts>"),
    ),
    "feed": (
        "feed",
        HEAD + "<dc:creator>Ana</dc:creator>\n<item><title>a &amp; b</title><description>One</description></item> stray"
        "<item><description><![CDATA[</item> <p>Two]]></description><item><dc:creator>Rui</dc:creator></item>\n"
        "<!-- <item> --><item><title>é日本</title></item><copyright>Weir</copyright></channel></rss>",
    ),
    "feed cut off": ("feed", HEAD + "<item><title>a</title></item><item><description><![CDATA[b <i"),
    "atom": (
        "feed",
        ('<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><author><name>Ana</name></author><entry><id>1</id>'
        "<content type='html'>&lt;p>a</content></entry><entry><id>2</id><summary>b</summary></entry></feed>"),
    ),
    "mbox": (
        "mbox",
        ("From ana@x.example Thu Mar  5 10:00:00 2015\nSubject: =?utf-8?q?=C3=A9t=C3=A9?=\n\n>From here on\n\n"
        "From there\n\nFrom rui@x.example Thu Mar  5 11:00:00 2015\nSubject: b\n\nTwo é.\n\n"
        "From eva@x.example Thu Mar  5 2015\n\n"
        "From eva@x.example Thu Mar  5 12:00:00 2015\r\nSubject: c\r\n\r\nThree.\r\n\r\n"
        "From eva@x.example Thu Mar  5 12:00:00 2015\n"),
    ),
    "message": (
        "mbox", "From: a@x.example\nDate: Thu, 5 Mar 2015 10:00:00 +0000\nSubject: a\n\nb\n\nFrom me to you.\n"
    ),
    "markdown": (
        "markdown",
        ("---\ntitle: Weir\ndate: 2015-03-04\n---\n# Weir\n\nHigh.\n\n---\n\nNote: no\n\n---\n\n```yaml\n\n"
        "---\ntitle: x\n---\n```\n\n---\ntitle: 'Two'\ntags: [a, b]\n---\nSecond é.\n\n---\ntitle: Three\n---\n"),
    ),
}  # fmt: skip


def blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def found(data: bytes, charset: Charset, kind: Format, size: int) -> Found:
    """All posts, residue, byte spans and the number of characters."""
    parts = list(parts_of(Window(blocks(data, size), charset), reading_of(kind), size))
    return (
        tuple(piece for part in parts for piece in part.split.pieces),
        tuple(row for part in parts for row in part.split.residue),
        tuple(span for part in parts for span in part.byte_spans),
        sum(part.n_chars for part in parts),
    )


@pytest.mark.parametrize("name", DUMPS)
def test_the_size_of_the_parts_changes_nothing(name: str) -> None:
    kind, text = DUMPS[name]
    data = text.encode()
    charset = BYTE_BY_BYTE if kind == "mbox" else settle(lambda: [data])
    whole = found(data, charset, kind, len(data) + 1)
    assert recognise(text) == kind
    assert len(whole[0]) > 0
    for size in (*range(1, 60), *range(60, len(data), 37)):
        assert found(data, charset, kind, size) == whole, size


# What each format is made of, in any order: most of what comes out is broken.
TOKENS: dict[Format, tuple[str, ...]] = {
    "jsonl": ('{"text": "a"}', '{"id": 1, "text": "b"}', '"', "{", "}", "[", "]", ",", "\n", " ", "1", "\\", "\r", "é"),
    "json feed": ('{"items": [', '{"id": 1, "content_text": "a"}', '"title": "t"', '"', "{", "}", "[", "]", ","),
    "csv": ("id,text\n", '"', '""', ",", "\n", "\r\n", "\r", "a", " ", "é", ';"b";\n'),
    "stack exchange": ('<row Id="1" Body="a" />', "<row ", 'Id="2" ', "Body='b'", '"', "'", ">", "/>", "<!--", "-->"),
    "feed": (
        "<rss>", "<item>", "</item>", "<title>a</title>", "<entry>", "<![CDATA[", "]]>", "<!--", "-->", "<", "<?", "é"
    ),
    "mbox": ("From a@b.example Thu Mar  5 10:00:00 2015\n", "From ", "\n", "Subject: a\n", ">", "b", "\r\n", "é", ":"),
    "markdown": ("---\n", "title: a\n", "\n", "```\n", "x\n", "- y\n", "---", "é"),
}  # fmt: skip
OPENINGS: dict[Format, str] = {
    "feed": "<rss>",
    "json feed": '{"items": [',
    "csv": "id,text\n",
    "stack exchange": "<row ",
}


@pytest.mark.parametrize("kind", TOKENS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_not_even_in_what_is_broken(kind: Format, data: st.DataObject) -> None:
    tokens = data.draw(st.lists(st.sampled_from(TOKENS[kind]), max_size=40))
    dump = (OPENINGS.get(kind, "") + "".join(tokens)).encode()
    charset = BYTE_BY_BYTE if kind == "mbox" else Charset("utf-8", 1.0, "", "utf-8")
    try:
        whole = found(dump, charset, kind, len(dump) + 1)
    except DumpError as error:
        with pytest.raises(DumpError, match=re.escape(str(error))):
            found(dump, charset, kind, data.draw(st.integers(1, 20)))
    else:
        size = data.draw(st.integers(1, len(dump) + 1))
        assert found(dump, charset, kind, size) == whole


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("utf-8", "é日本😀a\n" * 3),
        ("utf-16", "é日本😀a\n" * 3),
        ("utf-32", "é日本😀a\n" * 3),
        ("cp1252", "é a\n"),
        ("shift_jis", "朝の港 abc。\n"),
        ("gb18030", "清晨的港口é😀 abc\n"),
        ("iso2022_jp", "朝の港 abc。港\n"),
        ("hz", "清晨 abc 港口\n"),
    ],
)
@pytest.mark.parametrize("damage", [b"", b"\xff\xe3"])
def test_characters_stay_whole_and_keep_their_bytes(codec: str, text: str, damage: bytes) -> None:
    data = text.encode(codec) + damage + text.encode(codec)
    errors = "replace" if damage else "strict"
    mark = next((len(mark) for mark, _ in BYTE_ORDER_MARKS if data.startswith(mark)), 0)
    named = next((name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), codec)
    charset = Charset(named, 1.0, "", named, errors, mark)
    decoded = read_as(charset, data)
    chars = list(range(len(decoded.text) + 1))
    expected = decoded.byte_map.byte_offsets(chars)
    for size in range(1, 30):
        texts, at = [], [charset.skip]
        for window in windows_of(blocks(data, size), charset, size):
            assert (window.char_at, window.byte_at) == (sum(map(len, texts)), at[-1])
            at += window.byte_offsets(list(range(1, len(window.text) + 1)))
            texts.append(window.text)
        assert "".join(texts) == decoded.text
        assert at == expected
