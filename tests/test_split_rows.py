"""Rows: JSON lines, JSON arrays, CSV and JSON Feed; one row is one post, exactly."""

from __future__ import annotations

import csv
import json
import time
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import DumpError
from transforms.formats import recognise
from transforms.records import Piece, Split
from transforms.split.csv_rows import split_csv
from transforms.split.fields import FieldNames, is_html, unix_lines
from transforms.split.json_feed import split_json_feed
from transforms.split.json_lines import split_json_lines

TEXTS = st.text(min_size=1).filter(lambda text: text.strip() and not is_html(text))
CELLS = st.text(st.sampled_from("ab ,;|\t\"'\n\r\N{LATIN SMALL LETTER E WITH ACUTE}"), max_size=12)


def kinds(split: Split) -> list[str]:
    return [row.kind for row in split.residue]


def bodies(split: Split) -> list[str]:
    return [piece.body for piece in split.pieces]


def test_a_row_has_all_its_fields() -> None:
    row = {
        "id": 17, "Title": "Herons", "content": "<p>Two &amp; one</p><p><a href='https://b.example/'>more</a></p>",
        "author": {"name": "Maud"}, "created_utc": 1430611200, "permalink": "https://weir.example/17",
        "tags": ["Birds", "Water", "Birds"], "score": 3,
    }  # fmt: skip
    source = "\n" + json.dumps(row) + "\r\n"
    assert split_json_lines(source).pieces == (
        Piece(
            start=1, end=len(source) - 2, body="Two & one\n\nmore", title="Herons", author="Maud",
            published_text="2015-05-03T00:00:00Z", url="https://weir.example/17", tags=("Birds", "Water"),
            links=("https://b.example/",), member="17", boundary=("row 1",),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "found", "left"),
    [
        ('{"text": "a"}\n{"text": "b', ["a"], ["broken row"]),
        ('{"text": 3}\n{"text": ["a"]}\n{"text": null}\n{}', [], ["row without text"] * 4),
        ('{"text": null, "body": "b"}\n[1]\n42\n"a"\nnonsense', ["b"], ["broken row"] * 4),
        ('{"text": "a"}\r\n\r\n{"text": "b"}\r\n', ["a", "b"], []),
        ('{"text": "a\N{LINE SEPARATOR}b"}', ["a\N{LINE SEPARATOR}b"], []),
        ('{"text": "half \\ud800 of it"}', ["half \N{REPLACEMENT CHARACTER} of it"], []),
        ('{"n": ' + "1" * 5000 + ', "text": "a"}\n{"text": "b"}', ["b"], ["broken row"]),
        ('{"text": ' + "[" * 200_000 + '\n{"text": "b"}', ["b"], ["broken row"]),
        ('{"text": "a", "id": ' + "1" * 400 + "}", ["a"], []),
        ('[{"text": "a"},\n {"text": oh}, {"text": "b"}, 3, {"te', ["a", "b"], ["broken row"] * 3),
        ('{"text": "a", "metadata": {"url": "https://a.example/"}}', ["a"], []),
    ],
)
def test_bad_rows_are_kept_as_residue_and_the_others_go_on(source: str, found: list[str], left: list[str]) -> None:
    split = split_json_lines(source)
    assert (bodies(split), kinds(split)) == (found, left)
    assert all(row.text == source[row.start : row.end] for row in split.residue)


def test_rows_with_one_id_are_two_posts() -> None:
    split = split_json_lines('{"id": "a", "text": "One."}\n{"id": "a", "text": "Two."}')
    assert [(piece.member, piece.body) for piece in split.pieces] == [("a", "One."), ("a", "Two.")]


def test_names_can_be_set() -> None:
    source = '{"text": "a", "Story": "b", "when": "3 May 2015"}'
    piece = split_json_lines(source, FieldNames(text=("story",), published=("when",))).pieces[0]
    assert (piece.body, piece.published_text) == ("b", "3 May 2015")
    assert split_csv("nr,story\n1,Water\n", FieldNames(text=("Story",))).pieces[0].body == "Water"


