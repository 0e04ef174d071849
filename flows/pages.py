"""What a tracked run leaves for people to read in the Prefect UI, as Markdown and as rows of tables."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flows.pipeline import Summary
from flows.summary import figures
from flows.terminal import plain
from flows.warehouse import Warehouse
from transforms.tables import COMPLETED

Row = dict[str, Any]

# Entries of each artifact that lists dumps or posts; the tables have them all.
LISTED: Final = 500
MOST_COPIED: Final = 50
RUNS_SHOWN: Final = 20
BARS: Final = "▁▂▃▄▅▆▇█"
# Characters of the reason why a run failed that its line shows.
REASON: Final = 200
TREND: Final = {
    "dumps": "dumps",
    "copies": "copies",
    "posts": "posts new",
    "duplicates": "met elsewhere",
    "rejected": "rejected",
}


def summary_page(summary: Summary) -> str:
    """What a run did, as Markdown. Paths and reasons stand in it as they are, whatever characters they hold."""
    lines = [f"- **{figure}** {meaning}" for figure, meaning in figures(summary)]
    if summary.run_id is None:
        lines = [f"Nothing was new: {summary.files:,} files, {summary.unchanged:,} of them unchanged."]
    rejected = sorted(summary.rejected.items())
    if rejected:
        lines += ["", "## Rejected", "", *(f"- {_code(path)}: {_prose(reason)}" for path, reason in rejected[:LISTED])]
    if len(rejected) > LISTED:
        lines += [f"- and {len(rejected) - LISTED:,} more, which the table `dumps` lists"]
    uncertain = sorted(summary.doubtful.items())
    if uncertain:
        lines += ["", "## In an encoding that is doubtful", ""]
        lines += [f"- {_code(path)}: {_prose(how)}" for path, how in uncertain[:LISTED]]
    return "\n".join(["# winnow ingest", "", *lines, ""])


def new_dumps(warehouse: Warehouse, run_id: str) -> list[Row]:
    """The dumps that a run took in, or rejected and why."""
    columns = ["path", "member", "format", "encoding", "n_chars", "n_copies", "n_residue", "status", "error"]
    rows = warehouse.read("dumps", columns, ("run_id", [run_id]))
    found: list[Row] = rows.sort_by([("path", "ascending"), ("member", "ascending")]).slice(0, LISTED).to_pylist()
    return found


def duplicates(warehouse: Warehouse, run_id: str) -> list[Row]:
    """The posts with most copies among those of which a run found copies, and what these are to the best one."""
    met = warehouse.read("copies", ["post_id"], ("run_id", [run_id]))["post_id"].to_pylist()
    columns = ["post_id", "title", "n_copies", "n_dumps", "canonical_copy_id"]
    posts = warehouse.read("posts", columns, ("post_id", met)).to_pylist()
    most = sorted(
        (post for post in posts if post["n_copies"] > 1), key=lambda post: (-post["n_copies"], post["post_id"])
    )
    most = most[:MOST_COPIED]
    columns = ["copy_id", "post_id", "relation", "dump_path"]
    copies = warehouse.read("copies", columns, ("post_id", [post["post_id"] for post in most])).to_pylist()
    relations = Counter((copy["post_id"], copy["relation"]) for copy in copies)
    places = {copy["copy_id"]: copy["dump_path"] for copy in copies}
    return [
        {
            "post": post["title"] or "(no title)",
            "post_id": post["post_id"],
            "copies": post["n_copies"],
            "dumps": post["n_dumps"],
            **{kind: relations[post["post_id"], kind] for kind in ("identical", "near-identical", "excerpt")},
            "best copy in": places.get(post["canonical_copy_id"]),
        }
        for post in most
    ]


def trend_page(rows: Sequence[Mapping[str, Any]]) -> str:
    """The last runs as Markdown, newest first, with a line of bars for each figure, oldest first."""
    runs = sorted(rows, key=lambda row: row["run_id"])[-RUNS_SHOWN:]
    counts = [json.loads(run["counts"] or "{}") for run in runs]
    lines = ["# The last runs", ""]
    for name, said in TREND.items():
        values = [int(count.get(name, 0)) for count in counts]
        lines += [f"- `{bars(values)}` {said}: {sum(values):,} in {len(values):,} runs"]
    heads = ["run", "status", "seconds", *TREND.values(), "why"]
    lines += ["", f"| {' | '.join(heads)} |", "|" + " --- |" * len(heads)]
    lines += [_trend_line(run, count) for run, count in zip(reversed(runs), reversed(counts), strict=True)]
    return "\n".join([*lines, ""])


def bars(values: Sequence[int]) -> str:
    """Numbers as bars, the largest as high as can be.

    >>> bars([0, 2, 4, 8])
    '▁▂▄█'
    >>> bars([0, 0]), bars([])
    ('▁▁', '')
    """
    most = max(values, default=0) or 1
    return "".join(BARS[value * (len(BARS) - 1) // most] for value in values)


def _trend_line(run: Mapping[str, Any], count: Mapping[str, Any]) -> str:
    seconds = (run["finished"] - run["started"]).total_seconds()
    why = run["error"] or ""
    why = why if len(why) <= REASON else why[: REASON - 1] + "…"
    cells = [run["run_id"], run["status"] or COMPLETED, f"{seconds:,.1f}"]
    cells += [f"{int(count.get(name, 0)):,}" for name in TREND]
    return f"| {' | '.join([*cells, _prose(why)])} |"


def _code(text: str) -> str:
    r"""Text as a code span, on one line, fenced by more backticks than it holds in a row.

    >>> print(_code("notes/a`b\nc.txt"))
    `` notes/a`b\nc.txt ``
    """
    text = plain(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if "`" in text or text.strip() != text else f"{fence}{text}{fence}"


def _prose(text: str) -> str:
    r"""Text in which no character is markup.

    >>> print(_prose("`a|b` is <b>no</b> file\n# here"))
    \`a\|b\` is \<b\>no\</b\> file\\n\# here
    """
    return re.sub(r"([\\`*_\[\]<>&|~#$!])", r"\\\1", plain(text))
