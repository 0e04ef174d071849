"""The learning of boundaries, on a tiny collection of invented dumps."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks import learn_boundaries
from benchmarks.boundaries.composed import compose, composed, seeded, stretches
from benchmarks.boundaries.fits import Ways, fit_odds, fit_ranks, shares_of
from benchmarks.boundaries.labelled import Labelled, Post, read_collections
from benchmarks.boundaries.layouts import agreement
from benchmarks.boundaries.report import Count, count_starts, figures_of, hits
from benchmarks.boundaries.rows import Rows, learn_gate, read_sheets, row_weights
from transforms.split.text import split_lines
from transforms.split.text_candidates import Candidates, find_candidates
from transforms.split.text_gate import dump_stats
from transforms.split.text_model import BASE, score_rows
from transforms.split.text_rank import measure
from transforms.split.text_weights import MODEL

SUBJECTS = ("clocks", "bread", "rivers", "violins", "bicycles", "lanterns", "bridges", "cheese", "maps", "gardens")
SITES = {
    "hills": ("Posted on {day} by Ann", "Read more about it"),
    "harbour": ("{day} | Luis | notes", "No comments yet"),
    "orchard": ("Écrit le {day}", "Lire la suite"),
}


def listing(site: str, page: int) -> tuple[list[str], list[int]]:
    byline, footer = SITES[site]
    lines, starts = ["Archive of " + site, ""], []
    for number, subject in enumerate(SUBJECTS[page:] + SUBJECTS[:page]):
        starts.append(len(lines))
        text = f"There is more to {subject} than one thinks, and {site} has the best {subject} of all. " * 4
        lines += [
            f"What we learned of {subject} in part {page}",
            "",
            byline.format(day=f"2019-0{page + 1}-{number + 10}"),
        ]
        lines += ["", text + f"Page {page}.", "", f"And so, {subject} again. " + text, "", footer, ""]
    return lines, starts


def write_page(folder: Path, name: str, lines: list[str], starts: list[int]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    offsets = [sum(len(line) + 1 for line in lines[:start]) for start in starts]
    (folder / f"{name}.txt").write_text("\n".join(lines), "utf-8")
    (folder / f"{name}.starts.json").write_text(json.dumps([{"char": offset} for offset in offsets]), "utf-8")


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sites of two pages, two text dumps and a thread, in the layout of the collections."""
    root = tmp_path_factory.mktemp("corpora")
    for site in SITES:
        for page in (0, 1):
            lines, starts = listing(site, page)
            write_page(root / "blogs" / site, f"00{page}.main", lines, starts)
    (root / "blog_dumps" / "gold").mkdir(parents=True)
    for number, site in enumerate(("hills", "orchard")):
        lines, starts = listing(site, number + 2)
        (root / "blog_dumps" / f"00{number}_x.txt").write_text("\n".join(lines), "utf-8")
        gold = {"dump": f"00{number}_x.txt", "posts": [{"lines": [start + 1, start + 8]} for start in starts]}
        (root / "blog_dumps" / "gold" / f"00{number}.json").write_text(json.dumps(gold), "utf-8")
    (root / "threads_text").mkdir()
    posts = [
        f"user{number} | 2020-01-0{number} 10:00:00 UTC | #{number}\n\nI think so too, and for longer.\n\n-----\n"
        for number in range(1, 8)
    ]
    (root / "threads_text" / "a.md").write_text("\n".join(posts), "utf-8")
    return root


@pytest.fixture(scope="module")
def learned(
    corpora: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[str, dict[str, dict[str, float]]]]:
    """What the command wrote: the module of weights, and the figures with sites left out."""
    return run(corpora, tmp_path_factory.mktemp("out"))


def run(corpora: Path, folder: Path) -> tuple[str, dict[str, dict[str, dict[str, float]]]]:
    weights, figures = folder / "weights.py", folder / "figures.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORPORA", str(corpora))
        assert learn_boundaries.main(["--weights", str(weights), "--left-out", str(figures)]) == 0
    return weights.read_text("utf-8"), json.loads(figures.read_text("utf-8"))


