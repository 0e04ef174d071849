"""Feeds: one entry is one post, exactly."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import DumpError
from transforms.records import Piece
from transforms.split.feed import split_feed

RSS = """<?xml version="1.0" encoding="utf-8"?>
<!-- <item> in a comment -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Notes from the weir</title><link>https://weir.example/</link>
<description>Water &amp; birds</description>
<item>
  <title>Herons &amp; egrets</title>
  <link>https://weir.example/herons</link>
  <guid isPermaLink="false">weir-17</guid>
  <dc:creator>Maud Lindqvist</dc:creator>
  <pubDate>Tue, 03 Mar 2015 08:00:00 +0000</pubDate>
  <category>Birds</category><category>Water</category><category>Birds</category>
  <description>A summary that is not the post.</description>
  <content:encoded><![CDATA[<p>Two herons &amp; an egret.</p><ul><li>one<li>two</ul>
  <p><a href="https://birds.example/">more</a> </item></p>]]></content:encoded>
</item>
<item>
  <title><![CDATA[Fish &amp; chips]]></title>
  <author>tom@weir.example (Tom)</author>
  <guid>https://weir.example/fish</guid>
  <description>Plain words &amp; nothing else, 1 &lt; 2.</description>
</item>
<item><title>Empty</title></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Slow kitchen</title><author><name>Ines</name></author>
<entry><title type="html">Bread &amp;amp; &lt;em&gt;butter&lt;/em&gt;</title><id>tag:kitchen.example,2019:1</id>
<link rel="self" href="https://kitchen.example/1.xml"/><link href="https://kitchen.example/1"/>
<published>2019-05-04T10:00:00+02:00</published><updated>2020-01-01T00:00:00Z</updated>
<category term="bread" label="Bread"/>
<summary>Short.</summary><content type="html">&lt;p&gt;Knead&lt;br&gt;and wait.&lt;/p&gt;</content></entry>
<entry><title>Soup</title><id>tag:kitchen.example,2019:2</id><author><name>Rui</name></author>
<updated>2019-06-01T00:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Leeks.</p><p>Salt.</p></div></content></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Old news</title><items><rdf:Seq/></items></channel>
<item rdf:about="https://old.example/a"><title>First</title><link>https://old.example/a</link>
<dc:date>2003-02-01</dc:date><dc:subject>past</dc:subject><description>Some words.</description></item></rdf:RDF>"""


def test_rss_entries_have_all_their_fields() -> None:
    first, second, third = split_feed(RSS).pieces
    assert first == Piece(
        start=RSS.index("<item>\n"),
        end=RSS.index("</item>\n<item>\n  <title><![CDATA") + len("</item>"),
        body="Two herons & an egret.\n\n- one\n- two\n\nmore",
        title="Herons & egrets",
        author="Maud Lindqvist",
        published_text="Tue, 03 Mar 2015 08:00:00 +0000",
        url="https://weir.example/herons",
        tags=("Birds", "Water"),
        links=("https://birds.example/",),
        member="weir-17",
        boundary=("feed entry 1",),
    )
    assert (second.title, second.author, second.url) == ("Fish & chips", "Tom", "https://weir.example/fish")
    assert second.body == "Plain words & nothing else, 1 < 2."
    assert (third.title, third.body, third.member) == ("Empty", "", None)


def test_atom_entries_have_all_their_fields() -> None:
    bread, soup = split_feed(ATOM).pieces
    assert (bread.title, bread.author, bread.url) == ("Bread & butter", "Ines", "https://kitchen.example/1")
    assert (bread.body, bread.tags) == ("Knead\nand wait.", ("Bread",))
    assert (bread.published_text, bread.member) == ("2019-05-04T10:00:00+02:00", "tag:kitchen.example,2019:1")
    assert (soup.title, soup.author, soup.body) == ("Soup", "Rui", "Leeks.\n\nSalt.")
    assert soup.published_text == "2019-06-01T00:00:00Z"


def test_rss_one_has_its_items_beside_the_channel() -> None:
    (first,) = split_feed(RDF).pieces
    assert (first.title, first.body, first.tags) == ("First", "Some words.", ("past",))
    assert (first.published_text, first.url) == ("2003-02-01", "https://old.example/a")


@pytest.mark.parametrize(
    ("universal", "published"),
    [("0000-00-00 00:00:00", None), ("1970-01-01 00:00:00", "Thu, 01 Jan 1970 00:00:00 +0000")],
)
def test_a_draft_that_was_never_published_states_no_date(universal: str, published: str | None) -> None:
    item = f"""<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item><title>Draft</title>
    <pubDate>Thu, 01 Jan 1970 00:00:00 +0000</pubDate><description>The weir is still to be mended.</description>
    <wp:post_date>2009-08-11 15:16:21</wp:post_date><wp:post_date_gmt>{universal}</wp:post_date_gmt>
    </item></channel></rss>"""
    (draft,) = split_feed(item).pieces
    assert draft.published_text == published


@pytest.mark.parametrize(
    ("source", "heading"),
    [
        (RSS, "Notes from the weir\nhttps://weir.example/\nWater & birds"),
        (ATOM, "Slow kitchen\nInes"),
        (RDF, "Old news"),
    ],
)
def test_what_a_feed_says_of_itself_is_residue(source: str, heading: str) -> None:
    split = split_feed(source)
    assert [(row.kind, row.text) for row in split.residue] == [("feed heading", heading)]
    assert split.residue[0].end == split.pieces[0].start


@pytest.mark.parametrize("source", [RSS, ATOM, RDF])
def test_spans_begin_and_end_with_the_tags_of_their_entry(source: str) -> None:
    for piece in split_feed(source).pieces:
        assert source[piece.start : piece.end].startswith(("<item", "<entry"))
        assert source[piece.start : piece.end].endswith(("</item>", "</entry>"))


def test_a_feed_that_was_cut_off_keeps_what_can_be_read() -> None:
    split = split_feed(RSS[: RSS.index("<guid>https")])
    assert [piece.title for piece in split.pieces] == ["Herons & egrets", "Fish & chips"]
    assert split.pieces[-1].author == "Tom"


def test_damage_in_one_entry_leaves_the_others_whole() -> None:
    bad = "<item><title>a</b> & <c</title></item>"
    broken = f"<rss><channel>{bad}<item><title>Good &nbsp; one</title></item></channel></rss>"
    titles = [piece.title for piece in split_feed(broken).pieces]
    assert len(titles) == 2
    assert titles[1] == "Good one"


def test_definitions_inside_a_feed_are_not_followed() -> None:
    lines = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{lines}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    source = bomb + "<rss><channel><item><title>a &l12; b &f;</title></item></channel></rss>"
    (piece,) = split_feed(source).pieces
    assert piece.title == "a &l12; b &f;"


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("", "no element at all"),
        ('<?xml version="1.0"?>', "no element at all"),
        ("<html><body><item>x</item></body></html>", "<html>"),
        ('{"items": []}', "no element at all"),
    ],
)
def test_what_is_no_feed_is_refused(source: str, part: str) -> None:
    with pytest.raises(DumpError, match=part):
        split_feed(source)


def test_a_feed_without_entries_is_only_residue() -> None:
    split = split_feed("<rss><channel><title>Quiet</title></channel></rss>")
    assert (split.pieces, split.residue[0].text) == ((), "Quiet")


@pytest.mark.parametrize(
    "source",
    [
        "<rss>" + "<![CDATA[" * 50_000,
        "<rss><item>" + "&" * 200_000,
        "<feed><entry><content>" + "<a>" * 50_000,
        "<!" * 100_000,
    ],
    ids=lambda source: source[:20],
)
def test_damage_costs_no_more_than_its_length(source: str) -> None:
    began = time.perf_counter()
    with contextlib.suppress(DumpError):
        split_feed(source)
    assert time.perf_counter() - began < 20


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for source in (text, f"<rss><item>{text}</item></rss>"):
        try:
            pieces = split_feed(source).pieces
        except DumpError:
            continue
        edges = [edge for piece in pieces for edge in (piece.start, piece.end)]
        assert edges == sorted(edges)
        assert all(0 <= edge <= len(source) for edge in edges)


def test_an_emoji_written_as_its_two_halves_is_one_character() -> None:
    item = "<item><title>Sun &#55357;&#56832; &#xD83D;</title><description>It shone all day long.</description></item>"
    (piece,) = split_feed(f"<rss><channel>{item}</channel></rss>").pieces
    assert piece.title == "Sun 😀 \N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("tag", ["a:", "a:b:", "a:1", "a:-"])
def test_an_element_without_a_name_of_its_own_is_no_fault(tag: str) -> None:
    content = f'<content type="xhtml"><div><{tag}>It rained all day.</{tag}></div></content>'
    (piece,) = split_feed(f"<feed><entry><title>Rain</title>{content}</entry></feed>").pieces
    assert "It rained all day." in piece.body
