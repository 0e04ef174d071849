"""Archives from the command to the tables: places, copies, growth, damage that is mended, and the proof."""

from __future__ import annotations

import gzip
import json
import random
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import corpora
import pyarrow as pa
import pytest
from conftest import ingest, rows_of, winnow
from test_containers import tarred, zipped
from test_containers_warc import INFO, REQUEST, response

import flows.dump_rows
import flows.landing
import flows.staging
from flows.containers.found import Found
from flows.held import Held
from flows.landing import RawFile
from flows.verify import verify
from flows.warehouse import Change, Warehouse
from transforms.errors import PassingError
from transforms.tables import SCHEMAS

Files = list[tuple[str, bytes]]


def posts(count: int, seed: int = 1) -> list[bytes]:
    rng = random.Random(seed)
    return [corpora.listing([corpora.post(rng, 3)]).encode() for _ in range(count)]


ONE, TWO, THREE, FOUR = posts(4)
FILES: Files = [("one.txt", ONE), ("sub/two.txt", TWO), ("three.txt", THREE)]


def put(folder: Path, **files: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name.replace("_", ".")).write_bytes(data)
    return folder


def copies(warehouse: Path) -> list[tuple[str, str | None]]:
    return sorted((row["dump_path"], row["dump_member"]) for row in rows_of(warehouse, "copies"))


def told(warehouse: Path) -> dict[str, list[Any]]:
    """What the tables say of the posts, whatever run it was."""
    kept = ("text", "title", "n_copies", "n_dumps", "source", "url")
    places = ("dump_id", "dump_path", "dump_member", "member", "start", "end", "byte_start", "byte_end", "relation")
    dumps = ("dump_id", "path", "member", "also_at", "format", "encoding", "n_copies", "status", "error")
    return {
        name: sorted(str([row[column] for column in columns]) for row in rows_of(warehouse, name))
        for name, columns in (("posts", kept), ("copies", places), ("dumps", dumps))
    }


def is_proved(warehouse: Path, places: int) -> None:
    verdict = verify(Warehouse.open(warehouse))
    assert (verdict.problems, verdict.missing, verdict.places) == ([], [], places)


def test_each_member_is_a_dump_of_its_own(tmp_path: Path) -> None:
    source = put(tmp_path / "s", all_zip=zipped(FILES))
    assert not ingest(source, tmp_path / "w").rejected
    rows = sorted(rows_of(tmp_path / "w", "copies"), key=lambda row: row["member"])
    assert [(row["dump_path"], row["dump_member"], row["member"], row["source"]) for row in rows] == [
        ("all.zip", "one.txt", "one.txt", "all.zip"),
        ("all.zip", "sub/two.txt", "sub/two.txt", "all.zip//sub"),
        ("all.zip", "three.txt", "three.txt", "all.zip"),
    ]
    for row, data in zip(rows, (ONE, TWO, THREE), strict=True):
        assert data[row["byte_start"] : row["byte_end"]].decode().startswith(row["title"])
    dumps = {row["member"]: row for row in rows_of(tmp_path / "w", "dumps")}
    assert {member: row["size_bytes"] for member, row in dumps.items()} == {name: len(data) for name, data in FILES}
    is_proved(tmp_path / "w", 3)


def test_an_archive_that_did_not_change_is_not_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = put(tmp_path / "s", all_zip=zipped(FILES))
    ingest(source, tmp_path / "w")
    monkeypatch.setattr(flows.landing, "members", lambda _file: pytest.fail("it was opened"))
    summary = ingest(source, tmp_path / "w")
    assert (summary.run_id, summary.unchanged) == (None, 1)


def test_rows_in_a_member_are_named_after_both(tmp_path: Path) -> None:
    rows = "\n".join(json.dumps({"id": f"a/{number}", "text": text.decode()}) for number, text in enumerate([ONE, TWO]))
    source = put(tmp_path / "s", all_zip=zipped([("d/rows.jsonl", rows.encode())]), rows_jsonl=rows.encode())
    ingest(source, tmp_path / "w")
    found = {(row["dump_path"], row["dump_member"], row["member"]) for row in rows_of(tmp_path / "w", "copies")}
    assert found == {
        ("all.zip", "d/rows.jsonl", "d/rows.jsonl//a/0"),
        ("all.zip", "d/rows.jsonl", "d/rows.jsonl//a/1"),
        ("rows.jsonl", None, "a/0"),
        ("rows.jsonl", None, "a/1"),
    }
    is_proved(tmp_path / "w", 2)


