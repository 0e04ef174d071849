"""What winnow makes of the sample dumps is what a reader finds in them."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import ingest
from samples import HEADINGS, RAW, RECURRING, SAMPLES, Recurring

from flows.warehouse import Warehouse

# Distinct posts among the 59 that a reader counts in the dumps.
POSTS = 44


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("samples") / "warehouse"
    ingest(RAW, folder)
    return Warehouse.open(folder)


def copies_in(warehouse: Warehouse, path: str) -> list[dict[str, Any]]:
    found = [row for row in warehouse.read("copies").to_pylist() if row["dump_path"] == path]
    return sorted(found, key=lambda row: row["ordinal"])


@pytest.mark.parametrize("path", SAMPLES)
def test_every_post_of_a_dump_is_found_with_its_title(warehouse: Warehouse, path: str) -> None:
    assert tuple(row["title"] or row["author"] for row in copies_in(warehouse, path)) == SAMPLES[path]


@pytest.mark.parametrize("path", HEADINGS)
def test_the_heading_of_a_page_is_residue(warehouse: Warehouse, path: str) -> None:
    residue = [row["text"] for row in warehouse.read("residue").to_pylist() if row["dump_path"] == path]
    assert HEADINGS[path] in residue


@pytest.mark.parametrize("pair", RECURRING, ids=lambda pair: pair.title)
def test_every_recurring_post_is_recognised(warehouse: Warehouse, pair: Recurring) -> None:
    (fuller,) = (row for row in copies_in(warehouse, pair.fuller) if row["title"] == pair.title)
    (other,) = (row for row in copies_in(warehouse, pair.other) if row["title"] == pair.title)
    assert fuller["post_id"] == other["post_id"]
    relations = {fuller["relation"], other["relation"]}
    assert pair.relation in relations or relations <= {"canonical", "identical"}


def test_no_other_posts_are_joined(warehouse: Warehouse) -> None:
    """A post has one title, in all its copies."""
    titles: dict[str, set[str]] = {}
    for row in warehouse.read("copies").to_pylist():
        titles.setdefault(row["post_id"], set()).add(row["title"] or row["author"])
    assert [found for found in titles.values() if len(found) > 1] == []
    assert len(titles) == POSTS


def test_mojibake_and_legacy_bytes_come_out_right(warehouse: Warehouse) -> None:
    dumps = {row["path"]: row for row in warehouse.read("dumps").to_pylist()}
    assert dumps["atelier-velo/archive-2004.txt"]["encoding"] == "cp1252"
    posts = warehouse.read("posts").to_pylist()
    assert not [row["title"] for row in posts if "Ã" in row["text"] or "â€" in row["text"]]
    (mailing,) = (row for row in posts if row["title"] == "Café & cake at the seed swap")
    (copy,) = (row for row in warehouse.read("copies").to_pylist() if row["post_id"] == mailing["post_id"])
    assert "line ends" in copy["repairs"]
    assert [step for step in copy["repairs"] if step.startswith("decode")]
    assert "apply unescape_html" in copy["repairs"]
