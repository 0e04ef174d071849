"""The promises of a run: order does not matter, nothing is done twice, only what must change does."""

from __future__ import annotations

import errno
import itertools
import json
import os
import random
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import corpora
import pytest

from flows.landing import RawFile
from flows.pipeline import BATCH_BYTES, BATCH_FILES, Request, Summary, batches, run
from flows.runners import local
from flows.verify import verify
from flows.warehouse import Warehouse
from transforms.errors import SourceError, WarehouseError

RAW = Path(__file__).parent.parent / "raw"
# Columns that name runs or hold ids that depend on which copy came first.
VARYING = {"post_id", "aliases", "first_run", "last_run", "run_id"}


def ingest(source: Path, warehouse: Path, **options: Any) -> Summary:
    return run(Request((str(source),), warehouse, **options), local(lambda _batch, _staged: None))


def content(warehouse: Path) -> tuple[list[Any], list[Any], list[Any]]:
    """Posts with their copies, residue and dumps, as far as they must not depend on the order of ingestion."""
    opened = Warehouse.open(warehouse)
    copies = opened.read("copies").to_pylist()
    posts = []
    for row in opened.read("posts").to_pylist():
        own = [_fixed(copy) for copy in copies if copy["post_id"] == row["post_id"]]
        posts.append((_fixed(row), sorted(own, key=lambda copy: copy["copy_id"])))
    residue = sorted(map(str, opened.read("residue").to_pylist()))
    dumps = sorted(str(_fixed(row)) for row in opened.read("dumps").to_pylist())
    return sorted(posts, key=lambda pair: pair[0]["canonical_copy_id"]), residue, dumps


def _fixed(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in VARYING}


def one_by_one(source: Path, order: list[str], folder: Path) -> Path:
    warehouse = folder / "warehouse"
    for name in order:
        ingest(source, warehouse, include=(name,))
    return warehouse


def test_any_order_of_the_samples_gives_the_same_tables(tmp_path: Path) -> None:
    ingest(RAW, tmp_path / "at once")
    expected = content(tmp_path / "at once")
    names = sorted(path.relative_to(RAW).as_posix() for path in RAW.rglob("*") if path.is_file())
    orders = [names, names[::-1], random.Random(5).sample(names, len(names))]
    for number, order in enumerate(orders):
        warehouse = one_by_one(RAW, order, tmp_path / str(number))
        assert content(warehouse) == expected
        assert not verify(Warehouse.open(warehouse)).problems


@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_batching_of_random_dumps(tmp_path: Path, seed: int) -> None:
    source = corpora.write(tmp_path / "source", corpora.random_dumps(seed))
    ingest(source, tmp_path / "at once")
    rng = random.Random(seed)
    names = sorted(path.name for path in source.iterdir())
    rng.shuffle(names)
    warehouse = tmp_path / "in parts"
    for part in itertools.pairwise([*names, names[0]]):
        ingest(source, warehouse, include=tuple(part))
    assert content(warehouse) == content(tmp_path / "at once")


def test_a_post_keeps_its_id_when_a_better_copy_comes(tmp_path: Path) -> None:
    rng = random.Random(1)
    whole, other = corpora.post(rng, 4), corpora.post(rng)
    source = corpora.write(tmp_path / "source", {"1.jsonl": as_row(corpora.cut(whole)) + as_row(other)})
    ingest(source, tmp_path / "w")
    before = {row["post_id"]: row for row in Warehouse.open(tmp_path / "w").read("posts").to_pylist()}
    assert len(before) == 2
    corpora.write(source, {"2.jsonl": as_row(whole) + as_row(corpora.post(rng))})
    summary = ingest(source, tmp_path / "w")
    after = {row["post_id"]: row for row in Warehouse.open(tmp_path / "w").read("posts").to_pylist()}
    assert before.keys() < after.keys()
    assert len(after) == 3
    changed = [post_id for post_id in before if before[post_id] != after[post_id]]
    assert [before[post_id]["title"] for post_id in changed] == [whole.title]
    assert after[changed[0]]["text"] == "\n\n".join(whole.paragraphs)
    assert summary.counts["posts_changed"] == 1
    assert summary.counts["posts"] == 1


def as_row(post: corpora.Invented) -> str:
    """A post whose boundaries are stated, so that no other dump can tell it to begin elsewhere."""
    return json.dumps({"title": post.title, "text": "\n\n".join(post.paragraphs)}) + "\n"


