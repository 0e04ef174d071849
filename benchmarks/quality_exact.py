"""What the labelled files say of themselves, read by other parsers, against what winnow made of them."""

from __future__ import annotations

import codecs
import gzip
import html
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import combinations
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pyarrow.dataset as ds
from ftfy.fixes import fix_character_width, fix_latin_ligatures, uncurl_quotes

from transforms.decode import decode
from transforms.errors import DumpError
from transforms.repair import repair_lines

# Scores by name, and lines of what is wrong.
Found = tuple[dict[str, float], list[str]]
Row = dict[str, Any]

ATOM: Final = "{http://www.w3.org/2005/Atom}"
WORDPRESS: Final = "{http://wordpress.org/export/1.2/}"
NEVER: Final = "0000-00-00 00:00:00"
HEADER: Final = re.compile(r"^(.+) \| (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC \| #(\d+)$", re.MULTILINE)
RECORD: Final = re.compile(rb"^WARC-Type: *(?:response|conversion)\r?$", re.MULTILINE | re.IGNORECASE)


def exports(warehouse: Path, folder: Path) -> Found:
    """Every entry of every export and feed, with its title and its date."""
    want_titles, want_dates, have_titles, have_dates = (Counter[Hashable]() for _ in range(4))
    copies = table(warehouse, "copies")
    for path in sorted(folder.glob("*.xml")):
        for title, moment in entries(path):
            want_titles[path.name, tidy(title)] += 1
            want_dates[path.name, tidy(title), moment] += 1
        for copy in (copy for copy in copies if copy["dump_path"] == path.name):
            have_titles[path.name, tidy(copy["title"])] += 1
            have_dates[path.name, tidy(copy["title"]), copy["published"]] += 1
    found, of = have_titles.total(), want_titles.total()
    totals = {
        "entries": round(min(found, of) / max(found, of), 4),
        "titles": in_common(want_titles, have_titles),
        "dates": in_common(want_dates, have_dates),
    }
    return totals, [*differences(want_titles, have_titles), *differences(want_dates, have_dates)]


def entries(path: Path) -> Iterator[tuple[str | None, datetime | None]]:
    """Title and moment of publication of each entry, as the file states them."""
    root = ElementTree.parse(path).getroot()  # noqa: S314 - the files of the collection are known
    for item in root.iter("item"):
        stated, sent = item.findtext(f"{WORDPRESS}post_date_gmt"), item.findtext("pubDate")
        if stated and stated != NEVER:
            yield item.findtext("title"), datetime.fromisoformat(stated).replace(tzinfo=UTC)
        else:
            # A draft was never published, and says so.
            yield item.findtext("title"), parsedate_to_datetime(sent) if sent and stated is None else None
    for entry in root.iter(f"{ATOM}entry"):
        stated = entry.findtext(f"{ATOM}published")
        yield entry.findtext(f"{ATOM}title"), datetime.fromisoformat(stated).astimezone(UTC) if stated else None


def threads(warehouse: Path, folder: Path) -> dict[str, float]:
    """The same posts by what their header line states: who wrote the n-th post, and the time in its header."""
    copies: dict[str, list[Row]] = defaultdict(list)
    for copy in table(warehouse, "copies"):
        copies[copy["dump_path"]].append(copy)
    order, order_found, timed, timed_found = (Counter[Hashable]() for _ in range(4))
    for page in sorted(folder.glob("*.md")):
        users = {post["post_number"]: post["username"] for post in truth_of(page)}
        headers = {int(number): time for user, time, number in HEADER.findall(page.read_text("utf-8"))
                   if users.get(int(number)) == user}  # fmt: skip
        found = sorted(copies[page.name], key=lambda copy: copy["start"])
        order.update((page.name, place, users[number]) for place, number in enumerate(sorted(users)))
        order_found.update((page.name, place, copy["author"]) for place, copy in enumerate(found))
        timed.update((page.name, users[number], time) for number, time in headers.items())
        timed_found.update((page.name, copy["author"], seconds(copy["published"])) for copy in found)
    return {
        "author and order F1": f1(order, order_found),
        "author and time of the header F1": f1(timed, timed_found),
    }


def truth_of(page: Path) -> list[Row]:
    """The posts of a thread, as labelled."""
    found: list[Row] = json.loads(page.with_suffix(".truth.json").read_text("utf-8"))["posts"]
    return found


