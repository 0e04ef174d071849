"""Failures of the store in which a warehouse lies, in winnow's own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
from deltalake.exceptions import CommitFailedError, DeltaError

from flows.terminal import one_line
from transforms.errors import StorageError, WarehouseError, may_pass, way_out


@contextmanager
def told(place: str, doing: str, meaning: str = "nothing was committed") -> Iterator[None]:
    """Says what was tried, where, what it means, and the way out. Raises `WarehouseError`."""
    try:
        yield
    except (DeltaError, pa.ArrowException, OSError) as error:
        kind = StorageError if may_pass(error) or isinstance(error, CommitFailedError) else WarehouseError
        raise kind(f"{doing} failed in {place}: {one_line(str(error))}; {meaning}, {way_out(error)}") from error
