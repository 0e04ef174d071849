"""Whatever the order and the batches: the matches that stand in the end are those of the plain definition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import pyarrow as pa
import pytest

from flows.index import Related, related
from flows.matching import numbered, spill
from flows.warehouse import Change, Warehouse
from transforms.candidates import LEAST_SHARED
from transforms.match import EXCERPT, NEAR_IDENTICAL, SHORTEST_EXCERPT
from transforms.sign import Signed, shingle_sets, sign
from transforms.tables import MATCHES, WORDINGS

STARTED = datetime(2024, 5, 1, tzinfo=UTC)
Texts = dict[str, str]  # by wording
Found = set[tuple[str, str]]


def corpus(rng: Random, number: int) -> list[str]:
    """Posts that share paragraphs, were edited, cut short, or are but a notice with a few words of their own."""
    words = [f"w{n}" for n in range(400)]
    shared = [" ".join(rng.choices(words, k=rng.choice([20, 45, 70]))) for _ in range(3)]
    posts = [" ".join(rng.choices(words, k=rng.choice([4, 60, 150]))) for _ in range(3)]
    while len(posts) < number:
        old = rng.choice(posts).split()
        made = rng.choice(
            [
                lambda old: [rng.choice(words) if rng.random() < 0.01 else word for word in old],
                lambda old: old[: rng.randint(len(old) // 3, len(old))],
                lambda old: [*old, *rng.choice(shared).split()],
                lambda _old: [*rng.choice(shared).split(), *rng.choices(words, k=rng.choice([3, 8, 30]))],
            ]
        )(old)
        posts.append(" ".join(made))
    return posts


def bodies(posts: Sequence[str]) -> pa.Table:
    signed = sign([None] * len(posts), posts)
    return pa.table(
        {
            "wording": pa.array([one.wording for one in signed], pa.string()),
            "text": pa.array(posts, pa.string()),
            "n_words": pa.array([one.n_words for one in signed], pa.int64()),
            "n_shingles": pa.array([one.n_shingles for one in signed], pa.int64()),
            "keys": pa.array([one.keys.view("int64") for one in signed], pa.list_(pa.int64())),
            "anchors": pa.array([one.anchors.view("int64") for one in signed], pa.list_(pa.int64())),
        }
    )


def expected(posts: Iterable[str], hubs: int) -> Found:
    """All matches by the definition, in plain sets."""
    texts = sorted(posts)
    signed = dict(zip(texts, sign([None] * len(texts), texts), strict=True))
    unique = {one.wording: text for text, one in signed.items()}
    of = {wording: signed[text] for wording, text in unique.items()}
    sets = {wording: set(shingle_sets([text])[0].tolist()) for wording, text in unique.items()}
    hub = {name: hubs_by_key(of, name, hubs) for name in ("keys", "anchors")}
    found = set()
    for a, b in combinations(sorted(of), 2):
        keys = set(of[a].keys.tolist()) & set(of[b].keys.tolist())
        anchors = set(of[a].anchors.tolist()) & set(of[b].anchors.tolist())
        fewer = min(len(of[a].anchors), len(of[b].anchors))
        if len(anchors) < max(1, int(LEAST_SHARED * fewer)):
            anchors = set()
        proposed = any({a, b} & hub["keys"][key] for key in keys) or any(
            {a, b} & hub["anchors"][key] for key in anchors
        )
        shared, smaller = len(sets[a] & sets[b]), min(len(sets[a]), len(sets[b]))
        near = shared and shared / len(sets[a] | sets[b]) >= NEAR_IDENTICAL - 1e-7
        excerpt = shared >= (EXCERPT - 1e-7) * smaller and smaller >= SHORTEST_EXCERPT
        if proposed and (near or excerpt):
            found.add((a, b))
    return found


def hubs_by_key(of: dict[str, Signed], name: str, hubs: int) -> dict[int, set[str]]:
    owners = defaultdict(list)
    for wording, one in of.items():
        for key in getattr(one, name).tolist():
            owners[key].append((-one.n_shingles, -one.n_words, wording))
    return {key: {wording for _, _, wording in sorted(some)[:hubs]} for key, some in owners.items()}


class History:
    """A warehouse that holds an index only, and what a run does to it."""

    def __init__(self, root: Path) -> None:
        self.warehouse = Warehouse.open(root, create=True)

    def step(self, arriving: Sequence[str], leaving: Collection[str] = ()) -> Related:
        with self.warehouse.writing("test", STARTED) as (run_id, folder):
            tables = [bodies(arriving[:3]), bodies(arriving[3:])]
            new = related(
                self.warehouse, lambda columns: (table.select(columns) for table in tables), leaving, folder / "join"
            )
            known = {row["wording"]: row for table in tables for row in table.to_pylist()}
            old = self.warehouse.read("wordings", ["wording"])["wording"].to_pylist()
            fresh = [row | {"post_id": name, "copy_id": name} for name, row in known.items() if name not in old]
            matches = Change(new.found, *self._without(new.lost, leaving))
            run: dict[str, Any] = {"command": "test", "started": STARTED, "finished": STARTED}
            wordings = Change(pa.Table.from_pylist(fresh, WORDINGS), deletes=sorted(leaving))
            self.warehouse.commit(run_id, {"wordings": wordings, "matches": matches}, run)
        return new

    def matches(self) -> Found:
        rows = self.warehouse.read("matches").to_pylist()
        found = {(row["left"], row["right"]) for row in rows}
        assert len(found) == len(rows), "a match stands twice"
        return found

    def _without(self, lost: pa.Table, leaving: Collection[str]) -> tuple[pa.Table, list[str]]:
        gone = {(row["left"], row["right"]) for row in lost.to_pylist()}
        rows = self.warehouse.read("matches").to_pylist()
        out = [r for r in rows if (r["left"], r["right"]) in gone or not {r["left"], r["right"]}.isdisjoint(leaving)]
        groups = {row["left"] for row in out}
        return pa.Table.from_pylist([r for r in rows if r["left"] in groups and r not in out], MATCHES), sorted(groups)


def words(rng: Random, number: int) -> list[str]:
    return rng.choices([f"w{n}" for n in range(5_000)], k=number)


def many(kind: str) -> list[str]:
    """Posts that would take forever if each met each."""
    rng = Random(kind)
    notice, post = words(rng, 60), words(rng, 200)
    match kind:
        case "one notice":
            return [" ".join([*notice, *words(rng, 25)]) for _ in range(4_000)]
        case "one post with a word changed":
            return [
                " ".join([*post[:n], f"x{n}y{number}", *post[n:]]) for number in range(4_000) for n in [number % 200]
            ]
        case "one short form":
            return [" ".join([*notice[:20], *words(rng, 6), *notice[20:40]]) for _ in range(4_000)]
        case "identical":
            return [" ".join(post)] * 4_000
        case _:
            return ["", "one", "one " * 1_000_000, "\ue000 \u0301\u0302" * 9, "\ue000", *([""] * 4_000)]


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("one notice", 0),
        ("one post with a word changed", 400_000),
        ("one short form", 0),
        ("identical", 0),
        ("odd", 0),
    ],
)
def test_the_cost_is_in_proportion_to_the_posts(tmp_path: Path, kind: str, most: int) -> None:
    """All pairs of four thousand are eight million; the known matches of one run are not found again by the next."""
    posts = many(kind)
    history, begun = History(tmp_path), process_time()
    new = history.step(posts)
    assert new.found.num_rows <= most
    assert bool(new.found.num_rows) == bool(most)
    assert not history.step([*posts[:50], "a post of its own, with a few words"]).found.num_rows
    assert process_time() - begun < 30


@pytest.mark.parametrize("hubs", [1, 2, 5, 32])
@pytest.mark.parametrize("seed", range(6))
def test_any_history_ends_with_the_matches_of_the_definition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hubs: int, seed: int
) -> None:
    monkeypatch.setattr(numbered, "HUBS", hubs)
    monkeypatch.setattr(spill, "BUCKET_ROWS", 50)
    rng = Random(f"{seed}-{hubs}")
    waiting = corpus(rng, 40)
    rng.shuffle(waiting)
    names = {post: one.wording for post, one in zip(waiting, sign([None] * len(waiting), waiting), strict=True)}
    history, there = History(tmp_path), set[str]()
    while waiting:
        arriving = [waiting.pop() for _ in range(min(len(waiting), rng.randint(1, 16)))]
        leaving = {post for post in there if rng.random() < 0.15 and names[post] not in {names[p] for p in arriving}}
        leaving = {post for post in there if names[post] in {names[p] for p in leaving}}
        history.step(arriving, {names[post] for post in leaving})
        there = (there - leaving) | set(arriving)
        assert history.matches() == expected(there, hubs)
