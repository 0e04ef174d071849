"""Every number by which the learning is steered, in one place.

They were chosen by the scores of sites left out of learning, over all views together; a change that moved no view by
more than 0.01 counted as none.
"""

from __future__ import annotations

from typing import Final

PAGE, MAIN, EXTRACT, DUMPS, THREADS, FORUM = "page", "main", "extract", "dumps", "threads", "forum"
COMPOSED, STRETCHES = "composed", "stretches of threads"
TALKED, ONWARD = "invented threads", "listings from the oldest post on"
BARE = "posts without their titles"

# What is learned from beside the collections as they are.
SEED: Final = 7
LISTINGS: Final = 50
"""Invented listings made of the posts of one source."""
BRIEF: Final = (2, 5)
"""So many of so many listings are brief: a few posts of a few lines, as feeds, teasers and short notes have them."""
ALONE: Final = 25
"""Posts of one source that are dumps of their own: without them a third of such files fell apart."""
LONE: Final = 100
"""Posts of one site of which it is counted how many stay whole as dumps of their own."""
TALKS: Final = 20
"""Invented threads made of the posts of one source, and invented listings that begin with the oldest post."""
LEAST_POSTS: Final = 8
"""Fewer posts of a site make the same listing again and again."""
STRETCHES_EACH: Final = 10
"""Stretches of a few posts cut from the dumps of one source and view."""
LEAST_STARTS: Final = 5
"""A dump with fewer posts is a stretch itself."""
LONGEST: Final = 1500
"""Lines of an invented listing or a stretch: longer ones would only repeat themselves."""
LONGEST_LAST: Final = 60
"""Lines of the last post of a page: its menu may follow, and no label says where."""

# The weight of a dump by its view; what is not named weighs 1. Within a view every source weighs the same: a source
# that has more posts, or more dumps, does not count for more. Forums do not teach row scores: their starts are names
# and dates, and rows scored by them too cost the blogs 0.03 (extracts) and the text dumps 0.12.
ROW_WEIGHTS: Final = {DUMPS: 3.0, COMPOSED: 0.5, THREADS: 0.3, STRETCHES: 0.3, FORUM: 0.0}
GATE_WEIGHTS: Final = {COMPOSED: 0.5, THREADS: 0.3, STRETCHES: 0.3, FORUM: 0.1}
LAYOUT_WEIGHTS: Final = {COMPOSED: 0.5, THREADS: 1.0, STRETCHES: 0.5, FORUM: 0.5}
# Threads have weights of their own for the ways to cut them; the others go on learning from real threads as before.
# Which dumps are threads is learned from all.
TALK_LAYOUT_WEIGHTS: Final = {THREADS: 1.0, STRETCHES: 0.5, FORUM: 1.0, TALKED: 0.5}
TALK_LONE: Final = 0.5
"""The weight of a dump made of one post, for the ways to cut a thread."""
TALK_WEIGHTS: Final = {STRETCHES: 0.5}
FEWEST_MESSAGES: Final = 3
"""Of a thread with fewer it is not learned that it is one: it looks like one post."""
# Which dumps are one post is learned from all; what is invented holds listings, stretches and single posts.
SINGLE_WEIGHTS: Final = {COMPOSED: 3.0}
STARTS_A_SOURCE: Final = 100.0
"""What the starts of a source and view weigh together in the learning of row scores, ..."""
LEAST_STARTS_A_SOURCE: Final = 40
"""... where it has so many at least; starts of a smaller source do not weigh more than in one of this size."""
DUMPS_A_SOURCE: Final = 30.0
"""What the dumps of a source and view weigh together in the learning of the gate."""

# How strongly weights are pulled to zero.
ROW_PULL: Final = 20.0
GATE_PULL: Final = 2.0
LAYOUT_PULL: Final = 0.03
TALK_GATE_PULL: Final = 5.0
TALK_PULL: Final = 0.05
SINGLE_PULL: Final = 60.0

# When the posts of a dump count as untitled: most starts are paragraphs or at least so wide, in columns.
WIDE: Final = 100

# What makes one way to cut a dump better than another: its F1 with two rows of tolerance, or none where the labels name
# exact lines, mixed with a little of the exact F1.
TOLERANCE: Final = 2
EXACT_VIEWS: Final = frozenset({DUMPS, THREADS, STRETCHES, TALKED})
EXACT_SHARE: Final = 0.15
SHARPNESS: Final = 36.0
"""A way whose quality is 0.02 lower than the best is wanted half as much (exp(-36 * 0.02) = 0.49)."""

# Places after the point: more would be noise of the learning.
ROW_PLACES, GATE_PLACES, LAYOUT_PLACES = 2, 3, 3