def test_the_same_bytes_are_one_dump_wherever_they_lie(tmp_path: Path) -> None:
    source = put(
        tmp_path / "s",
        plain_txt=ONE,
        packed_gz=gzip.compress(ONE),
        z_zip=zipped([("b.txt", ONE), ("b.txt", ONE), ("in.tar", tarred([("deep.txt", ONE)]))]),
    )
    ingest(source, tmp_path / "w")
    (dump,) = rows_of(tmp_path / "w", "dumps")
    assert (dump["path"], dump["member"]) == ("packed.gz", None)
    assert dump["also_at"] == ["plain.txt", "z.zip//b.txt", "z.zip//b.txt (2)", "z.zip//in.tar//deep.txt"]
    (post,) = rows_of(tmp_path / "w", "posts")
    assert (post["n_copies"], post["n_dumps"]) == (5, 1)
    is_proved(tmp_path / "w", 5)


def test_neither_the_order_of_members_nor_their_packing_matters(tmp_path: Path) -> None:
    made = {
        "a": zipped(FILES),
        "b": zipped(FILES[::-1]),
        "c": gzip.compress(tarred([FILES[1], FILES[0], FILES[2]])),
    }
    for name, data in made.items():
        ingest(put(tmp_path / name, all_zip=data), tmp_path / f"w{name}")
    assert told(tmp_path / "wa") == told(tmp_path / "wb") == told(tmp_path / "wc")


def test_growing_gives_what_rebuilding_gives(tmp_path: Path) -> None:
    first = {"a_zip": zipped(FILES[:2]), "b_gz": gzip.compress(THREE)}
    then = {"c_tar": tarred([("x.txt", ONE + b"\n" + THREE), ("y.txt", FOUR)]), "d_txt": TWO}
    source = put(tmp_path / "s", **first)
    ingest(source, tmp_path / "grown")
    put(source, **then)
    ingest(source, tmp_path / "grown")
    ingest(source, tmp_path / "built")
    assert told(tmp_path / "grown") == told(tmp_path / "built")
    is_proved(tmp_path / "grown", 6)


def test_of_an_archive_that_changed_only_what_is_new_is_new(tmp_path: Path) -> None:
    source = put(tmp_path / "s", all_zip=zipped(FILES))
    ingest(source, tmp_path / "w")
    before = {row["copy_id"]: row for row in rows_of(tmp_path / "w", "copies")}
    put(source, all_zip=zipped([*FILES[::-1], ("four.txt", FOUR)]))
    summary = ingest(source, tmp_path / "w")
    assert (summary.counts["copies"], summary.counts["posts"]) == (1, 1)
    after = {row["copy_id"]: row for row in rows_of(tmp_path / "w", "copies")}
    assert {copy_id: after[copy_id] for copy_id in before} == before
    is_proved(tmp_path / "w", 4)
    put(source, all_zip=zipped(FILES[:1]))
    assert ingest(source, tmp_path / "w").counts.get("copies", 0) == 0
    verdict = verify(Warehouse.open(tmp_path / "w"))
    assert (verdict.problems, verdict.places, len(verdict.missing)) == ([], 1, 3)
    assert verdict.missing[0].startswith("all.zip//four.txt: the file has changed")


def test_a_cut_archive_is_told_and_mended_when_it_is_whole(tmp_path: Path) -> None:
    whole = gzip.compress(tarred([*FILES, ("noise.txt", random.Random(5).randbytes(20_000).hex().encode())]))
    source = put(tmp_path / "s", all_tgz=whole[:-9_000])
    summary = ingest(source, tmp_path / "w")
    assert list(summary.rejected) == ["all.tgz//noise.txt"]
    assert [copy for copy in copies(tmp_path / "w") if copy[1] != "noise.txt"] == sorted(
        ("all.tgz", name) for name, _ in FILES
    )
    statuses = [(row["member"], row["status"]) for row in rows_of(tmp_path / "w", "dumps")]
    assert ("noise.txt", "rejected") in statuses
    assert ("noise.txt", "ingested") in statuses
    assert ingest(source, tmp_path / "w").run_id is None
    assert not verify(Warehouse.open(tmp_path / "w")).problems
    put(source, all_tgz=whole)
    assert not ingest(source, tmp_path / "w").rejected
    assert {row["status"] for row in rows_of(tmp_path / "w", "dumps")} == {"ingested"}
    assert not verify(Warehouse.open(tmp_path / "w")).problems


