"""The quality gate holds scores against their pins, and the tables of the READMEs say what is pinned."""

from __future__ import annotations

import codecs
import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import environment

from benchmarks import quality, quality_exact, quality_pins, quality_sets
from benchmarks.quality_pins import GOALS, LEFT_OUT, ROOT, SHIPPED, WHOLE, Difference, between, differences

FEED = """<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<item><title>One &amp;amp; two</title><pubDate>Wed, 25 Apr 2007 13:41:07 +0200</pubDate></item>
<item><title/><wp:post_date_gmt>2008-01-02 03:04:05</wp:post_date_gmt></item>
<item><title>Draft</title><pubDate>Thu, 01 Jan 1970 00:00:00 +0000</pubDate>
<wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt></item></channel></rss>"""


@pytest.mark.parametrize(
    ("readme", "name", "table"),
    [
        (ROOT / "README.md", "accuracy", quality_pins.accuracy_table),
        (ROOT / "benchmarks" / "README.md", "sites", quality_pins.sites_table),
    ],
)
def test_the_tables_say_what_is_pinned(readme: Path, name: str, table: object) -> None:
    assert callable(table)
    text = readme.read_text(encoding="utf-8")
    assert between(text, name, table(quality_pins.load())) == text, "run `python -m benchmarks.quality --readme`"


def test_every_goal_is_measured_and_every_set_has_one() -> None:
    scores = quality_pins.load()
    assert {goal.set for goal in GOALS} == quality_sets.SETS.keys()
    measured = {(name, measure) for name, sites in scores[SHIPPED].items() for measure in sites[WHOLE]}
    assert {(goal.set, goal.measure) for goal in GOALS if goal.set in scores[SHIPPED]} <= measured
    assert scores[LEFT_OUT].keys() <= quality_sets.SETS.keys()


def test_scores_are_shares() -> None:
    for part in quality_pins.load().values():
        assert [
            score for sites in part.values() for score in quality_pins.flat(sites).values() if not 0 <= score <= 1
        ] == []


@pytest.mark.parametrize(
    ("pinned", "now", "lower"),
    [
        (0.9, 0.9, []),
        (0.9, 0.8996, []),
        (0.9, 0.8994, [True]),
        (0.9, 0.9004, []),
        (0.9, 0.95, [False]),
        (None, 0.1, [False]),
        (0.9, None, [True]),
    ],
)
def test_what_counts_as_lower(pinned: float | None, now: float | None, lower: list[bool]) -> None:
    old, new = ({"set": {WHOLE: {} if score is None else {"F1": score}}} for score in (pinned, now))
    assert [each.lower for each in differences(old, new)] == lower


def test_one_site_that_falls_is_seen_and_sets_not_measured_are_left_alone() -> None:
    pinned = {"a": {WHOLE: {"F1": 0.9}, "one": {"F1": 0.9}, "two": {"F1": 0.9}}, "b": {WHOLE: {"F1": 1.0}}}
    now = {"a": {WHOLE: {"F1": 0.91}, "one": {"F1": 1.0}, "two": {"F1": 0.82}}}
    assert [each for each in differences(pinned, now) if each.lower] == [Difference("a", "two", "F1", 0.9, 0.82)]


@pytest.mark.parametrize(
    ("score", "shown"),
    [(0.9995, "0.999"), (1.0, "1.000"), (0.9123, "0.912"), (0.94, "0.940"), (0.0, "0.000"), (None, "–")],
)
def test_no_score_is_rounded_up(score: float | None, shown: str) -> None:
    assert quality_pins.shown(score) == shown


def test_pins_come_back_as_they_went(tmp_path: Path) -> None:
    scores = {SHIPPED: {"a": {WHOLE: {"F1": 0.5}}}, LEFT_OUT: {}}
    quality_pins.save(scores, tmp_path / "scores.json")
    assert quality_pins.load(tmp_path / "scores.json") == scores
    assert quality_pins.load(tmp_path / "none.json") == {SHIPPED: {}, LEFT_OUT: {}}


