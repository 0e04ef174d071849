"""What the report tells, asked of the tables: aggregates, and of posts and copies as many as a page can bear."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from flows.query import Ask, Row, asking
from flows.reporting.facts import Facts, Group, Measure, Period
from flows.reporting.periods import STEPS, fitting
from flows.snapshots import runs_of
from flows.warehouse import Warehouse
from transforms.quality import COUNTS, NAMES, SHARES

# Rows that the page holds for its search; about 250 bytes each.
POSTS: Final = 2000
# Rows of a list, groups with their differences, sources with examples of boundaries, examples of each.
LISTED: Final = 100
GROUPS: Final = 8
SOURCES: Final = 12
EXAMPLES: Final = 3
# Copies of a group that are named, and characters of a text that are compared and of one that is listed.
COPIES: Final = 12
COMPARED: Final = 20_000
TITLE: Final = 160
EVIDENCE: Final = 400
# Columns of the small histogram of a signal.
BINS: Final = 20
# Languages by which posts over time can be filtered.
LANGUAGES: Final = 12
# So many posts in a thousand at each end, rounded down, may lie outside the chart over time: dates misread by years.
OUTSIDE: Final = 0.005

TOTALS: Final = """
    SELECT (SELECT count(*) FROM posts) AS posts, (SELECT count(published) FROM posts) AS dated,
        (SELECT coalesce(sum(n_words), 0)::bigint FROM posts) AS words,
        (SELECT count(*) FROM posts WHERE n_copies > 1) AS with_copies,
        (SELECT count(*) FROM copies) AS copies,
        (SELECT count(*) FROM copies WHERE relation <> 'canonical') AS duplicates,
        (SELECT count(*) FROM copies WHERE len(repairs) > 0) AS repaired,
        (SELECT count(DISTINCT source) FROM copies) AS sources,
        (SELECT count(*) FROM residue) AS residue,
        count(*) AS dumps, count(*) FILTER (status = 'rejected') AS rejected,
        coalesce(sum(size_bytes), 0)::bigint AS bytes
    FROM dumps
"""
FORMATS: Final = """
    SELECT coalesce(format, 'not read') AS name, count(*) AS dumps, coalesce(sum(size_bytes), 0)::bigint AS bytes,
        sum(n_copies)::bigint AS copies, sum(n_residue)::bigint AS residue
    FROM dumps GROUP BY 1 ORDER BY dumps DESC, name
"""
BY_SOURCE: Final = f"""
    SELECT source AS name, count(DISTINCT dump_id) AS dumps, count(*) AS copies,
        count(*) FILTER (relation = 'canonical') AS posts
    FROM copies GROUP BY 1 ORDER BY copies DESC, name LIMIT {LISTED}
"""  # noqa: S608 - here and below, what is put into a query is a number or a name of ours
LANGUAGE: Final = """
    SELECT coalesce(language, 'und') AS name, count(*) AS posts, sum(n_words)::bigint AS words
    FROM posts GROUP BY 1 ORDER BY posts DESC, name
"""
ENCODING: Final = """
    SELECT encoding AS name, encoding_evidence AS evidence, count(*) AS dumps
    FROM dumps WHERE encoding IS NOT NULL GROUP BY ALL ORDER BY dumps DESC, name, evidence
"""
REPAIRS: Final = """
    SELECT repair AS name, count(*) AS copies FROM (SELECT unnest(list_distinct(repairs)) AS repair FROM copies)
    GROUP BY 1 ORDER BY copies DESC, name LIMIT 40
"""
RELATIONS: Final = "SELECT relation AS name, count(*) AS copies FROM copies GROUP BY 1 ORDER BY copies DESC, name"
SIZES: Final = """
    SELECT least(n_copies, 10) AS size, count(*) AS posts FROM posts GROUP BY 1 ORDER BY 1
