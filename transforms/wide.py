"""UTF-16 and UTF-32 without a byte order mark, in texts too short or too far from ASCII for a detector."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

WIDE: Final = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
# Controls, halves of pairs, private and unassigned characters, and what a decoder puts for what it can't read.
NO_TEXT: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
PLAIN: Final = re.compile("[\t\n\r -~\u3000-\u3002]")
# Characters that are looked at one by one.
LOOKED_AT: Final = 2000


def wide_codec(head: bytes) -> str | None:
    r"""UTF-16 or UTF-32 without a mark, where only one of them makes plain text of the bytes.

    Spaces, line ends, digits and the like must occur: pairs of random bytes often are letters of some script.

    >>> wide_codec("日本語。\\n".encode("utf-16-be")), wide_codec(bytes(range(40)))
    ('utf-16-be', None)
    """
    plain: dict[str, int] = {}
    for codec in WIDE:
        text = head[: len(head) // 4 * 4 or len(head)].decode(codec, "replace")[:LOOKED_AT]
        broken = "\N{REPLACEMENT CHARACTER}" in text
        if not broken and not any(unicodedata.category(char) in NO_TEXT and char not in "\t\n\r\f" for char in text):
            plain[codec] = len(PLAIN.findall(text))
    best = max(plain, key=plain.__getitem__, default=None)
    return best if best and plain[best] else None
