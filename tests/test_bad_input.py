"""What is wrong with a source or a warehouse is said in one message, costs nothing that was committed, and passes."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import COMMAND, Ran, environment, ingest, rows_of, snapshot, winnow
from samples import RAW

import flows.dump_rows
import flows.landing
from flows.containers.found import Found
from flows.held import Held
from flows.lock import only_writer
from flows.table_files import TableFiles
from flows.verify import verify
from flows.warehouse import Warehouse
from transforms.errors import WarehouseError

MOUNTED_BYTES = 2_000_000
GOOD = RAW / "notes/one-post.txt"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x06\x00\x00\x00\x1f\xf3\xffa" + bytes(
    200
)
NOISE = bytes((n * n * 31 + n * 7 + (n >> 3)) % 256 for n in range(4000))


def bad(folder: Path, make: Callable[[Path], Any]) -> Path:
    """The path of a bad file that was made in `folder`."""
    path = folder / "bad.txt"
    make(path)
    return path


def _out_of_the_source(path: Path) -> None:
    outside = path.parent.parent / "outside.txt"
    outside.write_text("A text that the source does not hold.\n")
    path.symlink_to(outside)


# How a bad file is made, and what the message about it says of the fault and of the way out.
BAD: dict[str, tuple[Callable[[Path], Any], tuple[str, ...]]] = {
    "empty": (Path.touch, ("empty",)),
    "white space": (lambda path: path.write_text(" \n\t\n \n"), ()),
    "noise": (lambda path: path.write_bytes(NOISE), ("no text", "exclude")),
    "zeros": (lambda path: path.write_bytes(bytes(5000)), ("no text", "exclude")),
    "picture": (lambda path: path.write_bytes(PNG), ("no text", "png", "exclude")),
    "broken link": (lambda path: path.symlink_to("nowhere.txt"), ("link", "does not exist", "remove the link")),
    "loop of links": (lambda path: path.symlink_to(path.name), ("link",)),
    "link out": (_out_of_the_source, ("link", "out of the source", "copy")),
    "pipe": (os.mkfifo, ("pipe", "exclude")),
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A source with one good dump."""
    folder = tmp_path / "raw"
    folder.mkdir()
    shutil.copy(GOOD, folder / "good.txt")
    return folder


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    """A folder whose parts can be closed; they are opened again, so that pytest can clean up."""
    yield tmp_path
    for path in [tmp_path, *tmp_path.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)


