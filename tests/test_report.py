"""`winnow report`: what the page says, and that nothing in it can do anything."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import ingest, rows_of, winnow
from corpora import Invented, edited, listing, post, write
from hypothesis import given
from hypothesis import strategies as st
from samples import RAW

from flows.gathered import COMPARED as COMPARED_CHARACTERS
from flows.report import looks, report
from flows.reporting.charts import Columns, columns
from flows.reporting.markup import UNSEEN, data, escaped, tag
from flows.reporting.periods import ALL, MOST, fitting
from flows.reporting.sections import SECTIONS
from flows.reporting.tables import foreign
from flows.warehouse import Warehouse
from transforms.differences import COMPARED, differences

# Elements of the page that have no end.
VOID = {"meta", "input", "br"}


class Read(HTMLParser):
    """A page as a parser finds it: elements that are not closed in their order are refused."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag == name]

    @property
    def words(self) -> str:
        """What can be read on the page."""
        return " ".join(" ".join(text for where, text in self.texts if where not in {"script", "style"}).split())


def page_of(warehouse: Path, output: Path) -> str:
    report(Warehouse.open(warehouse), output)
    return output.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    ingest(RAW, folder / "warehouse")
    return folder


@pytest.fixture(scope="module")
def page(samples: Path) -> str:
    return page_of(samples / "warehouse", samples / "page.html")


