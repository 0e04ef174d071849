"""Every planted corruption is found, told in one line, and mended from the raw dumps where they can mend it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from conftest import ingest, rows_of, winnow
from samples import RAW

from flows.mending import repair
from flows.runners import local
from flows.verify import Verdict, verify, verify_at
from flows.warehouse import Change, Warehouse
from transforms.tables import KEYS, SCHEMAS

Row = dict[str, Any]
Plant = Callable[[Path], None]
AUTUMN, WINTER = "tidepool/2019-autumn.txt", "tidepool/2019-winter.txt"
# Columns that name runs, which a repair is one of.
OF_RUNS = {"run_id", "first_run", "last_run"}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three dumps, committed in two runs; two of them share posts."""
    folder = tmp_path_factory.mktemp("sound")
    for name in (AUTUMN, "atelier-velo/archive-2004.txt"):
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


def commit(warehouse: Path, name: str, change: Change) -> None:
    """Changes a table as a run would, so that nothing but its rows is wrong."""
    opened = Warehouse.open(warehouse, create=True)
    now = datetime.now(UTC)
    with opened.writing("a test", now) as (run_id, _):
        row = {"command": "a test", "started": now, "finished": now, "options": "{}", "counts": "{}"}
        opened.commit(run_id, {name: change}, row)


def chosen(warehouse: Path, name: str, where: Callable[[Row], object]) -> Row:
    return next(row for row in Warehouse.open(warehouse).read(name).to_pylist() if where(row))


def every(_row: Row) -> bool:
    return True


def of_copy(row: Row) -> bool:
    return bool(row["relation"] == "near-identical")


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


def taken_out(name: str) -> Plant:
    def plant(warehouse: Path) -> None:
        replace_all(warehouse, name, Warehouse.open(warehouse).read(name).to_pylist()[1:])

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


