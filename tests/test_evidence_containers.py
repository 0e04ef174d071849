"""What dumps in archives tell each other: each is split again as a file would be, wherever it still lies."""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import Any

import corpora
import pytest
import recurring
from conftest import ingest, rows_of
from samples import RAW
from test_containers import tarred, zipped
from test_containers_run import put
from test_containers_warc import record
from test_evidence_flow import in_parts, memory
from test_pipeline import content

from flows.again import text_again
from flows.verify import verify
from flows.warehouse import Warehouse
from transforms.errors import FaultError
from transforms.split.fields import DEFAULT_NAMES

POSTS = [corpora.post(random.Random(f"post {number}"), 4) for number in range(9)]
# A listing in which one post has lost its title, so that it hangs at the post before.
TWO = corpora.Invented(POSTS[1].title, POSTS[1].paragraphs + POSTS[2].paragraphs)
BARE = recurring.page([POSTS[0], TWO, POSTS[3]])
PAGE = recurring.page([POSTS[5], POSTS[1], POSTS[2], POSTS[6]])
OTHER = recurring.page(POSTS[7:])


def spans(warehouse: Path) -> dict[tuple[str, str | None], list[tuple[int, int]]]:
    """Where the copies of each place stand."""
    found: dict[tuple[str, str | None], list[tuple[int, int]]] = {}
    for row in sorted(rows_of(warehouse, "copies"), key=lambda row: row["start"]):
        found.setdefault((row["dump_path"], row["dump_member"]), []).append((row["start"], row["end"]))
    return found


def begins(text: str, *posts: corpora.Invented) -> set[int]:
    return {text.index(post.paragraphs[0]) for post in posts}


def is_sound(warehouse: Path) -> None:
    assert not verify(Warehouse.open(warehouse)).problems


@pytest.mark.parametrize("first", ["a.zip", "b.zip"])
def test_members_of_two_archives_tell_each_other(tmp_path: Path, first: str) -> None:
    source = put(
        tmp_path / "s",
        a_zip=zipped([("in/bare.txt", BARE.encode()), ("other.txt", OTHER.encode())]),
        b_zip=zipped([("page.txt", PAGE.encode())]),
    )
    ingest(source, tmp_path / "w", include=(first,))
    summary = ingest(source, tmp_path / "w")
    assert (summary.counts["dumps_split_again"], summary.counts["dumps_not_split_again"]) == (1, 0)
    starts = {start for start, _ in spans(tmp_path / "w")["a.zip", "in/bare.txt"]}
    assert begins(BARE, POSTS[2]) <= starts
    told = {row["member"]: row["told"] for row in rows_of(tmp_path / "w", "dumps")}
    assert (told["page.txt"], told["other.txt"]) == (None, None)
    lines = BARE.split("\n")
    assert [lines[row["line"]] for row in told["in/bare.txt"] if row["begins"]] == [POSTS[2].paragraphs[0]]
    is_sound(tmp_path / "w")
    ingest(source, tmp_path / "at once")
    assert content(tmp_path / "w") == content(tmp_path / "at once")


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_any_packing_gives_the_same_tables(tmp_path: Path, seed: int) -> None:
    dumps = [(name, text.encode()) for name, text in recurring.dumps(seed).items()]
    source = put(
        tmp_path / "s",
        a_zip=zipped(dumps[:2]),
        b_tgz=gzip.compress(tarred(dumps[2:4])),
        c_zip=zipped([("in.tar", tarred(dumps[4:5])), *dumps[1:2]]),
        d_gz=gzip.compress(dumps[5][1]),
        e_txt=dumps[6][1],
        f_txt=dumps[0][1],
    )
    assert ingest(source, tmp_path / "at once").counts["dumps_split_again"]
    in_parts(source, tmp_path / "in parts", seed)
    assert content(tmp_path / "in parts") == content(tmp_path / "at once")
    assert memory(tmp_path / "in parts") == memory(tmp_path / "at once")


@pytest.mark.parametrize("lost", ["the archive is gone", "the archive holds something else", "the member has changed"])
def test_bytes_that_are_gone_from_an_archive_are_read_elsewhere(tmp_path: Path, lost: str) -> None:
    source = put(tmp_path / "s", a_zip=zipped([("bare.txt", BARE.encode())]), z_txt=BARE.encode())
    ingest(source, tmp_path / "w")
    new = {"the archive holds something else": "x.txt", "the member has changed": "bare.txt"}.get(lost)
    (source / "a.zip").unlink()
    put(source, page_txt=PAGE.encode(), **({"a_zip": zipped([(new, OTHER.encode())])} if new else {}))
    assert ingest(source, tmp_path / "w").counts["dumps_split_again"] == 1
    if new == "bare.txt":
        source = put(tmp_path / "before", a_zip=zipped([("bare.txt", BARE.encode())]), z_txt=BARE.encode())
        ingest(source, tmp_path / "at once")
        ingest(put(tmp_path / "after", page_txt=PAGE.encode()), tmp_path / "at once")
        there = [row for row in rows_of(tmp_path / "w", "copies") if row["dump_id"] in dumps_at(tmp_path / "at once")]
        both = [(row["dump_path"], row["start"]) for row in there if row["dump_path"] in {"a.zip", "z.txt"}]
        wanted = [(row["dump_path"], row["start"]) for row in rows_of(tmp_path / "at once", "copies")]
        assert sorted(both) == sorted(pair for pair in wanted if pair[0] != "page.txt")
    else:
        found = spans(tmp_path / "w")
        assert found["a.zip", "bare.txt"] == found["z.txt", None]
        assert begins(BARE, POSTS[2]) <= {start for start, _ in found["z.txt", None]}
    is_sound(tmp_path / "w")