"""
LARGEST: Final = f"""
    FROM (
        (SELECT post_id, n_copies FROM posts WHERE n_copies > 1 ORDER BY n_copies DESC, post_id LIMIT {GROUPS // 2})
        UNION
        (SELECT post_id, n_copies FROM posts WHERE n_copies > 1 AND post_id IN
            (SELECT post_id FROM copies WHERE relation NOT IN ('canonical', 'identical'))
            ORDER BY n_copies DESC, post_id LIMIT {GROUPS // 2}))
    JOIN (SELECT post_id, left(title, {TITLE}) AS title, left(text, {COMPARED}) AS text, n_chars, canonical_reason
        FROM posts)
    USING (post_id) ORDER BY n_copies DESC, post_id
"""  # noqa: S608
MEMBERS: Final = f"""
    SELECT dump_path, member, ordinal, relation, jaccard, containment, wording FROM copies WHERE post_id = ?
    ORDER BY relation <> 'canonical', jaccard, copy_id LIMIT {COPIES}
"""  # noqa: S608
REASONS: Final = """
    SELECT reason AS name, count(*) AS copies FROM (
        SELECT unnest(list_distinct(list_transform(boundary, lambda r:
            regexp_replace(regexp_replace(r, '“[^”]*”', '“…”', 'g'), '[0-9]+', 'N', 'g')))) AS reason FROM copies)
    GROUP BY 1 ORDER BY copies DESC, name LIMIT 15
"""
BOUNDARIES: Final = f"""
    SELECT source, dump_path, ordinal, left(coalesce(title, '(no title)'), {TITLE}) AS title,
        list_transform(boundary[:12], lambda r: left(r, {EVIDENCE})) AS boundary
    FROM copies WHERE len(boundary) > 0 AND source IN
        (SELECT source FROM copies GROUP BY 1 ORDER BY count(*) DESC, source LIMIT {SOURCES})
    QUALIFY row_number() OVER (PARTITION BY source ORDER BY hash(copy_id), copy_id) <= {EXAMPLES}
    ORDER BY source, dump_path, ordinal
"""  # noqa: S608
REJECTS: Final = f"""
    SELECT path, member, size_bytes AS bytes, left(error, 1000) AS error FROM dumps
    WHERE status = 'rejected' ORDER BY path, member LIMIT {LISTED}
"""  # noqa: S608
SEARCHED: Final = f"""
    SELECT left(coalesce(title, ''), {TITLE}) AS title, source, coalesce(language, 'und') AS language,
        strftime(published, CASE published_precision WHEN 'year' THEN '%Y' WHEN 'month' THEN '%Y-%m'
            ELSE '%Y-%m-%d' END) AS day, n_words, n_copies, post_id, left(text, 100) ||
            CASE WHEN n_chars > 100 THEN '…' ELSE '' END AS begins
    FROM posts ORDER BY n_copies DESC, published DESC NULLS LAST, post_id LIMIT {POSTS}
"""  # noqa: S608
SPAN: Final = f"""
    SELECT count(published) AS n, year(min(published)) AS first_year, year(max(published)) AS last_year,
        quantile_disc(published, {OUTSIDE}) AS low, quantile_disc(published, {1 - OUTSIDE}) AS high FROM posts
"""  # noqa: S608


def gathered(warehouse: Warehouse, name: str) -> Facts:
    """All that the page tells of a warehouse, called `name`. Raises `WarehouseError` where nothing was committed."""
    runs = [run for run in runs_of(warehouse) if warehouse.as_of is None or run["run_id"] <= warehouse.as_of]
    with asking(warehouse) as ask:
        languages = ask(LANGUAGE)
        return Facts(
            name=name,
            runs=[run | {"counts": json.loads(run["counts"] or "{}")} for run in runs],
            totals=ask(TOTALS)[0],
            formats=ask(FORMATS),
            sources=ask(BY_SOURCE),
            languages=languages,
            encodings=ask(ENCODING),
            repairs=ask(REPAIRS),
            relations=ask(RELATIONS),
            sizes=ask(SIZES),
            groups=_groups(ask, warehouse),
            reasons=ask(REASONS),
            boundaries=ask(BOUNDARIES),
            rejects=ask(REJECTS),
            measures=_measures(ask),
            flags=_flags(ask),
            period=_period(ask, [row["name"] for row in languages[:LANGUAGES]]),
            posts=[list(row.values()) for row in ask(SEARCHED)],
        )


def _groups(ask: Ask, warehouse: Warehouse) -> list[Group]:
    """The largest groups of copies, each with the copy that differs most from the canonical one."""
    found = [(post, ask(MEMBERS, post["post_id"])) for post in ask(LARGEST)]
    others = [
        next((c for c in members if c["relation"] not in {"canonical", "identical"}), None) for _, members in found
    ]
    texts = _texts(warehouse, [other["wording"] for other in others if other])
    return [
        _group(post, members, other, texts.get(other["wording"]) if other else None)
        for (post, members), other in zip(found, others, strict=True)
    ]


def _group(post: Row, members: Sequence[Row], other: Row | None, text: str | None) -> Group:
    cut = text is not None and max(post["n_chars"], len(text)) > COMPARED
    return Group(post, members, other, text and text[:COMPARED], cut)


def _texts(warehouse: Warehouse, wordings: Sequence[str]) -> dict[str, str | None]:
    """The texts of wordings; None of one that stands in `posts` by now."""
    if not wordings:
        return {}
    rows: list[Row] = warehouse.read("wordings", ["wording", "text"], ("wording", wordings)).to_pylist()
    return {row["wording"]: row["text"] for row in rows}


def _measures(ask: Ask) -> list[Measure]:
    """Of each signal that is a number its quantiles and a histogram between the first and the last hundredth."""
    names = [*SHARES, *COUNTS]
    cuts = ", ".join(f"quantile_disc(quality.{name}, [0.01, 0.05, 0.5, 0.95, 0.99]) AS {name}" for name in names)
    quantiles: dict[str, Any] = ask(f"SELECT {cuts} FROM posts")[0]  # noqa: S608
    known = {name: cut for name, cut in quantiles.items() if cut and None not in cut}
    if not known:
        return []
    bins = ", ".join(
        f"histogram(least({BINS - 1}, greatest(0, floor((quality.{name} - {cut[0]!r}) / {(cut[4] - cut[0]) or 1!r}"
        f" * {BINS})))::int) AS {name}"
        for name, cut in known.items()
    )
    counted = ask(f"SELECT {bins} FROM posts")[0]  # noqa: S608
    return [
        Measure(name, cut[1], cut[2], cut[3], [counted[name].get(place, 0) for place in range(BINS)], (cut[0], cut[4]))
        for name, cut in known.items()
    ]


def _flags(ask: Ask) -> list[Row]:
    """Of each signal that is yes or no, of how many posts it is true."""
    names = [name for name in NAMES if name not in SHARES and name not in COUNTS]
    counts = ", ".join(f"count(*) FILTER (quality.{name}) AS {name}" for name in names)
    return [{"name": name, "posts": n} for name, n in ask(f"SELECT {counts} FROM posts")[0].items()]  # noqa: S608


def _period(ask: Ask, languages: Sequence[str]) -> Period | None:
    """Posts over time, all and by language; None where no post has a date."""
    span = ask(SPAN)[0]
    if not span["n"]:
        return None
    step = fitting(span["low"], span["high"])
    first, last = step.place(span["low"]), step.place(span["high"])
    rows = ask(
        f"SELECT {STEPS[step.name]} AS place, coalesce(language, 'und') AS language, count(*) AS n FROM posts "  # noqa: S608
        "WHERE published IS NOT NULL GROUP BY ALL"
    )
    series = {name: [0] * (last - first + 1) for name in ["", *languages]}
    outside = 0
    for row in rows:
        if not first <= row["place"] <= last:
            outside += row["n"]
            continue
        for name in {"", row["language"]} & series.keys():
            series[name][row["place"] - first] += row["n"]
    labels = [step.label(place) for place in range(first, last + 1)]
    return Period(step.name, labels, series, outside, (span["first_year"], span["last_year"]))
