"""An index that another version wrote: nothing is added to it, and it can still be read."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import corpora
import pyarrow as pa
import pytest
from conftest import committed, ingest, rows_of, winnow
from deltalake import write_deltalake

from flows.lock import NONE
from flows.pipeline import Request
from flows.recorded import run_recorded
from flows.runners import local
from flows.warehouse import Change, Warehouse
from transforms.errors import IndexWrittenError, SourceError
from transforms.sign import INDEX_VERSION
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
