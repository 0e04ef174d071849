"""Each labelled collection: how it is read into a warehouse of its own, and how that is scored.

Scores are shares from 0 to 1, the higher the better. The scorer of the collections runs as a program of its own; what
it has no command for is compared with what another parser makes of the same files, in `quality_exact`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks import quality_exact as exact
from benchmarks.boundaries.labelled import posts_of, read_collections
from benchmarks.boundaries.lone import WHOLE, lone_figures, lone_posts
from flows.batches import Batch
from flows.pipeline import Request, Work, run
from flows.staging import Staged
from transforms.split.text_weights import MODEL

HERE: Final = Path(__file__).parent
SAMPLES: Final = HERE.parent / "raw"
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the collections lie, the scorer that goes with them, and a folder for this set alone."""

    corpora: Path
    scorer: Path
    folder: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse"


@dataclass(frozen=True, slots=True)
class Score:
    """Scores of a whole set and of each site in it, by name; `details` are lines of what is still wrong."""

    totals: dict[str, float]
    sites: dict[str, dict[str, float]] = field(default_factory=dict)
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """A score, and the speed in MB of input for a second of one processor."""

    score: Score
    speed: float


def measure(name: str, place: Place) -> Measured | str:
    """Reads and scores one set; or says why that can't be done here."""
    source, score = SETS[name]
    needed = place.corpora / source
    if not needed.exists():
        return f"{needed} is not there"
    return score(place)


def read(place: Place, source: Path, include: Sequence[str] = ()) -> float:
    """Ingests a folder; gives MB for a second of processor time, from bytes to signatures."""
    megabytes = seconds = 0.0

    def each(work: Work, batches: Sequence[Batch]) -> Iterable[Staged]:
        nonlocal megabytes, seconds
        began = time.process_time()
        staged = [work(batch, last_try=True) for batch in batches]
        if not megabytes:  # dumps that are split again are read a second time
            megabytes, seconds = sum(batch.bytes for batch in batches) / 1e6, time.process_time() - began
        return staged

    run(Request((str(source),), place.warehouse, include=tuple(include)), each)
    return megabytes / seconds


def warm_up() -> None:
    """Reads the sample dumps, so that no set pays for models that are loaded once."""
    with tempfile.TemporaryDirectory() as folder:
        run(
            Request((str(SAMPLES),), Path(folder, "warehouse")),
            lambda work, batches: [work(batch, last_try=True) for batch in batches],
        )