def test_an_archive_of_which_nothing_could_be_read_is_mended_too(tmp_path: Path) -> None:
    source = put(tmp_path / "s", all_zip=b"PK\x03\x04" + bytes(10), empty_gz=gzip.compress(ONE)[:10])
    summary = ingest(source, tmp_path / "w")
    assert sorted(summary.rejected) == ["all.zip", "empty.gz"]
    assert {row["error"] for row in rows_of(tmp_path / "w", "dumps")} == set(summary.rejected.values())
    put(source, all_zip=zipped(FILES), empty_gz=gzip.compress(FOUR))
    assert not ingest(source, tmp_path / "w").rejected
    assert {row["status"] for row in rows_of(tmp_path / "w", "dumps")} == {"ingested"}
    is_proved(tmp_path / "w", 4)


def test_members_that_are_no_text_are_rows(tmp_path: Path) -> None:
    source = put(tmp_path / "s", all_zip=zipped([*FILES, ("logo.png", b"\x89PNG\0\0\0\0" * 9), ("empty.txt", b"")]))
    summary = ingest(source, tmp_path / "w")
    assert sorted(summary.rejected) == ["all.zip//empty.txt", "all.zip//logo.png"]
    rejected = {row["member"]: row["error"] for row in rows_of(tmp_path / "w", "dumps") if row["status"] == "rejected"}
    assert "no text" in rejected["logo.png"]
    assert "empty" in rejected["empty.txt"]
    is_proved(tmp_path / "w", 3)


def test_rows_are_written_in_chunks_and_nothing_else_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = put(tmp_path / "s", all_zip=zipped(FILES), b_txt=FOUR)
    ingest(source, tmp_path / "once")
    monkeypatch.setattr(flows.staging, "HELD", 1)
    ingest(source, tmp_path / "chunks")
    assert told(tmp_path / "once") == told(tmp_path / "chunks")


def test_a_disk_that_fails_within_an_archive_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = put(tmp_path / "s", all_zip=zipped(FILES))
    members, failures = flows.landing.members, [PassingError("busy")]

    def fails(file: RawFile) -> Iterator[Found]:
        for number, found in enumerate(members(file)):
            if number == 2 and failures:
                raise failures.pop()
            yield found

    monkeypatch.setattr("flows.runners.DELAYS", (0.0,))
    monkeypatch.setattr(flows.staging, "HELD", 1)
    monkeypatch.setattr(flows.landing, "members", fails)
    assert not ingest(source, tmp_path / "w").rejected
    assert len(copies(tmp_path / "w")) == 3


def test_a_disk_that_goes_on_failing_costs_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = put(tmp_path / "s", all_zip=zipped(FILES), b_txt=FOUR)
    members = flows.landing.members

    def fails(file: RawFile) -> Iterator[Found]:
        for number, found in enumerate(members(file)):
            if number == 1:
                raise PassingError("busy")
            yield found

    monkeypatch.setattr("flows.runners.DELAYS", (0.0,))
    with monkeypatch.context() as patch:
        patch.setattr(flows.landing, "members", fails)
        assert ingest(source, tmp_path / "w").rejected == {"all.zip": "busy"}
    assert copies(tmp_path / "w") == [("all.zip", "one.txt"), ("b.txt", None)]
    assert not ingest(source, tmp_path / "w").rejected
    assert len(copies(tmp_path / "w")) == 4
    assert {row["status"] for row in rows_of(tmp_path / "w", "dumps")} == {"ingested"}


