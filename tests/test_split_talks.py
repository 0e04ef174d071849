"""What tells a thread from a listing, and how a thread is cut."""

from itertools import product

import numpy as np
import pytest

from transforms.split.text import split_lines
from transforms.split.text_anchors import PARAGRAPHS, PART, SHAPE
from transforms.split.text_candidates import Candidates
from transforms.split.text_lines import read_page
from transforms.split.text_model import chance
from transforms.split.text_talks import (
    ASCEND,
    TALK,
    TITLES,
    glance,
    is_talk,
    may_cut_talk,
    read_date,
    step,
    talk_stats,
)
from transforms.split.text_weights import MODEL

WORDS = (
    "I have had the same trouble with mine since the spring, and nobody at the shop could tell me where it comes from.",
    "Did you look at the seal? On the older ones it dries out, and then the water finds its way along the frame.",
    "Thanks, that was it.",
    "For whoever comes here later: the seal is sold as a spare part, and wants to be cut, with a warm knife.",
    "A warm knife and a steady hand. I ruined two before I let my daughter do it, who is nine and has no fear at all.",
)


def talk(header: str, *, days: list[int]) -> list[str]:
    """A header line with a name, a date and a number above the words of each message."""
    names, lines = ("hedda", "oskar", "hedda", "pim", "oskar"), []
    for number, (name, day, words) in enumerate(zip(names, days, WORDS, strict=True), 1):
        lines += [header.format(name=name, day=day, number=number), "", words, ""]
    return lines


def stats_of(lines: list[str]) -> dict[str, float]:
    return talk_stats(read_page(lines), {TITLES: 0.5})


@pytest.mark.parametrize(
    ("above", "below", "wanted"),
    [
        ("3 May 2019", "4 May 2019", 1),
        ("4 May 2019", "3 May 2019", -1),
        ("31 May 2019", "1 June 2020", 1),
        # Which of two words is the later month is not known, nor which of two numbers is the month.
        ("31 May 2019", "1 June 2019", 0),
        ("01/02/2019", "02/01/2019", 0),
        ("01/02/2019", "01/03/2019", 1),
        ("2019-05-03 10:45", "2019-05-03 10:46", 1),
        ("2019-05-03, 10:45", "2019-05-03, 09:50", -1),
        ("2019-05-03", "2019-05-03", 0),
        ("2019年5月3日", "2019年5月1日", -1),
        ("no date", "none either", 0),
    ],
)
def test_a_date_is_later_or_earlier_than_the_one_above_it_where_that_can_be_told(
    above: str, below: str, wanted: int
) -> None:
    assert step(read_date(above), read_date(below)) == wanted


def test_dates_of_a_thread_go_on_in_time_and_those_of_a_listing_go_back() -> None:
    header = "{name}, {day} May 2019"
    assert stats_of(talk(header, days=[3, 4, 4, 7, 9]))["dates ascend"] == pytest.approx(3 / 5)
    assert stats_of(talk(header, days=[9, 8, 7, 4, 3]))["dates ascend"] == pytest.approx(-4 / 6)
    assert stats_of(["One date, 3 May 2019", "", *WORDS])["dates ascend"] == 0.0


def test_dates_are_read_where_they_could_tell_and_the_answer_is_that_of_all_measures() -> None:
    weights = MODEL.talk
    assert weights[ASCEND] > 0
    headers = ("{name}, {day} May 2019", "{name} wrote on {day} May 2019 at 10:4{number}", "#{number} {name}", "{name}")
    told = []
    for header, days in product(headers, ([3, 4, 4, 7, 9], [9, 8, 7, 4, 3])):
        page = read_page(talk(header, days=days))
        known = {TITLES: 0.1}
        told.append(is_talk(page, glance(page, known), weights))
        assert told[-1] == (chance(weights, talk_stats(page, known)) > TALK)
    assert any(told)
    assert not all(told)


def test_a_line_counts_messages_where_its_number_goes_up_by_one_all_over_the_dump() -> None:
    counted = talk("{name} wrote in #{number}", days=[1] * 5)
    assert stats_of([line.replace("hedda", "pim").replace("oskar", "pim") for line in counted])["counts up"] == 0.75, (
        "one message is too short to tell"
    )
    backwards = [line for number in (5, 4, 3, 2, 1) for line in (f"Message {number}", *WORDS)]
    assert stats_of(backwards)["counts up"] == 0.0
    a_list = [*WORDS, *(f"Step {number}" for number in range(1, 9)), *WORDS]
    assert stats_of(a_list)["counts up"] == 0.0


def test_clocks_usual_dates_and_recurring_lines_are_shares() -> None:
    stats = stats_of(talk("{name}, 2019-05-{day:02} 10:45", days=[3, 4, 4, 7, 9]))
    assert stats["clocks"] == 1.0
    assert stats["usual date"] == 0.5
    # Of ten rows there are two that recur, "hedda" and "oskar" with a date.
    assert stats["recurring lines"] == pytest.approx(2 / 10)
    assert stats[TITLES] == 0.5


def test_a_dump_without_short_lines_has_measures_too() -> None:
    assert set(stats_of(["word " * 100]).values()) == {0.0, 0.5}


def test_a_thread_is_cut_at_lines_that_recur_or_not_at_all() -> None:
    starts, bounds = np.array([0, 4, 0, 4, 0, 4]), np.array([0, 2, 4, 5, 6])
    nothing, family = np.zeros(4, dtype=np.int64), np.array([PART, SHAPE, PARAGRAPHS, PARAGRAPHS])
    ways = Candidates(starts, bounds, family, nothing, nothing, nothing, nothing.astype(np.uint64), np.arange(4))
    assert may_cut_talk(ways).tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    "header",
    [
        "{name}, {day} May 2019, 10:4{number}",
        "#{number} | {name} | 2019-05-{day:02}",
        "[{day:02}.05.2019 18:0{number}] {name}:",
        "{name} wrote on May {day}, 2019 at 7:1{number}",
    ],
)
def test_a_thread_begins_a_message_at_each_header(header: str) -> None:
    lines = talk(header, days=[3, 4, 4, 7, 9])
    assert [block.first for block in split_lines(lines) if block.kind == "post"] == [0, 4, 8, 12, 16]


def test_a_column_of_lines_opens_each_message() -> None:
    lines: list[str] = []
    starts = []
    for number, words in enumerate(WORDS * 2):
        starts.append(len(lines))
        lines += [
            ("hedda", "oskar", "pim")[number % 3],
            "Member",
            f"Posts: {number * 7 + 2}",
            "",
            f"{number + 3} May 2019, 10:45",
            "",
        ]
        lines += [words, "", "Reply", ""]
    assert [block.first for block in split_lines(lines) if block.kind == "post"] == starts