def test_two_posts_that_prove_one_keep_the_older_id(tmp_path: Path) -> None:
    """Two excerpts of one text match nothing until the whole text comes."""
    rng = random.Random(2)
    whole = corpora.post(rng, 4)
    first = corpora.Invented("Beginning Of It", whole.paragraphs[:2])
    second = corpora.Invented("The Rest Of It", whole.paragraphs[2:])
    source = corpora.write(tmp_path / "source", {"1.jsonl": as_row(first)})
    ingest(source, tmp_path / "w")
    corpora.write(source, {"2.jsonl": as_row(second)})
    ingest(source, tmp_path / "w")
    posts = sorted(Warehouse.open(tmp_path / "w").read("posts").to_pylist(), key=lambda row: row["first_run"])
    assert len(posts) == 2
    corpora.write(source, {"3.jsonl": as_row(whole)})
    summary = ingest(source, tmp_path / "w")
    (post,) = Warehouse.open(tmp_path / "w").read("posts").to_pylist()
    assert post["post_id"] == posts[0]["post_id"]
    assert post["aliases"] == [posts[1]["post_id"]]
    assert post["n_copies"] == 3
    assert summary.counts["posts_joined"] == 1


def test_missing_fields_come_from_the_other_copies(tmp_path: Path) -> None:
    rng = random.Random(3)
    whole = corpora.post(rng, 3)
    nameless = "\n\n".join([*whole.paragraphs, "One more sentence makes this copy the longer one of the two."])
    rows = {"nameless.jsonl": json.dumps({"text": nameless}), "named.jsonl": as_row(whole)}
    source = corpora.write(tmp_path / "source", rows)
    ingest(source, tmp_path / "w")
    opened = Warehouse.open(tmp_path / "w")
    (post,) = opened.read("posts").to_pylist()
    named = next(row for row in opened.read("copies").to_pylist() if row["dump_path"] == "named.jsonl")
    assert post["title"] == whole.title
    assert {"field": "title", "copy_id": named["copy_id"]} in post["field_sources"]
    assert named["relation"] == "near-identical"


def test_an_unchanged_source_commits_nothing(tmp_path: Path) -> None:
    ingest(RAW, tmp_path / "w")
    before = sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "w").rglob("*.parquet"))
    summary = ingest(RAW, tmp_path / "w")
    assert summary.run_id is None
    assert summary.unchanged == summary.files > 0
    assert sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "w").rglob("*.parquet")) == before
    assert Warehouse.open(tmp_path / "w").read("runs").num_rows == 1


def test_a_file_with_new_bytes_is_a_new_dump_and_the_old_one_stays(tmp_path: Path) -> None:
    rng = random.Random(4)
    old, new = corpora.post(rng), corpora.post(rng)
    source = corpora.write(tmp_path / "source", {"page.txt": corpora.listing([old])})
    ingest(source, tmp_path / "w")
    corpora.write(source, {"page.txt": corpora.listing([new])})
    ingest(source, tmp_path / "w")
    opened = Warehouse.open(tmp_path / "w")
    assert {row["title"] for row in opened.read("posts").to_pylist()} == {old.title, new.title}
    assert opened.read("dumps").num_rows == 2
    assert [said for said in verify(opened).missing if "page.txt" in said]


def test_the_same_bytes_at_two_places_are_one_dump(tmp_path: Path) -> None:
    dump = corpora.listing([corpora.post(random.Random(5))])
    source = corpora.write(tmp_path / "source", {"b.txt": dump})
    ingest(source, tmp_path / "w")
    corpora.write(source, {"a.txt": dump})
    ingest(source, tmp_path / "w")
    opened = Warehouse.open(tmp_path / "w")
    (row,) = opened.read("dumps").to_pylist()
    assert (row["path"], row["also_at"]) == ("a.txt", ["b.txt"])
    (post,) = opened.read("posts").to_pylist()
    assert (post["n_copies"], post["n_dumps"]) == (2, 1)


def test_raw_dumps_are_never_changed(tmp_path: Path) -> None:
    source = Path(shutil.copytree(RAW, tmp_path / "raw"))
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in source.rglob("*") if path.is_file()}
    ingest(source, tmp_path / "w")
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in source.rglob("*") if path.is_file()}
    assert after == before


