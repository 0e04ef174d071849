"""Dumps read again: the same as reading them with this winnow for the first time, and ids that stay."""

from __future__ import annotations

import json
import random
import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import Any

import corpora
import pytest
import recurring
from conftest import committed, ingest, rows_of, winnow, without_runs
from filelock import FileLock
from samples import RAW
from test_pipeline import content, ids_are_sound

from flows import backfill as module
from flows.backfill import Report, Selection, backfill
from flows.lock import Patience
from flows.runners import local
from flows.verify import verify
from flows.warehouse import Warehouse
from transforms import PIPELINE_VERSION

EACH = local(lambda _batch, _staged: None)
ALL = Selection(everything=True)
GUIDE = Path(__file__).parent.parent / "docs/how-to-backfill.md"


def again(warehouse: Path, selection: Selection = ALL, **options: Any) -> Report:
    return backfill(warehouse, selection, EACH, **options)


def cut_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """A winnow that can't tell titles and misreads a letter."""
    from flows import reading

    real = reading.describe_all
    version = "0.0.9"
    monkeypatch.setattr("flows.rows.PIPELINE_VERSION", version)

    def described(pieces: Any, order: Any) -> Any:
        return tuple(replace(post, title=None, body=post.body.replace("e", "a")) for post in real(pieces, order))

    monkeypatch.setattr(reading, "describe_all", described)


