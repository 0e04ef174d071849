"""Dumps read by the workers of a Dask cluster: a real scheduler and two worker processes, on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import corpora
import pytest
import recurring
import stuck
from conftest import ingest, wait_for, winnow
from dask_here import ROOT, Cluster, cluster_in
from distributed import Client
from facts import facts
from s3_here import BUCKET, Store, store_in
from samples import RAW

from flows.batches import Batch
from flows.cluster.scheduler import connected
from flows.cluster.tries import TRY, Apart
from flows.landing import find
from flows.objects import mirror, store
from flows.pipeline import Each, Request, Work, run, stage
from flows.staging import Staged
from flows.verify import verify
from flows.warehouse import Warehouse
from transforms.errors import UsageError, WinnowError

# Columns that name runs.
# Seconds for a worker on a busy machine to answer, or to be missed.
ANSWERS = 240.0


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with store_in(tmp_path_factory.mktemp("s3")) as made:
        yield made


@pytest.fixture(scope="module")
def cluster(service: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster_in(tmp_path_factory.mktemp("cluster"), 2, **service.settings) as made:
        yield made


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The samples, ingested by this process."""
    warehouse = tmp_path_factory.mktemp("here") / "warehouse"
    ingest(RAW, warehouse)
    return facts(Warehouse.open(warehouse))


def heard(_batch: Batch, _staged: Staged) -> None:
    """Nobody looks at the progress of a test."""


def stuck_once(each: Each, note: Path) -> Each:
    """The same, but of all batches of the run the first stands still."""
    return lambda work, batches: each(stuck.once(work, note), batches)


def kill_when_told(note: Path) -> None:
    """Kills the process that the note names, as soon as it is there."""
    wait_for(lambda: note.exists() and note.read_text(), ANSWERS)
    os.kill(int(note.read_text()), signal.SIGKILL)


def tasks_done(cluster: Cluster) -> int:
    """How many tasks all workers have done."""
    with Client(cluster.address, timeout=ANSWERS) as client:
        return sum(client.run(lambda dask_worker: dask_worker.state.executed_count).values())


def test_the_command_gives_what_one_machine_gives(cluster: Cluster, here: dict[str, list[str]], tmp_path: Path) -> None:
    """Paths are relative to where the command runs, which is not where the workers do."""
    shutil.copytree(RAW, tmp_path / "raw")
    done = winnow("ingest", "raw", "-w", "w", "--dask", cluster.address, cwd=tmp_path)
    assert done.code == 0, done.said
    assert facts(Warehouse.open(tmp_path / "w")) == here
    verdict = verify(Warehouse.open(tmp_path / "w"))
    assert (verdict.problems, verdict.missing) == ([], [])
    assert not (tmp_path / "w/.staging").exists()


def test_a_worker_killed_in_the_middle_changes_nothing(
    cluster: Cluster, here: dict[str, list[str]], tmp_path: Path
) -> None:
    """It dies with half a file written; another one reads its batch anew."""
    cluster.add_worker()
    killer = threading.Thread(target=kill_when_told, args=(tmp_path / "note",))
    killer.start()
    with connected(cluster.address, ANSWERS) as runner:
        run(Request((str(RAW),), tmp_path / "w"), stuck_once(runner(heard), tmp_path / "note"))
    killer.join()
    assert facts(Warehouse.open(tmp_path / "w")) == here
    assert sum(worker.poll() is not None for worker in cluster.workers) == 1