def charsets(folder: Path) -> Found:
    """Files that decode to what Python's codec of the folder's name makes of them."""
    right, wrong = 0, []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        codec = codec_of(path.parent.name)
        if codec is None:
            continue  # Python has no codec of that name, so there is nothing to compare with
        data = path.read_bytes()
        try:
            decoded = decode(data)
            same = decoded.text.removeprefix("\ufeff") == data.decode(codec).removeprefix("\ufeff")
            said = f"read as {decoded.encoding}"
        except (DumpError, UnicodeDecodeError) as error:
            same, said = False, str(error)
        right += same
        wrong += [] if same else [f"{path.parent.name}/{path.name}: {said}"]
    return {"files": round(right / (right + len(wrong)), 4)}, wrong


def codec_of(folder: str) -> str | None:
    """The codec that a folder is named for; a language may stand behind it."""
    for name in (folder, folder.rpartition("-")[0], folder.replace("IBM", "cp")):
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return None


def mojibake(folder: Path) -> Found:
    """Damaged strings that come out right. Quotes, ligatures and wide characters are left alone on purpose."""
    cases = [case for path in sorted(folder.glob("*.json")) for case in json.loads(path.read_text("utf-8"))]
    known = [case for case in cases if case["expect"] == "pass"]
    wrong = [case for case in known if not restored(case)]
    return {"cases": round(1 - len(wrong) / len(known), 4)}, [f"{case['label']}: {case['original']}" for case in wrong]


def restored(case: Row) -> bool:
    """Whether a case is repaired, or would be but for its style."""
    repaired = "\n".join(repair_lines(case["original"].split("\n")).lines)
    return in_one_style(repaired) == in_one_style(case["fixed"])


def in_one_style(text: str) -> str:
    return unicodedata.normalize("NFC", uncurl_quotes(fix_latin_ligatures(fix_character_width(text))))


def articles(folder: Path) -> tuple[list[Row], set[frozenset[str]]]:
    """The articles as rows, and which pairs of them are nearly the same."""
    lines = (folder / "articles_1000.train").read_text("utf-8").splitlines()
    rows = [dict(zip(("id", "text"), line.split(" ", 1), strict=True)) for line in lines]
    truth = (folder / "articles_1000.truth").read_text("utf-8").split("\n")
    return rows, {frozenset(line.split()) for line in truth if line}


def pairs(warehouse: Path, truth: set[frozenset[str]]) -> Found:
    """Pairs of articles that became one post."""
    posts: dict[str, list[str]] = defaultdict(list)
    for copy in table(warehouse, "copies"):
        posts[copy["post_id"]].append(copy["member"])
    found = {frozenset(pair) for members in posts.values() for pair in combinations(members, 2)}
    wrong = [f"missed: {sorted(pair)}" for pair in truth - found] + [f"false: {sorted(pair)}" for pair in found - truth]
    return {"pairs F1": f1(Counter(truth), Counter(found))}, wrong


def warc(warehouse: Path, folder: Path) -> Found:
    """Every response or conversion record is a dump."""
    found, of, wrong = 0, 0, []
    members = Counter(dump["path"] for dump in table(warehouse, "dumps") if dump["member"] is not None)
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        records = len(RECORD.findall(gzip.decompress(data) if path.suffix == ".gz" else data))
        found, of = found + min(records, members[path.name]), of + max(records, members[path.name])
        if records != members[path.name]:
            wrong.append(f"{path.name}: {members[path.name]} dumps of {records} records")
    return {"records": round(found / of, 4)}, wrong


def table(warehouse: Path, name: str) -> list[Row]:
    """The rows of a table."""
    rows: list[Row] = ds.dataset((warehouse / "current").resolve() / name).to_table().to_pylist()
    return rows


def tidy(title: str | None) -> str:
    """A title as it reads, without the entities and spaces of its markup."""
    return " ".join(html.unescape(title or "").split())


def seconds(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else None


def f1(want: Counter[Any], have: Counter[Any]) -> float:
    """The harmonic mean of precision and recall."""
    of = want.total() + have.total()
    return round(2 * (want & have).total() / of, 4) if of else 1.0


def in_common(want: Counter[Any], have: Counter[Any]) -> float:
    """The share that both have, of the larger of the two."""
    return round((want & have).total() / max(want.total(), have.total(), 1), 4)


def differences(want: Counter[Any], have: Counter[Any]) -> Sequence[str]:
    return [f"missed: {each}" for each in want - have] + [f"false: {each}" for each in have - want]