def test_the_command_writes_the_page_and_says_where(samples: Path) -> None:
    done = winnow("report", "--output", "seen/of it.html", cwd=samples)
    assert (done.code, done.err.count("\n")) == (2, 1), done.said
    done = winnow("report", cwd=samples)
    assert done.code == 0, done.said
    assert done.out.startswith("report.html: ")
    assert (samples / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert not list(samples.glob(".report*"))


def test_standard_output_is_the_page_and_nothing_else(samples: Path, page: str) -> None:
    done = winnow("report", "-o", "-", cwd=samples)
    assert done.code == 0
    assert done.out == page


def test_the_page_is_the_same_when_it_is_made_again(samples: Path, page: str) -> None:
    assert page_of(samples / "warehouse", samples / "again.html") == page


def test_what_cannot_be_written_is_told_in_a_line(samples: Path) -> None:
    for arguments in (
        ("--output", "warehouse/report.html"),
        ("--output", "."),
        ("--warehouse", "nowhere"),
        ("--at", "never"),
    ):
        done = winnow("report", *arguments, cwd=samples)
        assert done.code == 2, done.said
        assert done.err.startswith("winnow: ")


def test_a_folder_without_a_commit_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    winnow("ingest", cwd=tmp_path)
    done = winnow("report", cwd=tmp_path)
    assert done.code == 2
    assert "winnow ingest" in done.err
    assert not list(tmp_path.glob("*.html"))


def test_the_page_says_what_the_tables_hold(samples: Path, page: str) -> None:
    read, posts = Read(page), rows_of(samples / "warehouse", "posts")
    copies, dumps = rows_of(samples / "warehouse", "copies"), rows_of(samples / "warehouse", "dumps")
    said = read.words
    assert f"{len(posts):,}" in said
    assert f"{len(copies):,}" in said
    for dump in dumps:
        assert dump["format"] in said
        assert dump["encoding_evidence"] in said
    for name in {copy["source"] for copy in copies} | {each["language"] for each in posts}:
        assert name in said
    for anchor, heading in ((section.anchor, section.heading) for section in SECTIONS):
        assert {"href": f"#{anchor}"} in read.all("a")
        assert any(attributes.get("id") == anchor for attributes in read.all("section"))
        assert heading in said
    held = json.loads(next(text for where, text in read.texts if where == "script" and text.startswith("[[")))
    assert {row[6] for row in held} == {each["post_id"] for each in posts}
    assert "No dump was rejected." in said
    assert "A trend needs two runs." in said


def test_the_page_needs_nothing_and_may_do_nothing_else(page: str) -> None:
    read = Read(page)
    for name, attributes in read.elements:
        assert not {"src", "srcset", "action", "style"} & attributes.keys(), name
        assert not any(key.startswith("on") for key in attributes), name
        assert attributes.get("href", "#").startswith("#"), attributes
    policy = next(each["content"] or "" for each in read.all("meta") if "http-equiv" in each)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    runs = [attributes for attributes in read.all("script") if "type" not in attributes]
    assert len(runs) == 1
    for rule, kind in (("script-src", "script"), ("style-src", "style")):
        text = next(text for where, text in read.texts if where == kind and not text.startswith(("[", "{")))
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"


def test_who_cannot_see_the_page_can_use_it(page: str) -> None:
    read = Read(page)
    names = [name for name, _ in read.elements]
    assert {"header", "nav", "main", "footer"} <= set(names)
    assert names.count("h1") == 1
    assert names.count("table") == names.count("caption")
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in read.elements:
        for key in ("aria-labelledby", "for"):
            assert attributes.get(key, ids[0]) in ids
    for attributes in read.all("svg"):
        assert attributes.get("aria-hidden") == "true" or attributes["role"] == "img"
    assert sum("role" in attributes for attributes in read.all("svg")) <= names.count("title")
    levels = [int(name[1]) for name in names if re.fullmatch(r"h[1-6]", name)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert any(attributes.get("aria-live") == "polite" for _, attributes in read.elements)
    assert all("scope" in attributes for attributes in read.all("th"))


HOSTILE = "<script>window.hacked=1</script>"
BREAKS = '</script><script>window.hacked=2</script><img src=x onerror="window.hacked=3">'


def hostile(folder: Path) -> Path:
    """A warehouse in which everything that can be a stranger's is hostile."""
    rng = random.Random(5)
    body = f"{HOSTILE} {BREAKS} \x1b[31m turned \N{RIGHT-TO-LEFT OVERRIDE}gnp.exe & " + "\n\n".join(
        post(rng).paragraphs
    )
    rows = [
        {"title": f"{HOSTILE}{BREAKS}'\"", "author": HOSTILE, "text": body},
        {"title": BREAKS, "text": body + " One more ending that stands here and nowhere else."},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    name = "<script>window.hacked=4<"
    write(folder / "raw", {f"{name}/a&b'<b>.jsonl": lines, f"{name}/other.jsonl": lines.replace("turned", "twisted")})
    (folder / "raw" / name / "<i>broken.gz").write_bytes(b"\x1f\x8b\x08\x00 not a gzip file")
    ingest(folder / "raw", folder / "warehouse")
    return folder / "warehouse"


def test_markup_of_strangers_stays_text(tmp_path: Path) -> None:
    text = page_of(hostile(tmp_path), tmp_path / "page.html")
    read = Read(text)
    assert len([each for each in read.all("script") if "type" not in each]) == 1
    assert not read.all("img")
    assert not read.all("i")
    assert HOSTILE in read.words
    assert "⟨U+202E⟩" in read.words
    assert not UNSEEN.search(text)
    assert "1 dump could not be read" in read.words
    assert "<i>broken.gz" in read.words


def test_a_warehouse_of_rejects_alone_says_so(tmp_path: Path) -> None:
    write(tmp_path / "raw", {})
    (tmp_path / "raw").mkdir(exist_ok=True)
    (tmp_path / "raw/a.gz").write_bytes(b"\x1f\x8b\x08\x00 not a gzip file")
    ingest(tmp_path / "raw", tmp_path / "warehouse")
    said = Read(page_of(tmp_path / "warehouse", tmp_path / "page.html")).words
    assert said.count("There are no posts.") >= 4
    assert "1 dump could not be read" in said


def test_no_duplicates_and_no_dates_are_told(tmp_path: Path) -> None:
    rng = random.Random(3)
    write(
        tmp_path / "raw",
        {"a.jsonl": "".join(json.dumps({"text": " ".join(post(rng).paragraphs)}) + "\n" for _ in "ab")},
    )
    ingest(tmp_path / "raw", tmp_path / "warehouse")
    said = Read(page_of(tmp_path / "warehouse", tmp_path / "page.html")).words
    assert "No post was found twice." in said
    assert "No post states a date." in said
    assert "No text needed repair." in said


def test_runs_make_a_trend(tmp_path: Path) -> None:
    rng = random.Random(4)
    whole = [post(rng) for _ in range(4)]
    for name, posts in (
        ("1.txt", whole),
        ("2.txt", [edited(rng, whole[0]), Invented("A New One", post(rng).paragraphs)]),
    ):
        write(tmp_path / "raw", {name: listing(posts)})
        ingest(tmp_path / "raw", tmp_path / "warehouse")
    read = Read(page_of(tmp_path / "warehouse", tmp_path / "page.html"))
    assert any(attributes.get("id") == "trend-posts" for attributes in read.all("figure"))
    first = min(row["run_id"] for row in rows_of(tmp_path / "warehouse", "runs"))
    report(Warehouse.open(tmp_path / "warehouse"), tmp_path / "now.html")
    done = winnow("report", "--at", "first", "-o", "then.html", cwd=tmp_path)
    assert done.code == 0, done.said
    assert f"As of run {first}" in Read((tmp_path / "then.html").read_text(encoding="utf-8")).words


@given(st.text())
def test_escaped_text_comes_back_as_it_was_but_for_what_cannot_be_seen(text: str) -> None:
    read = Read(tag("p", text))
    back = "".join(part for _, part in read.texts)
    assert [name for name, _ in read.elements] == ["p"]
    assert back == UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)
    assert Read(tag("p", title=text)).all("p")[0]["title"] == back


@given(st.recursive(st.text() | st.integers() | st.none(), st.lists))
def test_data_hold_no_markup(value: object) -> None:
    made = data("d", value)
    inside = made.removeprefix('<script type="application/json" id="d">').removesuffix("</script>")
    assert not set(inside) & set("<>&\u2028\u2029")
    json.loads(inside)


WORDS = st.lists(st.sampled_from(["a", "b", "cc", "<b>", "été"]), max_size=60).map(" ".join)


@given(WORDS, WORDS)
def test_both_texts_can_be_read_from_their_differences(left: str, right: str) -> None:
    found = differences(left, right).stretches
    for text, own in ((left, "only left"), (right, "only right")):
        mine = [stretch for stretch in found if stretch.kind in {"same", own}]
        if not any(stretch.left_out for stretch in mine):
            assert " ".join("".join(s.text if s.text[-1:].isspace() else s.text + " " for s in mine).split()) == text


def test_long_texts_are_compared_in_part_and_it_is_told() -> None:
    rng = random.Random(1)
    texts = [" ".join(f"w{rng.randrange(10**6)}" for _ in range(COMPARED + 9)) for _ in "ab"]
    found = differences(*texts)
    assert not found.compared
    total = sum(
        len(s.text.split()) + s.left_out + len(s.tail.split()) for s in found.stretches if s.kind != "only right"
    )
    assert total == COMPARED + 9


def test_every_step_of_time_can_fit() -> None:
    start = datetime(1990, 1, 31, 23, tzinfo=UTC)
    ends = [
        datetime(1990, 2, 3, tzinfo=UTC),
        datetime(1992, 1, 1, tzinfo=UTC),
        datetime(2020, 1, 1, tzinfo=UTC),
        datetime(2300, 1, 1, tzinfo=UTC),
        datetime(9999, 1, 1, tzinfo=UTC),
    ]
    assert [fitting(start, end).name for end in ends] == [step.name for step in ALL]
    assert all(fitting(start, end).place(end) - fitting(start, end).place(start) < MOST + 30 for end in ends)


def test_a_chart_of_nothing_is_a_chart() -> None:
    assert not Read(columns(Columns("c", "Nothing", [], [], "posts"))).all("rect")
    drawn = Read(columns(Columns("c", "Two", ["<a>", "b"], [0, 3], "posts")))
    assert [bar["height"] for bar in drawn.all("rect")] == ["0.00", "100.00"]
    assert "<a>: 0 posts" in drawn.words


def test_looks_end_no_element() -> None:
    assert "</" not in looks().css
    assert "</" not in looks().js
    assert escaped("&") == "&amp;"
    assert foreign("x") == "<bdi>x</bdi>"


def test_texts_of_any_length_are_compared_and_it_is_told(tmp_path: Path) -> None:
    rng = random.Random(8)
    whole = " ".join(paragraph for _ in range(60) for paragraph in post(rng).paragraphs)
    rows = [{"title": "One", "text": whole}, {"title": "Two", "text": whole + " " + " ".join(post(rng).paragraphs)}]
    write(tmp_path / "raw", {"a.jsonl": "".join(json.dumps(row) + "\n" for row in rows)})
    ingest(tmp_path / "raw", tmp_path / "warehouse")
    assert all(row["n_chars"] > COMPARED_CHARACTERS for row in rows_of(tmp_path / "warehouse", "posts"))
    said = Read(page_of(tmp_path / "warehouse", tmp_path / "page.html")).words
    assert "1 post of 1 was found more than once" in said
    assert "not all of them was compared" in said


def test_a_date_far_from_the_others_is_left_out_of_the_chart_and_told(tmp_path: Path) -> None:
    rng = random.Random(6)
    days = ["1999-05-01", *(f"2021-{1 + n % 12:02}-{1 + n % 28:02}" for n in range(399))]
    rows = (json.dumps({"text": " ".join(post(rng).paragraphs), "published": day}) + "\n" for day in days)
    write(tmp_path / "raw", {"a.jsonl": "".join(rows)})
    ingest(tmp_path / "raw", tmp_path / "warehouse")
    said = Read(page_of(tmp_path / "warehouse", tmp_path / "page.html")).words
    assert "Posts by month of publication" in said
    assert "1 post far from the others" in said
    assert "all dates reach from 1999 to 2021" in said
