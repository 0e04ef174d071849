"""The sections of the report, from what came in to the runs; each says so in words where there is nothing to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flows.reporting.charts import Columns, columns, figure, shape
from flows.reporting.facts import Facts, Measure, Row
from flows.reporting.groups import duplicates
from flows.reporting.markup import Html, each, tag, together
from flows.reporting.search import search
from flows.reporting.tables import Heading, foreign, many, percent, ranking, size, table

# Runs in the table and the charts, the newest; languages in the table.
RUNS: Final = 60
LANGUAGES: Final = 30
UNKNOWN: Final = "und"


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its anchor, its heading, and what it says of the facts."""

    anchor: str
    heading: str
    render: Callable[[Facts], Html]


def came_in(facts: Facts) -> Html:
    """Formats and sources of the dumps."""
    if not facts.formats:
        return nothing("No dump has been read.")
    counts = [Heading(name, number=True) for name in ("dumps", "size", "copies", "residue")]
    formats = [
        (row["name"], row["dumps"], size(row["bytes"]), row["copies"] or 0, row["residue"] or 0)
        for row in facts.formats
    ]
    sources = [(foreign(row["name"] or "(none)"), row["dumps"], row["copies"], row["posts"]) for row in facts.sources]
    heads = [Heading("source"), *(Heading(name, number=True) for name in ("dumps", "copies", "canonical"))]
    said = "Copies by source; canonical are those that were kept"
    if len(sources) < facts.totals["sources"]:
        said += f"; the largest {len(sources)} of {facts.totals['sources']:,}"
    return tag(
        "div",
        table("Dumps by format", [Heading("format"), *counts], formats),
        table(said, heads, sources) if sources else None,
        class_="pair",
    )


def over_time(facts: Facts) -> Html:
    """Posts by the date that they state, to be filtered by language."""
    period, undated = facts.period, facts.totals["posts"] - facts.totals["dated"]
    if period is None:
        return nothing("No post states a date." if facts.totals["posts"] else "There are no posts.")
    options = [(name, name or "all languages") for name in period.series if any(period.series[name])]
    choice = tag("select", each(tag("option", said, value=name) for name, said in options), id="period-language")
    filters = tag("p", tag("label", "Language ", choice), " ", tag("output", id="period-said", aria_live="polite"),
                  class_="filters", hidden=True)  # fmt: skip
    chart = Columns(
        "period", f"Posts by {period.step} of publication", period.labels, period.series[""], "posts", period.step
    )
    said = [
        f"{many(undated, 'post')} of {facts.totals['posts']:,} {'states' if undated == 1 else 'state'} no date."
    ] * (undated > 0)
    if period.outside:
        years = f"{period.years[0]} to {period.years[1]}"
        far = many(period.outside, "post")
        said.append(f"The chart leaves out {far} far from the others; all dates reach from {years}.")
    return together(filters, columns(chart), tag("p", " ".join(said), class_="note") if said else None)


def languages(facts: Facts) -> Html:
    """Posts by language."""
    if not facts.languages:
        return nothing("There are no posts.")
    rows = [("not told (und)" if r["name"] == UNKNOWN else r["name"], r["posts"]) for r in facts.languages]
    rest = sum(count for _, count in rows[LANGUAGES:])
    shown = [*rows[:LANGUAGES], *([(f"{len(rows) - LANGUAGES} others", rest)] if rest else [])]
    return ranking("Posts by language", ("language", "posts"), shown)


def encodings(facts: Facts) -> Html:
    """Encodings of the dumps with how they were told, and repairs of the texts."""
    if not facts.encodings:
        return nothing("No dump was decoded.")
    rows = [(foreign(row["name"]), foreign(row["evidence"] or ""), row["dumps"]) for row in facts.encodings]
    heads = [Heading("encoding"), Heading("how it was told"), Heading("dumps", number=True)]
    found = table("Encodings of the dumps", heads, rows)
    repaired, copies = facts.totals["repaired"], facts.totals["copies"]
    if not facts.repairs:
        return together(found, nothing("No text needed repair."))
    said = f"Repairs, by copies in which they were made: {repaired:,} of {copies:,} copies were repaired"
    repairs = ranking(said, ("repair", "copies"), [(foreign(r["name"]), r["copies"]) for r in facts.repairs], copies)
    return together(found, repairs)


def boundaries(facts: Facts) -> Html:
    """What spoke for the beginnings of posts: how often, and examples from each source."""
    if not facts.reasons:
        return nothing("No boundary has evidence: there are no posts, or each was a row or a message of its own.")
    rows = [(foreign(row["name"]), row["copies"]) for row in facts.reasons]
    counted = ranking("Evidence for where posts begin", ("evidence", "copies"), rows, facts.totals["copies"])
    by_source: dict[str, list[Row]] = {}
    for row in facts.boundaries:
        by_source.setdefault(row["source"] or "(none)", []).append(row)
    examples = each(
        tag("li", tag("h4", foreign(source)), tag("ul", each(map(_example, found)), class_="plain"))
        for source, found in by_source.items()
    )
    return together(counted, tag("h3", "Examples from each source"), tag("ul", examples, class_="plain examples"))


def _example(row: Row) -> Html:
    evidence = tag("ul", each(tag("li", foreign(reason)) for reason in row["boundary"]), class_="evidence")
    place = tag("span", foreign(row["dump_path"]), f", post {row['ordinal'] + 1}", class_="place")
    return tag("li", tag("p", foreign(row["title"]), " ", place), evidence)