def test_no_row_is_no_dump() -> None:
    for source in ("", " \n", "[]"):
        with pytest.raises(DumpError, match="no row"):
            split_json_lines(source)


@given(st.lists(st.fixed_dictionaries({"text": TEXTS, "id": st.integers(0, 9)}), min_size=1), st.booleans())
def test_rows_of_json_come_back_as_they_went(rows: list[dict[str, str]], ascii_only: bool) -> None:  # noqa: FBT001
    source = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    pieces = split_json_lines(source).pieces
    assert [piece.body for piece in pieces] == [unix_lines(row["text"]) for row in rows]
    assert [json.loads(source[piece.start : piece.end]) for piece in pieces] == rows
    assert bodies(split_json_lines(json.dumps(rows, indent=1))) == [unix_lines(row["text"]) for row in rows]


@given(
    st.lists(st.tuples(TEXTS | CELLS, CELLS, TEXTS | CELLS), min_size=1),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_rows_of_csv_come_back_as_they_went(
    rows: list[tuple[str, str, str]], delimiter: str, line_end: str, quoting: int
) -> None:
    if line_end == "\n" and quoting == csv.QUOTE_MINIMAL:  # then some versions of the writer leave "\r" unquoted
        rows = [(a.replace("\r", ""), b.replace("\r", ""), c.replace("\r", "")) for a, b, c in rows]
    out = StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([("title", "text", "url"), *rows])
    split = split_csv(out.getvalue())
    wanted = [unix_lines(text) for _, text, _ in rows if text.strip() and not is_html(text)]
    assert bodies(split) == wanted
    assert len(split.pieces) + len(split.residue) == 1 + len(rows)
    for piece in split.pieces:
        again = list(csv.reader([out.getvalue()[piece.start : piece.end]], delimiter=delimiter))
        assert again
        assert tuple(again[0]) in rows


@pytest.mark.parametrize(
    ("source", "found", "left"),
    [
        ("id,text\n1,One\n2,\n3,Three\n", ["One", "Three"], ["header", "row without text"]),
        ('id;text\r\n1;"a;\r\nb ""c"""\r\n2;d', ['a;\nb "c"', "d"], ["header"]),
        ("\ufeffid\ttext\n1\tOne\n\n\n2\tTwo", ["One", "Two"], ["header"]),
        ('id,text\n1,"open\n2,Two\n3,Three\n', ['"open', "Two", "Three"], ["header"]),
        ('id,text\n1,"say "hi", then"\n2,Two\n', ["Two"], ["header", "broken row"]),
        ("id,text\n1\n2,Two,,\n3,Three,more\n", ["Two"], ["header", "broken row", "broken row"]),
        ("text\nOne\nTwo\n", ["One", "Two"], ["header"]),
        ("id,text", [], ["header"]),
    ],
)
def test_tables(source: str, found: list[str], left: list[str]) -> None:
    split = split_csv(source)
    assert (bodies(split), kinds(split)) == (found, left)
    assert all(row.text == source[row.start : row.end] for row in split.residue)


def test_a_table_without_a_text_names_its_columns() -> None:
    with pytest.raises(DumpError, match=r"columns: nr, story.*--text-field"):
        split_csv("nr,story\n1,Water\n")


FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "Weir", "authors": [{"name": "Maud"}], "items": [
 {"id": "1", "url": "https://weir.example/1", "title": "Herons", "content_html": "<p>Two &amp; one</p>",
  "date_published": "2015-05-03T00:00:00Z", "tags": ["Birds"]},
 {"id": 2, "content_text": "1 < 2 and <p> is a tag", "author": {"name": "Rui"}},
 {"id": "3"}, broken, {"id": "4", "summary": "Four."}], "home_page_url": "https://weir.example/"}"""


def test_a_json_feed() -> None:
    split = split_json_feed(FEED)
    first, second, third, fourth = split.pieces
    assert (first.title, first.body, first.author, first.tags) == ("Herons", "Two & one", "Maud", ("Birds",))
    assert (first.member, first.url, first.published_text) == ("1", "https://weir.example/1", "2015-05-03T00:00:00Z")
    assert json.loads(FEED[first.start : first.end])["id"] == "1"
    assert (second.body, second.author, second.member) == ("1 < 2 and <p> is a tag", "Rui", "2")
    assert (third.body, fourth.body, fourth.boundary) == ("", "Four.", ("feed entry 5",))
    assert kinds(split) == ["feed heading", "broken entry", "feed"]
    assert split.residue[0].text == "https://jsonfeed.org/version/1.1\nWeir\nMaud"


@pytest.mark.parametrize("cut", range(1, len(FEED), 7))
def test_a_json_feed_that_was_cut_keeps_what_can_be_read(cut: int) -> None:
    source = FEED[:cut]
    try:
        split = split_json_feed(source)
    except DumpError:
        assert cut < FEED.index('"title"')
    else:
        whole = [at for at in (FEED.index(f'{{"id": {nr}') for nr in ('"1"', "2", '"3"')) if at < cut]
        assert len(split.pieces) >= len(whole) - 1


def test_many_rows_are_quick() -> None:
    source = "\n".join(
        f'{{"id": {number}, "text": "High water at the weir, day {number}."}}' for number in range(200_000)
    )
    begun = time.process_time()
    assert len(split_json_lines(source).pieces) == 200_000
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("split", "source"),
    [
        (split_csv, 'id,text\n1,"' + "a,b\n" * 100_000),
        (split_csv, "id,text\n" + '1,"a\n' * 100_000),
        (split_csv, 'id,text\n1,"' + '""' * 1_000_000),
        (split_csv, 'id,text\n1,"' + '""x,' * 300_000),
        (split_json_lines, '[{"text": "a"},' + '{"text": oh},' * 100_000),
        (split_json_lines, '[{"text": "a"}, {"text": "' + '\\"x,' * 500_000),
        (split_json_lines, '[{"text": "a"},' + "[" * 500_000),
        (split_json_feed, '{"a": 1,' + '"b": oh,' * 100_000),
        (split_json_feed, '{"a": 1, "items": [' + '{"' * 300_000),
    ],
)
def test_hostile_rows_are_quick(split: object, source: str) -> None:
    assert callable(split)
    begun = time.process_time()
    split(source)
    assert time.process_time() - begun < 10


@given(st.text() | st.text(st.sampled_from('{}[]",:;\n\\ate1 text|<p>/')))
def test_any_text_is_rows_or_a_dump_error(text: str) -> None:
    for split in (split_json_lines, split_json_feed, split_csv):
        for source in (text, "text,id\n" + text, '[{"text": "a"}, ' + text, '{"items": [' + text):
            try:
                found = split(source)
            except DumpError:
                continue
            for row in (*found.pieces, *found.residue):
                assert 0 <= row.start <= row.end <= len(source)


def test_a_table_of_a_hundred_thousand_columns_is_a_table() -> None:
    names = ",".join(f"c{n}" for n in range(100_000))
    source = f"title,text,{names}\n" + "".join(f"T{n},The text of {n}.{',' * 100_000}\n" for n in range(3))
    assert recognise(source) == "csv"
    assert [(piece.title, piece.body) for piece in split_csv(source).pieces] == [
        (f"T{n}", f"The text of {n}.") for n in range(3)
    ]


def test_a_long_line_of_prose_is_no_header() -> None:
    assert recognise("title, text, " + "and so on it went by the weir, " * 300 + "\nOne, two, three\n") == "text"
    begun = time.process_time()
    assert recognise(("a," * 900_000 + "x" * 300 + "\n") * 2) == "text"
    assert time.process_time() - begun < 2


def test_a_header_that_is_repeated_is_no_post() -> None:
    one = "id,title,text\n7,Weir,High water.\n"
    split = split_csv(one + one)
    assert [piece.title for piece in split.pieces] == ["Weir", "Weir"]
    assert [row.kind for row in split.residue] == ["header", "header"]