def test_a_fault_of_our_own_costs_one_dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import reading

    good, bad = corpora.post(random.Random(6)), corpora.post(random.Random(7))
    source = corpora.write(tmp_path / "s", {"good.txt": corpora.listing([good]), "bad.txt": corpora.listing([bad])})
    real = reading.recognise

    def stumble(text: str, *fields: Any) -> Any:
        if bad.title in text:
            raise ZeroDivisionError("planted")
        return real(text, *fields)

    monkeypatch.setattr(reading, "recognise", stumble)
    summary = ingest(source, tmp_path / "w")
    assert "ZeroDivisionError" in summary.rejected["bad.txt"]
    assert [row["title"] for row in Warehouse.open(tmp_path / "w").read("posts").to_pylist()] == [good.title]


def test_processes_give_what_one_process_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = corpora.write(tmp_path / "source", corpora.random_dumps(9, n_dumps=8))
    ingest(source, tmp_path / "one")
    monkeypatch.setattr("flows.runners.WORTH_A_PROCESS", 0)
    monkeypatch.setattr("flows.pipeline.BATCH_FILES", 3)
    ingest(source, tmp_path / "many")
    assert content(tmp_path / "many") == content(tmp_path / "one")


def test_batches_hold_every_file_once_and_stay_small() -> None:
    files = [RawFile(place=f"/{n}", path=f"{n}", source="s", size=n * 100_000) for n in range(300)]
    files += [RawFile(place="/big", path="big", source="s", size=3 * BATCH_BYTES)]
    made = batches(files)
    assert sorted(file.path for batch in made for file in batch.files) == sorted(file.path for file in files)
    assert all(batch.bytes <= BATCH_BYTES or len(batch.files) == 1 for batch in made)
    assert all(len(batch.files) <= BATCH_FILES for batch in made)
    assert len({batch.number for batch in made}) == len(made)
    assert made[0].files[0].path == "big"


def test_a_warehouse_without_a_commit_says_so(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no warehouse"):
        Warehouse.open(tmp_path / "nowhere")
    empty = corpora.write(tmp_path / "source", {})
    empty.mkdir()
    ingest(empty, tmp_path / "w")
    with pytest.raises(WarehouseError, match="nothing has been committed"):
        Warehouse.open(tmp_path / "w").current()


def ids_are_sound(warehouse: Path, published: set[str]) -> None:
    """Each id that was ever published still leads to one post; none is both a post and an alias."""
    posts = Warehouse.open(warehouse).read("posts", ["post_id", "aliases"]).to_pylist()
    live = [row["post_id"] for row in posts]
    aliases = [alias for row in posts for alias in row["aliases"]]
    assert len(set(live)) == len(live)
    assert len(set(aliases)) == len(aliases)
    assert not set(live) & set(aliases)
    assert published <= {*live, *aliases}
    published.update(live)


@pytest.mark.parametrize("seed", range(3))
def test_every_id_that_was_published_leads_somewhere(tmp_path: Path, seed: int) -> None:
    """Parts of one text come first, then texts that hold several of them, some files with other bytes by now."""
    rng = random.Random(seed)
    parts = [corpora.post(rng, 2) for _ in range(5)]
    source, published = tmp_path / "source", set[str]()
    for number in range(7):
        chosen = rng.sample(parts, rng.randint(1, 4))
        joined = corpora.Invented(f"Joined {number}", tuple(p for part in chosen for p in part.paragraphs))
        dump = corpora.listing([joined] if rng.random() < 0.5 else chosen)
        corpora.write(source, {f"{rng.randint(0, 4)}.txt": dump, f"again-{rng.randint(0, 2)}.txt": dump})
        ingest(source, tmp_path / "w")
        ids_are_sound(tmp_path / "w", published)
    assert not verify(Warehouse.open(tmp_path / "w")).problems


def test_a_dump_that_was_rejected_is_read_again_and_then_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    found = corpora.post(random.Random(8))
    source = corpora.write(tmp_path / "s", {"a.txt": corpora.listing([found])})
    with monkeypatch.context() as patch:
        patch.setattr("flows.reading.recognise", lambda *_: 1 / 0)
        assert "a.txt" in ingest(source, tmp_path / "w").rejected
    corpora.write(source, {"b.txt": corpora.listing([found])})
    assert not ingest(source, tmp_path / "w").rejected
    opened = Warehouse.open(tmp_path / "w")
    (dump,) = opened.read("dumps").to_pylist()
    assert (dump["status"], dump["error"], dump["n_copies"], dump["also_at"]) == ("ingested", None, 1, ["b.txt"])
    assert sorted(row["dump_path"] for row in opened.read("copies").to_pylist()) == ["a.txt", "b.txt"]
    assert not verify(opened).problems


def test_a_clock_that_was_put_back_harms_nothing(tmp_path: Path) -> None:
    rng = random.Random(10)
    source = corpora.write(tmp_path / "s", {"1.txt": corpora.listing([corpora.post(rng)])})
    late, early = datetime(2026, 5, 1, 12, tzinfo=UTC), datetime(2026, 5, 1, 11, tzinfo=UTC)
    each = local(lambda _batch, _staged: None)
    run(Request((str(source),), tmp_path / "w"), each, now=lambda: late)
    for number in (2, 3):
        corpora.write(source, {f"{number}.txt": corpora.listing([corpora.post(rng)])})
        run(Request((str(source),), tmp_path / "w"), each, now=lambda: early)
        assert Warehouse.open(tmp_path / "w").read("posts").num_rows == number


def test_unreadable_files_of_two_sources_are_told_apart(tmp_path: Path) -> None:
    sources = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "x.txt").symlink_to(folder / "gone.txt")
        sources.append(str(folder))
    run(Request(tuple(sources), tmp_path / "w"), local(lambda _batch, _staged: None))
    assert Warehouse.open(tmp_path / "w").read("dumps").num_rows == 2
    (tmp_path / "two/x.txt").unlink()
    corpora.write(tmp_path / "two", {"x.txt": corpora.listing([corpora.post(random.Random(11))])})
    run(Request(tuple(sources), tmp_path / "w"), local(lambda _batch, _staged: None))
    found = Warehouse.open(tmp_path / "w").read("dumps").to_pylist()
    assert sorted(row["status"] for row in found) == ["ingested", "rejected"]


