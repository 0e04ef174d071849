"""The answer to a query, on the terminal or in a file, in the form that is wanted."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from flows import snapshots
from flows.query import Answer, answered
from flows.summary import print_rows
from flows.warehouse import Warehouse
from flows.whole import whole_file
from flows.writers import WRITERS, Writer, write_csv
from transforms.errors import UsageError

TABLE: Final = "table"
FORMS: Final = (TABLE, *WRITERS)
SUFFIXES: Final = {f".{name}": name for name in WRITERS} | {".txt": TABLE, ".pq": "parquet", ".ndjson": "jsonl"}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and how the answer is wanted; `form` None takes it from the name of `output`.

    `at` names a run or a moment; `files` lets the query reach the file system; `formulas` leaves cells of CSV as they
    are that a spreadsheet would take for a formula.
    """

    sql: str
    form: str | None = None
    output: Path | None = None
    at: str | None = None
    files: bool = False
    formulas: bool = False


def answer(warehouse: Warehouse, question: Question) -> None:
    """Runs a query and prints or writes its answer. Raises `UsageError`, `OutputError`."""
    form = form_of(question.form, question.output)
    with answered(snapshots.at(warehouse, question.at), question.sql, files=question.files) as found:
        write(found, form, question.output, warehouse, formulas=question.formulas)


def form_of(form: str | None, output: Path | None) -> str:
    """The form that is wanted. Raises `UsageError` where there is none of that name, or it needs a file."""
    if form is None and output is not None:
        form = SUFFIXES.get(output.suffix.lower())
        if form is None:
            said = f"the name {output.name} does not say in which form"
            raise UsageError(f"{said}; give one of {', '.join(FORMS)} with --format")
    if form is not None and form not in FORMS:
        raise UsageError(f"there is no form {form!r}; --format is one of {', '.join(FORMS)}")
    if form == "parquet" and output is None:
        raise UsageError("Parquet is written to a file; name it with --output")
    return form or TABLE


def write(found: Answer, form: str, output: Path | None, warehouse: Warehouse, *, formulas: bool = False) -> None:
    """Writes an answer in a form, to a file that is not in the warehouse, or to standard output."""
    if form == TABLE:
        _write_table(found, output, warehouse)
        return
    writer: Writer = partial(write_csv, formulas=formulas) if form == "csv" else WRITERS[form]
    if output is None:
        writer(found.batches(), sys.stdout.buffer)
        return
    with whole_file(output, warehouse.root) as path, path.open("wb") as handle:
        writer(found.batches(), handle)


def _write_table(found: Answer, output: Path | None, warehouse: Warehouse) -> None:
    columns, rows = found.columns, found.rows()
    if output is None:
        print_rows(columns, rows)
        return
    with whole_file(output, warehouse.root) as path, path.open("w", encoding="utf-8") as handle:
        print_rows(columns, rows, handle)
