"""What a warehouse holds, whoever made it and when."""

from __future__ import annotations

from typing import Final

from flows.warehouse import Warehouse

VARYING: Final = {"first_run", "last_run", "run_id"}


def facts(warehouse: Warehouse) -> dict[str, list[str]]:
    """All rows but those of `runs`, without the columns that name runs."""
    return {
        name: sorted(
            str({column: value for column, value in row.items() if column not in VARYING})
            for row in warehouse.read(name).to_pylist()
        )
        for name in ("posts", "copies", "dumps", "residue")
    }
