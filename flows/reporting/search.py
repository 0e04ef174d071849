"""Posts to be searched on the page: a form, and a table that the script of the page fills."""

from __future__ import annotations

from collections.abc import Iterable

from flows.reporting.facts import Facts
from flows.reporting.markup import Html, data, each, tag, together
from flows.reporting.tables import many

SOURCE, LANGUAGE = 1, 2


def search(facts: Facts) -> Html:
    """The form and the empty table; without a script, a line says that it can't be searched."""
    if not facts.posts:
        return tag("p", "There are no posts.", class_="nothing")
    total, held = facts.totals["posts"], len(facts.posts)
    which = (
        "All posts" if held == total else f"{held:,} of {many(total, 'post')}, those with most copies, then the newest"
    )
    form = tag(
        "form",
        tag("label", "Words in title or beginning", tag("input", type="search", id="find-words", autocomplete="off")),
        tag("label", "Source", _choice("find-source", "all sources", (row[SOURCE] for row in facts.posts))),
        tag("label", "Language", _choice("find-language", "all languages", (row[LANGUAGE] for row in facts.posts))),
        tag("label", tag("input", type="checkbox", id="find-copies"), " found more than once", class_="check"),
        class_="filters",
        role="search",
        aria_label="Posts",
        id="find",
    )
    heads = each(tag("th", name, scope="col") for name in ("title", "source", "language", "published"))
    numbers = each(tag("th", name, scope="col", class_="number") for name in ("words", "copies"))
    table = tag("table", tag("caption", which), tag("thead", tag("tr", heads, numbers)), tag("tbody", id="find-rows"))
    held_open = tag("div", table, class_="scroll", tabindex="0", role="region", aria_label="Posts that were found")
    return together(
        tag("div",
            form,
            tag("p", id="find-said", role="status", aria_live="polite"),
            held_open,
            tag("p", tag("button", "Show more", type="button", id="find-more")),
            id="find-box", hidden=True),
        tag("noscript", tag("p", "The search needs JavaScript, which does not run here.", class_="nothing")),
        data("find-data", facts.posts),
        data("period-data", _period(facts)),
    )  # fmt: skip


def _choice(name: str, everything: str, values: Iterable[str | None]) -> Html:
    options = each(tag("option", value, value=value) for value in sorted({value or "" for value in values} - {""}))
    return tag("select", tag("option", everything, value=""), options, id=name)


def _period(facts: Facts) -> dict[str, object]:
    if facts.period is None:
        return {}
    return {"labels": facts.period.labels, "series": facts.period.series}
