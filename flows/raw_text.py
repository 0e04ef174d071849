"""The text of a dump as it stands in its raw file, read a stretch at a time, so that its size does not matter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from flows.reopened import Whereabouts, reopened
from flows.warehouse import Warehouse
from transforms.decode import settle
from transforms.errors import DumpError
from transforms.parts import STRETCH, Window, windows_of


class RawText:
    """The text of one dump, of which pieces are asked for in their order."""

    def __init__(self, windows: Iterator[Window]) -> None:
        self._windows = windows
        self._text, self._at = "", 0

    def piece(self, start: int, end: int) -> str:
        """The characters from `start` to before `end`; none of them stands before the last piece's."""
        found = [self._held(start, end)]
        while self._at + len(self._text) < end and (window := next(self._windows, None)):
            self._text, self._at = window.text, window.char_at
            found.append(self._held(start, end))
        return "".join(found)

    def _held(self, start: int, end: int) -> str:
        return self._text[max(0, start - self._at) : max(0, end - self._at)]


@contextmanager
def raw_text(warehouse: Warehouse, dump_id: str, path: str, member: str | None) -> Iterator[RawText]:
    """The text that a dump had when it was read. Raises `DumpError` where its bytes can't be had any more."""
    why = "the file holds other bytes by now"
    files = Whereabouts(warehouse.read("files", where=("path", [path])).to_pylist())
    for file in files.of(dump_id, path, member):
        with closing(reopened(file, {member: {dump_id}})) as dumps:
            try:
                found = next(dumps, None)
            except DumpError as error:
                why = str(error)
                continue
            if found:
                dump = found[1]
                yield RawText(windows_of(dump.blocks(), settle(dump.blocks, found[0].charset), STRETCH))
                return
            why = "the file has changed since it was read"
    raise DumpError(why)
