"""What was asked to be forgotten: ids, reasons and times, never a text."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from flows.rows import text_sha256
from flows.warehouse import Warehouse
from transforms.hidden import Hidden

NO_REASON: Final = "no reason was given"
# Posts that are only a title are not alike.
EMPTY: Final = text_sha256("")


def refused(warehouse: Warehouse) -> dict[str, str]:
    """The dumps that are not to be taken in again, by their ids, with what is said of each."""
    rows = warehouse.read("forgotten", ["kind", "dump_id", "reason", "asked"]).to_pylist()
    rows = [row for row in rows if row["kind"] != "post"]
    return {row["dump_id"]: f"forgotten on {row['asked']:%Y-%m-%d}: {row['reason'] or NO_REASON}" for row in rows}


def hidden(warehouse: Warehouse) -> Hidden:
    """The texts that are not to be taken in again, whatever dump they come in."""
    columns = ["kind", "dump_id", "start", "end", "wording", "text_sha256"]
    rows = [row for row in warehouse.read("forgotten", columns).to_pylist() if row["kind"] == "post"]
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        spans[row["dump_id"]].append((row["start"], row["end"]))
    words = frozenset(row[name] for row in rows for name in ("wording", "text_sha256")) - {EMPTY}
    return Hidden({dump_id: tuple(sorted(set(own))) for dump_id, own in spans.items()}, words)