def scored(place: Place, command: str, labels: Path, *more: str) -> list[Line]:
    """The lines that the scorer prints, the totals last."""
    arguments = [sys.executable, str(place.scorer), command, str(place.warehouse), str(labels), *more]
    done = subprocess.run(arguments, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(f"the scorer failed: {' '.join(arguments)}\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def spans(place: Place) -> Measured:
    """Text dumps labelled by hand: the exact line of each start, titles, dates, and which posts are one."""
    folder = place.corpora / "blog_dumps"
    speed = read(place, folder, ("*.txt",))
    lines = scored(place, "spans", folder / "gold")
    *details, total = lines
    found, stated = total["dates"]
    totals = {
        "starts F1": total["boundaries"]["f1"],
        "titles": share(total["titles"]),
        # A date said where none is stated counts as a wrong one.
        "dates": share([found, stated + total["dates said where none is stated"]]),
        "duplicate pairs F1": total["duplicate pairs"]["f1"],
    }
    return Measured(Score(totals, details=said(details)), speed)


def starts(place: Place, view: str) -> Measured:
    """Listing pages as text in one of three views: where each post starts."""
    folder = place.corpora / "blogs"
    speed = read(place, folder, (f"*.{view}.txt",))
    return Measured(_starts(scored(place, "starts", folder, view)), speed)


def forum_starts(place: Place) -> Measured | str:
    """Forum pages as the text that winnow's own reader makes of them: where each post starts."""
    script, views = HERE / "forum_views.py", place.folder / "forum_text"
    if not script.exists():
        return f"{script} is not there"
    subprocess.run(
        [sys.executable, str(script), str(place.corpora / "forum_html"), str(views)],
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(HERE.parent)},
    )
    speed = read(place, views, ("*.txt",))
    score = _starts(scored(place, "starts", views, "page"))
    return Measured(Score({"F1": score.totals["macro F1"]}), speed)


def _starts(lines: Sequence[Line]) -> Score:
    *sites, total = lines
    by_site = {line["site"].split()[0]: {"F1": line["f1"]} for line in sites}
    return Score({"macro F1": total["macro_f1"]}, by_site, said(sites))


def posts(place: Place, source: str) -> Measured:
    """Pages as HTML: whole posts, with titles and dates among those found."""
    folder = place.corpora / source
    speed = read(place, folder, ("*.html",))
    *lines, total = scored(place, "posts", folder)
    sites = {line["site"]: _post_figures(line, "f1", "F1") for line in lines}
    name = "macro F1" if len(sites) > 1 else "F1"
    return Measured(Score(_post_figures(total, "macro_f1", name), sites if len(sites) > 1 else {}, said(lines)), speed)


def _post_figures(line: Line, field_name: str, name: str) -> dict[str, float]:
    shares = {each: share(line[each]) for each in ("titles", "dates") if line[each][1]}
    return {name: line[field_name], **shares}


def threads(place: Place) -> Measured:
    """Threads as text. The scorer wants the minute of writing; many header lines state that of the last edit."""
    folder = place.corpora / "threads_text"
    speed = read(place, folder, ("*.md",))
    *details, total = scored(place, "threads", folder)
    return Measured(Score({"F1": total["f1"]} | exact.threads(place.warehouse, folder), {}, said(details)), speed)


def compared(place: Place, source: str, check: Callable[[Path, Path], exact.Found]) -> Measured:
    """A folder whose truth another parser reads from the same files."""
    speed = read(place, place.corpora / source)
    totals, details = check(place.warehouse, place.corpora / source)
    return Measured(Score(totals, {}, tuple(details)), speed)


def direct(place: Place, source: str, check: Callable[[Path], exact.Found]) -> Measured:
    """A folder that is held against one stage, without a warehouse."""
    folder = place.corpora / source
    began = time.process_time()
    totals, details = check(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Measured(Score(totals, {}, tuple(details)), size / 1e6 / (time.process_time() - began))


def pairs(place: Place) -> Measured:
    """A thousand articles, a row each, among which ten pairs are nearly the same."""
    rows, truth = exact.articles(place.corpora / "near_duplicates")
    source = place.folder / "articles"
    source.mkdir()
    (source / "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    speed = read(place, source)
    totals, details = exact.pairs(place.warehouse, truth)
    return Measured(Score(totals, {}, tuple(details)), speed)


def lone(place: Place) -> Measured:
    """Real posts as dumps of their own, each by itself, without a warehouse: the share that stays whole."""
    posts = list(lone_posts(posts_of(read_collections(place.corpora))))
    began = time.process_time()
    sites = lone_figures(posts, {None: MODEL})
    size = sum(len(line.encode()) + 1 for post in posts for line in post.lines)
    totals = sites.pop(WHOLE)
    return Measured(Score(totals, sites), size / 1e6 / (time.process_time() - began))


def share(counts: Sequence[int]) -> float:
    """The share of right ones; all are right where there are none."""
    right, of = counts
    return round(right / of, 4) if of else 1.0


def said(lines: Iterable[Line]) -> tuple[str, ...]:
    """Lines of the scorer as it wrote them."""
    return tuple(json.dumps(line, ensure_ascii=False) for line in lines)


# Name -> the folder that it needs, and how it is measured; those that take longest come first.
SETS: Final[dict[str, tuple[str, Callable[[Place], Measured | str]]]] = {
    "blogs as HTML": ("blogs", partial(posts, source="blogs")),
    "blogs as text, page": ("blogs", partial(starts, view="page")),
    "forums as HTML": ("forum_html", partial(posts, source="forum_html")),
    "blogs as text, main": ("blogs", partial(starts, view="main")),
    "forums as text": ("forum_html", forum_starts),
    "threads as text": ("threads_text", threads),
    "exports and feeds": ("exports", partial(compared, source="exports", check=exact.exports)),
    "blogs as text, extract": ("blogs", partial(starts, view="extract")),
    "near-duplicates": ("near_duplicates", pairs),
    "text dumps": ("blog_dumps", spans),
    "posts alone": ("blogs", lone),
    "charsets": ("charset", partial(direct, source="charset", check=exact.charsets)),
    "WARC": ("warc", partial(compared, source="warc", check=exact.warc)),
    "mojibake": ("mojibake", partial(direct, source="mojibake", check=exact.mojibake)),
}


def names(chosen: Sequence[str]) -> Iterator[str]:
    """The sets whose name holds one of these, all where none is given."""
    return (name for name in SETS if not chosen or any(part.casefold() in name.casefold() for part in chosen))
