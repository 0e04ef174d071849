"""`winnow history`: the runs, and the posts that differ between two of them."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path
from typing import Any

import pytest
from conftest import ingest, rows_of, winnow
from corpora import Invented, post, write

from flows.history import CHANGES, COMPARED, LISTED, Asked, history
from flows.query import asking
from flows.snapshots import NOTHING, at
from flows.warehouse import Warehouse
from transforms.errors import UsageError
from transforms.tables import POSTS


def rows(*posts: Invented) -> str:
    return "".join(json.dumps({"title": each.title, "text": "\n\n".join(each.paragraphs)}) + "\n" for each in posts)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs: two parts of a text and 25 posts; another copy of one and a new post; the whole text."""
    folder = tmp_path_factory.mktemp("desk")
    rng = random.Random(2)
    whole, lone, new = post(rng, 4), post(rng), post(rng)
    parts = (Invented("Beginning Of It", whole.paragraphs[:2]), Invented("The Rest Of It", whole.paragraphs[2:]))
    many = [post(rng) for _ in range(25)]
    for name, text in (
        ("1.jsonl", rows(*parts, lone, *many)),
        ("2.jsonl", rows(new) + rows(Invented("Another title", lone.paragraphs))),
        ("3.jsonl", rows(Invented("The Whole", whole.paragraphs))),
    ):
        write(folder / "raw", {name: text})
        ingest(folder / "raw", folder / "warehouse")
    return folder


def changes(warehouse: Warehouse, before: str | None, after: str) -> list[dict[str, Any]]:
    then = at(warehouse, before) if before else warehouse.left_by(NOTHING)
    with asking(at(warehouse, after), before=then) as ask:
        return ask(CHANGES)


def test_what_a_post_is_compared_by_is_in_the_table() -> None:
    assert set(COMPARED.values()) <= set(POSTS.names)


def test_every_kind_of_change_is_told(desk: Path) -> None:
    warehouse = Warehouse.open(desk / "warehouse")
    first, second, third = sorted(row["run_id"] for row in rows_of(desk / "warehouse", "runs"))
    posts = {run: {row[0]: row for row in _posts(warehouse, run)} for run in (first, second, third)}
    assert {(row["change"], row["post_id"]) for row in changes(warehouse, None, first)} == {
        ("added", post_id) for post_id in posts[first]
    }
    found = {row["change"]: row for row in changes(warehouse, first, second)}
    assert found.keys() == {"added", "changed"}
    assert found["added"]["post_id"] in posts[second].keys() - posts[first].keys()
    assert "copies" in found["changed"]["detail"].split(", ")
    found = {row["change"]: row for row in changes(warehouse, second, third)}
    assert found.keys() == {"changed", "joined"}
    assert found["joined"]["detail"] == found["changed"]["post_id"]
    assert {"text", "copies", "aliases"} <= set(found["changed"]["detail"].split(", "))
    assert {row["change"] for row in changes(warehouse, third, second)} == {"added", "changed"}
    assert {row["change"] for row in changes(warehouse, second, first)} == {"gone", "changed"}
    assert changes(warehouse, third, third) == []


def _posts(warehouse: Warehouse, run: str) -> list[tuple[Any, ...]]:
    with asking(at(warehouse, run)) as ask:
        return [(row["post_id"], row["title"]) for row in ask("SELECT post_id, title FROM posts")]


def test_the_runs_are_listed(desk: Path) -> None:
    runs = sorted(rows_of(desk / "warehouse", "runs"), key=lambda row: row["run_id"])
    ran = winnow("history", cwd=desk)
    lines = [line for line in ran.out.splitlines() if " ingest " in line]
    assert (ran.code, len(lines)) == (0, 3)
    for line, run, said in zip(lines, runs, ["28 posts new", "1 posts new, 1 changed", "1 joined"], strict=True):
        assert run["run_id"] in line
        assert said in line
    as_csv = list(csv.DictReader(io.StringIO(winnow("history", "--format", "csv", cwd=desk).out)))
    assert [row["run_id"] for row in as_csv] == [run["run_id"] for run in runs]


def test_two_runs_on_the_terminal_and_in_a_file(desk: Path, tmp_path: Path) -> None:
    ran = winnow("history", "first", "last", cwd=desk)
    assert ran.code == 0
    assert "1 posts added, 2 posts changed, 1 posts joined to another" in ran.out
    output = tmp_path / "changes.jsonl"
    assert winnow("history", "first", "last", "--output", output, cwd=desk).code == 0
    kinds = [json.loads(line)["change"] for line in output.read_text(encoding="utf-8").splitlines()]
    assert sorted(kinds) == ["added", "changed", "changed", "joined"]


def test_one_run_is_compared_with_the_one_before(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    warehouse = Warehouse.open(desk / "warehouse")
    history(warehouse, Asked(("last",)))
    assert "1 posts changed, 1 posts joined to another" in capsys.readouterr().out
    history(warehouse, Asked(("first",)))
    out = capsys.readouterr().out
    assert out.startswith("from nothing to ")
    assert f"and {28 - LISTED} more" in out
    history(warehouse, Asked(("last", "last")))
    assert "no difference" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("names", "said"),
    [(("a",), "no run is named 'a'"), (("first", "last", "last"), "two runs at most"), (("20",), "nearest")],
)
def test_wrong_names_are_refused(desk: Path, names: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        history(Warehouse.open(desk / "warehouse"), Asked(names))
    if len(names) == 3:
        assert winnow("history", *names, cwd=desk).code == 2


def test_without_a_run_the_way_out_is_named(tmp_path: Path) -> None:
    Warehouse.open(tmp_path / "warehouse", create=True)
    ran = winnow("history", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
