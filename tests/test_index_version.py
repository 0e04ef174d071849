"""An index that another version wrote: nothing is added to it, and it can still be read."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import corpora
import numpy as np
import pyarrow as pa
import pytest
import recurring
from conftest import committed, ingest, rows_of, winnow
from deltalake import write_deltalake
from test_evidence_flow import memory
from test_pipeline import content

from flows import reading
from flows.backfill import Selection, backfill
from flows.lock import NONE
from flows.pipeline import Request
from flows.recorded import run_recorded
from flows.runners import local
from flows.warehouse import Change, Warehouse
from transforms.errors import IndexWrittenError, SourceError
from transforms.sign import INDEX_VERSION, Signed
from transforms.split.fields import Asked
from transforms.tables import SCHEMAS

EACH = local(lambda _batch, _staged: None)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    source = corpora.write(tmp_path / "raw", corpora.random_dumps(3))
    ingest(source, tmp_path / "warehouse")
    return tmp_path


def written_by(warehouse: Path, version: str | None) -> None:
    """Makes it look as if another version had written the index."""
    rows = [run | {"index_version": version} for run in Warehouse.open(warehouse).read("runs").to_pylist()]
    write_deltalake(
        str(warehouse / "tables/runs"), pa.Table.from_pylist(rows, schema=SCHEMAS["runs"]), mode="overwrite"
    )


def keys_changed(warehouse: Path) -> None:
    """An index of which nothing is said, with other keys than its texts would have now."""
    opened = Warehouse.open(warehouse)
    rows = [row | {"keys": row["keys"][1:]} for row in opened.read("wordings").to_pylist()]
    now = datetime.now(UTC)
    writing = Warehouse.open(warehouse, create=True)
    with writing.writing("a test", now) as (run_id, _):
        row = {"command": "a test", "started": now, "finished": now, "options": "{}", "counts": "{}"}
        changed = Change(updates=pa.Table.from_pylist(rows, schema=SCHEMAS["wordings"]))
        writing.commit(run_id, {"wordings": changed}, row)


def test_an_index_that_says_nothing_is_known_by_its_keys(place: Path) -> None:
    written_by(place / "warehouse", None)
    corpora.write(place / "raw", {"new.txt": corpora.listing([corpora.post(random.Random(4))])})
    assert ingest(place / "raw", place / "warehouse").counts["dumps"] == 1


def test_a_run_says_by_what_the_index_was_written(place: Path) -> None:
    assert [row["index_version"] for row in rows_of(place / "warehouse", "runs")] == [INDEX_VERSION]
    assert "shingle=5" in INDEX_VERSION


@pytest.mark.parametrize("version", ["1 shingle=3", None])
def test_nothing_is_written_into_the_index_of_another_version(place: Path, version: str | None) -> None:
    written_by(place / "warehouse", version)
    if version is None:
        keys_changed(place / "warehouse")
    corpora.write(place / "raw", {"new.txt": corpora.listing([corpora.post(random.Random(4))])})
    before = committed(place / "warehouse")
    ran = winnow("ingest", cwd=place)
    assert ran.code == 2
    assert len(ran.err.strip().splitlines()) == 1
    assert "winnow backfill --all" in ran.err
    assert committed(place / "warehouse") == before
    asked = winnow("query", "SELECT count(*) AS n FROM posts", "--csv", cwd=place)
    assert (asked.code, asked.out.split()) == (0, ["n", str(len(before["posts"]))])


def test_a_refused_run_is_no_run(place: Path) -> None:
    written_by(place / "warehouse", "1")
    with pytest.raises(IndexWrittenError):
        run_recorded(Request((str(place / "raw"),), place / "warehouse"), EACH, NONE)
    assert Warehouse.open(place / "warehouse").read("runs").num_rows == 1


def test_a_run_that_failed_says_the_same(place: Path) -> None:
    with pytest.raises(SourceError, match="no source"):
        run_recorded(Request((str(place / "gone"),), place / "warehouse"), EACH, NONE)
    runs = Warehouse.open(place / "warehouse").read("runs").sort_by("run_id").to_pylist()
    assert [run["index_version"] for run in runs] == [INDEX_VERSION] * 2
    assert json.loads(runs[-1]["versions"]) == json.loads(runs[0]["versions"])


@pytest.mark.parametrize("seed", range(2))
def test_one_command_rebuilds_it(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index of another version has other wordings, keys and matches; posts keep their ids all the same."""
    source = corpora.write(tmp_path / "raw", recurring.dumps(seed))
    ingest(source, tmp_path / "new")
    real = reading.sign

    def otherwise(titles: list[str | None], bodies: list[str]) -> list[Signed]:
        return [
            replace(each, wording=each.wording[3:] + each.wording[:3], keys=np.sort(each.keys + np.uint64(1)))
            for each in real(titles, bodies)
        ]

    with monkeypatch.context() as patch:
        patch.setattr(reading, "sign", otherwise)
        for name in sorted(path.name for path in source.iterdir()):
            ingest(source, tmp_path / "w", include=(name,))
    written_by(tmp_path / "w", "1")
    ids = {row["post_id"] for row in rows_of(tmp_path / "w", "posts")}
    would = backfill(tmp_path / "w", Selection(everything=True), EACH, dry_run=True)
    assert backfill(tmp_path / "w", Selection(everything=True), EACH).counts == would.counts
    assert content(tmp_path / "w") == content(tmp_path / "new")
    assert memory(tmp_path / "w") == memory(tmp_path / "new")
    assert {row["post_id"] for row in rows_of(tmp_path / "w", "posts")} == ids
    assert Warehouse.open(tmp_path / "w").index_version == INDEX_VERSION
    assert ingest(source, tmp_path / "w").run_id is None


def test_a_rebuilt_one_keeps_how_dumps_were_asked_to_be_read(tmp_path: Path) -> None:
    good, bad = (
        ["\n\n".join(corpora.post(random.Random(seed)).paragraphs) for seed in some] for some in ((1, 2), (3, 4))
    )
    rows = {
        "a.jsonl": json.dumps({"story": good[0], "text": bad[0]}),
        "b.jsonl": json.dumps({"story": bad[1], "text": good[1] + " caf\u00c3\u00a9"}),
    }
    source = corpora.write(tmp_path / "raw", {name: row + "\n" for name, row in rows.items()})
    ingest(source, tmp_path / "w", include=("a.jsonl",), fields=Asked(text=("story",)))
    ingest(source, tmp_path / "w", repair_steps=())
    before = content(tmp_path / "w")
    written_by(tmp_path / "w", "1")
    for _ in range(2):
        backfill(tmp_path / "w", Selection(everything=True), EACH)
        assert content(tmp_path / "w") == before


def test_an_index_that_cannot_be_rebuilt_stays(place: Path) -> None:
    written_by(place / "warehouse", "1")
    (place / "raw/dump-0.txt").unlink()
    before = committed(place / "warehouse")
    ran = winnow("backfill", "--all", cwd=place)
    assert (ran.code, len(ran.err.strip().splitlines())) == (2, 1)
    assert "dump-0.txt" in ran.err
    assert committed(place / "warehouse") == before
