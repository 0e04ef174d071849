"""Addresses in plain text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from transforms.addresses import without_login

if TYPE_CHECKING:
    from collections.abc import Iterable

# Longer addresses are data, not links; the bound keeps a match from running through a file.
_ADDRESS = re.compile(r"https?://[^\s<>\"“”«»\u0000-\u0020\u007f-\u009f\u3000-\u303f\uff00-\uffef]{1,2000}")
_TRAILING = ".,;:!?'’‘*_…|\\"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def find_links(text: str) -> list[str]:
    """Find http(s) addresses in the order in which they stand, without closing punctuation.

    A closing bracket stays where the address opened it.

    >>> find_links("(see https://en.example.org/Rain_(song), or http://example.org/a.)")
    ['https://en.example.org/Rain_(song)', 'http://example.org/a']
    """
    if "://" not in text:
        return []
    found = (_trimmed(address) for address in _ADDRESS.findall(text))
    return [address for address in found if address.partition("://")[2]]


def unique_links(stated: Iterable[str], text: str) -> tuple[str, ...]:
    """Give the stated http(s) addresses, then those in the text, each once, without users and passwords."""
    kept = (link for link in stated if link.lower().startswith(("http://", "https://")))
    return tuple(dict.fromkeys(map(without_login, [*kept, *find_links(text)])))


def _trimmed(address: str) -> str:
    """Cut punctuation and unbalanced closing brackets off the end."""
    surplus = {close: address.count(close) - address.count(open_) for close, open_ in _PAIRS.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if last in _PAIRS and surplus[last] > 0:
            surplus[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return address[:end]
