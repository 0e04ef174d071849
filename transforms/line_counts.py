"""What a reader of lines has to know of the lines before those that it reads."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled

LINE_FEED: Final = 0x0A


def count_lines(data: bytes) -> tuple[int, int]:
    r"""How many characters there are in whole lines of UTF-8, and how many of the lines have something on them.

    Blank are spaces, tabs, carriage returns and marks of a byte order, as `transforms.split.fields.SPACE` has them.

    >>> count_lines('{"a": "é"}\n \ufeff\t\r\n\n{}'.encode())
    (19, 2)
    """
    chars, lines = _counted(np.frombuffer(data, np.uint8))
    return int(chars), int(lines)


@compiled
def _counted(data: NDArray[np.uint8]) -> tuple[int, int]:
    chars, lines, filled = 0, 0, 0
    at, end = 0, len(data)
    while at < end:
        byte = data[at]
        if byte == 0xEF and at + 2 < end and data[at + 1] == 0xBB and data[at + 2] == 0xBF:
            chars, at = chars + 1, at + 3
            continue
        chars += (byte & 0xC0) != 0x80
        if byte == LINE_FEED:
            lines, filled = lines + filled, 0
        elif byte not in (0x20, 0x09, 0x0D):
            filled = 1
        at += 1
    return chars, lines + filled