# What is planted, what is said of it, and whether raw dumps can mend it.
PLANTED: list[tuple[str, Plant, str]] = [
    ("the text of a post", altered("posts", lambda _: {"text": "Forged."}), "not the one that was written"),
    ("a text with its hash", altered("posts", lambda _: {"text_sha256": "0" * 64}), "not the one that was written"),
    ("the count of copies", altered("posts", lambda row: {"n_copies": row["n_copies"] + 1}), "copies in"),
    ("the count of dumps", altered("posts", lambda row: {"n_dumps": row["n_dumps"] + 1}), "copies in"),
    ("the canonical copy", altered("posts", lambda _: {"canonical_copy_id": "?" * 32}), "its canonical copy"),
    ("the length of a text", altered("posts", lambda row: {"n_words": row["n_words"] + 1}), "its n_words"),
    ("where a copy begins", altered("copies", lambda row: {"start": row["start"] + 5}), "lie in no row"),
    ("where a copy ends", altered("copies", moved), "lie in two rows"),
    ("the bytes of a copy", altered("copies", lambda row: {"byte_end": row["byte_end"] + 1}), "stands at bytes"),
    ("the post of a copy", altered("copies", lambda _: {"post_id": "0" * 32}), "does not exist"),
    ("the dump of a copy", altered("copies", lambda _: {"dump_id": "0" * 64}), "no row that says"),
    ("a relation", altered("copies", lambda _: {"relation": "excerpt"}, of_copy), "said to be excerpt"),
    ("a similarity", altered("copies", lambda _: {"jaccard": 0.875}, of_copy), "another similarity"),
    ("a containment", altered("copies", lambda _: {"containment": 0.5}, of_copy), "another similarity"),
    ("the words of a copy", altered("copies", lambda _: {"wording": "0" * 32}), "does not know its words"),
    ("the title of a copy", altered("copies", lambda _: {"title": "Forged"}), "its title is 'Forged'"),
    ("the evidence of a copy", altered("copies", lambda _: {"boundary": ["a guess"]}), "its boundary is"),
    ("a row of a copy gone", taken_out("copies"), "lie in no row"),
    ("a row of residue gone", taken_out("residue"), "lie in no row"),
    ("the text of residue", altered("residue", lambda _: {"text": "Forged."}), "its text is 'Forged.'"),
    ("a row of a post gone", taken_out("posts"), "does not exist"),
    ("a row of a dump gone", taken_out("dumps"), "no row that says"),
    ("the length of a dump", altered("dumps", lambda row: {"n_chars": row["n_chars"] + 1}), "counts differ"),
    ("a dump said to be rejected", altered("dumps", lambda _: {"status": "rejected"}), "no row that says"),
    ("a row of a copy twice", doubled("copies"), "stands there twice"),
    ("a row of a post twice", doubled("posts"), "stands there twice"),
    ("a row of residue twice", doubled("residue"), "stands there twice"),
    ("a row of a dump twice", doubled("dumps"), "stands there twice"),
    ("a row of a file twice", doubled("files"), "stands there twice"),
    ("a row of a run twice", doubled("runs"), "stands there twice"),
    ("a row of the index gone", taken_out("wordings"), "the index"),
    ("a row of the index twice", doubled("wordings"), "stands there twice"),
    ("the keys of the index", altered("wordings", lambda _: {"keys": [1, 2, 3]}), "the index has"),
    ("the text of the index", altered("wordings", lambda _: {"text": "Forged."}, lambda row: row["text"]), "the index"),
    ("the post of the index", altered("wordings", lambda _: {"post_id": "0" * 32}), "its post"),
    ("a match gone", taken_out("matches"), "no match is stored"),
    ("a match", altered("matches", lambda _: {"jaccard": 0.875}), "have in common"),
    ("the view without a file", view_without_a_file, "is missing"),
    ("the view of an earlier run", view_of_an_earlier_run, "the last that committed"),
    ("the view with another file", view_with_another_file, "something else"),
    *((f"half a file of {name}", truncated(name), f"tables/{name}/") for name in ("posts", "copies", "dumps")),
    *((f"a bit of {name}", flipped(name), f"tables/{name}/") for name in ("posts", "residue", "wordings", "matches")),
    ("a file of posts gone, and from the view", removed("posts", also_shown=True), "the file is gone"),
    ("a file of posts gone, shown by the view", removed("posts", also_shown=False), "the file is gone"),
    ("a file of outlines gone", removed("outlines", also_shown=False), "the file is gone"),
    ("a file of votes gone", removed("votes", also_shown=False), "the file is gone"),
]  # fmt: skip


def facts(warehouse: Path) -> dict[str, list[str]]:
    """The rows of the tables for readers, but for the columns and the table that name runs."""
    return {
        name: sorted(str({key: row[key] for key in row if key not in OF_RUNS}) for row in rows_of(warehouse, name))
        for name in ("posts", "copies", "dumps", "residue")
    }


def mend(warehouse: Path) -> tuple[Verdict, list[str]]:
    repaired = repair(warehouse, local(lambda _batch, _staged: None))
    return repaired.verdict, repaired.lost


@pytest.mark.parametrize(("plant", "said"), [each[1:] for each in PLANTED], ids=[each[0] for each in PLANTED])
def test_a_planted_fault_is_found_and_mended(sound: Path, place: Path, plant: Plant, said: str) -> None:
    plant(place)
    problems = verify_at(place).problems
    assert [problem for problem in problems if said in problem], problems
    assert not [problem for problem in problems if "\n" in problem]
    verdict, lost = mend(place)
    assert (verdict.problems, verdict.missing) == ([], []), lost
    assert facts(place) == facts(sound / "warehouse")


def test_nothing_is_found_where_nothing_was_planted(sound: Path, place: Path) -> None:
    verdict = verify(Warehouse.open(place))
    assert (verdict.problems, verdict.missing, verdict.places, verdict.without_checksum) == ([], [], 3, 0)
    repaired = repair(place, local(lambda _batch, _staged: None))
    assert (repaired.done, repaired.lost) == ([], [])
    assert facts(place) == facts(sound / "warehouse")
