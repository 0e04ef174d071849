"""An object read like a file: in ranges, with a way back."""

from __future__ import annotations

from typing import Final

from flows.objects import store

# Bytes of an object that are asked for at once: after a jump, and at most.
FIRST_RANGE: Final = 1 << 16
MOST_RANGE: Final = 1 << 24


class ObjectReader:
    """Reads an object in ranges: small ones after a jump, larger and larger ones while it is read on.

    All come from the same object: one that takes its place meanwhile is an error that may pass.
    """

    def __init__(self, address: str, found: store.Object) -> None:
        self._address, self._found = address, found
        self._at, self._held, self._held_at, self._range = 0, b"", 0, FIRST_RANGE

    def seek(self, offset: int) -> int:
        """Goes to a place in the object."""
        self._at = offset
        if not self._held_at <= offset <= self._held_at + len(self._held):
            self._range = FIRST_RANGE
        return offset

    def read(self, size: int) -> bytes:
        """Some bytes, at most `size`; none at the end."""
        inside = self._at - self._held_at
        if not 0 <= inside < len(self._held):
            end = min(self._found.size, self._at + self._range)
            self._held = store.read(self._address, self._at, end, self._found.tag) if end > self._at else b""
            self._held_at, inside, self._range = self._at, 0, min(MOST_RANGE, 4 * self._range)
        data = self._held[inside : inside + size]
        self._at += len(data)
        return data
