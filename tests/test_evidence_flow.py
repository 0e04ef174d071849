"""Dumps that are split again: in any order the same tables, only those concerned, ids that stay, nothing half done."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import corpora
import pytest
import recurring
from conftest import ingest, rows_of
from corpora import Invented
from test_pipeline import content, ids_are_sound

from flows import landing
from flows.containers.found import Found
from flows.landing import RawFile
from flows.lookup import Lookup, find_texts
from flows.verify import verify
from flows.warehouse import Warehouse
from transforms.evidence import MOST_DUMPS

RNG = random.Random(22)
POSTS = [corpora.post(RNG, 4) for _ in range(9)]


def in_parts(source: Path, warehouse: Path, seed: int) -> int:
    """Ingests the files of a source in random parts and order; gives how often a dump was split again."""
    rng = random.Random(seed)
    names = sorted(path.name for path in source.iterdir())
    rng.shuffle(names)
    again, published = 0, set[str]()
    while names:
        number = rng.randint(1, 3)
        part, names = names[:number], names[number:]
        again += ingest(source, warehouse, include=tuple(part)).counts.get("dumps_split_again", 0)
        ids_are_sound(warehouse, published)
        assert not verify(Warehouse.open(warehouse)).problems
    return again


def memory(warehouse: Path) -> dict[str, list[str]]:
    """What winnow keeps for itself, as far as the order of ingestion must not show in it."""
    opened = Warehouse.open(warehouse)
    columns = {"wordings": ["wording", "copy_id", "text"], "matches": None, "outlines": ["dump_id", "starts"]}
    return {name: sorted(map(str, opened.read(name, kept).to_pylist())) for name, kept in columns.items()}


@pytest.mark.parametrize("seed", range(6))
def test_any_order_and_batching_gives_the_same_tables(tmp_path: Path, seed: int) -> None:
    source = corpora.write(tmp_path / "source", recurring.dumps(seed))
    at_once = ingest(source, tmp_path / "at once")
    assert at_once.counts["dumps_split_again"]
    assert in_parts(source, tmp_path / "in parts", seed) >= at_once.counts["dumps_split_again"]
    assert content(tmp_path / "in parts") == content(tmp_path / "at once")
    assert memory(tmp_path / "in parts") == memory(tmp_path / "at once")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A dump that lost one of its titles, and one that may tell it where that post begins."""
    two = Invented(POSTS[1].title, POSTS[1].paragraphs + POSTS[2].paragraphs)
    return corpora.write(
        tmp_path / "source",
        {
            "bare.txt": recurring.page([POSTS[0], two, POSTS[3]]),
            "page.txt": recurring.page([POSTS[5], POSTS[1], POSTS[2], POSTS[6]]),
        },
    )


def copies_of(warehouse: Path, path: str) -> list[dict[str, Any]]:
    rows = [row for row in rows_of(warehouse, "copies") if row["dump_path"] == path]
    return sorted(rows, key=lambda row: row["start"])


def test_a_known_dump_is_split_again_when_another_knows_better(source: Path, tmp_path: Path) -> None:
    bare = (source / "bare.txt").read_text()
    ingest(source, tmp_path / "w", include=("bare.txt",))
    summary = ingest(source, tmp_path / "w", include=("page.txt",))
    assert (summary.counts["dumps_split_again"], summary.counts["dumps_not_split_again"]) == (1, 0)
    assert (summary.counts["dumps"], summary.counts["copies"]) == (1, 4)
    after = copies_of(tmp_path / "w", "bare.txt")
    at = bare.index(POSTS[2].paragraphs[0])
    assert [row["start"] for row in after] == [bare.index(POSTS[k].title) for k in (0, 1)] + [
        at,
        bare.index(POSTS[3].title),
    ]
    told = [row for row in after if row["boundary"][0].startswith("another dump (")]
    page = {row["path"]: row["dump_id"] for row in rows_of(tmp_path / "w", "dumps")}["page.txt"]
    assert [row["boundary"][0] for row in told] == [f"another dump ({page[:12]}) begins the same text here"]
    posts = {row["post_id"]: row["title"] for row in rows_of(tmp_path / "w", "posts")}
    assert [posts[row["post_id"]] for row in told] == [POSTS[2].title]


def test_the_dumps_table_says_what_a_dump_was_told(source: Path, tmp_path: Path) -> None:
    ingest(source, tmp_path / "w")
    told = {row["path"]: row["told"] for row in rows_of(tmp_path / "w", "dumps")}
    assert told["page.txt"] is None
    lines = (source / "bare.txt").read_text().split("\n")
    assert [lines[row["line"]] for row in told["bare.txt"] if row["begins"]] == [POSTS[2].paragraphs[0]]


def test_a_run_that_finds_nothing_new_commits_nothing(source: Path, tmp_path: Path) -> None:
    ingest(source, tmp_path / "w")
    assert ingest(source, tmp_path / "w").run_id is None
    before = content(tmp_path / "w")
    (source / "bare.txt").touch()
    summary = ingest(source, tmp_path / "w")
    assert summary.counts["dumps_split_again"] == 0
    assert content(tmp_path / "w") == before


