"""`verify` finds what is wrong: each planted fault, and none where all is well."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from conftest import commit, ingest
from samples import RAW

from flows.verify import verify
from flows.warehouse import Change, Warehouse
from transforms.tables import SCHEMAS

Row = dict[str, Any]
DUMP = "tidepool/2019-winter.txt"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    shutil.copytree(RAW, folder / "raw")
    ingest(folder / "raw", folder / "warehouse")
    return folder / "warehouse"


def plant(warehouse: Path, name: str, alter: Callable[[Row], Row]) -> None:
    """Alters one row of a table: the first of DUMP, or the first of all."""
    rows = Warehouse.open(warehouse).read(name).to_pylist()
    row = next((row for row in rows if row.get("dump_path", row.get("path")) == DUMP), rows[0])
    commit(warehouse, name, Change(updates=pa.Table.from_pylist([row | alter(row)], schema=SCHEMAS[name])))


def test_nothing_is_found_where_all_is_well(sound: Path) -> None:
    verdict = verify(Warehouse.open(sound))
    assert (verdict.problems, verdict.missing, verdict.places) == ([], [], 11)
    assert verdict.characters > 50_000


@pytest.mark.parametrize(
    ("name", "alter", "said"),
    [
        pytest.param("copies", lambda row: {"start": row["start"] + 5}, "lie in no row", id="a copy begins too late"),
        pytest.param("copies", lambda row: {"end": row["end"] + 30}, "lie in two rows", id="a copy ends too late"),
        pytest.param("copies", lambda row: {"end": row["start"]}, "which is none", id="an empty span"),
        pytest.param("copies", lambda row: {"byte_end": row["byte_end"] + 1}, "stands at bytes", id="wrong bytes"),
        pytest.param("copies", lambda _row: {"post_id": "nobody"}, "does not exist", id="a copy without a post"),
        pytest.param("copies", lambda _row: {"dump_id": "nothing"}, "no row that says", id="a copy without a dump"),
        pytest.param("posts", lambda _row: {"text": "Forged."}, "not the one that was written", id="another text"),
        pytest.param("posts", lambda row: {"n_copies": row["n_copies"] + 1}, "copies in", id="a wrong count"),
        pytest.param("posts", lambda _row: {"canonical_copy_id": "?"}, "its canonical copy", id="no canonical copy"),
        pytest.param("dumps", lambda row: {"n_chars": row["n_chars"] + 1}, "counts differ", id="a longer dump"),
        pytest.param("dumps", lambda row: {"n_residue": row["n_residue"] + 1}, "counts differ", id="missing residue"),
        pytest.param("dumps", lambda _row: {"status": "rejected"}, "no row that says", id="copies of a reject"),
    ],
)
def test_a_planted_fault_is_found(
    sound: Path, tmp_path: Path, name: str, alter: Callable[[Row], Row], said: str
) -> None:
    warehouse = Path(shutil.copytree(sound, tmp_path / "warehouse", symlinks=True))
    plant(warehouse, name, alter)
    problems = verify(Warehouse.open(warehouse)).problems
    assert [problem for problem in problems if said in problem], problems


def test_a_lost_row_of_residue_is_found(sound: Path, tmp_path: Path) -> None:
    warehouse = Path(shutil.copytree(sound, tmp_path / "warehouse", symlinks=True))
    opened = Warehouse.open(warehouse)
    copy = next(row for row in opened.read("copies").to_pylist() if row["dump_path"] == DUMP)
    commit(warehouse, "copies", Change(deletes=[copy["copy_id"]]))
    problems = verify(Warehouse.open(warehouse)).problems
    assert [problem for problem in problems if problem.startswith(DUMP) and "lie in no row" in problem]
