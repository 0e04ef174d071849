"""The columns of a table on disk beside those that this winnow knows: fewer were written by an older one."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from transforms import PIPELINE_VERSION
from transforms.errors import WarehouseError


def missing(there: pa.Schema, known: pa.Schema) -> set[str]:
    """The columns, and fields of columns, that a table lacks."""
    return _names(known) - _names(there)


def refuse_newer(name: str, there: pa.Schema, known: pa.Schema, place: str) -> None:
    """Raises `WarehouseError` where a table has columns that are not known: a newer winnow wrote it."""
    unknown = sorted(missing(known, there))
    if unknown:
        said = f"the warehouse {place} was written by a newer winnow: {name} has {unknown[0]}"
        raise WarehouseError(f"{said}, which winnow {PIPELINE_VERSION} does not know; install a newer one")


def _names(schema: pa.Schema) -> set[str]:
    return {name for field in schema for name in _paths(field.name, field.type)}


def _paths(path: str, kind: pa.DataType) -> Iterator[str]:
    """A column and the fields in it, as `quality.has_ip`."""
    yield path
    while pa.types.is_list(kind) or pa.types.is_large_list(kind):
        kind = kind.value_type
    if pa.types.is_struct(kind):
        for field in kind:
            yield from _paths(f"{path}.{field.name}", field.type)