def test_the_id_of_a_post_that_was_too_large_lives_on(source: Path, tmp_path: Path) -> None:
    ingest(source, tmp_path / "w", include=("bare.txt",))
    published = set[str]()
    ids_are_sound(tmp_path / "w", published)
    before = copies_of(tmp_path / "w", "bare.txt")
    ingest(source, tmp_path / "w", include=("page.txt",))
    ids_are_sound(tmp_path / "w", published)
    after = {row["post_id"]: row for row in copies_of(tmp_path / "w", "bare.txt")}
    for row in before:
        assert after[row["post_id"]]["start"] < row["end"]
        assert after[row["post_id"]]["end"] > row["start"]


def test_a_name_that_another_post_bears_is_not_given_again(tmp_path: Path) -> None:
    """The post of the whole dump keeps its name when it shrinks to a part; then the whole words come once more."""
    short = [Invented(post.title, (post.paragraphs[0],)) for post in POSTS[:2]]
    lump = "\n".join([*POSTS[2].paragraphs, *POSTS[3].paragraphs]) + "\n"
    source = corpora.write(tmp_path / "s", {"lump.txt": lump})
    published = set[str]()
    ingest(source, tmp_path / "w")
    ids_are_sound(tmp_path / "w", published)
    corpora.write(source, {"page.txt": recurring.page([*short, POSTS[3], POSTS[4]])})
    assert ingest(source, tmp_path / "w").counts["dumps_split_again"] == 1
    ids_are_sound(tmp_path / "w", published)
    (source / "page.txt").unlink()
    corpora.write(source, {"mail.csv": 'text\n"' + lump.replace("\n", " ") + '"\n'})
    ingest(source, tmp_path / "w")
    ids_are_sound(tmp_path / "w", published)


def test_a_dump_whose_bytes_are_gone_keeps_its_split(source: Path, tmp_path: Path) -> None:
    ingest(source, tmp_path / "w", include=("bare.txt",))
    before = copies_of(tmp_path / "w", "bare.txt")
    bare = (source / "bare.txt").read_text()
    (source / "bare.txt").unlink()
    summary = ingest(source, tmp_path / "w")
    assert (summary.counts["dumps_split_again"], summary.counts["dumps_not_split_again"]) == (0, 1)
    assert [row["start"] for row in copies_of(tmp_path / "w", "bare.txt")] == [row["start"] for row in before]
    assert not verify(Warehouse.open(tmp_path / "w")).problems
    # When it is back, and read anew, it is split as if it had never been away.
    corpora.write(source, {"bare.txt": bare})
    ingest(source, tmp_path / "w")
    ingest(source, tmp_path / "at once")
    assert content(tmp_path / "w") == content(tmp_path / "at once")


def test_bytes_that_are_gone_at_one_place_are_read_at_another(source: Path, tmp_path: Path) -> None:
    bare = (source / "bare.txt").read_text()
    corpora.write(source, {"also/bare.txt": bare})
    ingest(source, tmp_path / "w", include=("*bare.txt",))
    (source / "bare.txt").unlink()
    assert ingest(source, tmp_path / "w").counts["dumps_split_again"] == 1
    corpora.write(source, {"bare.txt": bare})
    ingest(source, tmp_path / "at once")
    assert content(tmp_path / "w") == content(tmp_path / "at once")


def test_a_new_place_of_known_bytes_is_split_as_they_are(source: Path, tmp_path: Path) -> None:
    ingest(source, tmp_path / "w")
    corpora.write(source, {"also/bare.txt": (source / "bare.txt").read_text()})
    ingest(source, tmp_path / "w")
    spans = [
        [(row["start"], row["end"]) for row in copies_of(tmp_path / "w", path)]
        for path in ("bare.txt", "also/bare.txt")
    ]
    assert spans[0] == spans[1]
    ingest(source, tmp_path / "at once")
    assert content(tmp_path / "w") == content(tmp_path / "at once")


def test_what_becomes_usual_is_taken_back(source: Path, tmp_path: Path) -> None:
    """A text that all dumps have which share anything is a notice, however it looked at first."""
    ingest(source, tmp_path / "w")
    told = len(copies_of(tmp_path / "w", "bare.txt"))
    ingest(source, tmp_path / "alone", include=("bare.txt",))
    alone = len(copies_of(tmp_path / "alone", "bare.txt"))
    assert alone != told
    rng = random.Random(3)
    more = {f"{n}.txt": recurring.page([corpora.post(rng), POSTS[1], POSTS[2], corpora.post(rng)]) for n in range(9)}
    corpora.write(source, more)
    assert ingest(source, tmp_path / "w").counts["dumps_split_again"] == 1
    assert len(copies_of(tmp_path / "w", "bare.txt")) == alone
    ingest(source, tmp_path / "at once")
    assert content(tmp_path / "w") == content(tmp_path / "at once")


