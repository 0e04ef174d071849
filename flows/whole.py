"""Files and folders that are written whole or not at all: under another name first, which then becomes theirs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from transforms.errors import OutputError, way_out


@contextmanager
def whole_file(path: Path, apart: Path) -> Iterator[Path]:
    """Gives a path to write to, which becomes `path` when all went well and is removed when not.

    A file that is there already is replaced. Raises `OutputError` where it can't be written, or lies in `apart`.
    """
    with _translated(path, apart):
        if path.is_dir():
            raise OutputError(f"{path} is a folder; give a file with --output")
        made = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            yield made
            made.replace(path)
        finally:
            made.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path, apart: Path, *, overwrite: str | None = None) -> Iterator[Path]:
    """Gives a folder to write to, which becomes `path` when all went well and is removed when not.

    What is there already is refused, but for an empty folder, and one that holds a file named `overwrite`: that takes
    the place of it. Raises `OutputError`.
    """
    with _translated(path, apart):
        there = path.exists() and not (path.is_dir() and not any(path.iterdir()))
        if there and not (overwrite and (path / overwrite).is_file()):
            raise OutputError(f"{path} is there already; give another place with --output, or remove it")
        made = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            made.mkdir(parents=True)
            yield made
            _swap(made, path)
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _swap(made: Path, path: Path) -> None:
    """Lets the new folder take the place of the old one, which comes back where that fails."""
    if not path.exists():
        made.rename(path)
        return
    old = made.with_suffix(".old")
    path.rename(old)
    try:
        made.rename(path)
    except OSError:
        old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _translated(path: Path, apart: Path) -> Iterator[None]:
    if path.resolve().is_relative_to(apart.resolve()):
        raise OutputError(f"{path} lies in the warehouse {apart}; give another place with --output")
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path} can't be written: {error.strerror or error}; {way_out(error)}") from error