def test_collections_are_read(corpora: Path) -> None:
    items = read_collections(corpora)
    assert [(item.source, item.site, item.view) for item in items][-3:] == [
        ("dumps", "000", "dumps"),
        ("dumps", "001", "dumps"),
        ("threads", "threads", "threads"),
    ]
    for item in items[:-1]:
        assert [item.lines[start].split(" of ")[0] for start in item.starts] == ["What we learned"] * len(SUBJECTS)
    assert len(items[-1].starts) == 7


def test_forum_pages_are_read_as_text(tmp_path: Path) -> None:
    words = [f"What I think of {subject} is hard to say in one sentence." for subject in SUBJECTS[:3]]
    rows = "".join(f"<div><h4>user{n}</h4><p>{text}</p></div>" for n, text in enumerate(words))
    posts = [{"post_text": text, "user": f"user{n}"} for n, text in enumerate(words)]
    (tmp_path / "forum_html").mkdir()
    (tmp_path / "forum_html" / "001.html").write_text(f"<html><body>{rows}</body></html>", "utf-8")
    truth = {"url": "https://forum.example/t/1", "posts": posts}
    (tmp_path / "forum_html" / "001.truth.json").write_text(json.dumps(truth), "utf-8")
    (item,) = read_collections(tmp_path)
    assert (item.site, item.view) == ("forum forum.example", "forum")
    assert [item.lines[start] for start in item.starts] == ["user0", "user1", "user2"]


def test_learned_weights_split_what_they_never_saw(learned: tuple[str, object]) -> None:
    namespace: dict[str, object] = {}
    exec(compile(learned[0], "weights", "exec"), namespace)  # noqa: S102 (what the command wrote)
    lines, starts = listing("harbour", 5)
    blocks = split_lines(lines, model=namespace["MODEL"])  # type: ignore[arg-type]
    assert [block.first for block in blocks if block.kind == "post"] == starts


def test_figures_name_sets_and_sites_as_the_gate_reads_them(
    learned: tuple[str, dict[str, dict[str, dict[str, float]]]],
) -> None:
    figures = learned[1]
    assert set(figures) == {"blogs as text, main", "text dumps", "threads as text", "posts alone"}
    assert set(figures["blogs as text, main"]) == {"whole set", *SITES}
    assert set(figures["text dumps"]) == {"whole set", "000", "001"}
    assert figures["text dumps"]["whole set"]["starts F1"] > 0.9
    assert figures["blogs as text, main"]["whole set"]["macro F1"] > 0.9
    assert all(0 <= score <= 1 for sites in figures.values() for each in sites.values() for score in each.values())


def test_the_same_collections_give_the_same_bytes(corpora: Path, learned: tuple[str, object], tmp_path: Path) -> None:
    again = run(corpora, tmp_path)
    assert again == learned


def test_a_site_left_out_teaches_nothing(corpora: Path) -> None:
    items = read_collections(corpora)
    # The same site with other labels: what is learned without it must not change, what is learned with it must.
    moved = [
        Labelled(i.source, i.site, i.view, i.name, i.lines, tuple(s + 4 for s in i.starts)) if i.site == "hills" else i
        for i in items
    ]
    sheets, changed = read_sheets(items), read_sheets(moved)
    before, after = Rows(sheets).titled, Rows(changed).titled
    assert before["hills"] == after["hills"]
    assert before[None] != after[None]


def test_nothing_is_learned_without_collections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CORPORA", str(tmp_path / "nowhere"))
    assert learn_boundaries.main([]) == 2
    assert "nowhere is not there" in capsys.readouterr().out
    monkeypatch.delenv("CORPORA")
    monkeypatch.setattr(learn_boundaries, "ROOT", tmp_path / "clone")
    assert learn_boundaries.main([]) == 0


