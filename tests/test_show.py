"""`winnow show`: a post with its copies, a dump with its boundaries, and what a name may mean."""

from __future__ import annotations

import json
import random
import re
import shutil
from pathlib import Path

import pytest
from conftest import ingest, rows_of, winnow
from corpora import Invented, listing, post, write
from samples import RAW, SAMPLES
from test_containers import zipped

from flows.compared import compared
from flows.page import abridged, quoted
from flows.show import Asked, show
from flows.warehouse import Warehouse
from transforms.errors import UsageError

WINTER = "tidepool/2019-winter.txt"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(RAW, folder / "raw")
    ingest(folder / "raw", folder / "warehouse")
    return folder


class Shown:
    """What `show` prints over one warehouse."""

    def __init__(self, warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.warehouse, self.capsys = warehouse, capsys

    def __call__(self, name: str, *, boundaries: bool = False, full: bool = False) -> str:
        self.capsys.readouterr()
        show(Warehouse.open(self.warehouse), Asked(name, boundaries, full))
        return self.capsys.readouterr().out


@pytest.fixture
def shown(desk: Path, capsys: pytest.CaptureFixture[str]) -> Shown:
    return Shown(desk / "warehouse", capsys)


def id_of(warehouse: Path, title: str) -> str:
    (found,) = {row["post_id"] for row in rows_of(warehouse, "copies") if row["title"] == title}
    return str(found)


def test_a_post_is_shown_with_its_copies_and_its_text(desk: Path, shown: Shown) -> None:
    post_id = id_of(desk / "warehouse", "What the tide left on Tuesday")
    page = shown(post_id)
    (row,) = (row for row in rows_of(desk / "warehouse", "posts") if row["post_id"] == post_id)
    assert page.startswith("What the tide left on Tuesday\n")
    assert [line[4:] for line in page.splitlines() if line.startswith("  |")] == row["text"].split("\n")
    assert f"canonical: {row['canonical_reason']}" in page
    assert re.search(rf"{WINTER}, post 6\n +relation +excerpt, jaccard 0\.661, containment 1\.000", page)
    assert '2019-10-22 (written "22 October 2019")' in page
    assert "3 copies in 2 dumps" in page
    assert "author, which the canonical copy lacks, from tidepool/2019-winter.txt" in page


@pytest.mark.parametrize(
    ("canonical", "other", "expected"),
    [
        pytest.param("the old harbour", "the new harbour", "the [-old-] {+new+} harbour", id="another word"),
        pytest.param("one two\n\nthree", "one two", "one two [-three-]", id="cut short"),
        pytest.param("one two", "one two\n\nthree", "one two {+three+}", id="something added"),
        pytest.param(
            "a " * 50 + "end",
            "a " * 50 + "END",
            "a " * 14 + "[... 22 words ...] " + "a " * 14 + "[-end-] {+END+}",
            id="what is the same is abridged",
        ),
    ],
)
def test_a_copy_is_compared_with_the_canonical_one(canonical: str, other: str, expected: str) -> None:
    (line,) = compared(canonical, other, full=False)
    assert line.text.rstrip() == expected
    assert {piece.style for piece in line.pieces if "-]" in piece.text} <= {"red"}
    assert {piece.style for piece in line.pieces if "+}" in piece.text} <= {"green"}


def test_the_same_words_are_not_compared() -> None:
    assert not list(compared("one  two", "one\ntwo", full=False))


def test_many_differences_are_abridged() -> None:
    texts = [" ".join(f"{word} {side}{word}" for word in range(100)) for side in "ab"]
    (short,), (whole,) = (compared(*texts, full=full) for full in (False, True))
    assert short.text.endswith("[... 270 more stretches; --full shows all ...]")
    assert whole.text.count("[-") == whole.text.count("{+") == 100


def test_a_post_shows_what_its_copies_say_otherwise(desk: Path, shown: Shown) -> None:
    page = shown(id_of(desk / "warehouse", "Petite histoire d’une rustine (14 déc. 2019)"))
    (line,) = (line for line in page.splitlines() if line.strip().startswith("compared "))
    assert line.endswith(" pour ne pas la vexer. [-Elles s’entendent très bien toutes les deux.-]")


@pytest.mark.parametrize("path", SAMPLES)
def test_a_dump_lists_its_posts_in_their_order(shown: Shown, path: str) -> None:
    lines = shown(path).splitlines()
    assert lines[0] == path
    listed = [line for line in lines if re.match(r" +\d+  [0-9a-f]{32}  ", line)]
    assert len(listed) == len(SAMPLES[path])
    assert all(title is None or title in line for title, line in zip(SAMPLES[path], listed, strict=True))


@pytest.mark.parametrize("path", [path for path in SAMPLES if path.endswith(".txt")])
def test_a_text_dump_shows_every_line_of_the_raw_file(desk: Path, shown: Shown, path: str) -> None:
    encoding = "cp1252" if path.endswith("2004.txt") else "utf-8"
    raw = (desk / "raw" / path).read_bytes().decode(encoding).replace("\N{NO-BREAK SPACE}", " ")
    page = shown(path, boundaries=True, full=True)
    behind_bars = [line[4:].strip() for line in page.splitlines() if line.startswith("  |")]
    assert [line for line in behind_bars if line] == [line.strip() for line in raw.split("\n") if line.strip()]


@pytest.mark.parametrize("path", SAMPLES)
def test_every_start_has_its_evidence(desk: Path, shown: Shown, path: str) -> None:
    page = shown(path, boundaries=True)
    rows = [row for row in rows_of(desk / "warehouse", "copies") if row["dump_path"] == path]
    said = re.findall(r"^  starts here (.+)$", page, re.MULTILINE)
    assert said == ["; ".join(row["boundary"]) for row in sorted(rows, key=lambda row: row["start"])]
    assert page.count("\n== ") == len(rows)
    residue = [row for row in rows_of(desk / "warehouse", "residue") if row["dump_path"] == path]
    assert page.count("\n-- residue: ") == len(residue)


@pytest.mark.parametrize(
    "name",
    [WINTER, "2019-winter.txt", "winter.txt", f"raw/{WINTER}", f"/somewhere/else/{WINTER}"],
)
def test_names_of_a_dump(shown: Shown, name: str) -> None:
    assert shown(name).startswith(WINTER + "\n")


def test_beginnings_of_ids(desk: Path, shown: Shown) -> None:
    (dump_id,) = (row["dump_id"] for row in rows_of(desk / "warehouse", "dumps") if row["path"] == WINTER)
    assert shown(dump_id) == shown(dump_id[:10].upper()) == shown(WINTER)
    post_id = id_of(desk / "warehouse", "The radio that spoke only weather")
    assert shown(post_id) == shown(post_id[:10]) == shown(post_id + "\r\n")


def test_each_place_of_a_dump_has_its_name(shown: Shown) -> None:
    copy, original = shown("copy-of-autumn.txt"), shown("2019-autumn.txt")
    assert copy.startswith("notes/copy-of-autumn.txt\n")
    assert original.startswith("tidepool/2019-autumn.txt\n")
    assert "also at     tidepool/2019-autumn.txt" in copy
    assert "also at     notes/copy-of-autumn.txt" in original


@pytest.mark.parametrize(
    ("name", "boundaries", "said"),
    [
        (".txt", False, ["may mean several things", WINTER, "and more"]),
        ("2019-witner.txt", False, ["no post and no dump is named", WINTER]),
        ("lost gloves", False, ["no post and no dump is named", "A small museum of lost gloves"]),
        ("neither here nor there", False, ["no post and no dump is named", "winnow query"]),
        ("", False, ["no post and no dump is named", "winnow query"]),
        ("%", True, ["no post and no dump is named"]),
        ("'; DROP", True, ["no post and no dump is named"]),
    ],
)
def test_what_a_name_does_not_mean(shown: Shown, name: str, *, boundaries: bool, said: list[str]) -> None:
    with pytest.raises(UsageError) as raised:
        shown(name, boundaries=boundaries)
    assert [part for part in said if part not in str(raised.value)] == []


def test_boundaries_of_a_post_name_the_dumps_that_hold_it(desk: Path, shown: Shown) -> None:
    with pytest.raises(UsageError, match=r"is a post(.|\n)+2019-autumn\.txt\n  tidepool/2019-winter\.txt$"):
        shown(id_of(desk / "warehouse", "What the tide left on Tuesday"), boundaries=True)


def test_an_older_id_leads_to_the_post(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = post(random.Random(5), paragraphs=8)
    halves = [Invented(whole.title, part) for part in (whole.paragraphs[:4], whole.paragraphs[4:])]
    for name, part in [("one.jsonl", halves[0]), ("two.jsonl", halves[1]), ("whole.jsonl", whole)]:
        # Rows state their boundaries; of a text the halves would tell that it is two posts.
        row = json.dumps({"title": part.title, "text": "\n\n".join(part.paragraphs)}) + "\n"
        ingest(write(tmp_path / "raw", {name: row}), tmp_path / "warehouse")
    (row,) = rows_of(tmp_path / "warehouse", "posts")
    (alias,) = row["aliases"]
    page = Shown(tmp_path / "warehouse", capsys)(alias)
    assert f"post        {row['post_id']}" in page
    assert f"asked for   {alias}, an older id" in page


@pytest.mark.parametrize("change", ["gone", "changed", "replaced"])
def test_without_the_raw_file_the_tables_tell(tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str) -> None:
    whole = [post(random.Random(number)) for number in range(3)]
    raw = write(tmp_path / "raw", {"one.txt": listing(whole)})
    ingest(raw, tmp_path / "warehouse")
    (dump_id,) = (row["dump_id"] for row in rows_of(tmp_path / "warehouse", "dumps"))
    if change == "gone":
        (raw / "one.txt").unlink()
    else:
        write(raw, {"one.txt": "Something else altogether.\n"})
    if change == "replaced":
        ingest(raw, tmp_path / "warehouse")
    page = Shown(tmp_path / "warehouse", capsys)(dump_id, boundaries=True)
    said = {"gone": "vanished", "changed": "has changed", "replaced": "holds other bytes"}[change]
    assert re.search(rf"^  text +.*{said}.*; shown as the tables have it", page, re.MULTILINE)
    assert [part for each in whole for part in each.paragraphs if f"  | {part[:200]}" not in page] == []


def test_a_dump_of_the_same_name_is_told_apart_by_its_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in (1, 2):
        ingest(write(tmp_path / "raw", {"one.txt": listing([post(random.Random(number))])}), tmp_path / "warehouse")
    dumps = rows_of(tmp_path / "warehouse", "dumps")
    shown = Shown(tmp_path / "warehouse", capsys)
    with pytest.raises(UsageError) as raised:
        shown("one.txt")
    assert all(row["dump_id"] in str(raised.value) for row in dumps)
    assert all(f"dump        {row['dump_id']}" in shown(row["dump_id"]) for row in dumps)


def test_a_rejected_dump_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "empty.txt").touch()
    ingest(tmp_path / "raw", tmp_path / "warehouse")
    (row,) = rows_of(tmp_path / "warehouse", "dumps")
    shown = Shown(tmp_path / "warehouse", capsys)
    assert f"rejected    {row['error']}" in shown("empty.txt")
    assert f"rejected    {row['error']}" in shown("empty.txt", boundaries=True)


def test_no_control_character_of_a_dump_reaches_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = listing([post(random.Random(1))]).replace(" ", " \x1b[31m\u202e\x07\N{NO-BREAK SPACE}", 20)
    ingest(write(tmp_path / "raw", {"a\x1b[2J\nb.txt": text}), tmp_path / "warehouse")
    shown = Shown(tmp_path / "warehouse", capsys)
    row = rows_of(tmp_path / "warehouse", "posts")[0]
    for page in (shown("b.txt", boundaries=True, full=True), shown("b.txt"), shown(row["post_id"])):
        assert [line for line in page.split("\n") if not line.isprintable()] == []
    assert "\\x1b[31m\\u202e\\x07 " in shown("b.txt", boundaries=True)


LONG = "\n".join(f"line {number}" for number in range(100))


def test_long_texts_are_abridged_in_the_middle() -> None:
    lines = [line.text for line in quoted(LONG, full=False)]
    assert lines[:2] == ["line 0", "line 1"]
    assert "[... 88 lines ...]" in lines
    assert lines[-2:] == ["line 98", "line 99"]
    assert "\n".join(line.text for line in quoted(LONG, full=True)) == LONG
    assert "\n".join(line.text for line in quoted("\n".join("abcdefghijklmno"), full=False)) == "\n".join(
        "abcdefghijklmno"
    )


@pytest.mark.parametrize("length", [0, 1, 500, 520, 521, 10_000_000])
def test_long_lines_are_abridged_in_the_middle(length: int) -> None:
    short = abridged("x" * length)
    left_out = re.search(r" \[\.\.\. ([\d,]+) characters \.\.\.\] ", short)
    missing = int(left_out[1].replace(",", "")) if left_out else 0
    assert short.count("x") + missing == length
    assert len(short) <= 520


def test_the_command(desk: Path) -> None:
    ran = winnow("show", WINTER, "--boundaries", cwd=desk)
    assert (ran.code, ran.err) == (0, "")
    assert "\x1b" not in ran.out
    wrong = winnow("show", "no such", "--warehouse", "warehouse", cwd=desk)
    assert (wrong.code, wrong.out) == (2, "")
    assert winnow("show", WINTER, "--warehouse", "nowhere", cwd=desk).code == 2
    assert "--boundaries" in winnow("show", "--help", cwd=desk).out


def test_the_readme_shows_how_a_dump_is_printed(shown: Shown) -> None:
    readme = (RAW.parent / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```text\n(-- residue.*?)^```", readme, re.MULTILINE | re.DOTALL)
    page, ids = shown("archive-2004.txt", boundaries=True), re.compile(r"\b[0-9a-f]{32}\b")
    assert ids.sub("…", block) in ids.sub("…", page)


def test_a_terminal_folds_and_paints(monkeypatch: pytest.MonkeyPatch, shown: Shown) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    painted = shown(WINTER, boundaries=True)
    page = re.sub(r"\x1b\[[0-9;]*m", "", painted)
    assert page != painted
    folded = [line for line in page.splitlines() if line.startswith("  |")]
    assert folded
    assert max(map(len, folded)) <= 60


def test_a_dump_in_an_archive_is_shown_as_it_stands_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    posts = [post(random.Random(number)) for number in range(3)]
    texts = {"one.txt": listing(posts[:2]), "sub/two.txt": listing(posts[1:])}
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/all.zip").write_bytes(zipped([(name, text.encode()) for name, text in texts.items()]))
    ingest(tmp_path / "raw", tmp_path / "warehouse")
    shown = Shown(tmp_path / "warehouse", capsys)
    for name, text in texts.items():
        page = shown(f"all.zip//{name}", boundaries=True, full=True)
        assert "as it stands in the raw file" in page
        assert page.count("\n== ") == 2
        assert [line[4:] for line in page.splitlines() if line.startswith("  | ")] == text.rstrip().split("\n\n")
        assert len(re.findall(r"^ +\d  [0-9a-f]{32}  ", shown(f"all.zip//{name}"), re.MULTILINE)) == 2


def test_a_dump_is_shown_stretch_by_stretch(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = shown(WINTER, boundaries=True, full=True)
    monkeypatch.setattr("flows.raw_text.STRETCH", 100)
    monkeypatch.setattr("flows.held.BLOCK", 64)
    assert shown(WINTER, boundaries=True, full=True) == at_once
