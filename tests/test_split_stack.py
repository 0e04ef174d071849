"""The posts of a Stack Exchange export."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import DumpError
from transforms.formats import recognise
from transforms.records import Piece
from transforms.split.stack_posts import split_stack_posts

POSTS = """\ufeff<?xml version="1.0" encoding="utf-8"?>
<!-- <row Id="0" Body="in a comment" /> -->
<posts>
  <row Id="4" PostTypeId="1" CreationDate="2008-07-31T21:42:52.667" OwnerUserId="8" Title="Locks &amp; weirs"
 Body="&lt;p&gt;Which
 &lt;a href=&quot;https://a.example/?b&amp;amp;c&quot;&gt;lock&lt;/a&gt;?&lt;/p&gt;&#xA;&lt;p&gt;1 &amp;lt; 2&lt;/p&gt;"
 Tags="&lt;locks&gt;&lt;old-weirs&gt;" />
  <row Id="7" PostTypeId="2" ParentId="4" OwnerDisplayName="Ana" Body='The &quot;upper&quot; one > all.' Tags="|a|b|"/>
  <row Id="8" PostTypeId="5" Body="" />
  <row Id="9" Body="&lt;p&gt;Three&lt;/p&gt;" />
</posts>"""


def test_rows_have_all_their_fields() -> None:
    split = split_stack_posts(POSTS)
    question, answer, other = split.pieces
    start = POSTS.index('<row Id="4"')
    assert question == Piece(
        start=start, end=POSTS.index("/>", start) + 2, body="Which lock?\n\n1 < 2", title="Locks & weirs",
        author="user8", published_text="2008-07-31T21:42:52.667", tags=("locks", "old-weirs"),
        links=("https://a.example/?b&c",), member="4", boundary=("row 1: question",),
    )  # fmt: skip
    assert (answer.title, answer.author, answer.body) == (None, "Ana", 'The "upper" one > all.')
    assert (answer.tags, answer.boundary) == (("a", "b"), ("row 2: answer to post 4",))
    assert (other.member, other.body, other.author) == ("9", "Three", None)
    assert [(row.kind, row.text) for row in split.residue] == [
        ("row without text", '<row Id="8" PostTypeId="5" Body="" />')
    ]
    assert recognise(POSTS) == "stack exchange"


@pytest.mark.parametrize("cut", range(POSTS.index('Id="4"'), len(POSTS), 7))
def test_an_export_that_was_cut_keeps_what_can_be_read(cut: int) -> None:
    split = split_stack_posts(POSTS[:cut])
    whole = [piece for piece in split_stack_posts(POSTS).pieces if piece.end <= cut]
    assert list(split.pieces) == whole
    if POSTS.find("/>", cut) >= 0 and POSTS.rfind("<row", 0, cut) > POSTS.rfind("/>", 0, cut):
        assert not POSTS[split.residue[-1].end : cut].strip()


def test_definitions_are_never_followed() -> None:
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))
    source = f'<!DOCTYPE posts [<!ENTITY l0 "lol">{bomb}]><posts><row Id="1" Body="a &l29; b" /></posts>'
    split = split_stack_posts(source)
    assert recognise(source) == "stack exchange"
    assert [piece.body for piece in split.pieces] == ["a &l29; b"]
    assert not split.residue


def test_text_between_rows_is_not_lost() -> None:
    split = split_stack_posts('<posts>one<row Id="1" Body="a" />two<!-- c --><row Id="2" Body="b"/></posts>three')
    assert [row.text for row in split.residue] == ["one", "two", "three"]


def test_no_row_is_no_export() -> None:
    with pytest.raises(DumpError, match="no <row>"):
        split_stack_posts("<posts></posts>")


@pytest.mark.parametrize("part", ["<row ", "<!--", "<![", "<? ", "<row a=\"'", "<!x[", '<row a="b" ', "<!"])
def test_hostile_exports_are_quick(part: str) -> None:
    begun = time.perf_counter()
    split_stack_posts('<posts><row Id="1" Body="a" />' + part * 100_000)
    assert time.perf_counter() - begun < 10


@given(st.text(st.sampled_from("<>/row \"'=!-[]?&;aBody\n"), max_size=80) | st.text())
def test_any_text_is_an_export_or_a_dump_error(text: str) -> None:
    split = split_stack_posts('<posts><row Id="1" Body="a" />' + text)
    assert split.pieces[0].body == "a"
    at = 0
    for row in sorted((*split.pieces, *split.residue), key=lambda row: row.start):
        assert at <= row.start <= row.end
        at = row.end
