"""One page of HTML about a warehouse, for people who would rather look than read."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path
from typing import Final

from flows.gathered import gathered
from flows.reporting.page import Looks, page
from flows.warehouse import Warehouse
from flows.whole import whole_file

# Instead of a file: the page goes to standard output.
STANDARD_OUTPUT: Final = Path("-")


def report(warehouse: Warehouse, output: Path) -> int:
    """Writes the page to a file, whole or not at all, or to standard output; gives its length in bytes.

    Raises `WarehouseError` where nothing was committed, `OutputError` where it can't be written.
    """
    name = warehouse.place if warehouse.mirrored else warehouse.root.resolve().name or warehouse.place
    made = page(gathered(warehouse, name), looks()).encode("utf-8", "replace")
    if output == STANDARD_OUTPUT:
        sys.stdout.buffer.write(made)
        return len(made)
    with whole_file(output, warehouse.root) as path:
        path.write_bytes(made)
    return len(made)


def looks() -> Looks:
    """The style sheet and the script, as they lie in the package."""
    folder = files("flows.reporting")
    css, js = (folder.joinpath(f"report.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return Looks(css, js)
