"""The sample dumps are what `raw/README.md` says: facts that need nothing of winnow itself."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations

import ftfy
import pytest
from bs4 import BeautifulSoup, Tag
from lxml import etree
from samples import ENCODINGS, HEADINGS, RAW, RECURRING, SAMPLES, Recurring

COPY = "notes/copy-of-autumn.txt"
PAGE, FEED, THREAD = "skylog/index.html", "skylog/feed.xml", "notes/thread.txt"
MAILING, ARCHIVE = "backfen/mailing.txt", "atelier-velo/archive-2004.txt"
TITLED_TEXTS = sorted(path for path in SAMPLES if path.endswith(".txt") and path != THREAD)
CUT_MARKS = ("(more…)", "Lire la suite", "Read more")
NAMESPACES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
HEADER = re.compile(r"^(\w+) \| \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \| #\d+$", re.MULTILINE)
TABLE_ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| (\d+) \|", re.MULTILINE)
BYLINE = re.compile(r"(Posted by|Publié le|Geschrieben von) .+")


def decoded(path: str) -> str:
    return (RAW / path).read_bytes().decode(ENCODINGS.get(path, "utf-8"))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def shingles(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + 5]) for i in range(len(found) - 4)}


def articles() -> list[Tag]:
    return list(BeautifulSoup(decoded(PAGE), "lxml").find_all("article"))


def items() -> list[etree._Element]:
    return list(etree.fromstring((RAW / FEED).read_bytes()).iterfind("channel/item"))


def posts_in_text(path: str) -> list[tuple[str | None, str]]:
    """The posts of a text listing, cut before each of the titles that the table names."""
    lines = [ftfy.fix_text(line) if path == MAILING else line for line in decoded(path).splitlines()]
    # ftfy straightens curly quotes unless told otherwise; the titles of the mailing have none.
    starts = [lines.index(title) for title in SAMPLES[path] if title is not None]
    ends = [*starts[1:], len(lines)]
    return [(lines[a], "\n".join(lines[a + 1 : b])) for a, b in zip(starts, ends, strict=True)]


def posts_in_thread() -> list[tuple[str | None, str]]:
    parts = HEADER.split(decoded(THREAD))
    return list(zip(parts[1::2], parts[2::2], strict=True))


def posts_in_page() -> list[tuple[str | None, str]]:
    return [(a.h2.get_text(), a.select_one(".text").get_text(" ")) for a in articles()]  # type: ignore[union-attr]


def posts_in_feed() -> list[tuple[str | None, str]]:
    bodies = (item.findtext("content:encoded", namespaces=NAMESPACES) for item in items())
    return [
        (item.findtext("title"), BeautifulSoup(body, "lxml").get_text(" "))
        for item, body in zip(items(), bodies, strict=True)
    ]


@cache
def posts(path: str) -> list[tuple[str | None, str]]:
    readers = {THREAD: posts_in_thread, PAGE: posts_in_page, FEED: posts_in_feed}
    return readers[path]() if path in readers else posts_in_text(path)


def body(path: str, title: str) -> str:
    return dict(posts(path))[title]


def overlap(one: str, other: str) -> tuple[float, float]:
    """Jaccard over 5-word shingles, and the share of `other`'s shingles that `one` holds."""
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b), len(a & b) / len(b)


def test_every_sample_is_in_the_table() -> None:
    found = {path.relative_to(RAW).as_posix() for path in RAW.rglob("*") if path.is_file()}
    assert found == {*SAMPLES, "README.md"}


def test_readme_counts_the_posts_and_names_the_encodings() -> None:
    rows = TABLE_ROW.findall((RAW / "README.md").read_text("utf-8"))
    assert {path: int(n) for path, _, n in rows} == {path: len(titles) for path, titles in SAMPLES.items()}
    assert {path for path, encoding, _ in rows if not encoding.startswith("UTF-8")} == set(ENCODINGS)


@pytest.mark.parametrize("path", SAMPLES)
def test_bytes_decode_as_declared(path: str) -> None:
    text = decoded(path)
    assert text.encode(ENCODINGS.get(path, "utf-8")) == (RAW / path).read_bytes()
    assert "\N{REPLACEMENT CHARACTER}" not in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text.replace("\r\n", "\n"))