def test_a_cluster_that_shares_nothing_but_a_store(
    cluster: Cluster, service: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dumps that teach each other where posts begin are read twice; the second time workers follow orders."""
    source = corpora.write(tmp_path / "raw", recurring.dumps(2))
    ingest(source, tmp_path / "here")
    for name, value in (service.settings | {mirror.VARIABLE: str(tmp_path / "mirrors")}).items():
        monkeypatch.setenv(name, value)
    for path in source.iterdir():
        store.write(f"s3://{BUCKET}/raw/{path.name}", path)
    request = Request((f"s3://{BUCKET}/raw",), mirror.root_of(f"s3://{BUCKET}/w"))
    with connected(cluster.address, ANSWERS) as runner:
        summary = run(request, runner(heard))
    assert summary.counts["dumps_split_again"]
    assert facts(Warehouse.open(request.warehouse)) == facts(Warehouse.open(tmp_path / "here"))
    assert {one.key.split("/")[1] for one in store.listed(f"s3://{BUCKET}/w")} == {"tables"}


def test_dumps_that_teach_each_other_on_a_shared_disk(cluster: Cluster, tmp_path: Path) -> None:
    source = corpora.write(tmp_path / "raw", recurring.dumps(2))
    ingest(source, tmp_path / "here")
    with connected(cluster.address, ANSWERS) as runner:
        summary = run(Request((str(source),), tmp_path / "w"), runner(heard))
    assert summary.counts["dumps_split_again"]
    assert facts(Warehouse.open(tmp_path / "w")) == facts(Warehouse.open(tmp_path / "here"))


def test_a_cluster_without_workers_then_without_scheduler(tmp_path: Path) -> None:
    with cluster_in(tmp_path, 0) as cluster:
        with pytest.raises(WinnowError, match="no worker that answers within 1 second"), connected(cluster.address, 1):
            pass
        cluster.add_worker()
        note, request = tmp_path / "note", Request((str(RAW),), tmp_path / "w")
        killer = threading.Thread(target=lambda: (wait_for(note.exists, ANSWERS), cluster.scheduler.kill()))
        killer.start()
        with (
            pytest.raises(WinnowError, match=r"was lost.*nothing was committed, run again"),
            connected(cluster.address, ANSWERS) as runner,
        ):
            run(request, stuck_once(runner(heard), note))
        killer.join()
    assert not Warehouse.open(tmp_path / "w").read("runs").num_rows


def test_an_address_where_no_scheduler_is(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    done = winnow("ingest", "raw", "-w", "w", "--dask", "tcp://127.0.0.1:1", cwd=tmp_path)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert "no Dask scheduler answers at 'tcp://127.0.0.1:1'" in done.err
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize("address", ["", "somewhere", "tcp://nowhere", "tcp://nowhere:/1", "http://127.0.0.1:8787"])
def test_what_is_no_address_of_a_scheduler(address: str) -> None:
    with pytest.raises(UsageError, match="is no address of a Dask scheduler; give --dask"), connected(address):
        pass


@pytest.mark.parametrize(
    ("missing", "arguments"),
    [("distributed", ["ingest", "raw", "-w", "w", "--dask", "tcp://127.0.0.1:1"]),
     ("obstore", ["ingest", "s3://bucket/raw", "-w", "w"])],
)  # fmt: skip
def test_what_was_not_installed(missing: str, arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / f"{missing}.py").write_text(f"raise ModuleNotFoundError({missing!r})")
    done = winnow(*arguments, cwd=tmp_path, env={"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])})
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert "pip install 'winnow-corpus[cluster]'" in done.err


def a_batch(source: Path) -> tuple[Work, Batch]:
    (source / "staging").mkdir()
    (source / "a.txt").write_text("A first post\n\nIt has a text of some words, and they are all its own.\n")
    work: Work = partial(stage, folder=str(source / "staging"), run_id="20260101T000000000000Z")
    return work, Batch(0, tuple(find([str(source)], ["a.txt"])))


def test_two_tries_at_a_batch_write_no_file_together(tmp_path: Path) -> None:
    work, batch = a_batch(tmp_path)
    one, other = (Apart.of(work)(batch, last_try=True) for _ in range(2))
    assert one == replace(other, folder=one.folder)
    assert one.folder != other.folder
    assert {Path(staged.folder).parent for staged in (one, other)} == {tmp_path / "staging"}
    assert len(list((tmp_path / "staging").glob(f"{TRY}*"))) == len(list((tmp_path / "staging").iterdir())) == 2


def test_a_try_that_begins_when_the_run_is_over_makes_nothing(tmp_path: Path) -> None:
    work, batch = a_batch(tmp_path)
    (tmp_path / "staging").rmdir()
    with pytest.raises(WinnowError, match=r"can't write in the staging folder .* a disk that all workers share"):
        Apart.of(work)(batch, last_try=True)
    assert not (tmp_path / "staging").exists()


def test_a_worker_that_sees_no_raw_dumps_rejects_none_of_them(tmp_path: Path) -> None:
    source = tmp_path / "raw"
    source.mkdir()
    work, batch = a_batch(source)
    away = Apart(work, Path(shutil.move(source / "staging", tmp_path / "staging")))
    source.rename(tmp_path / "unmounted")
    with pytest.raises(WinnowError, match=r"does not see the raw dumps, .*a\.txt among them; mount their disk there"):
        away(batch, last_try=True)


def test_a_worker_with_another_winnow_does_nothing(tmp_path: Path) -> None:
    work, batch = a_batch(tmp_path)
    with pytest.raises(WinnowError, match=r"this is 0\.0; install the same one everywhere"):
        Apart(work, tmp_path / "staging", version="0.0")(batch, last_try=True)


def test_a_tracked_run_on_a_cluster(
    cluster: Cluster, here: dict[str, list[str]], prefect_api: dict[str, str], tmp_path: Path
) -> None:
    """Each batch is a task of the flow run, and is done by a worker."""
    shutil.copytree(RAW, tmp_path / "raw")
    before = tasks_done(cluster)
    done = winnow("ingest", "raw", "-w", "w", "--dask", cluster.address, cwd=tmp_path, env=prefect_api)
    assert done.code == 0, done.said
    assert facts(Warehouse.open(tmp_path / "w")) == here
    # One says that it is there, the others read dumps.
    assert tasks_done(cluster) > before + 1


def test_batches_come_back_as_they_are_done(cluster: Cluster, tmp_path: Path) -> None:
    """What is heard of is each batch once, whatever the order."""
    work, batch = a_batch(tmp_path)
    batches: Sequence[Batch] = [Batch(number, batch.files) for number in range(5)]
    said: list[int] = []
    with connected(cluster.address, ANSWERS) as runner:
        done = list(runner(lambda item, _staged: said.append(item.number))(work, batches))
    assert sorted(said) == sorted(staged.number for staged in done) == [0, 1, 2, 3, 4]