def test_another_spelling_of_a_source_is_the_same_source(tmp_path: Path) -> None:
    source = corpora.write(tmp_path / "s", {"1.txt": corpora.listing([corpora.post(random.Random(12))])})
    ingest(source, tmp_path / "w")
    assert ingest(tmp_path / "w" / ".." / "s", tmp_path / "w").run_id is None


def test_a_name_that_is_no_utf8_is_verified(tmp_path: Path) -> None:
    source = corpora.write(tmp_path / "s", {})
    source.mkdir()
    place = os.fsdecode(os.fsencode(source) + b"/caf\xe9 %.txt")
    Path(place).write_text(corpora.listing([corpora.post(random.Random(13))]))
    ingest(source, tmp_path / "w")
    verdict = verify(Warehouse.open(tmp_path / "w"))
    assert (verdict.places, verdict.missing, verdict.problems) == (1, [], [])


def test_the_warehouse_is_no_source(tmp_path: Path) -> None:
    source = corpora.write(tmp_path / "s", {"1.txt": corpora.listing([corpora.post(random.Random(14))])})
    ingest(source, tmp_path / "w")
    for inside in (tmp_path / "w", tmp_path / "w/tables"):
        with pytest.raises(SourceError, match="lies in the warehouse"):
            ingest(inside, tmp_path / "w")


def test_a_view_that_fails_does_not_undo_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import view

    def fail(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    source = corpora.write(tmp_path / "s", {"1.txt": corpora.listing([corpora.post(random.Random(15))])})
    with monkeypatch.context() as patch:
        patch.setattr(view, "_link", fail)
        with pytest.raises(WarehouseError, match="they are committed"):
            ingest(source, tmp_path / "w")
    assert Warehouse.open(tmp_path / "w").read("posts").num_rows == 1
    assert ingest(source, tmp_path / "w").run_id is None
    assert (Warehouse.open(tmp_path / "w").current() / "posts").is_dir()


def test_a_copied_warehouse_says_what_to_do(tmp_path: Path) -> None:
    source = corpora.write(tmp_path / "s", {"1.txt": corpora.listing([corpora.post(random.Random(16))])})
    ingest(source, tmp_path / "w")
    copied = Path(shutil.copytree(tmp_path / "w", tmp_path / "copied"))
    corpora.write(source, {"2.txt": corpora.listing([corpora.post(random.Random(17))])})
    with pytest.raises(WarehouseError, match="remove it"):
        ingest(source, copied)
    shutil.rmtree(copied / "current")
    ingest(source, copied)
    assert Warehouse.open(copied).read("posts").num_rows == 2
