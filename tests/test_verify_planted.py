"""Every planted corruption is found, told in one line, and mended from the raw dumps where they can mend it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from conftest import commit, ingest, rows_of, winnow
from samples import RAW

from flows.mending import repair
from flows.runners import local
from flows.verify import Verdict, verify, verify_at
from flows.warehouse import Change, Warehouse
from transforms.tables import KEYS, SCHEMAS

Row = dict[str, Any]
Plant = Callable[[Path], None]
AUTUMN, WINTER, OLD = "tidepool/2019-autumn.txt", "tidepool/2019-winter.txt", "atelier-velo/archive-2004.txt"
# Columns that name runs, which a repair is one of.
OF_RUNS = {"run_id", "first_run", "last_run"}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three dumps, committed in two runs; two of them share posts."""
    folder = tmp_path_factory.mktemp("sound")
    for name in (AUTUMN, OLD):
        (folder / "raw" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(RAW / name, folder / "raw" / name)
    ingest(folder / "raw", folder / "warehouse")
    shutil.copy(RAW / WINTER, folder / "raw" / WINTER)
    ingest(folder / "raw", folder / "warehouse")
    return folder


@pytest.fixture
def place(sound: Path, tmp_path: Path) -> Path:
    """The same warehouse to be spoilt, over the same raw files."""
    # Copied with a rename: in a copy of the links the view has files of its own, here they are the same files.
    copied = Path(shutil.copytree(sound / "warehouse", tmp_path / "warehouse", symlinks=True))
    for table in (copied / "tables").iterdir():
        for path in table.glob("*.parquet"):
            for twin in (copied / ".views").glob(f"*/{table.name}/{path.name}"):
                twin.unlink()
                twin.hardlink_to(path)
    return copied


def chosen(warehouse: Path, name: str, where: Callable[[Row], object]) -> Row:
    return next(row for row in Warehouse.open(warehouse).read(name).to_pylist() if where(row))


def every(_row: Row) -> bool:
    return True


def of_copy(row: Row) -> bool:
    return bool(row["relation"] == "near-identical")


def with_text(row: Row) -> bool:
    return row["text"] is not None


def of_dump(path: str) -> Callable[[Row], object]:
    return lambda row: row["dump_path"] == path


def altered(name: str, change: Callable[[Row], Row], where: Callable[[Row], object] = every) -> Plant:
    def plant(warehouse: Path) -> None:
        row = chosen(warehouse, name, where)
        new = row | change(row)
        rows = pa.Table.from_pylist([new], schema=SCHEMAS[name])
        key = KEYS.get(name)
        if key:
            commit(warehouse, name, Change(inserts=rows, deletes=[row[key]]))
        else:
            everything = Warehouse.open(warehouse).read(name).to_pylist()
            replace_all(warehouse, name, [new if each == row else each for each in everything])

    return plant


def replace_all(warehouse: Path, name: str, rows: list[Row]) -> None:
    files = list(Warehouse.open(warehouse).listed(name))
    commit(warehouse, name, Change(inserts=pa.Table.from_pylist(rows, schema=SCHEMAS[name]), dropped=files))


def taken_out(name: str, number: int) -> Plant:
    def plant(warehouse: Path) -> None:
        rows = Warehouse.open(warehouse).read(name).to_pylist()
        replace_all(warehouse, name, rows[:number] + rows[number + 1 :])

    return plant


def doubled(name: str) -> Plant:
    def plant(warehouse: Path) -> None:
        rows = Warehouse.open(warehouse).read(name).slice(0, 1)
        commit(warehouse, name, Change(inserts=rows))

    return plant


def table_file(warehouse: Path, name: str) -> Path:
    return max(Warehouse.open(warehouse).listed(name), key=lambda path: path.stat().st_size)


def truncated(name: str) -> Plant:
    def plant(warehouse: Path) -> None:
        path = table_file(warehouse, name)
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)

    return plant


def flipped(name: str) -> Plant:
    def plant(warehouse: Path) -> None:
        path = table_file(warehouse, name)
        data = bytearray(path.read_bytes())
        data[len(data) // 3] ^= 4
        with path.open("r+b") as file:
            file.write(data)

    return plant


def removed(name: str, *, also_shown: bool) -> Plant:
    def plant(warehouse: Path) -> None:
        path = table_file(warehouse, name)
        for twin in (warehouse / ".views").glob(f"*/{name}/{path.name}") if also_shown else ():
            twin.unlink()
        path.unlink()

    return plant


def moved(row: Row) -> Row:
    return {name: row[name] + 5 for name in ("end", "byte_end")}


def view_without_a_file(warehouse: Path) -> None:
    next((warehouse / "current").resolve().glob("posts/*")).unlink()


def view_of_an_earlier_run(warehouse: Path) -> None:
    first, _ = sorted((warehouse / ".views").iterdir())
    (warehouse / "current").unlink()
    (warehouse / "current").symlink_to(Path(".views") / first.name)


def view_with_another_file(warehouse: Path) -> None:
    path = next((warehouse / "current").resolve().glob("posts/*"))
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data + b"\0")


