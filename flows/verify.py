"""The proof that nothing was lost: every dump is read again and held against the tables."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flows import landing
from flows.containers.found import Member
from flows.forgotten import hidden
from flows.held import Held
from flows.reopened import kept
from flows.walked import check
from flows.warehouse import Warehouse
from transforms.errors import DumpError
from transforms.identity import place_of

Row = dict[str, Any]
Place = tuple[str, str]  # the dump, and where it lies


@dataclass(slots=True)
class Verdict:
    """What was checked and what was found wrong, one line each; `missing` are raw files that are gone or changed.

    `forgotten` counts the places of posts that were asked to be forgotten.
    """

    places: int = 0
    characters: int = 0
    forgotten: int = 0
    problems: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def verify(warehouse: Warehouse) -> Verdict:
    """Checks every ingested dump against its raw bytes, and the tables against each other. Writes nothing."""
    verdict = Verdict()
    verdict.problems += _broken_references(warehouse)
    copies, residue = _by_place(warehouse, "copies"), _by_place(warehouse, "residue")
    dumps = {place: row for row in warehouse.read("dumps").to_pylist() for place in _places_of(row)}
    missing = dict.fromkeys(dumps, "its file holds other bytes by now; the old ones can't be checked")
    unseen = hidden(warehouse).spans
    for file in warehouse.read("files").to_pylist():
        for place, dump, charset in _wanted(file, missing):
            problems = check(dump, charset, dumps[place], copies[place], residue[place], unseen.get(place[0], ()))
            verdict.problems += [f"{place[1]}: {said}" for said in problems]
            verdict.places, verdict.characters = verdict.places + 1, verdict.characters + dumps[place]["n_chars"]
            verdict.forgotten += len(unseen.get(place[0], ()))
            del missing[place]
    verdict.missing += [f"{place}: {why}" for (_, place), why in sorted(missing.items(), key=lambda one: one[0][::-1])]
    return verdict


def _places_of(dump: Row) -> list[Place]:
    if dump["status"] != "ingested":
        return []
    return [(dump["dump_id"], place) for place in (place_of(dump["path"], dump["member"]), *dump["also_at"])]


def _wanted(file: Row, missing: dict[Place, str]) -> Iterator[tuple[Place, Held, str | None]]:
    """The dumps in a file that are still to be checked. Notes in `missing` why others of it can't be."""
    path, why = file["path"], "the file has changed since it was read; run `winnow ingest` to take it in"
    try:
        for found in landing.members(landing.at(file["location"], path)):
            with kept(found) as dump:
                if isinstance(found, Member) and dump is not None:
                    place = dump.dump_id, place_of(path, found.name)
                    if place in missing:
                        yield place, dump, found.charset
    except DumpError as error:
        why = str(error)
    for dump_id, name in missing:
        if file["dump_id"] in {dump_id, None} and (name == path or name.startswith(place_of(path, ""))):
            missing[dump_id, name] = why


def _by_place(warehouse: Warehouse, name: str) -> dict[Place, list[Row]]:
    member = "dump_member" if name == "copies" else "member"
    columns = ["dump_id", "dump_path", member, "start", "end"]
    columns += ["copy_id", "byte_start", "byte_end"] if name == "copies" else []
    rows: dict[Place, list[Row]] = defaultdict(list)
    for row in warehouse.read(name, columns).to_pylist():
        rows[row["dump_id"], place_of(row["dump_path"], row[member])].append(row)
    return rows


def _broken_references(warehouse: Warehouse) -> Iterator[str]:
    """Copies without a post or of a rejected dump, posts without their canonical copy, counts and texts that differ."""
    copies: dict[str, list[Row]] = defaultdict(list)
    for row in warehouse.read("copies", ["copy_id", "post_id", "dump_id", "relation"]).to_pylist():
        copies[row["post_id"]].append(row)
    dumps = warehouse.read("dumps", ["dump_id", "status"]).to_pylist()
    ingested = {row["dump_id"] for row in dumps if row["status"] == "ingested"}
    for dump_id in sorted({row["dump_id"] for own in copies.values() for row in own} - ingested):
        yield f"dump {dump_id} has copies, but no row that says it was ingested"
    columns = ["post_id", "text", "text_sha256", "canonical_copy_id", "n_copies", "n_dumps"]
    for post in warehouse.read("posts", columns).to_pylist():
        if hashlib.sha256(post["text"].encode()).hexdigest() != post["text_sha256"]:
            yield f"post {post['post_id']}: its text is not the one that was written"
        own = copies.pop(post["post_id"], [])
        canonical = [row["copy_id"] for row in own if row["relation"] == "canonical"]
        if canonical != [post["canonical_copy_id"]]:
            yield f"post {post['post_id']}: its canonical copy is {canonical}, not {post['canonical_copy_id']}"
        if (post["n_copies"], post["n_dumps"]) != (len(own), len({row["dump_id"] for row in own})):
            yield f"post {post['post_id']}: it has {len(own)} copies, not {post['n_copies']}"
    for post_id, own in copies.items():
        yield f"{len(own)} copies belong to post {post_id}, which does not exist"
