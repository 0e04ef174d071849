"""What was forgotten is nowhere any more, and all else is as if it had never been there."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import corpora
import pyarrow.parquet as pq
import pytest
import recurring
from conftest import committed, environment, ingest, rows_of, winnow
from samples import RAW
from test_pipeline import content, ids_are_sound

from flows.backfill import Selection, backfill
from flows.forget import Report, Wanted, forget
from flows.runners import local
from flows.verify import verify
from flows.warehouse import Warehouse
from transforms.errors import UsageError

EACH = local(lambda _batch, _staged: None)
GUIDE = Path(__file__).parent.parent / "docs/how-to-forget.md"


def forgotten(warehouse: Path, wanted: Wanted, **options: Any) -> Report:
    return forget(warehouse, wanted, EACH, lambda: datetime.now(UTC), **options)


def everything_in(warehouse: Path) -> str:
    """All that any file below a warehouse holds, be it compressed."""
    said = []
    for path in sorted(warehouse.rglob("*")):
        if path.is_file() and path.suffix == ".parquet":
            said.append(str(pq.ParquetFile(path).read().to_pylist()))
        elif path.is_file():
            said.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(said)


@pytest.mark.parametrize("seed", range(3))
def test_it_is_as_if_it_had_never_been_there(tmp_path: Path, seed: int) -> None:
    source = corpora.write(tmp_path / "source", recurring.dumps(seed) | recurring.filed_dumps(seed))
    names = sorted(path.name for path in source.iterdir())
    ingest(source, tmp_path / "w")
    before = {row["post_id"] for row in rows_of(tmp_path / "w", "posts")}
    gone = random.Random(seed).sample(names, 2)
    for name in gone:
        forgotten(tmp_path / "w", Wanted(dump=name))
    ingest(source, tmp_path / "never", exclude=tuple(gone))
    assert content(tmp_path / "w") == content(tmp_path / "never")
    assert not verify(Warehouse.open(tmp_path / "w")).problems
    ids_are_sound(tmp_path / "w", set())
    after = {row["post_id"] for row in rows_of(tmp_path / "w", "posts")}
    assert len(after & before) >= 0.9 * len(after)


@pytest.mark.parametrize("seed", range(2))
def test_its_text_is_in_no_file(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    secret, shared, other = (corpora.post(rng) for _ in range(3))
    dumps = {"a.txt": [secret, shared], "b.txt": [shared, other]}
    source = corpora.write(tmp_path / "source", {name: recurring.page(posts) for name, posts in dumps.items()})
    ingest(source, tmp_path / "w", include=("a.txt",))
    ingest(source, tmp_path / "w")
    sentence = secret.paragraphs[1][:60]
    assert sentence in everything_in(tmp_path / "w")
    before = everything_in(tmp_path / "w")
    assert forgotten(tmp_path / "w", Wanted(dump="a.txt"), dry_run=True).counts["posts_gone"] == 1
    assert everything_in(tmp_path / "w") == before
    forgotten(tmp_path / "w", Wanted(dump="a.txt", reason="asked"))
    left = everything_in(tmp_path / "w")
    assert all(words not in left for words in (sentence, secret.title, secret.paragraphs[0][:40]))
    assert shared.paragraphs[0][:40] in left
    assert {row["title"] for row in rows_of(tmp_path / "w", "posts")} == {shared.title, other.title}


def test_the_same_bytes_are_refused_and_again_when_they_move(tmp_path: Path) -> None:
    source = corpora.write(tmp_path / "source", corpora.random_dumps(2))
    ingest(source, tmp_path / "w")
    forgotten(tmp_path / "w", Wanted(dump="dump-1.txt", reason="asked by Ann"))
    before = content(tmp_path / "w")[0]
    shutil.copy(source / "dump-1.txt", source / "moved.txt")
    summary = ingest(source, tmp_path / "w")
    assert summary.rejected.keys() == {"dump-1.txt", "moved.txt"}
    assert all("asked by Ann" in why for why in summary.rejected.values())
    assert ingest(source, tmp_path / "w").run_id is None
    assert content(tmp_path / "w")[0] == before
    assert not verify(Warehouse.open(tmp_path / "w")).problems


def test_a_source_goes_but_for_what_lies_elsewhere_too(tmp_path: Path) -> None:
    rng = random.Random(4)
    both, own, other = (corpora.listing([corpora.post(rng)]) for _ in range(3))
    source = corpora.write(tmp_path / "s", {"a/both.txt": both, "a/own.txt": own, "b/both.txt": both, "b/o.txt": other})
    ingest(source, tmp_path / "w")
    report = forgotten(tmp_path / "w", Wanted(source="a"))
    assert (report.dumps, report.elsewhere) == (["a/own.txt"], ["a/both.txt"])
    assert {row["path"] for row in rows_of(tmp_path / "w", "dumps")} == {"a/both.txt", "b/o.txt"}


def test_a_source_of_which_all_lies_elsewhere_too_stays(tmp_path: Path) -> None:
    both = corpora.listing([corpora.post(random.Random(4))])
    source = corpora.write(tmp_path / "raw", {"a/both.txt": both, "b/both.txt": both})
    ingest(source, tmp_path / "warehouse")
    before, files = committed(tmp_path / "warehouse"), everything_in(tmp_path / "warehouse")
    for options in (["--dry-run"], []):
        ran = winnow("forget", "--source", "a", *options, cwd=tmp_path)
        assert ran.code == 1, ran.said
        assert "a/both.txt" in ran.out
        assert "nothing is forgotten" in ran.out
        assert "old files were removed" not in ran.out
    assert committed(tmp_path / "warehouse") == before
    assert everything_in(tmp_path / "warehouse") == files


def test_killed_before_the_old_files_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = corpora.post(random.Random(5))
    source = corpora.write(tmp_path / "s", {"a.txt": recurring.page([secret]), **corpora.random_dumps(1)})
    ingest(source, tmp_path / "w")
    with monkeypatch.context() as patch:
        patch.setattr(Warehouse, "purge", lambda _self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            forgotten(tmp_path / "w", Wanted(dump="a.txt"))
    assert secret.paragraphs[0][:40] in everything_in(tmp_path / "w")
    (source / "a.txt").unlink()
    assert ingest(source, tmp_path / "w").run_id is None
    assert secret.paragraphs[0][:40] not in everything_in(tmp_path / "w")


@pytest.mark.parametrize("seed", range(2))
def test_a_post_goes_and_its_dumps_keep_the_others(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    secret, one, two, three = (corpora.post(rng, 3) for _ in range(4))
    dumps = {"a.txt": [one, secret, two], "b.txt": [corpora.edited(rng, secret), three], "c.txt": [two, three]}
    source = corpora.write(tmp_path / "source", {name: recurring.page(posts) for name, posts in dumps.items()})
    ingest(source, tmp_path / "w")
    ids = {row["title"]: row["post_id"] for row in rows_of(tmp_path / "w", "posts")}
    wanted = Wanted(post=ids.pop(secret.title), reason="asked")
    assert forgotten(tmp_path / "w", wanted, dry_run=True).counts["posts_gone"] == 1
    assert forgotten(tmp_path / "w", wanted).dumps == ["a.txt", "b.txt"]
    again = recurring.page([three, secret, one])
    corpora.write(source, {"d.txt": again})
    ingest(source, tmp_path / "w")
    backfill(tmp_path / "w", Selection(everything=True), EACH)
    left = everything_in(tmp_path / "w")
    assert all(part[:40] not in left for part in (secret.title, *secret.paragraphs))
    assert {row["title"]: row["post_id"] for row in rows_of(tmp_path / "w", "posts")} == ids
    verdict = verify(Warehouse.open(tmp_path / "w"))
    assert (verdict.problems, verdict.forgotten) == ([], 3)
    assert forgotten(tmp_path / "w", wanted).already


def test_dumps_are_read_afterwards_as_they_were_asked_to_be(tmp_path: Path) -> None:
    found = [corpora.post(random.Random(seed)) for seed in range(3)]
    decoys = ["\n\n".join(corpora.post(random.Random(seed)).paragraphs) for seed in range(10, 13)]
    rows = [
        json.dumps({"story": "\n\n".join(post.paragraphs), "name": post.title, "text": decoy})
        for post, decoy in zip(found, decoys, strict=True)
    ]
    corpora.write(tmp_path / "raw", {"a.jsonl": "\n".join(rows) + "\n"})
    assert winnow("ingest", "--text-field", "story", "--title-field", "name", cwd=tmp_path).code == 0
    ids = {row["title"]: row["post_id"] for row in rows_of(tmp_path / "warehouse", "posts")}
    forgotten(tmp_path / "warehouse", Wanted(post=ids[found[1].title]))
    left = content(tmp_path / "warehouse")
    for _ in range(2):
        backfill(tmp_path / "warehouse", Selection(everything=True), EACH)
        assert content(tmp_path / "warehouse") == left
    assert {row["title"] for row in rows_of(tmp_path / "warehouse", "posts")} == {found[0].title, found[2].title}


def test_neighbours_are_split_again_with_their_own_steps(tmp_path: Path) -> None:
    posts = [corpora.post(random.Random(seed), 3) for seed in range(4)]
    dumps = {"a.txt": recurring.page(posts), "b.txt": recurring.stripped(posts), "c.txt": recurring.page(posts[:1])}
    source = corpora.write(
        tmp_path / "source", {name: text.replace("e", "\u00c3\u00a9") for name, text in dumps.items()}
    )
    ingest(source, tmp_path / "w", repair_steps=())
    before = _copies_of(tmp_path / "w", "b.txt")
    forgotten(tmp_path / "w", Wanted(dump="a.txt"))
    assert _copies_of(tmp_path / "w", "b.txt") != before  # it was split again
    ingest(source, tmp_path / "never", exclude=("a.txt",), repair_steps=())
    assert content(tmp_path / "w") == content(tmp_path / "never")


def _copies_of(warehouse: Path, path: str) -> int:
    return next(row["n_copies"] for row in rows_of(warehouse, "dumps") if row["path"] == path)


def test_a_post_in_a_dump_whose_bytes_are_gone(tmp_path: Path) -> None:
    source = corpora.write(tmp_path / "s", corpora.random_dumps(3))
    ingest(source, tmp_path / "w")
    copy = next(row for row in rows_of(tmp_path / "w", "copies") if row["dump_path"] == "dump-0.txt")
    (source / "dump-0.txt").unlink()
    before = committed(tmp_path / "w")
    with pytest.raises(UsageError, match=r"dump-0.txt.*--dump"):
        forgotten(tmp_path / "w", Wanted(post=copy["post_id"]))
    assert committed(tmp_path / "w") == before


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forget")
    shutil.copytree(RAW, folder / "raw")
    ingest(folder / "raw", folder / "warehouse")
    return folder


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--dump", "nowhere.txt"], "no dump has the path or the id 'nowhere.txt'"),
        (["--source", "nobody"], "there is no source 'nobody'"),
        (["--post", "0" * 32], "no post has the id"),
        ([], "say what is to be forgotten"),
        (["--dump", "a", "--source", "b"], "say what is to be forgotten"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(desk: Path, options: list[str], said: str) -> None:
    before = committed(desk / "warehouse")
    ran = winnow("forget", *options, cwd=desk)
    assert (ran.code, len(ran.err.strip().splitlines())) == (2, 1)
    assert said in ran.err
    assert committed(desk / "warehouse") == before


def test_the_commands_of_the_guide_run(desk: Path, tmp_path: Path) -> None:
    shutil.copytree(desk, tmp_path / "desk", symlinks=True)
    found = re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    path = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    ran = subprocess.run(
        ["sh", "-e", "-c", "\n".join(found)],
        cwd=tmp_path / "desk",
        env=environment(path),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "asked by the author on 3 May" in ran.stdout