def nth(number: int) -> Callable[[Row], object]:
    """Chooses by place, so that faults that are planted together lie in different rows."""
    counted = count()
    return lambda _row: next(counted) == number


Group = list[tuple[str, Callable[[], Plant], str]]
# What is planted together, what is said of each. Commits come before faults of the view and of files.
PLANTED: dict[str, Group] = {
    "posts": [
        ("a text", lambda: altered("posts", lambda _: {"text": "Forged."}, nth(0)), "its text is not the one"),
        ("a hash", lambda: altered("posts", lambda _: {"text_sha256": "0" * 64}, nth(1)), "its text_sha256 is not"),
        ("the copies", lambda: altered("posts", lambda _: {"n_copies": 88}, nth(2)), "not 88 in"),
        ("the dumps", lambda: altered("posts", lambda _: {"n_dumps": 77}, nth(3)), "in 77"),
        ("a canonical copy", lambda: altered("posts", lambda _: {"canonical_copy_id": "?"}, nth(4)), "copy is not ?"),
        ("a length", lambda: altered("posts", lambda row: {"n_words": row["n_words"] + 1}, nth(5)), "its n_words"),
        ("a row gone", lambda: taken_out("posts", 6), "which does not exist"),
    ],
    "copies": [
        ("a beginning", lambda: altered("copies", lambda row: {"start": row["start"] + 5}, nth(0)), "lie in no row"),
        ("an end", lambda: altered("copies", moved, nth(1)), "lie in two rows"),
        ("bytes", lambda: altered("copies", lambda row: {"byte_end": row["byte_end"] + 1}, nth(2)), "stands at bytes"),
        ("a relation", lambda: altered("copies", lambda _: {"relation": "excerpt"}, of_copy), "said to be excerpt"),
    ],
    "more of copies": [
        ("a row gone", lambda: taken_out("copies", 0), "copies, 1 residue rows against"),
        ("a similarity", lambda: altered("copies", lambda _: {"jaccard": 0.875}, of_copy), "similarity than 0.875"),
        ("words", lambda: altered("copies", lambda _: {"wording": "0" * 32}, of_dump(OLD)), "does not know its words"),
    ],
    "fields of copies": [
        ("a title", lambda: altered("copies", lambda _: {"title": "Forged"}, of_dump(AUTUMN)), "its title is 'Forged'"),
        ("evidence", lambda: altered("copies", lambda _: {"boundary": ["a"]}, of_dump(WINTER)), "its boundary is"),
        ("a containment", lambda: altered("copies", lambda _: {"containment": 0.5}, of_copy), "containment 0.5"),
    ],
    "a copy's post": [("", lambda: altered("copies", lambda _: {"post_id": "0" * 32}, nth(0)), "does not exist")],
    "residue": [
        ("a row gone", lambda: taken_out("residue", 0), "lie in no row"),
        ("a text", lambda: altered("residue", lambda _: {"text": "Forged."}, nth(1)), "its text is 'Forged.'"),
    ],
    "dumps": [
        ("a row gone", lambda: taken_out("dumps", 0), "no row that says"),
        ("a length", lambda: altered("dumps", lambda row: {"n_chars": row["n_chars"] + 1}, nth(1)), "counts differ"),
    ],
    "a reject": [("", lambda: altered("dumps", lambda _: {"status": "rejected"}), "no row that says")],
    "the index": [
        ("a row gone", lambda: taken_out("wordings", 0), "does not know its words"),
        ("keys", lambda: altered("wordings", lambda _: {"keys": [1, 2]}, nth(1)), "or one that is not what its text"),
        ("a text", lambda: altered("wordings", lambda _: {"text": "Forged."}, with_text), "is not what its text gives"),
        ("a post", lambda: altered("wordings", lambda _: {"post_id": "0" * 32}, nth(2)), "and its words to another"),
        ("a match", lambda: altered("matches", lambda _: {"jaccard": 0.875}, nth(1)), "have in common"),
        ("a match gone", lambda: taken_out("matches", 0), "no match is stored"),
    ],
    "twice": [
        *((name, lambda name=name: doubled(name), f"{name}: ") for name in ("copies", "posts", "residue", "dumps")),
        *((name, lambda name=name: doubled(name), f"{name}: ") for name in ("files", "runs", "wordings", "matches")),
    ],
    "the view": [("a file gone", lambda: view_without_a_file, "is missing")],
    "an earlier view": [("", lambda: view_of_an_earlier_run, "the last that committed")],
    "another view": [("", lambda: view_with_another_file, "something else")],
    "files": [
        *((name, lambda name=name: truncated(name), f"tables/{name}/") for name in ("copies", "matches", "votes")),
        *((name, lambda name=name: flipped(name), f"tables/{name}/") for name in ("residue", "wordings")),
        ("gone", lambda: removed("posts", also_shown=False), "tables/posts/"),
    ],
    "posts gone": [("from the view too", lambda: removed("posts", also_shown=True), "the file is gone")],
    "half of dumps": [("", lambda: truncated("dumps"), "tables/dumps/")],
}  # fmt: skip


