"""The format of a dump, told by its content."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.formats import LOOKED_AT, recognise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "text"),
        (" \n\t", "text"),
        ("Dear diary", "text"),
        ("<3 this harbour, and its boats.", "text"),
        ("<ana@example.org> wrote: see you there", "text"),
        ("Note: <html> is the first tag of a page, <body> the next.", "text"),
        ("How to <p>write</p> <p>paragraphs</p>", "text"),
        ("< p > is no tag" * 30, "text"),
        ("<" * 5000, "text"),
        ("<!DOCTYPE html><title>x</title>", "html"),
        ("\n  <html lang='en'><body>x", "html"),
        ("<HTML>", "html"),
        ("<body class='a'>x", "html"),
        ('<!-- saved --><head data-x="1">', "html"),
        ("<p>One.</p>\n<p>Two.</p>", "html"),
        ("<div class='post'><h2>Title</h2><p>Body", "html"),
        ("<p>" + "One paragraph and no more tags. " * 100, "text"),
        ('<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>', "feed"),
        ('<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">', "feed"),
        ("<RSS version='0.91'>", "feed"),
        ('<?xml version="1.0"?><rdf:RDF xmlns="http://purl.org/rss/1.0/">', "feed"),
        ('<rss version="2.0"><item><description>&lt;p&gt;<html><body>', "feed"),
        ("<html><body><p>An <rss> tag begins a feed.", "html"),
        ("<feedback>not a feed</feedback>", "text"),
        ('\n{"text": "a"}\n{"text": "b"}\n', "jsonl"),
        ('{"text": "' + "a" * 9000 + '"}\n{"te', "jsonl"),
        ('{"n": 1}\n{"n": 2}', "jsonl"),
        ('{"n": 1}', "text"),
        ('{\n "text": "a"\n}', "text"),
        ("{curly} words\n{begin}", "text"),
        ('[ {"text": "a"},', "jsonl"),
        ("[a note] in brackets", "text"),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": []}', "json feed"),
        ('{"items": [{"id": "1"}], "version": "https:\\/\\/jsonfeed.org\\/version\\/1"}', "json feed"),
        ('{"text": "\\"version\\": \\"https://jsonfeed.org/version/1\\""}', "jsonl"),
        ("title,text\nWeir,High water.\n", "csv"),
        ('id;title;body\r\n1;a;"b;\nc"\r\n', "csv"),
        ("date\ttext\n2015\tWater\n", "csv"),
        ("Title, text and pictures by Ana\nHigh water, and boats", "text"),
        ("text\nHigh water, and boats", "text"),
        ("title,text\nHigh water, boats, and a heron.\nThe end.\n", "text"),
        ("id | text\n---|---\n1 | water\n", "text"),
        ("title,text", "text"),
        ("Title: Weir\nDate: 2015-03-05\nAuthor: Ana\n\nHigh water.", "text"),
        ("---\nFrom: ana@weir.example\nDate: 5 Mar 2015 10:00\n---\n# Weir", "markdown"),
        ("From: Ana\nSent: Thursday\nTo: Rui\nSubject: Weir\n\nHigh water.", "text"),
        ("From: a@x.example\nTo: b@x.example\nDate: Thu, 5 Mar 2015 10:00:00 +0000\n\nHigh water.", "mbox"),
        ("From a@x.example Thu Mar  5 10:00:00 2015\nSubject: Weir\n\nHigh water.", "mbox"),
        ("From a@x.example Thu Mar  5 10:00:00 2015 we had high water.\nThen it fell.", "text"),
        ('<?xml version="1.0"?>\n<posts>\n<row Id="1" Body="a" />', "stack exchange"),
        ("<posts><p>One.</p><p>Two.</p></posts>", "html"),
    ],
)
def test_formats(text: str, expected: str) -> None:
    assert recognise(text) == expected


@given(st.text(st.sampled_from("<>/ap!-dochtmlrsfeb \n="), max_size=200))
def test_any_text_has_a_format_and_what_comes_later_does_not_matter(text: str) -> None:
    head = text.ljust(LOOKED_AT)
    assert recognise(head) == recognise(head + "<html><rss ><p></p>")
    assert recognise(text) in {"text", "html", "feed"}


@pytest.mark.parametrize("part", ["<", "<p ", "<!doctype ", "<div <", "<rss", "</" * 3])
def test_hostile_openings_are_quick(part: str) -> None:
    assert recognise(part * 300_000) in {"text", "html", "feed"}
