"""Fields of rows that are named on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import rows_of, winnow

from transforms.errors import UsageError
from transforms.split.fields import Asked

ROW = {"story": "High water at the weir, and two herons.", "text": "no", "head": "Weir", "when": "2015-03-05",
       "who": "Ana", "at": "https://weir.example/1", "about": ["birds"], "n": 7}  # fmt: skip
OPTIONS = {
    "--text-field": "Story", "--title-field": "head", "--date-field": "when", "--author-field": "who",
    "--url-field": "at", "--tags-field": "about", "--id-field": "n",
}  # fmt: skip


def test_named_fields_win_over_those_known(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    lines = json.dumps(ROW) + "\n" + json.dumps({"text": "The other text, for want of a story."}) + "\n"
    (tmp_path / "raw" / "rows.jsonl").write_text(lines)
    (tmp_path / "raw" / "rows.csv").write_text("n;story\n8;\n9;Low water and one egret.\n")
    (tmp_path / "raw" / "typo.jsonl").write_text('{"stroy": "a", "text": "b"}\n{"stroy": "c"}\n')
    ran = winnow("ingest", *(part for pair in OPTIONS.items() for part in pair), cwd=tmp_path)
    assert ran.code == 1
    assert "no row has the field Story that --text-field names (its fields: stroy, text)" in " ".join(ran.said.split())
    found = {row["member"]: row for row in rows_of(tmp_path / "warehouse", "copies")}
    assert found.keys() == {"7", "2", "9"}
    row = found["7"]
    assert (row["title"], row["author"], row["url"], row["tags"]) == ("Weir", "Ana", ROW["at"], ["birds"])
    assert (row["published"].year, row["n_chars"]) == (2015, len(str(ROW["story"])))
    (run,) = rows_of(tmp_path / "warehouse", "runs")
    assert json.loads(run["options"])["fields"]["text"] == ["Story"]


def test_a_name_can_be_corrected(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "rows.jsonl").write_text(json.dumps(ROW) + "\n")
    assert winnow("ingest", "--text-field", "stroy", cwd=tmp_path).code == 1
    assert winnow("ingest", "--text-field", "story", cwd=tmp_path).code == 0
    assert [row["text"] for row in rows_of(tmp_path / "warehouse", "posts")] == [
        "High water at the weir, and two herons."
    ]
    (dump,) = rows_of(tmp_path / "warehouse", "dumps")
    assert (dump["status"], dump["error"]) == ("ingested", None)


def test_names_go_through_json_and_back() -> None:
    asked = Asked(text=("a", "b"), published=("c",))
    assert Asked.of(json.loads(json.dumps(asked.given()))) == asked
    assert Asked.of({}) == Asked()


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(UsageError, match="a post has no field body; it has author, id"):
        Asked.of({"body": ["a"]})


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_refused_before_anything_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "rows.jsonl").write_text(json.dumps(ROW) + "\n")
    ran = winnow("ingest", "--text-field", name, cwd=tmp_path)
    assert (ran.code, (tmp_path / "warehouse").exists()) == (2, False)
    assert "an empty name was given for the field of the text" in " ".join(ran.said.split())
