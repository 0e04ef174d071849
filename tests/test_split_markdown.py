"""Markdown with front matter: each block opens a post, and nothing else does."""

from __future__ import annotations

import time

import pytest

from transforms.errors import DumpError
from transforms.formats import recognise
from transforms.split.markdown import split_markdown

POST = """---
layout: post
title: "Herons: two of them"  # and an egret
date: 2015-03-04 10:00:00 +0100
author: Maud
categories: [Birds, 'Old walls']
description: >
  Long ago
---

# Herons: two of them

High water.

```markdown

---
title: Not a post
---
```

Setext
======

---

Note: the end

---
"""


def test_a_post_has_what_its_front_matter_states() -> None:
    (piece,) = split_markdown(POST).pieces
    assert (piece.title, piece.author, piece.published_text) == (
        "Herons: two of them",
        "Maud",
        "2015-03-04 10:00:00 +0100",
    )
    assert piece.tags == ("Birds", "Old walls")
    assert piece.body.startswith("High water.\n\n```markdown")
    assert piece.body.endswith("Note: the end\n\n---")
    assert (piece.start, piece.end) == (0, len(POST) - 1)


def test_each_block_opens_a_post() -> None:
    second = "---\r\ntitle: Two\r\ntags:\r\n- a\r\n- b\r\n...\r\n\r\nSecond.\r\n"
    split = split_markdown(f"{POST}\n{second}")
    assert [(piece.title, piece.tags) for piece in split.pieces][1] == ("Two", ("a", "b"))
    assert split.pieces[1].body == "Second."
    assert not split.residue


@pytest.mark.parametrize(
    ("source", "title", "body"),
    [
        ("---\ndate: 2015\n---\nWeir\n====\n\nHigh.", "Weir", "High."),
        ("---\ndate: 2015\n---\n# Weir #\nHigh.", "Weir", "High."),
        ("---\ntitle: Weir\n---\n# Water\n\nHigh.", "Weir", "# Water\n\nHigh."),
        ("---\ntitle: Weir\n---\n", "Weir", ""),
        ("---\ntitle: It's\n---\nx", "It's", "x"),
        ('---\ntitle: "A \\"b\\"" # c\n---\nx', 'A "b"', "x"),
        ("---\ntitle: 'It''s'\n---\nx", "It's", "x"),
        ("---\ndate: 2015\n---\nPlain words.\n\n## Later", None, "Plain words.\n\n## Later"),
    ],
)
def test_titles(source: str, title: str | None, body: str) -> None:
    (piece,) = split_markdown(source).pieces
    assert (piece.title, piece.body) == (title, body)


@pytest.mark.parametrize(
    "text",
    [
        "---\nHigh water: none.\n---\nAnd so on.",
        "Words\n\n---\ntitle: x\n---\n",
        "---\n\nA line\n\n---\n",
        "---\ntitle: never closed\n\nAnd so on.",
        "# Title\n\nWords",
    ],
)
def test_what_is_no_front_matter(text: str) -> None:
    assert recognise(text) == "text"


def test_a_dump_without_front_matter_is_refused() -> None:
    with pytest.raises(DumpError, match="no front matter"):
        split_markdown("# Weir\n")


@pytest.mark.parametrize(
    "part", ["---\n", "---\ntitle: a\n", "```\n---\ntitle: a\n---\n\n", "---\na: b\n" + "  c\n" * 300, "\n", "a: b\n"]
)
def test_no_time_is_lost_on_nonsense(part: str) -> None:
    source = "---\ntitle: a\n---\n" + part * (2_000_000 // len(part))
    begun = time.process_time()
    split_markdown(source)
    assert time.process_time() - begun < 10