def test_only_the_dumps_that_share_are_split_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(5)
    dumps = {f"{number:03}.txt": recurring.page([corpora.post(rng, 1)]) for number in range(498)}
    dumps |= {f"bare-{number}.txt": recurring.stripped(POSTS[3 * number : 3 * number + 3]) for number in range(2)}
    source = corpora.write(tmp_path / "source", dumps)
    ingest(source, tmp_path / "w")
    corpora.write(source, {"new.txt": recurring.page([POSTS[7], POSTS[1], POSTS[4], POSTS[8]])})
    read: list[str] = []
    real = landing.members

    def counted(file: RawFile) -> Iterator[Found]:
        read.append(file.path)
        return real(file)

    monkeypatch.setattr(landing, "members", counted)
    summary = ingest(source, tmp_path / "w")
    assert sorted(read) == ["bare-0.txt", "bare-1.txt", "new.txt"]
    assert summary.counts["dumps_split_again"] == 2


def test_a_paragraph_that_very_many_have_concerns_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond MOST_DUMPS holders a paragraph links nothing, so a new dump that has it costs no more than itself."""
    from flows import evidence

    rng = random.Random(6)
    dumps = {f"{n}.txt": recurring.page([corpora.post(rng, 1)], sidebar=True) for n in range(MOST_DUMPS + 3)}
    source = corpora.write(tmp_path / "source", dumps)
    ingest(source, tmp_path / "w")
    asked: list[int] = []
    real = evidence.gather

    def counted(*arguments: Any) -> Any:
        asked.append(1)
        return real(*arguments)

    monkeypatch.setattr(evidence, "gather", counted)
    corpora.write(source, {"new.txt": recurring.page([corpora.post(rng, 1)], sidebar=True)})
    ingest(source, tmp_path / "w")
    assert not asked


@pytest.mark.parametrize("nth", range(1, 12))
def test_dead_at_any_step_of_a_commit(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
    ingest(source, tmp_path / "w", include=("bare.txt",))
    before = content(tmp_path / "w")
    step, steps = "_apply", iter(range(1, 100))
    real = getattr(Warehouse, step)

    def dying(self: Warehouse, *arguments: Any, **options: Any) -> None:
        if next(steps) == nth:
            raise KeyboardInterrupt
        real(self, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Warehouse, step, dying)
        try:
            ingest(source, tmp_path / "w")
        except KeyboardInterrupt:
            current = (tmp_path / "w/current").resolve()
            assert len(list((current / "dumps").iterdir())) == 1
            ingest(source, tmp_path / "w", include=("nothing",))
            assert content(tmp_path / "w") == before
        else:
            assert nth == 11
    ingest(source, tmp_path / "w")
    ingest(source, tmp_path / "at once")
    assert content(tmp_path / "w") == content(tmp_path / "at once")


def test_processes_give_what_one_process_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = corpora.write(tmp_path / "source", recurring.dumps(2))
    ingest(source, tmp_path / "one")
    monkeypatch.setattr("flows.runners.WORTH_A_PROCESS", 0)
    monkeypatch.setattr("flows.pipeline.BATCH_FILES", 1)
    ingest(source, tmp_path / "many")
    assert content(tmp_path / "many") == content(tmp_path / "one")


def test_a_fault_on_the_second_reading_leaves_the_first(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transforms.split import whole_parts

    real = whole_parts.split_text

    def stumble(lines: Any, repaired: Any, known: Any) -> Any:
        if known:
            raise ZeroDivisionError("planted")
        return real(lines, repaired, known)

    monkeypatch.setattr(whole_parts, "split_text", stumble)
    summary = ingest(source, tmp_path / "w")
    assert summary.counts["dumps_not_split_again"] == 1
    assert not verify(Warehouse.open(tmp_path / "w")).problems


def lookup(words: dict[str, str]) -> Lookup:
    """Two copies with the same words in other signs: one is no more, the other is left; `words` are known texts."""
    common = {
        "wording": "w", "dump_id": "d", "source": "s", "truncated": False, "title": None, "author": None,
        "published": None, "language": "en", "language_confidence": 1.0, "url": None, "tags": [], "links": [],
        "n_words": 2, "post_id": "p",
    }  # fmt: skip
    gone = common | {"copy_id": "gone", "text_sha256": "1", "n_chars": 9}
    kept = common | {"copy_id": "kept", "text_sha256": "2", "n_chars": 8}
    return Lookup({}, {"w": [kept]}, frozenset(), {"gone": gone}, dict(words))


def test_the_text_of_a_second_best_copy_is_read_again() -> None:
    rows = lookup({"1": "One, two."})
    find_texts(rows, lambda copy: {"kept": "one; two"}[copy["copy_id"]])
    assert rows.texts["2"] == "one; two"


def test_where_its_bytes_are_gone_the_same_words_stand_for_it() -> None:
    rows = lookup({"1": "One, two."})
    find_texts(rows, lambda _copy: None)
    (kept,) = rows.copies["w"]
    assert (kept["text_sha256"], kept["n_chars"], kept["post_id"]) == ("1", 9, None)
