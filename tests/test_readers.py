"""What is written is read alike by every reader, and stays as it is while nothing is new."""

from __future__ import annotations

import json
import math
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from conftest import ingest, winnow
from deltalake import DeltaTable
from samples import RAW, SAMPLES

from flows.warehouse import Warehouse
from transforms.tables import KEYS, PUBLIC, SCHEMAS

# Seconds within which a second run on the same files must end, the start of the interpreter included.
SECOND_RUN = 3.0
Row = dict[str, Any]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples, ingested in two runs so that rows were added, replaced and taken out."""
    folder = tmp_path_factory.mktemp("readers")
    ingest(RAW, folder / "warehouse", include=("*winter*", "feed.xml", "page-1*"))
    ingest(RAW, folder / "warehouse")
    return folder / "warehouse"


def by_pyarrow(folder: Path) -> list[Row]:
    rows: list[Row] = ds.dataset(folder).to_table().to_pylist()
    return rows


def by_pandas(folder: Path) -> list[Row]:
    return by_arrow(pa.Table.from_pandas(pd.read_parquet(folder, dtype_backend="pyarrow"), preserve_index=False))


def by_polars(folder: Path) -> list[Row]:
    return by_arrow(pl.scan_parquet(folder / "*.parquet").collect().to_arrow())


def by_duckdb(folder: Path) -> list[Row]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return by_arrow(connection.sql(f"SELECT * FROM '{folder}/*.parquet'").to_arrow_table())


def by_arrow(table: pa.Table) -> list[Row]:
    return [{name: row[name] for name in table.column_names} for row in table.to_pylist()]


READERS: list[Callable[[Path], list[Row]]] = [by_pandas, by_polars, by_duckdb]


def same(rows: list[Row], name: str) -> list[str]:
    """Rows as text, sorted, columns by name, so that readers can be compared."""
    columns = sorted(SCHEMAS[name].names)
    return sorted(str([_plain(row[column]) for column in columns]) for row in rows)


def _plain(value: Any) -> Any:
    """A value without what a reader adds of its own: its kind of zone, its kind of missing value."""
    if hasattr(value, "timestamp"):
        return round(value.timestamp() * 1e6)
    if isinstance(value, float):
        return None if math.isnan(value) else float(pa.scalar(value, pa.float32()).as_py())
    return value


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("reader", READERS)
def test_every_reader_sees_the_same_rows(reader: Callable[[Path], list[Row]], name: str, warehouse: Path) -> None:
    folder = warehouse / "current" / name
    expected = by_pyarrow(folder)
    assert expected
    assert same(reader(folder), name) == same(expected, name)


@pytest.mark.parametrize("name", PUBLIC)
def test_the_delta_tables_hold_the_same_rows(name: str, warehouse: Path) -> None:
    table = DeltaTable(str(warehouse / "tables" / name)).to_pyarrow_table()
    assert same(table.to_pylist(), name) == same(by_pyarrow(warehouse / "current" / name), name)


@pytest.mark.parametrize("name", PUBLIC)
def test_the_schemas_are_the_stated_ones(name: str, warehouse: Path) -> None:
    expected = shape(SCHEMAS[name])
    assert shape(ds.dataset(warehouse / "current" / name).schema) == expected
    assert shape(DeltaTable(str(warehouse / "tables" / name)).to_pyarrow_table().schema) == expected
    for file in (warehouse / "current" / name).iterdir():
        assert shape(pq.read_schema(file)) == expected


def shape(schema: pa.Schema) -> list[tuple[str, str]]:
    """Names and types; what the item of a list is called differs between writers and means nothing."""
    return [(field.name, str(field.type).replace("element: ", "item: ")) for field in schema]


def test_keys_are_unique(warehouse: Path) -> None:
    for name, key in KEYS.items():
        keys = Warehouse.open(warehouse).read(name, [key])[key].to_pylist()
        assert len(set(keys)) == len(keys), name


def test_the_last_run_names_the_versions_of_all_tables(warehouse: Path) -> None:
    rows = sorted(by_pyarrow(warehouse / "current/runs"), key=lambda row: row["run_id"])
    assert len(rows) == 2
    for name, version in json.loads(rows[-1]["versions"]).items():
        assert DeltaTable(str(warehouse / "tables" / name)).version() == version
    assert all(row["started"] <= row["finished"] for row in rows)


def test_what_the_first_run_saw_can_still_be_read(warehouse: Path) -> None:
    first = min(by_pyarrow(warehouse / "current/runs"), key=lambda row: row["run_id"])
    version = json.loads(first["versions"])["dumps"]
    dumps = DeltaTable(str(warehouse / "tables/dumps"), version=version).to_pyarrow_table()
    assert sorted(dumps["path"].to_pylist()) == [
        "atelier-velo/page-1.txt",
        "skylog/feed.xml",
        "tidepool/2019-winter.txt",
    ]


@pytest.mark.parametrize("reader", [by_pyarrow, *READERS])
def test_a_table_without_rows_can_be_read(reader: Callable[[Path], list[Row]], tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/empty.txt").touch()
    ingest(tmp_path / "raw", tmp_path / "warehouse")
    for name in ("posts", "copies", "residue"):
        folder = tmp_path / "warehouse/current" / name
        assert shape(ds.dataset(folder).schema) == shape(SCHEMAS[name])
        assert reader(folder) == []
    assert len(reader(tmp_path / "warehouse/current/dumps")) == 1


def test_a_second_run_leaves_the_view_as_it_was(tmp_path: Path) -> None:
    shutil.copytree(RAW, tmp_path / "raw")
    assert winnow("ingest", cwd=tmp_path).code == 0
    before = (inventory(tmp_path / "warehouse/current"), logs(tmp_path / "warehouse"))
    started = time.monotonic()
    assert winnow("ingest", cwd=tmp_path).code == 0
    seconds = time.monotonic() - started
    assert (inventory(tmp_path / "warehouse/current"), logs(tmp_path / "warehouse")) == before
    assert seconds < SECOND_RUN


def test_files_with_new_times_and_old_bytes_make_no_new_rows(tmp_path: Path) -> None:
    shutil.copytree(RAW, tmp_path / "raw")
    ingest(tmp_path / "raw", tmp_path / "warehouse")
    before = {name: by_pyarrow(tmp_path / "warehouse/current" / name) for name in PUBLIC if name != "runs"}
    for path in (tmp_path / "raw").rglob("*.*"):
        os.utime(path, (1, 1))
    ingest(tmp_path / "raw", tmp_path / "warehouse")
    for name, rows in before.items():
        assert same(by_pyarrow(tmp_path / "warehouse/current" / name), name) == same(rows, name)
    assert ingest(tmp_path / "raw", tmp_path / "warehouse").unchanged == len(SAMPLES)


def inventory(current: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file of the view with its inode, time of change and bytes, and where the link leads."""
    found = {
        str(path): (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in current.rglob("*")
    }
    link = os.lstat(current)
    return found | {"link": (link.st_ino, link.st_mtime_ns, os.fsencode(current.readlink()))}


def logs(warehouse: Path) -> list[str]:
    """The commits of all tables."""
    return sorted(str(path) for path in (warehouse / "tables").rglob("_delta_log/*.json"))