def rejects(facts: Facts) -> Html:
    """The dumps that could not be read, and why."""
    total = facts.totals["rejected"]
    if not total:
        return nothing("No dump was rejected.")
    rows = [
        (foreign(r["path"] + (f" › {r['member']}" if r["member"] else "")), foreign(r["error"] or ""),
         size(r["bytes"]) if r["bytes"] is not None else "")
        for r in facts.rejects
    ]  # fmt: skip
    shown = f", the first {len(rows)} of them" if len(rows) < total else ""
    heads = [Heading("dump"), Heading("why"), Heading("size", number=True)]
    return table(f"{many(total, 'dump')} could not be read{shown}", heads, rows)


def quality(facts: Facts) -> Html:
    """The signals of `quality`: quantiles with a small histogram, and how many posts have each flag."""
    if not facts.measures:
        return nothing("There are no posts with quality signals.")
    heads = [Heading("signal"), *(Heading(name, number=True) for name in ("5 % below", "median", "5 % above"))]
    rows = [(words(m.name), figure(m.low), figure(m.middle), figure(m.high), _histogram(m)) for m in facts.measures]
    note = "Shares are 0 to 1. The small charts run from the lowest to the highest hundredth of the posts. "
    flags = [(words(row["name"]), row["posts"]) for row in facts.flags]
    return together(
        tag("p", note, "Nothing was dropped for any of these: the choice is the reader’s.", class_="note"),
        table("Signals that are numbers", [*heads, Heading("distribution")], rows),
        ranking("Signals that are true of a post or not", ("signal", "posts"), flags, facts.totals["posts"]),
    )


def _histogram(measure: Measure) -> Html:
    low, high = measure.span
    if low == high:
        return tag("span", f"nearly all {figure(low)}", class_="note")
    return shape(
        measure.counts, f"{words(measure.name)}: most posts from {figure(measure.low)} to {figure(measure.high)}"
    )


def runs(facts: Facts) -> Html:
    """The trend over the runs, and what each did."""
    shown = facts.runs[-RUNS:]
    trend = [run for run in shown if run["status"] in {None, "completed"}]
    labels = [f"{run['finished']:%Y-%m-%d %H:%M}" for run in trend]
    charts = [
        Columns("trend-posts", "New posts of each run", labels, [_count(r, "posts") for r in trend], "posts", "run"),
        Columns("trend-duplicates", "Duplicates among the copies of each run, in percent", labels,
                [round(100 * _count(r, "duplicates") / max(1, _count(r, "copies")), 1) for r in trend], "%", "run"),
    ]  # fmt: skip
    names = {"dumps": "dumps", "copies": "copies", "posts": "posts new", "duplicates": "duplicates",
             "rejected": "rejected"}  # fmt: skip
    rows = [
        (tag("code", run["run_id"]), run["command"], f"{run['finished']:%Y-%m-%d %H:%M:%S}",
         foreign(run["status"] or "completed") if not run["error"] else foreign(f"{run['status']}: {run['error']}"),
         *(_count(run, name) for name in names))
        for run in reversed(shown)
    ]  # fmt: skip
    heads = [Heading("run"), Heading("command"), Heading("ended (UTC)"), Heading("status")]
    caption = "Runs, newest first" if len(shown) == len(facts.runs) else f"The last {RUNS} of {len(facts.runs):,} runs"
    drawn = (
        tag("div", each(map(columns, charts)), class_="pair") if len(trend) > 1 else nothing("A trend needs two runs.")
    )
    return together(drawn, table(caption, [*heads, *(Heading(name, number=True) for name in names.values())], rows))


def summary(facts: Facts) -> Html:
    """The figures that a reader wants first."""
    t = facts.totals
    found = [
        (f"{t['posts']:,}", "posts"),
        (f"{t['words']:,}", "words in them"),
        (f"{t['copies']:,}", "copies found"),
        (percent(t["duplicates"], t["copies"]), "of the copies are duplicates"),
        (f"{t['dumps'] - t['rejected']:,}", f"dumps read, {size(t['bytes'])}"),
        (f"{t['rejected']:,}", "dumps rejected"),
    ]
    return tag("dl", each(tag("div", tag("dt", meaning), tag("dd", value)) for value, meaning in found), class_="key")


def nothing(said: str) -> Html:
    """What is said where there is nothing to show."""
    return tag("p", said, class_="nothing")


def words(name: str) -> str:
    """The name of a column for a person.

    >>> words("has_ip"), words("top_2gram_char_share"), words("n_sentences")
    ('has IP', 'top 2-gram char share', 'sentences')
    """
    said = name.removeprefix("n_").replace("_", " ").replace("gram", "-gram")
    return " ".join("IP" if word == "ip" else word for word in said.split(" "))


def _count(run: Row, name: str) -> int:
    return int(run["counts"].get(name) or 0)


SECTIONS: Final = (
    Section("came-in", "What came in", came_in),
    Section("over-time", "Posts over time", over_time),
    Section("languages", "Languages", languages),
    Section("encodings", "Encodings and repairs", encodings),
    Section("duplicates", "Duplicates", duplicates),
    Section("boundaries", "Boundaries", boundaries),
    Section("rejects", "Rejects", rejects),
    Section("quality", "Quality signals", quality),
    Section("runs", "Runs", runs),
    Section("posts", "Find a post", search),
)
