"""The harness of the whole job: what it counts as found, how it compares, what it draws and refuses."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="costs are measured where the system counts them")

from benchmarks.bench import __main__ as command
from benchmarks.bench import dumps, plot, scenarios, truth, turns
from benchmarks.bench.dumps import Wanted
from benchmarks.bench.turns import Tool
from benchmarks.measured import CommandError, Cost


def taking(*seconds: float) -> Tool:
    """A tool that takes so long in each round, half of it on processors."""
    left = list(seconds)

    def job(_dumps: Path, folder: Path) -> Cost:
        assert not list(folder.iterdir())
        (folder / "made").touch()
        now = left.pop(0)
        return Cost(now, now / 2, int(now * 1_000_000))

    return Tool(f"takes {seconds[0]}", job)


def failing(_dumps: Path, _folder: Path) -> Cost:
    raise CommandError("it fell | over")


def test_figures_are_medians_and_ratios_are_of_one_round(tmp_path: Path) -> None:
    tools = [taking(1, 2, 10), taking(2, 3, 80), Tool("broken", failing), Tool("absent", lambda *_: "does not install")]
    found = turns.in_turn(tools, tmp_path, tmp_path / "ran", 3)
    own, other, broken, absent = found.values()
    assert (own.seconds, own.processor, own.peak) == (2, 1, 10_000_000)
    assert turns.ratio(other, own, lambda cost: cost.seconds) == 2  # of 2, 1.5 and 8
    assert (broken.failure, absent.failure) == ("it fell / over", "does not install")
    lines = turns.compared(found, 4_000_000)
    assert {len(line) for line in lines} == {len(turns.COMPARED)}
    assert lines[1] == ["takes 2", "3.0", "1.3", "2.0", "1.5", "2.0", "80 MB"]
    assert (tmp_path / "ran" / "takes 1" / "made").exists()


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> truth.Truth:
    folder = tmp_path_factory.mktemp("dumps") / "rows"
    dumps.write(Wanted("rows", posts=800), folder)
    return truth.truth_of(folder)


def test_copies_are_true_duplicates_by_the_plain_definition(known: truth.Truth) -> None:
    said = [verdict for _, verdict in known.pairs.values()]
    assert 100 < len(said) < 220
    assert known.count(truth.NEAR) > known.count(frozenset({"excerpt"})) > 0
    assert known.count(frozenset(said)) == len(said)


def test_who_groups_by_the_truth_finds_all_and_removes_none_falsely(known: truth.Truth) -> None:
    groups = known.families
    found = truth.score(known, truth.Grouped(groups, {family: family for family in groups.values()}))
    assert (found.near, found.excerpts) == (known.count(truth.NEAR), known.count(frozenset({"excerpt"})))
    assert (found.false, found.removed) == (0, len(known.pairs))


def test_who_groups_nothing_finds_nothing_and_who_groups_all_removes_falsely(known: truth.Truth) -> None:
    alone = {row: row for row in known.families}
    assert truth.score(known, truth.Grouped(alone, alone)) == truth.Score(0, 0, 0, 0)
    first = next(iter(alone))
    found = truth.score(known, truth.Grouped(dict.fromkeys(alone, "one"), {"one": first}))
    family = sum(root == known.families[first] for root in known.families.values())
    assert (found.removed, found.false) == (len(alone) - 1, len(alone) - family)


def test_an_answer_without_kept_rows_keeps_the_first(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(json.dumps({"b": "g", "a": "g", "c": "c"}), "utf-8")
    assert truth.grouped("other", tmp_path).kept == {"g": "b", "c": "c"}


@pytest.mark.parametrize("line", [[(10.0, 1.0), (1000.0, 90.0)], [(10.0, 2.0)], [(1.0, 5.0), (2.0, 5.0)]])
def test_a_plot_is_well_formed_and_keeps_within_its_frame(line: list[tuple[float, float]]) -> None:
    drawn = ET.fromstring(plot.svg([plot.Panel("a & b", "MB", "s", {"<one>": line, "two": line})]))  # noqa: S314 - made here
    space = "{http://www.w3.org/2000/svg}"
    dots = drawn.findall(f".//{space}circle")
    assert len(dots) == 2 * len(line)
    for dot in dots:
        assert plot.LEFT <= float(dot.get("cx", "")) <= plot.WIDTH - plot.RIGHT
        assert plot.TOP <= float(dot.get("cy", "")) <= plot.HEIGHT - plot.BOTTOM
    names = {
        text.text: float(text.get("y", "")) for text in drawn.iter(f"{space}text") if text.text in {"<one>", "two"}
    }
    assert abs(names["<one>"] - names["two"]) >= plot.APART


def test_the_plot_of_growth_has_a_line_a_kind() -> None:
    less, more = (turns.Turns((Cost(times, 2.0, round(3_000_000 * times)),)) for times in (1.0, 1.5))
    own = {"rows": [(20_000_000, more), (10_000_000, less)], "text": [(10_000_000, less)]}
    assert scenarios.drawn(own).count("<polyline") == 6
    assert "| rows | 10 to 20 | 2.0 | 1.5 | 1.0 | 1.5 |" in scenarios.grown(own)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--sizes", "10,0"], "'10,0' has a number below 1"),
        (["run", "--sizes", "ten"], "ten"),
        (["run", "--only", "speed"], "speed is none of documents, growth, again, bad"),
        (["dumps", "new"], "say how much"),
        (["dumps", ".", "--megabytes", "1"], ". is already there"),
    ],
)
def test_what_is_not_understood_is_named(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.parsed(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