@pytest.mark.parametrize("seed", range(2))
def test_what_another_version_made_becomes_what_this_one_makes(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = corpora.write(tmp_path / "source", recurring.dumps(seed))
    ingest(source, tmp_path / "new")
    with monkeypatch.context() as patch:
        cut_otherwise(patch)
        ingest(source, tmp_path / "w")
    ids = set[str]()
    ids_are_sound(tmp_path / "w", ids)
    summary = ingest(source, tmp_path / "w")
    assert summary.stale == len(rows_of(tmp_path / "w", "dumps"))
    before = committed(tmp_path / "w")
    would = again(tmp_path / "w", Selection(versions="<0.1"), dry_run=True)
    assert committed(tmp_path / "w") == before
    did = again(tmp_path / "w", Selection(versions="<0.1"))
    assert (would.counts, would.read) == (did.counts, did.read)
    assert did.counts["posts_changed"] > 0
    assert content(tmp_path / "w") == content(tmp_path / "new")
    assert not verify(Warehouse.open(tmp_path / "w")).problems
    assert {row["pipeline_version"] for row in rows_of(tmp_path / "w", "dumps")} == {PIPELINE_VERSION}
    live = {row["post_id"] for row in rows_of(tmp_path / "w", "posts")}
    assert len(live & ids) >= len(live) / 2
    assert again(tmp_path / "w", Selection(versions="<0.1")).chosen == 0


@pytest.mark.parametrize("seed", range(2))
def test_reading_again_changes_nothing_where_nothing_has_changed(tmp_path: Path, seed: int) -> None:
    source = corpora.write(tmp_path / "source", recurring.dumps(seed) | recurring.filed_dumps(seed))
    ingest(source, tmp_path / "w")
    before, ids = content(tmp_path / "w"), {row["post_id"] for row in rows_of(tmp_path / "w", "posts")}
    report = again(tmp_path / "w", Selection(paths=("[0-3].txt", "small*")))
    assert 0 < report.read < len(rows_of(tmp_path / "w", "dumps"))
    assert not any(report.counts[name] for name in ("posts", "posts_changed", "posts_joined", "posts_gone"))
    assert content(tmp_path / "w") == before
    assert {row["post_id"] for row in rows_of(tmp_path / "w", "posts")} == ids


def test_one_that_was_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = corpora.write(tmp_path / "source", corpora.random_dumps(5))
    ingest(source, tmp_path / "w")
    before = content(tmp_path / "w")
    monkeypatch.setattr(module, "COMMIT_BYTES", 1)
    tries = 0

    def stumbling(work: Any, batches: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries > 3:
            raise KeyboardInterrupt
        return EACH(work, batches)

    with pytest.raises(KeyboardInterrupt):
        backfill(tmp_path / "w", ALL, stumbling)
    done = Warehouse.open(tmp_path / "w").read("runs").num_rows - 1
    assert 0 < done < len(before[2])
    report = again(tmp_path / "w")
    assert report.read == report.chosen == len(before[2]) - done
    assert content(tmp_path / "w") == before
    assert again(tmp_path / "w").chosen == len(before[2])


def test_one_that_an_older_winnow_had_begun_is_done_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = corpora.write(tmp_path / "source", corpora.random_dumps(3))
    ingest(source, tmp_path / "w")
    monkeypatch.setattr(module, "COMMIT_BYTES", 1)
    seen = Warehouse.commit

    def stopped(self: Warehouse, *args: Any) -> None:
        seen(self, *args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("flows.rows.PIPELINE_VERSION", "0.0.9")
        patch.setattr(Warehouse, "commit", stopped)
        with pytest.raises(KeyboardInterrupt):
            again(tmp_path / "w")
    report = again(tmp_path / "w")
    assert report.read == report.chosen == len(rows_of(tmp_path / "w", "dumps"))


def test_what_is_gone_does_not_keep_one_unfinished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = corpora.write(tmp_path / "source", corpora.random_dumps(3))
    ingest(source, tmp_path / "w")
    monkeypatch.setattr(module, "COMMIT_BYTES", 1)
    last = max(path.name for path in source.iterdir())
    (source / last).unlink()
    number = len(rows_of(tmp_path / "w", "dumps"))
    for _ in range(2):
        report = again(tmp_path / "w")
        assert (report.chosen, report.read, report.gone) == (number, number - 1, [last])


def test_it_waits_for_who_came_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(corpora.write(tmp_path / "source", corpora.random_dumps(3)), tmp_path / "w")
    monkeypatch.setattr(module, "COMMIT_BYTES", 1)
    real, other, times = Warehouse.writing, FileLock(tmp_path / "w/.lock", thread_local=False), 0

    def writing(self: Warehouse, *args: Any) -> Any:
        nonlocal times
        times += 1
        if times == 2:
            other.acquire()
            Timer(0.5, other.release).start()
        return real(self, *args)

    monkeypatch.setattr(Warehouse, "writing", writing)
    said: list[str] = []
    report = again(tmp_path / "w", patience=Patience(0, said.append))
    assert report.read == report.chosen > 1
    assert [line for line in said if "waiting for it to end" in line] == said != []


def test_dumps_whose_bytes_are_gone_stay(tmp_path: Path) -> None:
    source = corpora.write(tmp_path / "source", corpora.random_dumps(6))
    ingest(source, tmp_path / "w")
    before = content(tmp_path / "w")
    (source / "dump-0.txt").unlink()
    report = again(tmp_path / "w")
    assert report.gone == ["dump-0.txt"]
    assert report.read == len(before[2]) - 1
    assert content(tmp_path / "w") == before


def test_rows_are_read_by_the_names_of_fields_that_were_given(tmp_path: Path) -> None:
    found = corpora.post(random.Random(1))
    row = json.dumps({"story": "\n\n".join(found.paragraphs), "name": found.title}) + "\n"
    corpora.write(tmp_path / "raw", {"a.jsonl": row, "b.txt": corpora.listing([corpora.post(random.Random(2))])})
    assert winnow("ingest", "--text-field", "story", "--title-field", "name", cwd=tmp_path).code == 0
    before = content(tmp_path / "warehouse")
    ran = winnow("backfill", "--all", cwd=tmp_path)
    assert (ran.code, ran.out.splitlines()[0]) == (0, "2 of 2 dumps read again")
    assert content(tmp_path / "warehouse") == before


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backfill")
    shutil.copytree(RAW, folder / "raw")
    ingest(folder / "raw", folder / "warehouse")
    return folder


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--pipeline-version", "young"], "'young' means no versions"),
        (["--pipeline-version", ""], "'' means no versions"),
        (["--dumps-since", "soon"], "--dumps-since 'soon' is no date"),
        ([], "say which dumps are to be read again"),
        (["--all", "--warehouse", "nowhere"], "there is no warehouse in nowhere"),
    ],
)
def test_what_means_nothing_is_told_in_one_line(desk: Path, options: list[str], said: str) -> None:
    before = committed(desk / "warehouse")
    ran = winnow("backfill", *options, cwd=desk)
    assert (ran.code, len(ran.err.strip().splitlines())) == (2, 1)
    assert said in ran.err
    assert committed(desk / "warehouse") == before
    assert not (desk / "nowhere").exists()


@pytest.mark.parametrize(
    ("options", "number"),
    [
        (["--path", "nothing like it"], 0),
        (["--path", "tidepool/*", "--path", "thread.txt"], 3),
        (["--dumps-since", "2999-01-01"], 0),
        (["--dumps-until", "2999-01-01"], 10),
        (["--posts-since", "2020-01-18", "--posts-until", "2020-01-18"], 1),
        (["--pipeline-version", f">={PIPELINE_VERSION}", "--path", "*.xml"], 1),
    ],
)
def test_which_dumps_are_meant(desk: Path, options: list[str], number: int) -> None:
    ran = winnow("backfill", *options, "--dry-run", cwd=desk)
    first = f"{number} of {number} dumps would be read again" if number else "nothing to do: no dump is meant"
    assert (ran.code, ran.out.splitlines()[0]) == (0, first)


def test_the_commands_of_the_guide_run(desk: Path) -> None:
    before = without_runs(committed(desk / "warehouse"))["posts"]
    found = [
        line for block in re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]  # fmt: skip
    assert len(found) >= 4
    for line in found:
        ran = winnow(*shlex.split(line)[1:], cwd=desk)
        assert ran.code == 0, ran.said
    assert len(committed(desk / "warehouse")["posts"]) == len(before)
