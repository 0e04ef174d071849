"""A table is opened again only when its log has changed, and then always."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import TableNotFoundError

from flows.opened import Opened


def add(place: Path) -> None:
    write_deltalake(str(place), pa.table({"a": ["x"]}), mode="append")


def test_a_table_is_given_again_until_its_log_changes(tmp_path: Path) -> None:
    add(tmp_path)
    opened = Opened(DeltaTable)
    first = opened.table(str(tmp_path))
    assert opened.table(str(tmp_path)) is first
    add(tmp_path)
    assert (opened.table(str(tmp_path)).version(), opened.table(str(tmp_path), 0).version()) == (1, 0)
    DeltaTable(str(tmp_path)).restore(0)
    assert opened.table(str(tmp_path)).version() == 2
    assert len(opened.table(str(tmp_path)).file_uris()) == 1


def test_an_entry_that_goes_or_is_altered_is_noticed(tmp_path: Path) -> None:
    add(tmp_path)
    add(tmp_path)
    opened, newest = Opened(DeltaTable), tmp_path / "_delta_log" / f"{1:020d}.json"
    assert opened.table(str(tmp_path)).version() == 1
    os.utime(newest, ns=(1, 1))
    before = opened.table(str(tmp_path))
    newest.unlink()
    assert opened.table(str(tmp_path)) is not before
    assert opened.table(str(tmp_path)).version() == 0


def test_where_there_is_no_table_none_is_remembered(tmp_path: Path) -> None:
    opened = Opened(DeltaTable)
    with pytest.raises(TableNotFoundError):
        opened.table(str(tmp_path / "none"))
    add(tmp_path / "none")
    assert opened.table(str(tmp_path / "none")).version() == 0


def test_a_table_whose_log_cannot_be_seen_is_opened_each_time(tmp_path: Path) -> None:
    add(tmp_path)
    opened = Opened(DeltaTable)
    assert opened.table(tmp_path.as_uri()).version() == 0
    add(tmp_path)
    assert opened.table(tmp_path.as_uri()).version() == 1
