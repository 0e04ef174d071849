"""What tells a dump of one post from a listing."""

import numpy as np
import pytest

from benchmarks.boundaries.composed import bare
from benchmarks.boundaries.labelled import Post
from transforms.split.text import cut_lines, split_lines
from transforms.split.text_layout import raised
from transforms.split.text_lines import read_page
from transforms.split.text_signs import find_signs
from transforms.split.text_single import SINGLE, single_stats
from transforms.split.text_words import compare_words

# A post of several paragraphs without a title, none of which begins like the first of a listing.
LETTER = """
You asked what became of the boat, and I have put off the answer until the evenings were long enough for it. She \
lay in the reeds all winter with a tarpaulin over her, and under the tarpaulin lived a hedgehog.

In March your brother came with the paint. He had bought green, though she had always been blue, because green \
had been cheaper, and because he wanted to see what your mother would say about a green boat.

Your mother said nothing about it. She rowed the boat out to the island by herself, stayed there until it was \
dark, and rowed back, and the next morning she asked him whether there was any of that paint left for the boat \
house.

So now the boat and the boat house are green, and the hedgehog lives in the boat house. Your brother says that \
the boat was happier when she was blue, but he says it quietly, and he goes out in the boat most evenings.
"""
LISTING = "".join(
    f"A visit to the {place}\n\n{day} June 2014\n\nThe {place} is worth the journey, they say at home. {words}\n\n"
    for day, (place, words) in enumerate(
        [
            ("mill", "It grinds nothing, and the miller sells postcards of the flour that his father made there. " * 2),
            ("quarry", "Two swans have moved in, and nobody is allowed to swim as long as there are eggs about. " * 2),
            (
                "station",
                "A train stops here on Fridays, lets out the schoolteacher, and takes on a crate of hens. " * 2,
            ),
        ],
        4,
    )
)


def stats_of(text: str) -> dict[str, float]:
    page = read_page(text.split("\n"))
    signs = find_signs(page)
    signs |= compare_words(page, np.ones(len(page), dtype=np.bool_))
    scores = np.arange(len(page), dtype=np.float64)
    return single_stats(page, signs, (scores, -scores), (np.array([2.0, 2.0, -20.0]), 1), {"rows": 1.0})


def test_a_letter_of_several_paragraphs_is_one_post() -> None:
    lines = LETTER.split("\n")
    assert [(block.kind, block.first, block.title) for block in split_lines(lines)] == [("post", 1, None)]


def test_a_listing_of_a_few_posts_is_no_single_post() -> None:
    assert [block.title for block in split_lines(LISTING.split("\n"))] == [0, 6, 12]


def test_measures_of_the_rank_and_of_the_first_row_and_the_best_other() -> None:
    stats = stats_of(LETTER)
    assert stats["rank of one post"] == 0.0
    assert stats["share of one post"] == pytest.approx(-np.log(2))
    assert (stats["titled: first"], stats["titled: best other"]) == (0.0, 3.0)
    assert (stats["untitled: first"], stats["untitled: best other"]) == (0.0, -1.0)
    assert stats["rows"] == 1.0, "what is known of the dump is kept"


def test_measures_of_what_listings_have() -> None:
    assert (stats_of(LETTER)["several dates"], stats_of(LISTING)["several dates"]) == (0.0, 1.0)
    cut = LISTING.replace("\n\nA visit", " (more…)\n\nA visit")
    assert stats_of(cut)["cut-off marks"] == pytest.approx(2 / 3)


def test_a_dump_of_one_row_has_measures() -> None:
    stats = stats_of("One line alone.")
    assert stats["titled: best other"] == -6.0
    assert stats["new words"] == 0.0


def test_a_dump_that_is_likely_one_post_ranks_so_but_may_be_swayed() -> None:
    ranks = np.array([1.0, 3.0, -2.0])
    assert raised(ranks, 1, 2, SINGLE)[1] == 1
    higher, own = raised(ranks, 1, 2, 0.98)
    assert own == 2
    assert higher.tolist() == pytest.approx([1.0, 3.0, 3.0 + np.log(0.98 / 0.02)])
    assert ranks.tolist() == [1.0, 3.0, -2.0]


def test_what_such_a_dump_tells_others_is_how_likely_it_is() -> None:
    ways = cut_lines(LETTER.split("\n")).ways
    assert ways is not None
    assert len(ways.ranks) > 1
    assert 800 < ways.chances[0] < 1000


def test_posts_without_their_titles_are_put_into_dumps_of_their_own() -> None:
    posts = [Post("One", ("", "Tick.", "", "Tock.")), Post("Two", ("Short.",)), Post(None, ("Bread.", "Salt."))]
    found = list(bare({("hills", "hills"): posts}))
    assert [(item.lines, item.starts) for item in found] == [
        (("", "Tick.", "", "Tock."), (1,)),
        (("Bread.", "Salt."), (0,)),
    ]
    assert [item.lines[0] for item in bare({("hills", "hills"): posts}, most=1)] == ["Bread."]
