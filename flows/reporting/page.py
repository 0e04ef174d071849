"""The whole page: one file that needs nothing else, and may do nothing but what its own script does."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from flows.reporting.facts import Facts
from flows.reporting.markup import Html, each, tag, together
from flows.reporting.sections import SECTIONS, Section, summary
from flows.reporting.tables import foreign


@dataclass(frozen=True, slots=True)
class Looks:
    """The style sheet and the script that the page carries."""

    css: str
    js: str


def page(facts: Facts, looks: Looks) -> str:
    """The page as HTML. The same facts and looks give the same page."""
    last = facts.runs[-1]
    title = f"winnow report: {facts.name}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy(looks)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", Html(looks.css)),
    )
    when = f"As of run {last['run_id']}, which ended on {last['finished']:%Y-%m-%d at %H:%M} UTC"
    switch = tag("button", "Dark", type="button", id="theme", hidden=True, aria_pressed="false")
    header = tag(
        "header",
        tag(
            "div",
            tag("p", "winnow report", class_="kicker"),
            tag("h1", foreign(facts.name)),
            tag("p", when, class_="note"),
        ),
        switch,
    )
    links = each(tag("li", tag("a", section.heading, href=f"#{section.anchor}")) for section in SECTIONS)
    body = tag(
        "body",
        tag("a", "Skip to the figures", href="#main", class_="skip"),
        header,
        tag("nav", tag("ol", links), aria_label="Sections"),
        tag("main", summary(facts), each(_section(section, facts) for section in SECTIONS), id="main", tabindex="-1"),
        tag("footer", tag("p", "Made by winnow report; all figures are from the tables of this warehouse.")),
        tag("script", Html(looks.js)),
    )
    return "<!DOCTYPE html>\n" + tag("html", head, "\n", body, lang="en") + "\n"


def policy(looks: Looks) -> str:
    """What the page may do: run this script and use this style, known by their hashes, and nothing else."""
    style, script = (_hash(text) for text in (looks.css, looks.js))
    return f"default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'"


def _section(section: Section, facts: Facts) -> Html:
    heading = tag("h2", section.heading, id=f"{section.anchor}-heading")
    inside = together(heading, section.render(facts))
    return together("\n", tag("section", inside, id=section.anchor, aria_labelledby=f"{section.anchor}-heading"))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
