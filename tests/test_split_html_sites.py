"""Pages in the manners of many generators: what a reader would say that they hold is what is found."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from html_sites import DAYS, ESSAY_TEXT, LISTINGS, NAMES, SINGLES, THREADS, WHOLE, Entry, document, listing

from transforms.split.html import split_html

SITES = {**LISTINGS, **THREADS, **SINGLES}


@pytest.mark.parametrize("name", SITES)
def test_posts_are_found_whole_and_with_their_fields(name: str) -> None:
    source, expected = SITES[name]
    found = split_html(source).pieces
    assert [Entry(p.body, p.title, p.author, p.published_text) for p in found] == expected


@pytest.mark.parametrize("name", SITES)
def test_what_belongs_to_no_post_is_residue(name: str) -> None:
    source, _ = SITES[name]
    split = split_html(source)
    rest = "\n".join(row.text for row in split.residue)
    for words in ("All rights are left as found", "Feed", "Topic:", "Greetings from the mill", "Read next"):
        assert (words in rest) == (words in source), words


def test_a_thread_ends_with_its_last_dated_message() -> None:
    message = "<div><b>{name}</b><br><i>{day}</i><p>{body}</p></div>"
    after = "<div>Viewing page 1 of 1</div><div>Soup without salt. My neighbour cooks without salt and says...</div>"
    pieces = split_html(document(f"<h1>Soup</h1><div>{listing(message)}{after}</div>")).pieces
    assert [piece.published_text for piece in pieces] == list(DAYS)


def test_a_search_form_does_not_open_a_thread() -> None:
    message = '<div class="m"><a href="/u/{name}">{name}</a> <i>{day}</i><div class="c x">{body}</div></div>'
    form = '<div class="c">Search in all of the forum and its archive, and sort by date</div>'
    pieces = split_html(document(f"{form}<h1>Soup</h1><div>{listing(message)}</div>")).pieces
    assert [piece.author for piece in pieces] == list(NAMES)


def test_labels_that_repeat_are_no_titles() -> None:
    message = (
        '<article><h4><a href="/members/{n}">{name}</a></h4><h5>Member</h5>'
        '<time datetime="{iso}">{day}</time><p>{body}</p></article>'
    )
    assert not any(piece.title for piece in split_html(document(listing(message))).pieces)


def test_the_day_somebody_joined_or_edited_is_not_that_of_the_message() -> None:
    message = (
        '<div class="m"><a href="/u/{name}">{name}</a><p class="j">Joined: 5 May 2009</p><p class="d">{day}</p>'
        '<div class="c"><p>{body}</p><p>{more}</p></div><p class="e">Edited by a moderator: 28 August 2019</p></div>'
    )
    pieces = split_html(document(f"<h1>Soup</h1>{listing(message)}")).pieces
    assert [piece.published_text for piece in pieces] == list(DAYS)
    assert [piece.body for piece in pieces] == list(WHOLE)


def test_lists_of_links_that_an_author_repeats_stay() -> None:
    post = (
        '<article><h2><a href="/{n}">{title}</a></h2><p>{body}</p>'
        '<ul><li><a href="/part-1">The first part of all</a></li></ul></article>'
    )
    assert all("- The first part of all" in piece.body for piece in split_html(document(listing(post))).pieces)


def test_evidence_does_not_depend_on_the_seed_of_hashes() -> None:
    code = (
        "from html_sites import LISTINGS\nfrom transforms.split.html import split_html\n"
        "print([piece.boundary for source, _ in LISTINGS.values() for piece in split_html(source).pieces])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


def test_a_page_of_many_megabytes_is_one_post() -> None:
    source = document(
        "<h1>On walls</h1><div>" + SINGLES["a post without a page"][0].split("</h1>")[1] * 2_000 + "</div>"
    )
    (piece,) = split_html(source).pieces
    assert piece.body.count(ESSAY_TEXT) == 2_000
