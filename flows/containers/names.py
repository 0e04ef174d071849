"""Names of members: harmless as paths, one a member."""

from __future__ import annotations

import re
from typing import Final

from transforms.addresses import without_login
from transforms.identity import place_of

CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
UNNAMED: Final = "unnamed"


class Names:
    """Gives each member of one container a name of its own."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def given(self, name: str) -> str:
        """The name, with a number where another member already has it.

        >>> names = Names()
        >>> [names.given(name) for name in ("a", "b", "a", "a", "a (2)")]
        ['a', 'b', 'a (2)', 'a (3)', 'a (2) (2)']
        """
        made = name
        while made in self._given:
            self._given[name] += 1
            made = f"{name} ({self._given[name]})"
        self._given[made] = 1
        return made


def as_text(name: str) -> str:
    r"""A name that every table can hold and every terminal shows: odd bytes and control characters as escapes.

    Of an address the user and password are left out.

    >>> as_text("a\0b\udce9.txt")
    'a\\x00b\\xe9.txt'
    >>> as_text("https://ann:secret@weir.example/")
    'https://weir.example/'
    """
    told = CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", name)
    return without_login(told.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))


def as_path(name: str) -> str:
    r"""The name of a member as a path that stays below where it stands, whatever the archive says.

    >>> as_path("/etc/passwd"), as_path("../../up.txt"), as_path("a//./b.txt"), as_path("..")
    ('etc/passwd', 'up.txt', 'a/b.txt', 'unnamed')
    """
    parts = [part for part in as_text(name).split("/") if part not in {"", ".", ".."}]
    return "/".join(parts) or UNNAMED


def folder_of(name: str, archive: str) -> str:
    """The folder in which a member lies, below the archive.

    >>> folder_of("ann/2019/1.html", "blogs.zip"), folder_of("1.html", "blogs.zip")
    ('blogs.zip//ann/2019', 'blogs.zip')
    """
    folder = name.rpartition("/")[0]
    return place_of(archive, folder or None)


def is_hidden(name: str) -> bool:
    """Whether a member lies in a hidden folder or is hidden itself, as files are that a folder does not show.

    >>> is_hidden("a/.git/config"), is_hidden("__MACOSX/a/._b.txt"), is_hidden("a/b.txt")
    (True, True, False)
    """
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))