def dumps_at(warehouse: Path) -> set[str]:
    return {row["dump_id"] for row in rows_of(warehouse, "dumps")}


def test_bytes_that_are_nowhere_keep_their_split(tmp_path: Path) -> None:
    source = put(tmp_path / "s", a_zip=zipped([("bare.txt", BARE.encode())]))
    ingest(source, tmp_path / "w")
    before = spans(tmp_path / "w")["a.zip", "bare.txt"]
    put(source, a_zip=zipped([("x.txt", OTHER.encode())]), page_txt=PAGE.encode())
    summary = ingest(source, tmp_path / "w")
    assert (summary.counts["dumps_split_again"], summary.counts["dumps_not_split_again"]) == (0, 1)
    assert spans(tmp_path / "w")["a.zip", "bare.txt"] == before
    is_sound(tmp_path / "w")


def test_a_dump_is_split_again_at_all_its_places_or_at_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import flows.again

    source = put(tmp_path / "s", a_zip=zipped([("bare.txt", BARE.encode())]), z_txt=BARE.encode())
    ingest(source, tmp_path / "w")
    before = spans(tmp_path / "w")
    real = flows.again.add_read

    def stumble(chunks: Any, place: Any, *more: Any) -> None:
        if place.member:
            raise FaultError("planted")
        real(chunks, place, *more)

    put(source, page_txt=PAGE.encode())
    with monkeypatch.context() as patch:
        patch.setattr(flows.again, "add_read", stumble)
        summary = ingest(source, tmp_path / "w")
    assert (summary.counts["dumps_split_again"], summary.counts["dumps_not_split_again"]) == (0, 1)
    after = spans(tmp_path / "w")
    assert {place: after[place] for place in before} == before
    is_sound(tmp_path / "w")


def test_each_place_keeps_the_address_at_which_it_stood(tmp_path: Path) -> None:
    """A text of one post is told of two, and then no more: only as one post does it have its page's address."""
    bare = corpora.listing([corpora.Invented(POSTS[0].title, POSTS[0].paragraphs[:1] + POSTS[1].paragraphs)])
    addresses = ["https://weir.example/one", "https://weir.example/two"]
    records = [record("conversion", bare.encode(), WARC_Target_URI=at, Content_Type="text/plain") for at in addresses]
    source = put(tmp_path / "s", crawl_wet=b"".join(records))
    ingest(source, tmp_path / "w")
    before = [(row["dump_member"], row["url"], row["start"]) for row in rows_of(tmp_path / "w", "copies")]
    assert sorted(url for _, url, _ in before) == addresses
    put(source, page_txt=recurring.page([POSTS[2], POSTS[1]]).encode())
    assert ingest(source, tmp_path / "w").counts["dumps_split_again"] == 1
    assert [len(found) for place, found in spans(tmp_path / "w").items() if place[0] == "crawl.wet"] == [2, 2]
    more = {f"{n}_txt": recurring.page([corpora.post(random.Random(n)), POSTS[1]]).encode() for n in range(9)}
    put(source, **more)
    assert ingest(source, tmp_path / "w").counts["dumps_split_again"] == 1
    rows = [row for row in rows_of(tmp_path / "w", "copies") if row["dump_path"] == "crawl.wet"]
    assert sorted((row["dump_member"], row["url"], row["start"]) for row in rows) == sorted(before)
    is_sound(tmp_path / "w")


def test_a_dump_that_is_read_in_parts_tells_nothing_and_is_told_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = recurring.page(POSTS[:4])
    monkeypatch.setattr("flows.reading.PART_BYTES", len(both) // 2)
    monkeypatch.setattr("flows.held.BLOCK", 256)
    source = put(tmp_path / "s", both_txt=both.encode(), page_txt=PAGE.encode())
    assert ingest(source, tmp_path / "w").counts["dumps_split_again"] == 0
    assert not Warehouse.open(tmp_path / "w").read("outlines").num_rows
    is_sound(tmp_path / "w")


def test_a_dump_of_one_post_is_told_though_it_is_longer_than_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end is sought further and further on until it is read as a whole after all."""
    bare, page = corpora.listing([TWO]), recurring.page([POSTS[2]])
    source = put(tmp_path / "s", bare_txt=bare.encode(), page_txt=page.encode())
    ingest(source, tmp_path / "at once")
    monkeypatch.setattr("flows.reading.PART_BYTES", len(page) + 16)
    monkeypatch.setattr("flows.held.BLOCK", 16)
    assert len(bare) > len(page) + 32
    assert ingest(source, tmp_path / "w").counts["dumps_split_again"] == 1
    assert content(tmp_path / "w") == content(tmp_path / "at once")


def test_every_copy_can_be_read_again(tmp_path: Path) -> None:
    samples = [(path.relative_to(RAW).as_posix(), path.read_bytes()) for path in sorted(RAW.rglob("*.*"))]
    source = put(tmp_path / "s", a_zip=zipped(samples), bare_txt=BARE.encode(), page_txt=PAGE.encode())
    ingest(source, tmp_path / "w")
    warehouse = Warehouse.open(tmp_path / "w")
    rows = warehouse.read("copies").to_pylist()
    texts = {row["text_sha256"]: row["text"] for row in warehouse.read("posts").to_pylist()}
    again = [text_again(warehouse, DEFAULT_NAMES, row) for row in rows]
    assert None not in again
    assert all(texts.get(row["text_sha256"], text) == text for row, text in zip(rows, again, strict=True))
    assert any(row["told"] for row in rows_of(tmp_path / "w", "dumps"))
    (source / "a.zip").unlink()
    gone = next(row for row in rows if row["dump_path"] == "a.zip")
    assert text_again(warehouse, DEFAULT_NAMES, gone) is None