def test_a_fault_of_our_own_costs_one_member(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = flows.dump_rows.read_dump

    def stumble(dump: Held, *stated: Any) -> Any:
        return 1 / 0 if b"".join(dump.blocks()) == TWO else real(dump, *stated)

    source = put(tmp_path / "s", all_zip=zipped(FILES))
    with monkeypatch.context() as patch:
        patch.setattr(flows.dump_rows, "read_dump", stumble)
        assert list(ingest(source, tmp_path / "w").rejected) == ["all.zip//sub/two.txt"]
    assert len(copies(tmp_path / "w")) == 2
    assert not ingest(source, tmp_path / "w").rejected
    is_proved(tmp_path / "w", 3)


def test_a_fault_in_the_opening_of_an_archive_costs_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = put(tmp_path / "s", all_zip=zipped(FILES), b_txt=FOUR)
    with monkeypatch.context() as patch:
        patch.setattr("flows.containers.zips.members", lambda *_: iter([1 / 0]))
        (reason,) = ingest(source, tmp_path / "w").rejected.values()
    assert "ZeroDivisionError" in reason
    assert copies(tmp_path / "w") == [("b.txt", None)]
    assert not ingest(source, tmp_path / "w").rejected
    is_proved(tmp_path / "w", 4)


def page(*texts: bytes) -> bytes:
    articles = []
    for text in texts:
        title, *paragraphs = text.decode().strip().split("\n\n")
        date = f"<time>{3 + len(articles)} May 2019</time>"
        articles.append(f"<article><h2>{title}</h2>{date}{''.join(f'<p>{one}</p>' for one in paragraphs)}</article>")
    return f"<html><body>{''.join(articles)}</body></html>".encode()


def test_a_page_alone_has_the_address_where_it_stood(tmp_path: Path) -> None:
    listing = response(page(TWO, THREE, FOUR), "https://weir.example/")
    data = response(page(ONE), "https://weir.example/one") + listing
    ingest(put(tmp_path / "s", crawl_warc=data), tmp_path / "w")
    urls = [(row["dump_member"], row["url"], row["source"]) for row in rows_of(tmp_path / "w", "copies")]
    assert ("https://weir.example/one", "https://weir.example/one", "weir.example") in urls
    assert len(urls) == 4
    assert all(url is None for member, url, _ in urls if member == "https://weir.example/")
    is_proved(tmp_path / "w", 2)


def test_the_charset_of_the_server_decides_what_would_be_a_guess(tmp_path: Path) -> None:
    text = "Der Zug hält in Zürich."
    data = response(text.encode("cp037"), Content_Type="text/plain; charset=ibm037")
    ingest(put(tmp_path / "s", crawl_warc=data), tmp_path / "w")
    (dump,) = rows_of(tmp_path / "w", "dumps")
    assert (dump["encoding"], dump["encoding_evidence"].startswith("stated by the server as ibm037")) == ("cp037", True)
    is_proved(tmp_path / "w", 1)


def test_a_charset_that_the_bytes_contradict_does_not_count(tmp_path: Path) -> None:
    good = "Déjà vu. " * 20
    broken = good.encode() + b"\xff" + good.encode()
    ingest(put(tmp_path / "s", a_warc=response(broken, Content_Type="text/plain; charset=iso-8859-1")), tmp_path / "w")
    (dump,) = rows_of(tmp_path / "w", "dumps")
    assert dump["encoding"] == "utf-8"


def test_what_is_no_dump_is_counted_in_the_run_and_shown(tmp_path: Path) -> None:
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "one.txt"
    put(tmp_path / "raw", all_tar=tarred(FILES, link), crawl_warc=INFO + REQUEST + response(page(FOUR)) + REQUEST)
    ran = winnow("ingest", cwd=tmp_path)
    assert ran.code == 0
    assert "members of containers that are no dumps (2 WARC request, 1 WARC warcinfo, 1 links)" in ran.out
    (run,) = rows_of(tmp_path / "warehouse", "runs")
    assert json.loads(run["counts"])["skipped"] == {"WARC request": 2, "WARC warcinfo": 1, "links": 1}


def test_a_rejected_member_is_listed_and_the_status_says_so(tmp_path: Path) -> None:
    put(tmp_path / "raw", all_zip=zipped(FILES)[:-3])
    ran = winnow("ingest", cwd=tmp_path)
    assert ran.code == 1
    assert "all.zip: the list of members at the end of the zip can't be read" in ran.out
    assert winnow("verify", cwd=tmp_path).code == 0


def test_a_fault_planted_in_a_member_is_found(tmp_path: Path) -> None:
    ingest(put(tmp_path / "s", all_zip=zipped(FILES)), tmp_path / "w")
    opened = Warehouse.open(tmp_path / "w", create=True)
    row = next(row for row in opened.read("copies").to_pylist() if row["dump_member"] == "sub/two.txt")
    forged = pa.Table.from_pylist([row | {"start": row["start"] + 3}], schema=SCHEMAS["copies"])
    now = datetime.now(UTC)
    with opened.writing("a test", now) as (run_id, _):
        told_of = {"command": "a test", "started": now, "finished": now, "options": "{}", "counts": "{}"}
        opened.commit(run_id, {"copies": Change(updates=forged)}, told_of)
    problems = verify(Warehouse.open(tmp_path / "w")).problems
    assert [said for said in problems if said.startswith("all.zip//sub/two.txt:") and "lie in no row" in said]


def test_nothing_is_written_beside_the_warehouse(tmp_path: Path) -> None:
    source = put(tmp_path / "s", all_zip=zipped([("../../x.txt", ONE), ("/y.txt", TWO)]))
    before = sorted(tmp_path.parent.rglob("*.txt"))
    ingest(source, tmp_path / "w")
    assert sorted(tmp_path.parent.rglob("*.txt")) == before
    assert copies(tmp_path / "w") == [("all.zip", "x.txt"), ("all.zip", "y.txt")]