@pytest.mark.parametrize("path", ENCODINGS)
def test_single_byte_dump_is_not_utf8(path: str) -> None:
    data = (RAW / path).read_bytes()
    assert len(data) >= 1500
    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")
    # Each of these is a control character or another letter in ISO 8859-1 and 8859-15.
    assert all(char.encode("cp1252") in data for char in "œ’“”–€é")


@pytest.mark.parametrize("path", SAMPLES)
def test_line_ends(path: str) -> None:
    data = (RAW / path).read_bytes()
    returns = data.count(b"\n") if path == MAILING else 0
    assert data.count(b"\r") == data.count(b"\r\n") == returns


@pytest.mark.parametrize(("path", "heading"), HEADINGS.items())
def test_listing_opens_with_its_heading(path: str, heading: str) -> None:
    assert decoded(path).splitlines()[:2] == [heading, ""]
    assert heading not in SAMPLES[path]


@pytest.mark.parametrize("path", TITLED_TEXTS)
def test_each_title_stands_alone_once(path: str) -> None:
    lines = [ftfy.fix_text(line) if path == MAILING else line for line in decoded(path).splitlines()]
    assert [line for line in lines if line in SAMPLES[path]] == list(SAMPLES[path])
    for title in SAMPLES[path]:
        at = lines.index(title or "")
        around = [lines[at + 1], *lines[max(at - 1, 0) : at]]
        assert not any(around), title


@pytest.mark.parametrize("path", [THREAD, PAGE, FEED])
def test_structured_dump_holds_the_posts_in_order(path: str) -> None:
    assert tuple(name for name, _ in posts(path)) == SAMPLES[path]


@pytest.mark.parametrize("path", [path for path in SAMPLES if path != THREAD])
def test_posts_have_a_readable_length(path: str) -> None:
    cut = {(case.other, case.title) for case in RECURRING if case.relation == "excerpt"}
    for title, text in posts(path):
        least = 60 if (path, title) in cut else 80
        assert least <= len(words(text)) <= 350, title


# As it stands in the file, and what was meant.
MOJIBAKE = [
    ("cafÃ©", "café"),
    ("itâ€™s", "it's"),
    ("naÃ¯ve", "naïve"),
    ("KÃ¼rbisse", "Kürbisse"),
    ("groÃŸen", "großen"),
    ("Ãœberschuss", "Überschuss"),
    ("BrÃ¶tchen â€“ sie", "Brötchen – sie"),
]


@pytest.mark.parametrize(("broken", "meant"), MOJIBAKE)
def test_mojibake_can_be_repaired(broken: str, meant: str) -> None:
    text = decoded(MAILING)
    assert broken in text
    # Both sides with straight quotes, which ftfy prefers unless told otherwise.
    assert meant not in text.replace("’", "'")
    assert meant in "\n".join(ftfy.fix_text(line) for line in text.splitlines())


def test_mojibake_is_all_of_the_mailing() -> None:
    assert decoded(MAILING).encode("cp1252").decode("utf-8").count("ü") >= 10
    damaged = [title for title, _ in posts(MAILING) if title and title not in decoded(MAILING).splitlines()]
    assert damaged == ["Warum die Kürbisse wandern", "Café & cake at the seed swap", "Brot für Ungeduldige"]


def test_one_post_of_the_mailing_has_entities() -> None:
    meant = "Ruprecht & Thekla"
    assert "cr&egrave;me br&ucirc;l&eacute;e" in decoded(MAILING)
    assert meant.replace("&", "&amp;") in decoded(MAILING)
    assert "crème brûlée" in body(MAILING, "Café & cake at the seed swap")
    assert meant in body(MAILING, "Café & cake at the seed swap")


@pytest.mark.parametrize("case", RECURRING, ids=lambda case: f"{case.relation}: {case.title}")
def test_recurring_post(case: Recurring) -> None:
    fuller, other = body(case.fuller, case.title), body(case.other, case.title)
    jaccard, containment = overlap(fuller, other)
    if case.relation == "identical":
        assert words(fuller) == words(other)
    elif case.relation == "near-identical":
        assert 0.85 <= jaccard < 1
    else:
        assert jaccard < 0.8
        assert containment >= 0.9
        assert other.strip().endswith(CUT_MARKS)


