"""Raw dumps and warehouses in an object store: a real S3 service on loopback."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import corpora
import pytest
import recurring
from conftest import ingest, rows_of, winnow
from deltalake import DeltaTable
from facts import facts
from s3_here import BUCKET, Store, store_in
from samples import RAW

from flows.forget import Wanted, forget
from flows.landing import find, members, opened
from flows.lock import Patience
from flows.objects import lease, mirror, store
from flows.objects.mirror import root_of
from flows.pipeline import Request, run
from flows.runners import local
from flows.verify import verify
from flows.warehouse import Warehouse
from transforms.errors import BusyError, PassingError, SourceError, StorageError, UsageError, WarehouseError
from transforms.tables import SCHEMAS

NOW = datetime(2026, 1, 1, tzinfo=UTC)
# Columns that name runs.


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with store_in(tmp_path_factory.mktemp("s3")) as made:
        yield made


@pytest.fixture
def shelf(service: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address of its own for each test, and mirrors that nobody else has."""
    for name, value in service.settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(mirror.VARIABLE, str(tmp_path / "mirrors"))
    return f"s3://{BUCKET}/{tmp_path.name}"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples, and dumps that teach each other where posts begin."""
    folder = tmp_path_factory.mktemp("source") / "raw"
    shutil.copytree(RAW, folder)
    corpora.write(folder / "recurring", recurring.dumps(2))
    return folder


@pytest.fixture(scope="module")
def here(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What comes of the source in a folder."""
    warehouse = tmp_path_factory.mktemp("here") / "warehouse"
    ingest(source, warehouse)
    assert json.loads(rows_of(warehouse, "runs")[0]["counts"])["dumps_split_again"]
    return facts(Warehouse.open(warehouse))


def put(folder: Path, address: str) -> str:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            store.write(f"{address}/{path.relative_to(folder).as_posix()}", path)
    return address


def brought(sources: str, warehouse: str) -> Warehouse:
    run(Request((sources,), root_of(warehouse)), local(lambda _batch, _staged: None))
    return Warehouse.open(root_of(warehouse))


