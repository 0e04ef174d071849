"""Duplicates: how many there are, and the largest groups with their differences side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flows.reporting.facts import Facts, Group, Row
from flows.reporting.markup import Html, each, escaped, tag, together
from flows.reporting.tables import foreign, many, percent, ranking
from transforms.differences import Stretch, differences

# The last size of a group that stands for itself and all larger ones.
LARGEST: Final = 10
MARKS: Final = {"only left": ("del", "only in the canonical copy: "), "only right": ("ins", "only in this copy: ")}


def duplicates(facts: Facts) -> Html:
    """The duplicate rate, sizes of groups, and the largest of them."""
    total = facts.totals
    if not total["copies"]:
        return tag("p", "There are no posts.", class_="nothing")
    if not total["duplicates"]:
        return tag("p", "No post was found twice.", class_="nothing")
    said = (
        f"{many(total['with_copies'], 'post')} of {total['posts']:,} "
        f"{'was' if total['with_copies'] == 1 else 'were'} found more than once; beside canonical copies "
        f"there are {many(total['duplicates'], 'other')}, "
        f"{percent(total['duplicates'], total['copies'])} of all copies."
    )
    relations = [(row["name"], row["copies"]) for row in facts.relations]
    sizes = [(_size(row["size"]), row["posts"]) for row in facts.sizes]
    return together(
        tag("p", said),
        tag("div",
            ranking("Copies by what they are", ("relation", "copies"), relations),
            ranking("Posts by how often they were found", ("found as", "posts"), sizes), class_="pair"),
        tag("h3", "The largest groups"),
        tag("p", "Beside the canonical copy stands the one that differs most from it. ",
            tag("del", "Struck through"), " is only in the canonical copy, ",
            tag("ins", "underlined"), " only in the other.",
            class_="note"),
        each(map(_group, facts.groups)),
    )  # fmt: skip


def _size(copies: int) -> str:
    return many(copies, "copy", "copies") if copies < LARGEST else f"{LARGEST} or more copies"


def _group(group: Group) -> Html:
    post = group.post
    head = tag("summary", tag("h4", foreign(post["title"] or "(no title)")), " ",
               tag("span", many(post["n_copies"], "copy", "copies"), class_="place"))  # fmt: skip
    left_out = post["n_copies"] - len(group.copies)
    more = tag("li", f"and {left_out:,} more", class_="note") if left_out > 0 else None
    copies = tag("ul", each(tag("li", _copy(copy)) for copy in group.copies), more, class_="copies")
    why = tag("p", f"Canonical: {post['canonical_reason']}. ", tag("code", post["post_id"]), class_="note")
    return tag("details", head, why, copies, _difference(group), class_="group", open=group.other is not None)


def _copy(copy: Row) -> Html:
    member = f" › {copy['member']}" if copy["member"] else ""
    near = "" if copy["relation"] in {"canonical", "identical"} else (
        f", jaccard {copy['jaccard']:.2f}, containment {copy['containment']:.2f}"
    )  # fmt: skip
    place = together(foreign(copy["dump_path"] + member), f", post {copy['ordinal'] + 1}")
    return together(place, " ", tag("span", copy["relation"] + near, class_="place"))


def _difference(group: Group) -> Html:
    if group.other is None or group.other_text is None:
        return tag("p", "All its copies have the same words.", class_="nothing")
    found = differences(group.post["text"], group.other_text)
    other = together(f"{group.other['relation']} copy in ", foreign(group.other["dump_path"]))
    sides = each((
        tag("div", tag("h5", "canonical copy"), _side(found.stretches, "only left"), class_="side"),
        tag("div", tag("h5", other), _side(found.stretches, "only right"), class_="side"),
    ))  # fmt: skip
    whole = found.compared and not group.cut
    short = None if whole else tag("p", "The texts are long: not all of them was compared.", class_="note")
    return together(tag("div", sides, class_="sides"), short)


def _side(stretches: Sequence[Stretch], own: str) -> Html:
    """One of the two texts, with what only it has marked."""
    return tag(
        "div", each(_stretch(each_) for each_ in stretches if each_.kind in {"same", own}), dir="auto", class_="text"
    )


def _stretch(stretch: Stretch) -> Html:
    words = (stretch.tail or stretch.text).rstrip()
    space = (stretch.tail or stretch.text)[len(words) :]
    gap = tag("span", f" … {many(stretch.left_out, 'word')} … ", class_="gap") if stretch.left_out else None
    inside = together(escaped(stretch.text), gap, escaped(words)) if gap else escaped(words)
    if stretch.kind == "same":
        return together(inside, escaped(space))
    name, said = MARKS[stretch.kind]
    return together(tag(name, tag("span", said, class_="unseen"), inside), escaped(space))