def test_odds_of_one_column_are_those_counted() -> None:
    # Of 100 rows with the sign 80 are starts, of 100 without it 20: odds of 4 and 1/4.
    columns = np.repeat(np.array([[1.0], [0.0]], dtype=np.float32), 100, axis=0)
    wanted = np.array([1.0] * 80 + [0.0] * 20 + [1.0] * 20 + [0.0] * 80)
    weight, base = fit_odds(columns, wanted, np.ones(200), pull=1e-6)
    assert base == pytest.approx(-np.log(4), abs=0.01)
    assert weight == pytest.approx(2 * np.log(4), abs=0.01)
    assert abs(fit_odds(columns, wanted, np.ones(200), pull=1e6)[0]) < 0.001


def test_rows_without_weight_do_not_count() -> None:
    columns = np.array([[1.0], [0.0], [1.0]], dtype=np.float32)
    two = fit_odds(columns[:2], np.array([1.0, 0.0]), np.ones(2), 1.0)
    three = fit_odds(columns, np.array([1.0, 0.0, 0.0]), np.array([1.0, 1.0, 0.0]), 1.0)
    assert two == pytest.approx(three)


def test_ranks_of_one_measure_are_those_counted() -> None:
    # Two dumps of two ways; the way with the measure is wanted with a share of 0.9: the weight is ln 9.
    bounds = np.array([0, 2, 4])
    ways = Ways(np.array([[1.0], [0.0], [0.0], [1.0]], dtype=np.float32), np.array([0.9, 0.1, 0.1, 0.9]), bounds)
    assert fit_ranks(ways, np.ones(2), 1e-9)[0] == pytest.approx(np.log(9), abs=1e-3)
    # A dump without weight is as good as none, and the start of a fit does not move its end.
    other = Ways(ways.measures, np.array([0.9, 0.1, 0.9, 0.1]), bounds)
    assert fit_ranks(other, np.array([1.0, 0.0]), 1e-9, np.array([-3.0]))[0] == pytest.approx(np.log(9), abs=1e-3)


def test_shares_sum_to_one_and_the_best_way_has_most() -> None:
    shares = shares_of(np.array([0.5, 1.0, 0.98, 0.2, 0.2]), np.array([0, 3, 5]), 36.0)
    assert [shares[:3].sum(), shares[3:].sum()] == pytest.approx([1, 1])
    assert shares[1] > shares[2] > shares[0]
    assert shares[3] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("said", "true", "tolerance", "f1"),
    [
        ([1, 5, 9], [1, 5, 9], 0, 1.0),
        ([2, 5, 9], [1, 5, 9], 0, 4 / 6),
        ([2, 5, 9], [1, 5, 9], 2, 1.0),
        ([5, 6], [5], 2, 2 / 3),
        ([0], [4, 8], 2, 0.0),
    ],
)
def test_agreement(said: list[int], true: list[int], tolerance: int, f1: float) -> None:
    one = np.zeros(2, dtype=np.int64)
    bounds, keys = np.array([0, len(said), len(said) + 1]), np.zeros(2, dtype=np.uint64)
    found = Candidates(np.array([*said, 100]), bounds, one, one, one, one, keys, np.arange(2))
    assert agreement(found, np.array(true), tolerance) == pytest.approx([f1, 0.0])
    count = Count(hits(said, true, tolerance), len(said), len(true))
    assert count.f1 == pytest.approx(f1)


def test_listings_mark_the_first_line_of_every_post() -> None:
    posts = [Post(f"Title number {n}", (f"Body {n} begins.", "", "It goes on.", "")) for n in range(20)]
    seen = set()
    for number in range(200):
        listing = compose(posts, seeded(str(number)))
        marked = [listing.lines[start] for start in listing.starts]
        assert all(line.strip() for line in marked)
        titled = [line for line in marked if re.fullmatch(r"Title number \d+", line)]
        # Every post has its title at its start, or no post has.
        assert len(titled) in (0, len(marked))
        text = "\n".join(listing.lines)
        bodies = re.findall(r"^Body \d+ begins", text, re.MULTILINE)
        assert len(bodies) == len(marked)
        seen |= {("titled", bool(titled)), ("blank lines", "" in listing.lines), ("one", len(marked) == 1)}
    assert len(seen) == 6


