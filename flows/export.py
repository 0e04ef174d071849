"""Posts written out as a corpus of its own: data, checksums, and a card by which it can be cited and made again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from flows import snapshots
from flows.card import Card, Made, Tally, card_of, readme_of
from flows.masking import masked
from flows.query import answered, condition
from flows.warehouse import Warehouse
from flows.whole import whole_folder
from flows.writers import WRITERS, Writer, json_of, write_csv
from transforms.errors import UsageError
from transforms.pii import KINDS, Kind
from transforms.tables import MOMENT

CARD, PAGE, SUMS = "card.json", "README.md", "SHA256SUMS"
TEXT: Final = "text"
FORMS: Final = ("parquet", "jsonl", "csv", TEXT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be exported, and how: the posts for which `where` is true, as of `at`, into the folder `output`.

    `licences` name that of a source; `mask` masks personal data, `overwrite` replaces an older export, `formulas`
    leaves cells of CSV as they are that a spreadsheet would take for a formula.
    """

    output: Path
    where: str | None = None
    form: str = "parquet"
    at: str | None = None
    mask: bool = False
    overwrite: bool = False
    formulas: bool = False
    licences: Mapping[str, str] = field(default_factory=dict)


def export(warehouse: Warehouse, wanted: Wanted) -> Card:
    """Writes posts and their card to a folder, whole or not at all; gives the card. Raises `WinnowError`."""
    if wanted.form not in FORMS:
        raise UsageError(f"there is no form {wanted.form!r}; --format is one of {', '.join(FORMS)}")
    run = snapshots.run_named(snapshots.runs_of(warehouse), wanted.at or "last")
    sql = f"SELECT * FROM posts{_filter(wanted.where)} ORDER BY post_id"  # noqa: S608 - the reader's own, and it can only read
    earlier = snapshots.at(warehouse, run["run_id"])
    overwrite = CARD if wanted.overwrite else None
    with (
        answered(earlier, sql) as answer,
        whole_folder(wanted.output, warehouse.root, overwrite=overwrite) as folder,
    ):
        tally, counts = Tally(), Counter[Kind](dict.fromkeys(KINDS, 0))
        rows = _stored(answer.batches())
        rows = tally.over(masked(rows, counts) if wanted.mask else rows)
        _write(rows, folder, wanted)
        card = card_of(
            Made(
                run=run,
                where=wanted.where,
                form=wanted.form,
                tally=tally,
                schema=rows.schema,
                files=_checksums(folder, wanted.form),
                licences=wanted.licences,
                masked={str(kind): count for kind, count in counts.items()} if wanted.mask else None,
            )
        )
        (folder / CARD).write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        (folder / PAGE).write_text(readme_of(card), encoding="utf-8")
    return card


def _filter(where: str | None) -> str:
    """The condition as a clause, on a line of its own, so that a comment at its end ends there."""
    return f" WHERE (\n{where}\n)" if where and condition(where) else ""


def _stored(rows: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """The same rows with moments in the type of the tables."""
    kinds = [MOMENT if pa.types.is_timestamp(field.type) else field.type for field in rows.schema]
    schema = pa.schema(zip(rows.schema.names, kinds, strict=True))
    return pa.RecordBatchReader.from_batches(schema, (batch.cast(schema) for batch in rows))


def _write(rows: pa.RecordBatchReader, folder: Path, wanted: Wanted) -> None:
    if wanted.form == TEXT:
        _write_texts(rows, folder)
        return
    csv: Writer = partial(write_csv, formulas=wanted.formulas)
    write = csv if wanted.form == "csv" else WRITERS[wanted.form]
    with (folder / f"posts.{wanted.form}").open("wb") as handle:
        write(rows, handle)


def _write_texts(rows: pa.RecordBatchReader, folder: Path) -> None:
    """A file for each text, named by the id of its post, and `index.jsonl` with what else is known of each.

    An id is a hash in hexadecimal, a safe name everywhere; files lie in folders named by its first two characters,
    since no folder bears a million of them.
    """
    sums = hashlib.sha256
    with (
        (folder / "index.jsonl").open("w", encoding="utf-8", newline="") as index,
        (folder / SUMS).open("w", encoding="utf-8", newline="") as listed,
    ):
        for batch in rows:
            for row in batch.to_pylist():
                name = f"texts/{row['post_id'][:2]}/{row['post_id']}.txt"
                data = row.pop("text").encode("utf-8")
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
                index.write(json_of({"file": name, **row}) + "\n")
                listed.write(f"{sums(data).hexdigest()}  {name}\n")


def _checksums(folder: Path, form: str) -> list[dict[str, Any]]:
    """What the card says of each file; of texts it is the list of their checksums that is named."""
    names = ["index.jsonl"] if form == TEXT else [f"posts.{form}"]
    found = [_described(folder, name) for name in names]
    with (folder / SUMS).open("a", encoding="utf-8", newline="") as listed:
        listed.writelines(f"{each['sha256']}  {each['name']}\n" for each in found)
    return [*found, _described(folder, SUMS)] if form == TEXT else found


def _described(folder: Path, name: str) -> dict[str, Any]:
    with (folder / name).open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return {"name": name, "bytes": (folder / name).stat().st_size, "sha256": digest}