def test_a_table_is_put_between_its_markers_again_and_again() -> None:
    empty = "a\n<!-- x -->\n<!-- end of x -->\nb"
    once = between(empty, "x", "| 1 |")
    assert once == "a\n<!-- x -->\n| 1 |\n<!-- end of x -->\nb"
    assert between(once, "x", "| 1 |") == once
    assert between(once, "x", r"\1 $2") == "a\n<!-- x -->\n\\1 $2\n<!-- end of x -->\nb"
    with pytest.raises(ValueError, match="end of y"):
        between(empty, "y", "")


@pytest.mark.parametrize(
    ("want", "have", "f1", "in_common"),
    [
        ("aab", "aab", 1.0, 1.0),
        ("aab", "ab", 0.8, 0.6667),
        ("ab", "abcd", 0.6667, 0.5),
        ("a", "b", 0, 0),
        ("", "", 1.0, 0),
    ],
)
def test_figures(want: str, have: str, f1: float, in_common: float) -> None:
    assert quality_exact.f1(Counter(want), Counter(have)) == f1
    assert quality_exact.in_common(Counter(want), Counter(have)) == in_common


def test_entries_are_read_by_another_parser(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(FEED, encoding="utf-8")
    first, second, draft = quality_exact.entries(path)
    assert first == ("One &amp; two", datetime(2007, 4, 25, 11, 41, 7, tzinfo=UTC))
    assert quality_exact.tidy(first[0]) == "One & two"
    assert second == ("", datetime(2008, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert draft == ("Draft", None)


@pytest.mark.parametrize(
    ("folder", "codec"),
    [("KOI8-R", "koi8-r"), ("windows-1250-polish", "cp1250"), ("IBM866", "cp866"), ("iso-8859-9-turkish", "iso8859-9")],
)
def test_folders_name_their_codec(folder: str, codec: str) -> None:
    assert quality_exact.codec_of(folder) == codecs.lookup(codec).name
    assert quality_exact.codec_of("EUC-TW") is None


def gate(*arguments: str, corpora: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.quality", *arguments],
        cwd=ROOT,
        env=environment({"CORPORA": str(corpora)}),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_lower_score_fails_with_both_figures(tmp_path: Path) -> None:
    files = tmp_path / "corpora" / "charset" / "utf-8"
    files.mkdir(parents=True)
    (tmp_path / "score").mkdir()
    (tmp_path / "score" / "score.py").touch()
    (files / "right.txt").write_text("Déjà vu.\n" * 20, encoding="utf-8")
    good = gate("charsets", "WARC", corpora=tmp_path / "corpora")
    assert good.returncode == 0, good.stderr
    assert "charsets: files 1.0000" in good.stdout
    assert "WARC: not measured" in good.stdout
    (files / "wrong.txt").write_bytes(b"\x00\x01\x02\xff" * 99)
    bad = gate("charsets", "--details", corpora=tmp_path / "corpora")
    assert bad.returncode == 1, bad.stderr
    assert "LOWER THAN PINNED" in bad.stdout
    assert "-> 0.5000" in bad.stdout
    assert "utf-8/wrong.txt" in bad.stdout


def test_without_the_collections_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(quality, "ROOT", tmp_path / "clone")
    monkeypatch.setattr(sys, "argv", ["quality"])
    monkeypatch.delenv("CORPORA", raising=False)
    assert quality.main() == 0
    monkeypatch.setenv("CORPORA", str(tmp_path / "gone"))
    assert quality.main() == 2
    assert capsys.readouterr().out.count("nothing was measured") == 2


def test_figures_of_sites_left_out_are_judged_too(tmp_path: Path) -> None:
    worse = {name: {site: dict.fromkeys(found, 0.0) for site, found in sites.items()}
             for name, sites in quality_pins.load()[LEFT_OUT].items()}  # fmt: skip
    (tmp_path / "left_out.json").write_text(json.dumps(worse), encoding="utf-8")
    done = gate("--left-out", str(tmp_path / "left_out.json"), corpora=tmp_path)
    assert done.returncode == (1 if worse else 0), done.stderr