def facts(warehouse: Path) -> dict[str, list[str]]:
    """The rows of the tables for readers, but for the columns and the table that name runs."""
    return {
        name: sorted(str({key: row[key] for key in row if key not in OF_RUNS}) for row in rows_of(warehouse, name))
        for name in ("posts", "copies", "dumps", "residue")
    }


def mend(warehouse: Path) -> tuple[Verdict, list[str]]:
    repaired = repair(warehouse, local(lambda _batch, _staged: None))
    return repaired.verdict, repaired.lost


@pytest.mark.parametrize("group", PLANTED)
def test_planted_faults_are_found_and_mended(sound: Path, place: Path, group: str) -> None:
    for _, plant, _ in PLANTED[group]:
        plant()(place)
    problems = verify_at(place).problems
    for what, _, said in PLANTED[group]:
        assert [problem for problem in problems if said in problem], (what, problems)
    assert not [problem for problem in problems if "\n" in problem]
    verdict, lost = mend(place)
    assert (verdict.problems, verdict.missing) == ([], []), lost
    assert facts(place) == facts(sound / "warehouse")


def test_what_raw_dumps_do_not_hold_is_named(place: Path) -> None:
    """Where raw files lie stands in one table; what is lost of it another `winnow ingest` brings."""
    removed("files", also_shown=False)(place)
    verdict, lost = mend(place)
    assert verdict.problems == []
    assert verdict.missing
    assert [line for line in lost if line.startswith("tables/files/") and "winnow ingest" in line]


@pytest.mark.parametrize("damage", ["", "{", "[1]"])
def test_a_damaged_log_is_told(place: Path, damage: str) -> None:
    path = max((place / "tables/copies/_delta_log").glob("*.json"))
    path.write_text(damage)
    (problem,) = verify_at(place).problems
    assert problem.startswith(f"tables/copies/_delta_log/{path.name}: this entry of the log is damaged")
    path.unlink()
    (problem,) = verify_at(place).problems
    assert "this entry of the log is gone" in problem
    assert winnow("verify", "-w", place, cwd=place).code == 1


def test_raw_files_that_changed_or_are_gone_are_named(tmp_path: Path) -> None:
    """Their rows are checked against each other, and are not touched by a repair."""
    shutil.copytree(RAW / "tidepool", tmp_path / "raw/tidepool")
    ingest(tmp_path / "raw", tmp_path / "warehouse")
    before = facts(tmp_path / "warehouse")
    (tmp_path / "raw" / AUTUMN).write_text("Other words.")
    (tmp_path / "raw" / WINTER).unlink()
    verdict = verify_at(tmp_path / "warehouse")
    assert verdict.problems == []
    assert [line.split(":")[0] for line in verdict.missing] == [AUTUMN, WINTER]
    taken_out("copies", 0)(tmp_path / "warehouse")
    verdict, lost = mend(tmp_path / "warehouse")
    assert [line for line in verdict.problems if "its bytes are gone" in line]
    assert lost
    assert verdict.places == 0
    assert facts(tmp_path / "warehouse")["posts"] == before["posts"]


def test_a_sample_is_a_part_and_always_the_same(place: Path) -> None:
    some, same, whole = (verify_at(place, share) for share in (0.5, 0.5, 1.0))
    assert some == same
    assert some.places <= whole.places == 3
    assert some.files < whole.files


def test_files_without_a_checksum_are_counted(place: Path) -> None:
    """As an older winnow wrote them."""
    commit(place, "votes", Change())
    path = table_file(place, "outlines")
    entry = next(
        each for each in (place / "tables/outlines/_delta_log").glob("*.json") if path.name in each.read_text()
    )
    entry.write_text(entry.read_text().replace(path.name, "outlines-1.zstd.parquet"))
    path.rename(path.with_name("outlines-1.zstd.parquet"))
    verdict = verify_at(place)
    assert (verdict.problems, verdict.without_checksum) == ([], 1)


def test_the_command_repairs(place: Path, tmp_path: Path) -> None:
    altered("posts", lambda _: {"text": "Forged."})(place)
    assert winnow("verify", "-w", place, cwd=tmp_path).code == 1
    dry = winnow("verify", "--repair", "--dry-run", "-w", place, cwd=tmp_path)
    assert (dry.code, "read all dumps again" in dry.said) == (1, True)
    done = winnow("verify", "--repair", "-w", place, cwd=tmp_path)
    assert (done.code, "read all dumps again" in done.said) == (0, True), done.said
    assert winnow("verify", "--sample", "none", "-w", place, cwd=tmp_path).code == 2
    assert winnow("verify", "--sample", "0.5", "--repair", "-w", place, cwd=tmp_path).code == 2


def test_nothing_is_found_where_nothing_was_planted(sound: Path, place: Path) -> None:
    verdict = verify(Warehouse.open(place))
    assert (verdict.problems, verdict.missing, verdict.places, verdict.without_checksum) == ([], [], 3, 0)
    repaired = repair(place, local(lambda _batch, _staged: None))
    assert (repaired.done, repaired.lost) == ([], [])
    assert facts(place) == facts(sound / "warehouse")
