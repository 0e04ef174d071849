"""`winnow export`: the data, the checksums and the card, whole or not at all, and the same when made again."""

from __future__ import annotations

import csv
import hashlib
import json
import shlex
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ingest, rows_of, winnow
from samples import RAW

from flows.export import FORMS, Wanted, export
from flows.query import BATCH_ROWS
from flows.warehouse import Warehouse
from transforms import PIPELINE_VERSION
from transforms.errors import OutputError, UsageError
from transforms.tables import POSTS

FRENCH = "language = 'fr' AND n_words > 50 -- long ones"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a warehouse of two runs; tests only read it."""
    folder = tmp_path_factory.mktemp("desk")
    ingest(RAW / "tidepool", folder / "warehouse")
    ingest(RAW, folder / "warehouse")
    return folder


@pytest.fixture
def warehouse(desk: Path) -> Warehouse:
    return Warehouse.open(desk / "warehouse")


def posts_of(desk: Path) -> list[dict[str, Any]]:
    return sorted(rows_of(desk / "warehouse", "posts"), key=lambda row: row["post_id"])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def card_in(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    return found


def test_parquet_holds_the_posts_as_the_table_does(desk: Path, tmp_path: Path) -> None:
    ran = winnow("export", "--output", tmp_path / "corpus", cwd=desk)
    assert (ran.code, ran.err) == (0, "")
    table = pq.read_table(tmp_path / "corpus" / "posts.parquet")
    assert table.schema.names == POSTS.names
    assert [field.type for field in table.schema] == [field.type for field in POSTS]
    assert table.to_pylist() == posts_of(desk)
    assert f"{table.num_rows} posts" in ran.out
    assert sorted(contents(tmp_path)) == [
        f"corpus/{name}" for name in ("README.md", "SHA256SUMS", "card.json", "posts.parquet")
    ]


def test_a_filter_and_each_form(desk: Path, warehouse: Warehouse, tmp_path: Path) -> None:
    expected = [row for row in posts_of(desk) if row["language"] == "fr" and row["n_words"] > 50]
    assert 0 < len(expected) < len(posts_of(desk))
    for form in FORMS:
        card = export(warehouse, Wanted(tmp_path / form, FRENCH, form))
        assert (card["posts"], card["languages"], card["filter"]) == (len(expected), {"fr": len(expected)}, FRENCH)
    lines = (tmp_path / "jsonl" / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["text"] for line in lines] == [row["text"] for row in expected]
    with (tmp_path / "csv" / "posts.csv").open(encoding="utf-8", newline="") as handle:
        assert [row["text"] for row in csv.DictReader(handle)] == [row["text"] for row in expected]
    index = [json.loads(line) for line in (tmp_path / "text" / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [entry["title"] for entry in index] == [row["title"] for row in expected]
    for entry, row in zip(index, expected, strict=True):
        assert (tmp_path / "text" / entry["file"]).read_bytes().decode("utf-8") == row["text"]
        assert "text" not in entry
    assert len(list((tmp_path / "text" / "texts").rglob("*.txt"))) == len(expected)


@pytest.mark.parametrize("form", FORMS)
def test_checksums_cover_every_file(warehouse: Warehouse, tmp_path: Path, form: str) -> None:
    export(warehouse, Wanted(tmp_path / "out", form=form))
    files = contents(tmp_path / "out")
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums.keys() == files.keys() - {"SHA256SUMS", "README.md", "card.json"}
    for name, digest in sums.items():
        assert hashlib.sha256(files[name]).hexdigest() == digest
    for each in card_in(tmp_path / "out")["files"]:
        assert each == {
            "name": each["name"],
            "bytes": len(files[each["name"]]),
            "sha256": hashlib.sha256(files[each["name"]]).hexdigest(),
        }


def test_the_card_says_what_is_held(desk: Path, warehouse: Warehouse, tmp_path: Path) -> None:
    export(warehouse, Wanted(tmp_path / "out", licences={"notes": "CC0"}))
    card, posts = card_in(tmp_path / "out"), posts_of(desk)
    last = max(rows_of(desk / "warehouse", "runs"), key=lambda row: row["run_id"])
    assert card["made_by"] == f"winnow {PIPELINE_VERSION}"
    assert card["snapshot"]["run_id"] == last["run_id"]
    assert card["snapshot"]["versions"] == json.loads(last["versions"])
    assert card["posts"] == len(posts)
    assert card["words"] == sum(row["n_words"] for row in posts)
    assert card["characters"] == sum(len(row["text"]) for row in posts)
    notes = sum(row["source"] == "notes" for row in posts)
    assert card["sources"]["notes"] == notes
    assert card["licences"] == {"CC0": notes, "unknown": len(posts) - notes}
    dated = sorted(row["published"] for row in posts if row["published"])
    assert card["published"]["without"] == len(posts) - len(dated)
    assert card["published"]["first"] == dated[0].isoformat().replace("+00:00", "Z")
    assert card["masked"] is None
    page = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    for said in (last["run_id"], card["made_with"], "CC0", "unknown", card["files"][0]["sha256"]):
        assert said in page


def test_what_the_card_says_makes_the_same_again(desk: Path, tmp_path: Path) -> None:
    first = min(row["run_id"] for row in rows_of(desk / "warehouse", "runs"))
    options = ["--where", FRENCH.replace("fr", "en"), "--format", "jsonl", "--mask-pii", "--at", "first"]
    assert winnow("export", *options, "--output", tmp_path / "one", cwd=desk).code == 0
    card = card_in(tmp_path / "one")
    assert card["snapshot"]["run_id"] == first
    again = shlex.split(card["made_with"])
    assert winnow(*again[1:], "--output", tmp_path / "two", cwd=desk).code == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_at_exports_what_a_run_left(desk: Path, warehouse: Warehouse, tmp_path: Path) -> None:
    ingest(RAW / "tidepool", tmp_path / "alone")
    card = export(warehouse, Wanted(tmp_path / "out", at="first"))
    assert card["posts"] == len(rows_of(tmp_path / "alone", "posts")) < len(posts_of(desk))


def test_personal_data_is_masked_and_what_follows_from_the_text_is_true(tmp_path: Path) -> None:
    source = tmp_path / "raw"
    source.mkdir()
    body = "This is a message that goes on for a while about nothing in particular, as messages do.\n" * 4
    rows = [
        {
            "title": "Write me",
            "text": f"{body}Mail ann@example.org, ring +33 6 12 34 56 78 or 10.0.0.1.",
            "author": "ann@example.org",
            "tags": ["x", "ann@example.org"],
        },
        {"title": "Another", "text": f"{body.replace('message', 'letter')}Nothing of that kind is in it."},
    ]
    (source / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    ingest(source, tmp_path / "warehouse")
    warehouse = Warehouse.open(tmp_path / "warehouse")
    card = export(warehouse, Wanted(tmp_path / "out", form="jsonl", mask=True))
    assert card["masked"] == {"email": 3, "ip": 1, "phone": 1}
    data = (tmp_path / "out" / "posts.jsonl").read_text(encoding="utf-8")
    assert "example.org" not in data
    found = {row["title"]: row for row in map(json.loads, data.splitlines())}
    one = found["Write me"]
    assert one["text"].endswith("Mail [email], ring [phone] or [ip].")
    assert (one["author"], sorted(one["tags"])) == ("[email]", ["[email]", "x"])
    for row in found.values():
        assert row["n_chars"] == len(row["text"])
        assert row["text_sha256"] == hashlib.sha256(row["text"].encode()).hexdigest()
    kept = export(warehouse, Wanted(tmp_path / "kept", form="jsonl"))
    assert kept["masked"] is None
    assert "ann@example.org" in (tmp_path / "kept" / "posts.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("nonsense = 1", "nonsense"),
        ("n_words >", "syntax error"),
        ("true) union all (select * from posts", "syntax error"),
        ("true; drop table posts", "more than one statement"),
        ("sum(n_words) > 1", "aggregate"),
        ("text in (select content from read_text('/etc/passwd'))", "/etc/passwd"),
    ],
)
def test_a_wrong_filter_is_refused(warehouse: Warehouse, tmp_path: Path, where: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        export(warehouse, Wanted(tmp_path / "out", where))
    assert not list(tmp_path.iterdir())


def test_an_export_that_fails_half_way_leaves_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    where = "CASE WHEN post_id = (SELECT max(post_id) FROM posts) THEN error('half way') ELSE true END"
    with pytest.raises(UsageError, match="half way"):
        export(warehouse, Wanted(tmp_path / "out", where))
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_replaced_only_when_asked_for(desk: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    assert winnow("export", "-o", output, "--format", "csv", cwd=desk).code == 0
    before = contents(output)
    refused = winnow("export", "-o", output, cwd=desk)
    assert (refused.code, contents(output)) == (2, before)
    assert "is there already" in refused.err
    assert winnow("export", "-o", output, "--overwrite", cwd=desk).code == 0
    assert "posts.parquet" in contents(output)
    assert "posts.csv" not in contents(output)


def test_a_folder_that_is_no_export_is_never_replaced(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(OutputError, match="there already"):
        export(warehouse, Wanted(tmp_path / "mine", overwrite=True))
    assert contents(tmp_path) == {"mine/letter.txt": b"dear"}


def test_wrong_use_on_the_command_line(desk: Path) -> None:
    for options, said in (
        (["--format", "xml"], "'xml'"),
        (["--output", "warehouse/out"], "lies in the warehouse"),
        (["--at", "20260101"], "nothing had been committed"),
        (["--where", "n_word > 1"], "n_words"),
    ):
        ran = winnow("export", *options, cwd=desk)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
    assert [path.name for path in desk.iterdir()] == ["warehouse"]


def test_rows_are_streamed(tmp_path: Path) -> None:
    """More posts than a batch holds come out whole, in their order."""
    source = tmp_path / "raw"
    source.mkdir()
    rows = (
        json.dumps({"text": f"word{n} of{n} a{n} text{n} with{n} seven{n} words{n}"}) for n in range(BATCH_ROWS + 50)
    )
    (source / "a.jsonl").write_text("\n".join(rows))
    ingest(source, tmp_path / "warehouse")
    card = export(Warehouse.open(tmp_path / "warehouse"), Wanted(tmp_path / "out"))
    ids = pq.read_table(tmp_path / "out" / "posts.parquet")["post_id"]
    assert card["posts"] == len(ids) == BATCH_ROWS + 50
    assert ids.equals(pa.chunked_array([sorted(ids.to_pylist())]))
