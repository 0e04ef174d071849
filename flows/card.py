"""The card of an export: what it holds, from which snapshot, by which filter, so that it can be cited and made again.

Nothing in it is taken from the clock: the same export of the same snapshot has the same card.
"""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from transforms import PIPELINE_VERSION

Card = dict[str, Any]
UNKNOWN: Final = "unknown"
# Languages and sources that the page names; card.json has all.
LISTED: Final = 20


@dataclass(slots=True)
class Tally:
    """What is counted while the rows pass: posts by language, source and version, sums, the first and the last date."""

    posts: int = 0
    sums: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    dated: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def over(self, batches: pa.RecordBatchReader) -> pa.RecordBatchReader:
        """The same rows, counted as they are read."""

        def parts() -> Iterator[pa.RecordBatch]:
            for batch in batches:
                self._add(batch)
                yield batch

        return pa.RecordBatchReader.from_batches(batches.schema, parts())

    def _add(self, batch: pa.RecordBatch) -> None:
        self.posts += batch.num_rows
        for name in ("n_chars", "n_words", "n_copies"):
            self.sums[name] += pc.sum(batch[name]).as_py() or 0
        for counter, name in (
            (self.languages, "language"),
            (self.sources, "source"),
            (self.versions, "pipeline_version"),
        ):
            for each in pc.value_counts(batch[name]).to_pylist():
                counter[each["values"] or UNKNOWN] += each["counts"]
        self.dated += batch.num_rows - batch["published"].null_count
        ends = pc.min_max(batch["published"]).as_py()
        if ends["min"] is not None:
            self.first = min(self.first or ends["min"], ends["min"])
            self.last = max(self.last or ends["max"], ends["max"])


@dataclass(frozen=True, slots=True)
class Made:
    """What an export was made of and what it gave.

    `run` is the row in `runs` of the snapshot; `licences` name that of a source; `masked` counts what was masked, and
    is None where nothing was to be; `files` have a name, a size in bytes and a SHA-256 each.
    """

    run: Mapping[str, Any]
    where: str | None
    form: str
    tally: Tally
    schema: pa.Schema
    files: Sequence[Mapping[str, Any]]
    licences: Mapping[str, str] = field(default_factory=dict)
    masked: Mapping[str, int] | None = None


def card_of(made: Made) -> Card:
    """The card as one value, for `card.json`."""
    tally = made.tally
    licences = Counter[str]()
    for source, posts in tally.sources.items():
        licences[made.licences.get(source, UNKNOWN)] += posts
    return {
        "made_by": f"winnow {PIPELINE_VERSION}",
        "made_with": _command(made),
        "snapshot": {
            "run_id": made.run["run_id"],
            "committed": _written(made.run["finished"]),
            "versions": json.loads(made.run["versions"]),
        },
        "filter": made.where,
        "format": made.form,
        "masked": None if made.masked is None else dict(sorted(made.masked.items())),
        "posts": tally.posts,
        "characters": tally.sums["n_chars"],
        "words": tally.sums["n_words"],
        "copies": tally.sums["n_copies"],
        "published": {
            "first": _written(tally.first),
            "last": _written(tally.last),
            "without": tally.posts - tally.dated,
        },
        "languages": dict(tally.languages.most_common()),
        "sources": dict(sorted(tally.sources.items())),
        "licences": dict(sorted(licences.items())),
        "pipeline_versions": dict(sorted(tally.versions.items())),
        "columns": {name: str(kind) for name, kind in zip(made.schema.names, made.schema.types, strict=True)},
        "files": list(made.files),
    }


def readme_of(card: Card) -> str:
    """The card as a page in Markdown."""
    snapshot, published = card["snapshot"], card["published"]
    masked = card["masked"]
    said = (
        "nothing"
        if masked is None
        else ", ".join(f"{count:,} {kind}" for kind, count in masked.items()) or "none found"
    )
    dates = f"{published['first'][:10]} to {published['last'][:10]}, " if published["first"] else ""
    facts = [
        ("posts", f"{card['posts']:,}"),
        ("words", f"{card['words']:,}"),
        ("characters", f"{card['characters']:,}"),
        ("copies they were found in", f"{card['copies']:,}"),
        ("published", f"{dates}{published['without']:,} without a date"),
        ("filter", f"`{' '.join(card['filter'].split())}`" if card["filter"] else "none: all posts"),
        ("masked", said),
        ("snapshot", f"run {snapshot['run_id']}, committed {snapshot['committed']}"),
        ("made by", card["made_by"]),
    ]
    parts = [
        "# A corpus of posts",
        _table(("", ""), facts),
        "## Licences\n\nOf the texts, by what the configuration states for each source; winnow itself can't know them.",
        _table(("licence", "posts"), card["licences"].items()),
        "## Languages",
        _table(("language", "posts"), card["languages"].items()),
        "## Sources",
        _table(("source", "posts"), card["sources"].items()),
        "## Files",
        _table(("file", "bytes", "SHA-256"), [tuple(each.values()) for each in card["files"]]),
        "`SHA256SUMS` names every file (`sha256sum -c SHA256SUMS`), `card.json` has this page for programs.",
        f"## Made again\n\nOn the same warehouse, with {card['made_by']}:\n\n```sh\n{card['made_with']}\n```",
        f"Versions of the tables: {', '.join(f'{name} {number}' for name, number in snapshot['versions'].items())}.",
    ]
    return "\n\n".join(parts) + "\n"


def _table(heads: Sequence[str], rows: Any) -> str:  # noqa: ANN401 - pairs or longer rows of plain values
    found = [[f"{cell:,}" if isinstance(cell, int) else _plain(cell) for cell in row] for row in rows]
    more = [[f"and {len(found) - LISTED} more", *[""] * (len(heads) - 1)]] if len(found) > LISTED else []
    lines = [list(heads), ["---"] * len(heads), *found[:LISTED], *more]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(cell: object) -> str:
    """A cell that can't leave its table: names of sources are those of folders, which hold anything."""
    return " ".join(str(cell).split()).replace("|", "\\|").replace("<", "&lt;")


def _command(made: Made) -> str:
    parts = ["winnow", "export", "--at", made.run["run_id"], "--format", made.form]
    parts += ["--where", made.where] if made.where else []
    return shlex.join([*parts, *(["--mask-pii"] if made.masked is not None else [])])


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