def test_listings_come_out_the_same_and_sites_of_one_source_share_them() -> None:
    posts = [Post(f"Title number {n}", ("Body.", "It goes on.")) for n in range(10)]
    made = composed({("a", "a"): posts, ("b", "b1"): posts, ("b", "b2"): posts, ("c", "c"): posts[:3]}, each=10)
    assert made == composed({("c", "c"): posts[:3], ("b", "b2"): posts, ("b", "b1"): posts, ("a", "a"): posts}, each=10)
    assert {item.site for item in made} == {"a", "b1", "b2"}
    assert sum(item.source == "b" for item in made) <= 10


def test_stretches_keep_the_starts_of_their_posts() -> None:
    lines, starts = listing("hills", 0)
    items = [Labelled("s", "s", "main", str(n), tuple(lines), tuple(starts)) for n in range(20)]
    cut = list(stretches(items, most=12))
    assert len(cut) == 12
    for item in cut:
        assert 1 <= len(item.starts) <= 4
        assert all(item.lines[start].startswith("What we learned of") for start in item.starts)


def test_sources_weigh_the_same_within_a_view() -> None:
    lines, starts = listing("hills", 0)
    items = [
        Labelled(source, source, "main", str(n), tuple(lines), tuple(starts))
        for source, count in (("small", 5), ("big", 15))
        for n in range(count)
    ]
    weights = row_weights(read_sheets(items))
    assert weights[:5].sum() == pytest.approx(weights[5:].sum())


def test_figures_of_counts() -> None:
    lines, starts = listing("orchard", 0)
    items = [Labelled("s", site, "page", "x", tuple(lines), tuple(starts)) for site in ("a", "b")]
    figures = figures_of(count_starts(items, {None: MODEL}))
    assert figures == {"blogs as text, page": {"whole set": {"macro F1": 1.0}, "a": {"F1": 1.0}, "b": {"F1": 1.0}}}


def test_shipped_weights_name_every_sign_and_measure_and_no_other() -> None:
    sheet = read_sheets([Labelled("s", "s", "main", "x", *map(tuple, listing("hills", 0)))])[0]
    signs = sheet.signs(dict(MODEL.titled))
    titled, untitled = score_rows(MODEL.titled, signs), score_rows(MODEL.untitled, signs)
    found = find_candidates(sheet.page, signs, titled, untitled)
    stats = dump_stats(sheet.page, signs, titled, untitled)
    measures = measure(sheet.page, signs, (titled, untitled), found, 0.5)
    assert list(MODEL.titled) == list(MODEL.untitled) == [*signs, BASE]
    assert list(MODEL.gate) == [*stats, BASE]
    assert list(MODEL.layout) == list(measures)


def test_the_gate_tells_dumps_without_titles() -> None:
    lines, starts = listing("hills", 0)
    titled = [Labelled("a", f"a{n}", "main", str(n), tuple(lines), tuple(starts)) for n in range(4)]
    plain = [line for line in lines if not line.startswith(("What", "Posted"))]
    first = tuple(n for n, line in enumerate(plain) if line.startswith("There"))
    untitled = [Labelled("b", f"b{n}", "main", str(n), tuple(plain), first) for n in range(4)]
    sheets = read_sheets([*titled, *untitled])
    assert [sheet.untitled for sheet in sheets] == [False] * 4 + [True] * 4
    gate = learn_gate(Rows(sheets))
    assert set(gate) == {None, *(f"{site}{n}" for site in "ab" for n in range(4))}
