"""What the elements of a page are by their names: blocks, headings, and those that nobody reads."""

from __future__ import annotations

from typing import Final

# Elements whose text nobody reads on the page.
UNREAD_NAMES: Final = (
    "head title script style template noscript select textarea svg iframe object audio video canvas button datalist"
)
UNREAD: Final = frozenset(UNREAD_NAMES.split())
BLOCKS_NAMES: Final = (
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav ol p pre section summary table "
    "tbody td tfoot th thead tr ul"
)
BLOCKS: Final = frozenset(BLOCKS_NAMES.split())
HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
# White space beside these is never read.
EDGES: Final = BLOCKS | {"br", "head", "title", "dir"}
# These have neither text nor a meaning that anything here reads.
EMPTY: Final = frozenset(("img", "input", "source", "track", "param", "embed", "col", "area", "base", "wbr", "path"))
# Inside preformatted text these are colours, a word each: most of the elements of a page about code.
COLOURS: Final = frozenset(("span", "code", "b", "i", "em", "strong", "font", "tt", "kbd", "var", "samp", "u"))
