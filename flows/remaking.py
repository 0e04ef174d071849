"""The files of a table after a change: those that are new, and those whose place they take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flows import upkeep
from flows.change import Change
from flows.table_files import TableFiles, holding, renamed, rewritten
from transforms.tables import GROUPS, KEYS


def remade(
    change: Change, files: Sequence[Path], table: tuple[str, Path], *, fold: bool
) -> tuple[dict[Path, int], list[Path]]:
    """Writes what a change brings to a table, its name and folder, that has some files.

    Gives the new files with the number of rows of each, and the old files that go. Where small files have become many,
    they become one, if it is to `fold`.
    """
    name, folder = table
    new = TableFiles(folder, name)
    for rows in (change.inserts, change.updates):
        if rows is not None:
            new.add(rows)
    key = KEYS.get(name) or GROUPS[name]
    gone = change.taken_out(key)
    read = [path for path in files if path not in change.dropped]
    small = upkeep.small_ones(read) if fold else []
    touched = list(dict.fromkeys([*(holding(read, key, gone) if len(gone) else []), *small]))
    made = {**new.close(), **renamed(change.files, folder), **rewritten(touched, name, (key, gone), folder)}
    return made, [*touched, *change.dropped]
