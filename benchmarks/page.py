"""The page of benchmarks: tables, its sections between two marks, and what the figures were measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def machine() -> str:
    """What the figures were measured on, without saying whose it is, and how busy it was: 1 a core is all of it."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {pages / 2**30:.0f} GiB of memory, "
        f"{platform.system()}, Python {platform.python_version()}, load average {os.getloadavg()[2]:.0f}"
    )


def rewrite(name: str, text: str, page: Path = PAGE) -> None:
    """Replaces what stands between the two marks of a section, or puts the section at the end of the page."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before = page.read_text("utf-8") if page.exists() else "# Benchmarks\n"
    section = f"{begin}\n{text.strip()}\n{end}"
    if begin in before:
        head, rest = before.split(begin, 1)
        made = head + section + rest.split(end, 1)[1]
    else:
        made = f"{before.rstrip()}\n\n{section}\n"
    page.write_text(made, "utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
