"""What was asked to be forgotten: ids, reasons and times, never a text."""

from __future__ import annotations

from flows.warehouse import Warehouse

NO_REASON = "no reason was given"


def refused(warehouse: Warehouse) -> dict[str, str]:
    """The dumps that are not to be taken in again, by their ids, with what is said of each."""
    rows = warehouse.read("forgotten", ["dump_id", "reason", "asked"]).to_pylist()
    return {row["dump_id"]: f"forgotten on {row['asked']:%Y-%m-%d}: {row['reason'] or NO_REASON}" for row in rows}
