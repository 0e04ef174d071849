"""Dumps that state their own boundaries, from the file to the tables: every row, entry and message is one copy."""

from __future__ import annotations

import json
import random
from pathlib import Path

import corpora
import pytest
from conftest import ingest

from flows.verify import verify
from flows.warehouse import Warehouse

RNG = random.Random(3)
POSTS = [corpora.post(RNG) for _ in range(3)]
BODIES = ["\n\n".join(post.paragraphs) for post in POSTS]
PAIRS = list(zip(POSTS, BODIES, strict=True))


def json_lines() -> bytes:
    rows = ({"title": post.title, "text": body, "id": n} for n, (post, body) in enumerate(PAIRS))
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def csv() -> bytes:
    rows = (f'"{post.title}","{body}"\r\n' for post, body in PAIRS)
    return ("title,text\r\n" + "".join(rows)).encode()


def json_feed() -> bytes:
    items = [{"id": str(n), "title": post.title, "content_text": body} for n, (post, body) in enumerate(PAIRS)]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "A feed", "items": items}).encode()


def stack_exchange() -> bytes:
    rows = (
        f'<row Id="{n}" PostTypeId="1" CreationDate="2012-03-0{n + 1}T10:00:00.000" Title="{post.title}" Body="'
        + "".join(f"&lt;p&gt;{paragraph}&lt;/p&gt;" for paragraph in post.paragraphs)
        + '" />\n'
        for n, post in enumerate(POSTS)
    )
    return ('<?xml version="1.0" encoding="utf-8"?>\n<posts>\n' + "".join(rows) + "</posts>\n").encode()


def mailbox() -> bytes:
    """The second message is in Latin-1, the others in UTF-8."""
    made = b""
    for n, (post, body) in enumerate(PAIRS):
        charset = "iso-8859-1" if n == 1 else "utf-8"
        head = (
            f"From ann@example.org Thu Mar  1 10:00:0{n} 2012\nFrom: Ann Lée <ann@example.org>\n".replace("é", "e")
            + f"Subject: {post.title}\nDate: Thu, 1 Mar 2012 10:00:0{n} +0000\nMessage-ID: <{n}@example.org>\n"
            + f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
        )
        made += head.encode() + f"{body} Voilà.\n\n".encode(charset)
    return made


DUMPS = {
    "jsonl": ("rows.jsonl", json_lines()),
    "csv": ("rows.csv", csv()),
    "json feed": ("feed.json", json_feed()),
    "stack exchange": ("Posts.xml", stack_exchange()),
    "mbox": ("list.mbox", mailbox()),
}


@pytest.mark.parametrize("kind", DUMPS)
def test_every_entry_is_one_post_with_its_title(tmp_path: Path, kind: str) -> None:
    name, data = DUMPS[kind]
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / name).write_bytes(data)
    assert not ingest(tmp_path / "raw", tmp_path / "w").rejected
    opened = Warehouse.open(tmp_path / "w")
    assert [row["format"] for row in opened.read("dumps").to_pylist()] == [kind]
    copies = sorted(opened.read("copies").to_pylist(), key=lambda row: row["ordinal"])
    assert [row["title"] for row in copies] == [post.title for post in POSTS]
    texts = {row["title"]: row["text"] for row in opened.read("posts").to_pylist()}
    ending = " Voilà." if kind == "mbox" else ""
    assert texts == {post.title: body + ending for post, body in PAIRS}
    assert [data[row["byte_start"] : row["byte_end"]].count(b"\0") for row in copies] == [0, 0, 0]
    for row, post in zip(copies, POSTS, strict=True):
        assert post.title.encode() in data[row["byte_start"] : row["byte_end"]]
    verdict = verify(opened)
    assert (verdict.problems, verdict.missing, verdict.places) == ([], [], 1)


def test_one_post_in_all_formats_is_one_post(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    for name, data in DUMPS.values():
        (tmp_path / "raw" / name).write_bytes(data)
    ingest(tmp_path / "raw", tmp_path / "w")
    posts = Warehouse.open(tmp_path / "w").read("posts").to_pylist()
    assert sorted(row["title"] for row in posts) == sorted(post.title for post in POSTS)
    assert {row["n_copies"] for row in posts} == {len(DUMPS)}


STRANGE = {
    "UTF-16": "Les hérons sont revenus au barrage. ".encode("utf-16") * 40,
    "zeros": bytes(4000),
    "noise": bytes((n * n * 31 + n * 7 + (n >> 3)) % 256 for n in range(4000)),
}


@pytest.mark.parametrize("strange", STRANGE)
def test_one_strange_message_costs_the_others_nothing(tmp_path: Path, strange: str) -> None:
    (tmp_path / "raw").mkdir()
    head = (
        b"From ann@example.org Thu Mar  1 10:00:09 2012\nSubject: Strange\nContent-Type: text/plain; charset=utf-16\n\n"
    )
    (tmp_path / "raw" / "list.mbox").write_bytes(mailbox() + head + STRANGE[strange] + b"\n\n" + mailbox())
    assert not ingest(tmp_path / "raw", tmp_path / "w").rejected
    opened = Warehouse.open(tmp_path / "w")
    assert [row["format"] for row in opened.read("dumps").to_pylist()] == ["mbox"]
    titles = [row["title"] for row in opened.read("copies").to_pylist()]
    assert [titles.count(post.title) for post in POSTS] == [2, 2, 2]
    assert {post.title: body + " Voilà." for post, body in PAIRS}.items() <= {
        row["title"]: row["text"] for row in opened.read("posts").to_pylist()
    }.items()
    assert verify(opened).problems == []
