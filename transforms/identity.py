"""Names: ids of dumps and copies from their content and place, ids of posts that stay once they are published."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

ID_BYTES = 16
# Stands between the name of a container and what is in it. No path and no name of a member in an archive holds it.
INSIDE = "//"


@dataclass(frozen=True, slots=True)
class Known:
    """A post that has been published: its id, since which run, its aliases, and the wording that stood for it."""

    post_id: str
    first_run: str
    aliases: tuple[str, ...]
    canonical: str


@dataclass(frozen=True, slots=True)
class Name:
    """The id of a post, the run that first published it (None where this one does) and its aliases."""

    post_id: str
    first_run: str | None
    aliases: tuple[str, ...]


def dump_id_of(data: bytes) -> str:
    """The SHA-256 of the raw bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def place_of(path: str, member: str | None) -> str:
    """A place as text: a path, and behind two strokes what is in the file.

    >>> place_of("a/b.txt", None), place_of("old.zip", "a/b.txt"), place_of("web.warc", "https://weir.example/")
    ('a/b.txt', 'old.zip//a/b.txt', 'web.warc//https://weir.example/')
    """
    return path if member is None else f"{path}{INSIDE}{member}"


def path_and_member(place: str) -> tuple[str, str | None]:
    """What `place_of` made a place of.

    >>> path_and_member("a/b.txt"), path_and_member("old.zip//in.tar//a.txt")
    (('a/b.txt', None), ('old.zip', 'in.tar//a.txt'))
    """
    path, inside, member = place.partition(INSIDE)
    return path, member if inside else None


def unreadable_id(place: str) -> str:
    """The id of a dump whose bytes could not be had, so that only where it lies tells it apart."""
    return "unreadable-" + _hash(place)


def copy_id_of(dump_id: str, path: str, member: str | None, ordinal: int) -> str:
    """The id of the copy that stands at `ordinal` in a dump that is `member` of the file at `path`, or the file."""
    return _hash(f"{dump_id}\0{path}\0{member or ''}\0{ordinal}")


def name_posts(
    clusters: Mapping[str, Sequence[str]], known: Sequence[Known], in_use: Collection[str] = ()
) -> dict[str, Name]:
    """Names each cluster of wordings (canonical wording -> all its wordings) so that published ids live on.

    An id goes where the wording goes that stood for it. Where several meet, the oldest is kept and the others become
    aliases; a cluster that nobody stood for is named after its canonical wording.

    >>> old = [Known("p1", "run1", (), "a"), Known("p2", "run2", ("p0",), "b")]
    >>> name_posts({"c": ["a", "b", "c"]}, old)["c"]
    Name(post_id='p1', first_run='run1', aliases=('p0', 'p2'))
    """
    home = {wording: canonical for canonical, members in clusters.items() for wording in members}
    heirs: dict[str, list[Known]] = {canonical: [] for canonical in clusters}
    for post in known:
        heirs[home[post.canonical]].append(post)
    names: dict[str, Name] = {}
    taken = {*in_use, *(post.post_id for post in known)}
    for canonical in sorted(heirs, key=lambda canonical: (not heirs[canonical], canonical)):
        posts = sorted(heirs[canonical], key=lambda post: (post.first_run, post.post_id))
        if posts:
            others = {alias for post in posts for alias in (post.post_id, *post.aliases)} - {posts[0].post_id}
            names[canonical] = Name(posts[0].post_id, posts[0].first_run, tuple(sorted(others)))
        else:
            names[canonical] = Name(_free(canonical, taken), None, ())
            taken.add(names[canonical].post_id)
    live = {name.post_id for name in names.values()}
    return {
        canonical: Name(name.post_id, name.first_run, tuple(alias for alias in name.aliases if alias not in live))
        for canonical, name in names.items()
    }


def _free(wanted: str, taken: set[str]) -> str:
    """`wanted`, or where a post that has moved on still carries it, the first hash made from it that is free."""
    name = wanted
    while name in taken:
        name = _hash(name)
    return name


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=ID_BYTES).hexdigest()