def test_raw_dumps_and_tables_in_the_store_are_as_in_folders(
    shelf: str, source: Path, here: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = put(source, f"{shelf}/raw")
    warehouse = brought(raw, f"{shelf}/w")
    assert facts(warehouse) == here
    verdict = verify(warehouse)
    assert (verdict.problems, verdict.missing) == ([], [])
    # Another machine has another mirror, and finds the same; nothing is new to it.
    monkeypatch.setenv(mirror.VARIABLE, str(tmp_path / "others"))
    assert facts(Warehouse.open(root_of(f"{shelf}/w"))) == here
    asked = Request((raw,), root_of(f"{shelf}/w/"))
    again = run(asked, local(lambda _batch, _staged: None))
    assert (again.run_id, again.files, again.unchanged) == (None, *[len(find([raw]))] * 2)
    # What lies in the store is Delta tables at the versions that `runs` names, and nothing else.
    names = {one.key.split("/")[2] for one in store.listed(f"{shelf}/w")}
    assert names == {"tables"}
    (row,) = warehouse.read("runs").to_pylist()
    options = {"allow_http": "true"}
    posts = DeltaTable(f"{shelf}/w/tables/posts", json.loads(row["versions"])["posts"], storage_options=options)
    assert json.loads(row["options"])["warehouse"] == f"{shelf}/w"
    assert len(posts.file_uris()) == 1
    # As the page on clusters says it.
    page = (Path(__file__).parent.parent / "docs/how-to-cluster.md").read_text(encoding="utf-8")
    (said,) = (block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "at_last_run" in block)
    known: dict[str, Any] = {}
    exec(said, known)  # noqa: S102 - from a page of the project
    assert known["at_last_run"](f"{shelf}/w", "posts", options).file_uris() == posts.file_uris()


def test_the_commands_take_addresses(shelf: str, tmp_path: Path) -> None:
    put(RAW / "tidepool", f"{shelf}/raw")
    done = winnow("ingest", f"{shelf}/raw", "-w", f"{shelf}/w", cwd=tmp_path)
    assert done.code == 0, done.said
    assert f"The tables are in {shelf}/w;" in done.out
    asked = winnow("query", "SELECT count(*) FROM posts", "-w", f"{shelf}/w", "--format", "csv", cwd=tmp_path)
    assert (asked.code, asked.out) == (0, f"count_star()\n{len(Warehouse.open(root_of(f'{shelf}/w')).read('posts'))}\n")


def test_what_is_found_below_an_address(shelf: str) -> None:
    for key in ("a.txt", "b/c d%20.txt", "b/ü.txt", ".hidden/x.txt", "b/.y", "README.md", "w/tables/z.txt"):
        store.write(f"{shelf}/{key}", key.encode())
    found = find([shelf], apart=root_of(f"{shelf}/w"))
    assert [(file.path, file.size) for file in found] == [("a.txt", 5), ("b/c d%20.txt", 12), ("b/ü.txt", 8)]
    assert {file.path: file.source for file in found} == {
        "a.txt": shelf.rpartition("/")[2], "b/c d%20.txt": "b", "b/ü.txt": "b"
    }  # fmt: skip
    (one,) = find([f"{shelf}/b/ü.txt"])
    assert (one.path, one.source, one.location) == ("ü.txt", "b", f"{shelf}/b/%C3%BC.txt")
    assert [(file.place, file.path) for file in find([f"{shelf}/"], ["*.md"], ())] == [
        (f"{shelf}/README.md", "README.md")
    ]


@pytest.mark.parametrize(
    ("source", "error", "said"),
    [("s3://", UsageError, "names no bucket"), ("s3://nowhere/raw", SourceError, "there is no such bucket"),
     (f"s3://{BUCKET}/nothing", SourceError, "there is no source .*nothing .*no such object")],
)  # fmt: skip
def test_addresses_with_nothing_behind(source: str, error: type[Exception], said: str, shelf: str) -> None:
    with pytest.raises(error, match=said):
        find([source])
    assert shelf


def test_containers_are_read_where_they_lie(shelf: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as packed:
        for number in range(3):
            packed.writestr(f"{number}.txt.gz", gzip.compress(bytes([65 + number]) * 300_000))
    store.write(f"{shelf}/in.zip", tmp_path / "in.zip")
    (file,) = find([f"{shelf}/in.zip"])
    assert [member.stream.read(3) for member in members(file)] == [b"AAA", b"BBB", b"CCC"]  # type: ignore[union-attr]


def test_an_object_replaced_while_it_is_read_is_read_again_later(shelf: str) -> None:
    store.write(f"{shelf}/a.txt", b"a" * 1_000_000)
    (file,) = find([f"{shelf}/a.txt"])
    with opened(file) as stream:
        assert stream.read(3) == b"aaa"
        store.write(f"{shelf}/a.txt", b"b" * 1_000_000)
        with pytest.raises(PassingError, match="replaced meanwhile"):
            stream.readall()
    (other,) = find([f"{shelf}/a.txt"])
    assert (other.size, other.modified_ns) != (file.size, file.modified_ns)


def test_refused_credentials_are_one_line(service: Store, shelf: str, tmp_path: Path) -> None:
    service.refuse_after(0)
    try:
        for arguments in (["ingest", f"{shelf}/raw", "-w", "w"], ["query", "SELECT 1", "-w", f"{shelf}/w"]):
            done = winnow(*arguments, cwd=tmp_path)
            assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
            assert "the object store refuses the credentials; check AWS_ACCESS_KEY_ID" in done.err
    finally:
        service.refuse_after(float("inf"))
    assert not (tmp_path / "w").exists()


def test_a_run_that_dies_on_the_way_to_the_store(shelf: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It dies after each number of objects sent; the next run, on another machine, mends it."""
    shutil.copytree(RAW / "tidepool", tmp_path / "raw")
    ingest(tmp_path / "raw", tmp_path / "whole")
    whole = facts(Warehouse.open(tmp_path / "whole"))
    write = store.write
    for number in range(1, 60, 6):
        left = [number]

        def dying(address: str, data: bytes | Path, *, left: list[int] = left, **how: object) -> str:
            left[0] -= "/tables/" in address
            if left[0] < 0:
                raise KeyboardInterrupt
            return write(address, data, **how)  # type: ignore[arg-type]

        warehouse = f"{shelf}/{number}"
        monkeypatch.setattr(store, "write", dying)
        monkeypatch.setenv(mirror.VARIABLE, str(tmp_path / "one"))
        try:
            brought(str(tmp_path / "raw"), warehouse)
        except KeyboardInterrupt:
            died = True
        else:
            died = False
        monkeypatch.setattr(store, "write", write)
        monkeypatch.setenv(mirror.VARIABLE, str(tmp_path / "other"))
        mended = brought(str(tmp_path / "raw"), warehouse)
        assert facts(mended) == whole
        assert mended.read("runs").num_rows == 1
        if not died:
            break
    assert not died
    assert number > 1


def test_one_writer_at_a_time(shelf: str) -> None:
    with lease.held(shelf, "ingest", Patience(), Path("ingest")):
        with (
            pytest.raises(BusyError, match=rf"{shelf} is held by another run \(ingest, process \d+ on .*--wait"),
            lease.held(shelf, "backfill", Patience(), Path("backfill")),
        ):
            pass
        said: list[str] = []
        with (
            pytest.raises(BusyError, match="after 1 seconds"),
            lease.held(shelf, "b", Patience(1.0, said.append), Path("b")),
        ):
            pass
        assert "waiting for it to end, 1 seconds at most" in said[0]
    with lease.held(shelf, "backfill", Patience(), Path("backfill")):
        pass
    assert store.listed(shelf) == []


def test_a_holder_that_died_is_succeeded_and_knows_it_when_it_comes_back(
    shelf: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "HELD_FOR", -1.0)
    with lease.held(shelf, "ingest", Patience(), Path("ingest")) as dead:
        dead.insist()
        with lease.held(shelf, "backfill", Patience(), Path("backfill")) as alive:
            dead.renew()
            with pytest.raises(StorageError, match="another run took it"):
                dead.insist()
            alive.renew()
            alive.insist()
        # The dead one takes nothing away that is not its own.
        with lease.held(shelf, "forget", Patience(), Path("forget")):
            dead.end()
            assert len(store.listed(shelf)) == 1


def test_only_one_of_many_gets_the_lock(shelf: str) -> None:
    got: list[str] = []
    begin, done = threading.Barrier(6), threading.Event()

    def take(name: str) -> None:
        begin.wait()
        try:
            with lease.held(shelf, name, Patience(), Path(name)):
                got.append(name)
                done.wait(60)
        except BusyError:
            pass

    threads = [threading.Thread(target=take, args=(str(number),)) for number in range(6)]
    for thread in threads:
        thread.start()
    while sum(thread.is_alive() for thread in threads) > 1:
        threads[0].join(0.1)
    done.set()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_a_holder_whose_mirror_is_free_is_dead(shelf: str, tmp_path: Path) -> None:
    """It was killed, and the system gave back what it held of this machine."""
    killed = lease.held(shelf, "ingest", Patience(), tmp_path)
    killed.__enter__()
    with lease.held(shelf, "backfill", Patience(), tmp_path) as ours:
        ours.insist()


def killed(_warehouse: Warehouse) -> None:
    raise KeyboardInterrupt


def test_what_is_forgotten_is_gone_from_the_store(shelf: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the run died after its commit, and another machine goes on: all files there are live ones."""
    warehouse = f"{shelf}/w"
    brought(put(RAW / "tidepool", f"{shelf}/raw"), warehouse)
    (dump, *_) = Warehouse.open(root_of(warehouse)).read("dumps").sort_by("path").to_pylist()
    each = local(lambda _batch, _staged: None)
    with monkeypatch.context() as patched:
        patched.setattr(Warehouse, "purge", killed)
        with pytest.raises(KeyboardInterrupt):
            forget(root_of(warehouse), Wanted(dump["path"], None, None, None), each, lambda: datetime.now(UTC))
    monkeypatch.setenv(mirror.VARIABLE, str(tmp_path / "others"))
    run(Request((f"{shelf}/raw",), root_of(warehouse)), each)
    left = Warehouse.open(root_of(warehouse))
    assert dump["dump_id"] not in left.read("copies")["dump_id"].to_pylist()
    live = {
        uri.rpartition("/")[2] for name in SCHEMAS for uri in DeltaTable(str(left.root / "tables" / name)).file_uris()
    }
    there = {one.key.rpartition("/")[2] for one in store.listed(warehouse) if "/_delta_log/" not in one.key}
    assert there == live


def test_an_entry_of_a_log_is_written_once(shelf: str) -> None:
    """Whoever lost the lock without knowing it can't overwrite what was committed since."""
    warehouse = Warehouse.open(root_of(shelf), create=True)
    with warehouse.writing("ingest", NOW) as (run_id, _):
        store.write(f"{shelf}/tables/posts/_delta_log/00000000000000000000.json", b"{}")
        with pytest.raises(StorageError, match=r"another run wrote .* nothing was committed, run again"):
            warehouse.commit(run_id, {}, {"command": "ingest", "started": NOW, "finished": NOW})


def test_a_warehouse_that_is_not_there(shelf: str) -> None:
    with pytest.raises(WarehouseError, match=f"there is no warehouse in {shelf}/w"):
        Warehouse.open(root_of(f"{shelf}/w"))