def test_no_other_posts_are_alike() -> None:
    known = {frozenset([(case.fuller, case.title), (case.other, case.title)]) for case in RECURRING}
    places = [((path, title), shingles(text)) for path in SAMPLES if path != COPY for title, text in posts(path)]
    for (a, in_a), (b, in_b) in combinations(places, 2):
        if frozenset([a, b]) not in known:
            assert len(in_a & in_b) <= 0.3 * min(len(in_a), len(in_b)), (a, b)


def test_copy_has_the_same_bytes() -> None:
    assert (RAW / COPY).read_bytes() == (RAW / "tidepool/2019-autumn.txt").read_bytes()


# What a reader should be able to see in a post: dump, title, a line of its body.
SHOWN = [
    ("tidepool/2019-autumn.txt", "How to look into a rock pool", "Posted by Ansel on 6 October 2019"),
    ("tidepool/2019-autumn.txt", "How to look into a rock pool", "Before you go"),
    ("tidepool/2019-autumn.txt", "How to look into a rock pool", "When you leave"),
    (
        "tidepool/2019-autumn.txt",
        "Seven rules for swimming in September (21 Sept. 2019)",
        "2. Nobody splashes Ansel.",
    ),
    ("tidepool/2019-winter.txt", "What the tide left on Tuesday", "Posted by Wren on 22 October 2019"),
    ("tidepool/2019-winter.txt", "What the tide left on Tuesday", "(more…)"),
    ("atelier-velo/page-1.txt", "Une pompe pour quatre (30 nov. 2019)", "Lire la suite"),
    (
        "atelier-velo/page-1.txt",
        "[Atelier] Redresser une roue sans y perdre son âme (20 févr. 2020, 18h)",
        "Publié le 6 février 2020 par Odile",
    ),
    (MAILING, "Der Igel im Kompost", "Geschrieben von Thekla am 9. Juli 2017"),
]


@pytest.mark.parametrize(("path", "title", "line"), SHOWN)
def test_feature_stands_in_its_post(path: str, title: str, line: str) -> None:
    assert line in body(path, title).splitlines()


def test_a_cut_copy_can_know_what_the_whole_one_lacks() -> None:
    title = "What the tide left on Tuesday"
    assert BYLINE.search(body("tidepool/2019-winter.txt", title))
    assert not BYLINE.search(body("tidepool/2019-autumn.txt", title))


def test_page_has_navigation_and_every_kind_of_content() -> None:
    soup = BeautifulSoup(decoded(PAGE), "lxml")
    assert decoded(PAGE).startswith("<!doctype html>")
    for selector in ("nav", "body > header", "aside", "body > footer", "main ul", "blockquote", "pre code"):
        assert len(soup.select(selector)) == 1, selector
    assert [a.get_text() for a in soup.select("a.more")] == ["Read more"]


@pytest.mark.parametrize("article", articles(), ids=lambda article: article["id"])
def test_article_states_its_fields(article: Tag) -> None:
    for selector in ("h2 a[href]", "time[datetime]", ".author"):
        assert len(article.select(selector)) == 1, selector
    assert article.select("a[rel=tag]")
    month = str(article.select("time")[0]["datetime"])[:7].replace("-", "/")
    assert str(article.select("h2 a")[0]["href"]).startswith(f"https://skylog.example.org/{month}/")


@pytest.mark.parametrize("item", items(), ids=lambda item: item.findtext("title"))
def test_feed_item_states_its_fields(item: etree._Element) -> None:
    for field in ("title", "link", "guid", "pubDate", "dc:creator", "category", "content:encoded"):
        assert item.findtext(field, namespaces=NAMESPACES), field


def test_page_and_feed_share_links() -> None:
    on_page = {str(a["href"]) for article in articles() for a in article.select("h2 a")}
    assert len(on_page & {item.findtext("link") for item in items()}) == 2