def as_anybody(*arguments: str | Path, cwd: Path) -> Ran:
    """Runs the command without the rights of root, which no permission stops."""
    try:
        subprocess.run([*without_rights(), "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"the rights of root can't be given up here: {error}")
    return winnow(*arguments, cwd=cwd, under=without_rights())


def without_rights() -> list[str]:
    return [] if os.geteuid() else ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]


def rejected(warehouse: Path) -> dict[str, str]:
    return {row["path"]: row["error"] for row in rows_of(warehouse, "dumps") if row["status"] == "rejected"}


def ingested(warehouse: Path) -> set[str]:
    return {row["path"] for row in rows_of(warehouse, "dumps") if row["status"] == "ingested"}


@pytest.mark.parametrize("name", [name for name in BAD if name != "white space"])
def test_a_bad_dump_is_rejected_and_the_others_go_on(name: str, source: Path, tmp_path: Path) -> None:
    make, said = BAD[name]
    path = bad(source, make)
    warehouse = tmp_path / "warehouse"
    summary = ingest(source, warehouse)
    assert summary.rejected == rejected(warehouse)
    assert list(summary.rejected) == ["bad.txt"]
    assert all(words in summary.rejected["bad.txt"] for words in said), summary.rejected
    assert ingested(warehouse) == {"good.txt"}
    assert not verify(Warehouse.open(warehouse)).problems
    before = snapshot(warehouse)
    assert ingest(source, warehouse).run_id is None
    assert snapshot(warehouse) == before

    path.unlink()
    path.write_bytes((RAW / "tidepool/2019-autumn.txt").read_bytes())
    assert not ingest(source, warehouse).rejected
    assert "bad.txt" in ingested(warehouse)
    still = {"bad.txt"} if name in {"empty", "noise", "zeros", "picture"} else set()
    assert set(rejected(warehouse)) == still, "only bytes that were read stay in the tables"
    assert not verify(Warehouse.open(warehouse)).problems


def test_white_space_is_no_fault_or_a_clear_one(source: Path, tmp_path: Path) -> None:
    bad(source, BAD["white space"][0])
    ingest(source, tmp_path / "warehouse")
    assert "good.txt" in ingested(tmp_path / "warehouse")
    assert not verify(Warehouse.open(tmp_path / "warehouse")).problems


def test_the_command_lists_what_was_rejected(source: Path, tmp_path: Path) -> None:
    listed = {name: said for name, (_, said) in BAD.items() if name not in {"white space", "link out"}}
    for name in listed:
        (source / name).mkdir()
        bad(source / name, BAD[name][0])
    ran = winnow("ingest", cwd=tmp_path)
    assert ran.code == 1
    for name, said in listed.items():
        line = next(line for line in ran.out.splitlines() if f"{name}/bad.txt:" in line)
        assert all(words in line for words in said)
    assert f"{len(listed)} rejected" in ran.out
    assert ingested(tmp_path / "warehouse") == {"good.txt"}
    assert winnow("verify", cwd=tmp_path).code == 0


def test_a_file_without_permission(shared: Path) -> None:
    source = shared / "raw"
    source.mkdir()
    shutil.copy(GOOD, source / "good.txt")
    closed = bad(source, lambda path: shutil.copy(RAW / "notes/thread.txt", path))
    closed.chmod(0)
    ran = as_anybody("ingest", cwd=shared)
    assert ran.code == 1
    assert "bad.txt: no permission to read the file; grant it" in ran.out
    assert list(rejected(shared / "warehouse")) == ["bad.txt"]
    assert ingested(shared / "warehouse") == {"good.txt"}
    closed.chmod(0o644)
    assert as_anybody("ingest", cwd=shared).code == 0
    assert ingested(shared / "warehouse") == {"good.txt", "bad.txt"}
    assert not rejected(shared / "warehouse")


def test_a_folder_without_permission(shared: Path) -> None:
    shutil.copytree(RAW / "notes", shared / "raw/open")
    closed = shared / "raw/closed"
    shutil.copytree(RAW / "atelier-velo", closed)
    closed.chmod(0)
    ran = as_anybody("ingest", cwd=shared)
    assert ran.code == 1
    assert "closed: the folder can't be listed" in ran.out
    assert len(ingested(shared / "warehouse")) == 3
    closed.chmod(0o755)
    assert as_anybody("ingest", cwd=shared).code == 0
    assert len(ingested(shared / "warehouse")) == 6
    assert not rejected(shared / "warehouse")


@pytest.mark.parametrize("mode", [0o000, 0o555])
def test_a_warehouse_in_a_folder_without_permission(mode: int, shared: Path) -> None:
    shutil.copytree(RAW / "notes", shared / "raw")
    place = shared / "place"
    place.mkdir()
    place.chmod(mode)
    ran = as_anybody("ingest", "-w", "place/warehouse", cwd=shared)
    assert (ran.code, ran.out.strip()) == (2, "")
    assert "place/warehouse" in ran.err
    assert "ermission" in ran.err
    place.chmod(0o777)
    assert as_anybody("ingest", "-w", "place/warehouse", cwd=shared).code == 0


def test_a_warehouse_that_may_be_read_only(shared: Path) -> None:
    shutil.copytree(RAW / "notes", shared / "raw")
    ingest(shared / "raw", shared / "warehouse")
    before = snapshot(shared / "warehouse")
    for path in [shared / "warehouse", *(shared / "warehouse").rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o555 if path.is_dir() else 0o444)
    assert as_anybody("query", "from posts", cwd=shared).code == 0
    assert as_anybody("verify", cwd=shared).code in {0, 1}
    ran = as_anybody("ingest", cwd=shared)
    assert ran.code == 2
    assert "can't write in the warehouse" in ran.err
    assert snapshot(shared / "warehouse") == before


def test_a_file_that_vanishes_before_it_is_read(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = bad(source, lambda path: shutil.copy(RAW / "notes/thread.txt", path))
    text = gone.read_bytes()
    members = flows.landing.members

    def read_late(file: flows.landing.RawFile) -> Iterator[Found]:
        if file.path == gone.name:
            gone.unlink()
        return members(file)

    with monkeypatch.context() as patch:
        patch.setattr(flows.landing, "members", read_late)
        summary = ingest(source, tmp_path / "warehouse")
    assert list(summary.rejected) == ["bad.txt"]
    assert "vanished" in summary.rejected["bad.txt"]
    assert rejected(tmp_path / "warehouse") == summary.rejected
    assert ingested(tmp_path / "warehouse") == {"good.txt"}
    gone.write_bytes(text)
    assert not ingest(source, tmp_path / "warehouse").rejected
    assert not rejected(tmp_path / "warehouse")
    assert ingested(tmp_path / "warehouse") == {"good.txt", "bad.txt"}


def test_a_file_that_changes_between_listing_and_reading(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing = bad(source, lambda path: shutil.copy(RAW / "notes/thread.txt", path))
    members = flows.landing.members

    def read_late(file: flows.landing.RawFile) -> Iterator[Found]:
        if file.path == changing.name:
            shutil.copy(RAW / "tidepool/2019-autumn.txt", changing)
        return members(file)

    with monkeypatch.context() as patch:
        patch.setattr(flows.landing, "members", read_late)
        ingest(source, tmp_path / "warehouse")
    ingest(source, tmp_path / "warehouse")
    verdict = verify(Warehouse.open(tmp_path / "warehouse"))
    assert (verdict.problems, verdict.missing, verdict.places) == ([], [], 2)


def test_a_disk_that_fails_for_a_moment(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw_file, tries = flows.landing.raw_file, []

    def flaky(place: str) -> Any:
        if place.endswith("/good.txt") and len(tries) < 2:
            tries.append(place)
            raise OSError(errno.EIO, "Input/output error")
        return raw_file(place)

    monkeypatch.setattr("flows.runners.DELAYS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(flows.landing, "raw_file", flaky)
    assert not ingest(source, tmp_path / "warehouse").rejected
    assert len(tries) == 2


def test_a_fault_of_our_own_costs_one_dump(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad(source, lambda path: path.write_text("A text that winnow stumbles over.\n"))

    def stumble(dump: Held, *stated: Any) -> Any:
        if b"stumbles" in b"".join(dump.blocks()):
            raise ZeroDivisionError("by chance")
        return read_dump(dump, *stated)

    read_dump = flows.dump_rows.read_dump
    monkeypatch.setattr("flows.dump_rows.read_dump", stumble)
    summary = ingest(source, tmp_path / "warehouse")
    assert "please report it" in summary.rejected["bad.txt"]
    assert ingested(tmp_path / "warehouse") == {"good.txt"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ingest", "nowhere"], ("there is no source nowhere", "give a folder")),
        (["ingest", "raw", "nowhere"], ("there is no source nowhere",)),
        (["ingest", "raw", "-w", "file"], ("file is a file", "--warehouse")),
        (["ingest", "raw", "-w", "file/deeper"], ("file/deeper", "ot a directory")),
        (["query", "from posts", "-w", "file"], ("file is a file", "--warehouse")),
        (["verify", "-w", "file"], ("file is a file", "--warehouse")),
    ],
)
def test_what_is_not_there_stops_before_anything_is_done(
    arguments: list[str], said: tuple[str, ...], source: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    ran = winnow(*arguments, cwd=tmp_path)
    assert (ran.code, ran.out.strip()) == (2, "")
    assert all(words in ran.err for words in said), ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", source.name]
    assert (tmp_path / "file").read_text() == "not a folder"


def test_damaged_tables_are_told_of(source: Path, tmp_path: Path) -> None:
    ingest(source, tmp_path / "warehouse")
    live = next((tmp_path / "warehouse/tables/posts").glob("*.parquet"))
    os.truncate(live, 100)
    for command, code in ((["verify"], 1), (["query", "from posts"], 2)):
        ran = winnow(*command, cwd=tmp_path)
        assert ran.code == code
        assert live.name in (ran.out if code == 1 else ran.err)


def test_a_full_disk_in_the_middle_of_a_commit(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = tmp_path / "warehouse"
    ingest(source, warehouse)
    before = snapshot(warehouse)
    shutil.copy(RAW / "tidepool/2019-autumn.txt", source)
    write, writes = TableFiles._flush, []  # noqa: SLF001 - a disk that is full at one of the writes
    for full_at in range(1, 8):
        with monkeypatch.context() as patch:

            def fill(files: TableFiles, full_at: int = full_at) -> None:
                writes.append(full_at)
                if writes.count(full_at) == full_at:
                    raise OSError(errno.ENOSPC, "No space left on device")
                write(files)

            patch.setattr(TableFiles, "_flush", fill)
            with pytest.raises(WarehouseError, match=r"No space left.*free some space") as error:
                ingest(source, warehouse)
        assert str(warehouse) in str(error.value)
        assert snapshot(warehouse) == before
    assert ingest(source, warehouse).run_id
    ingest(source, tmp_path / "expected")
    assert len(rows_of(warehouse, "posts")) == len(rows_of(tmp_path / "expected", "posts"))
    assert len(rows_of(warehouse, "runs")) == 2
    assert not verify(Warehouse.open(warehouse)).problems


@contextmanager
def small_disk(place: Path) -> Iterator[None]:
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MOUNTED_BYTES}", "tmpfs", str(place)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a small disk can't be mounted here: {error}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill_up(disk: Path, leaving: int) -> Path:
    filler = disk / "filler"
    with filler.open("wb") as file:
        file.write(bytes(max(0, shutil.disk_usage(disk).free - leaving)))
    return filler


def test_a_disk_that_really_is_full(source: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk"):
        warehouse = tmp_path / "disk/warehouse"
        ingest(source, warehouse)
        before = snapshot(warehouse)
        shutil.copytree(RAW / "tidepool", source / "tidepool")
        for leaving in (0, 8_192, 32_768, 49_152, 65_536):
            filler = fill_up(tmp_path / "disk", leaving)
            with pytest.raises(WarehouseError, match="free some space") as error:
                ingest(source, warehouse)
            assert str(warehouse) in str(error.value)
            assert snapshot(warehouse) == before
            filler.unlink()
        filler = fill_up(tmp_path / "disk", 0)
        ran = winnow("ingest", "-w", warehouse, cwd=tmp_path)
        assert (ran.code, "free some space" in ran.err) == (2, True)
        filler.unlink()
        assert winnow("ingest", "-w", warehouse, cwd=tmp_path).code == 0
        assert ingested(warehouse) == {"good.txt", "tidepool/2019-autumn.txt", "tidepool/2019-winter.txt"}
        assert winnow("verify", "-w", warehouse, cwd=tmp_path).code == 0


def test_two_runs_at_once(source: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    ingest(source, warehouse)
    before = snapshot(warehouse)
    shutil.copy(RAW / "tidepool/2019-autumn.txt", source)
    with only_writer(warehouse, "backfill"):
        ran = winnow("ingest", cwd=tmp_path)
        assert winnow("query", "from posts", cwd=tmp_path).code == 0
    assert ran.code == 2
    assert str(os.getpid()) in ran.err
    assert "backfill" in ran.err
    assert "try again" in ran.err
    assert snapshot(warehouse) == before
    assert winnow("ingest", cwd=tmp_path).code == 0


def test_runs_that_start_together_do_not_mix(source: Path, tmp_path: Path) -> None:
    shutil.copytree(RAW / "tidepool", source / "tidepool")
    command = [COMMAND, "ingest"]
    runs = [
        subprocess.Popen(
            command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(2)
    ]
    said = [run.communicate(timeout=100)[0] for run in runs]
    assert all("Traceback" not in text for text in said), said
    assert {run.returncode for run in runs} <= {0, 2}
    assert 0 in {run.returncode for run in runs}
    assert len(rows_of(tmp_path / "warehouse", "runs")) == 1
    assert not verify(Warehouse.open(tmp_path / "warehouse")).problems


def test_raw_dumps_are_never_changed(tmp_path: Path) -> None:
    shutil.copytree(RAW, tmp_path / "raw")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files(tmp_path / "raw")}
    ingest(tmp_path / "raw", tmp_path / "warehouse")
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files(tmp_path / "raw")} == before


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
