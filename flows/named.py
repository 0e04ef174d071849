"""What a name given on the command line means: a post by its id, a dump by its path or id, or the beginning or end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flows.query import Ask, Row
from transforms.errors import UsageError
from transforms.identity import path_and_member

# A beginning of an id as short as this can't be told from a word.
LEAST_OF_AN_ID: Final = 4
# Candidates shown where a name is ambiguous or unknown.
LISTED: Final = 8
# How alike two names must be (Jaro-Winkler, 0 to 1) for one to be offered for the other: one or two typing errors.
ALIKE: Final = 0.85

LISTING: Final = '`winnow query "SELECT path FROM dumps"` lists the dumps, "SELECT post_id, title FROM posts" the posts'

# Every place of a dump is one of its names. The first way that finds anything decides.
PLACES: Final = """(
    SELECT dump_id, run_id, unnest(list_prepend(path || coalesce('//' || member, ''), also_at)) AS place FROM dumps
)"""
WAYS: Final = (
    "place = $1 OR dump_id = $1",
    "ends_with(place, '/' || $1)",
    # A path as the shell completes it, from above the source folder.
    "ends_with($1, '/' || place)",
    f"length($1) >= {LEAST_OF_AN_ID} AND starts_with(dump_id, lower($1))",
    "ends_with(place, $1)",
)


@dataclass(frozen=True, slots=True)
class Named:
    """What a name means: a post, or a dump with the one of its places that was meant."""

    post_id: str | None = None
    dump_id: str | None = None
    place: str = ""

    @property
    def path(self) -> str:
        """The file of that place."""
        return path_and_member(self.place)[0]

    @property
    def member(self) -> str | None:
        """What in that file; None where it is the file itself."""
        return path_and_member(self.place)[1]


def post_or_dump(ask: Ask, name: str) -> Named:
    """The one post or dump of that name. Raises `UsageError` with the nearest candidates."""
    posts = _posts(ask, name)
    dumps = [] if [row for row in posts if row["exact"]] else _dumps(ask, name)
    if len(posts) + len(dumps) > 1:
        raise UsageError(_ambiguous(name, [*map(_post, posts), *map(_dump, dumps)]))
    if posts:
        return Named(post_id=posts[0]["post_id"])
    return _only(ask, name, dumps)


def dump(ask: Ask, name: str) -> Named:
    """The one dump of that name. Raises `UsageError` with the nearest candidates."""
    dumps = _dumps(ask, name)
    posts = _posts(ask, name) if not dumps else []
    if posts:
        sql = "SELECT DISTINCT dump_path FROM copies WHERE post_id = ? ORDER BY ALL"
        said = f"{name} is a post, and --boundaries shows dumps; leave it out, or give a dump in which the post stands:"
        raise UsageError(_with_list(said, [row["dump_path"] for row in ask(sql, posts[0]["post_id"])]))
    if len(dumps) > 1:
        raise UsageError(_ambiguous(name, [*map(_dump, dumps)]))
    return _only(ask, name, dumps)


def places(ask: Ask, dump_id: str) -> list[str]:
    """Where a dump lies, in the order of names."""
    return [row["place"] for row in ask(f"FROM {PLACES} WHERE dump_id = ? ORDER BY place", dump_id)]


def _only(ask: Ask, name: str, dumps: Sequence[Row]) -> Named:
    if not dumps:
        raise UsageError(_unknown(ask, name))
    return Named(dump_id=dumps[0]["dump_id"], place=dumps[0]["place"])


def _posts(ask: Ask, name: str) -> list[Row]:
    """The post with that id or alias, else those whose id begins so."""
    columns = "SELECT post_id, title"
    exact = ask(f"{columns}, true AS exact FROM posts WHERE post_id = $1 OR list_contains(aliases, $1)", name)
    if exact or len(name) < LEAST_OF_AN_ID:
        # An id that is both a post's own and an alias of another means the post.
        return [row for row in exact if row["post_id"] == name] or exact
    begins = f"{columns}, false AS exact FROM posts WHERE starts_with(post_id, lower($1))"
    return ask(f"{begins} ORDER BY post_id LIMIT {LISTED + 1}", name)


def _dumps(ask: Ask, name: str) -> list[Row]:
    """The places that the first way finds; of several ends of the name, the longest."""
    for way in WAYS if name else ():
        found = ask(f"FROM {PLACES} WHERE {way} ORDER BY length(place) DESC, place, run_id LIMIT {LISTED + 1}", name)
        if way.startswith("ends_with($1"):
            found = [row for row in found if row["place"] == found[0]["place"]]
        if len({row["dump_id"] for row in found}) == 1 and _is_id(found[0]["dump_id"], name):
            # Named by its id, a dump that lies at several places is shown at the first of them.
            found = [min(found, key=lambda row: str(row["place"]))]
        if found:
            return found
    return []


def _is_id(dump_id: str, name: str) -> bool:
    return len(name) >= LEAST_OF_AN_ID and dump_id.startswith(name.lower())


def _ambiguous(name: str, candidates: Sequence[str]) -> str:
    return _with_list(
        f"{name} may mean several things; give one of these ids, or a longer part of the path:", candidates
    )


def _unknown(ask: Ask, name: str) -> str:
    """What is nearest in spelling among paths and ids, and posts that have the name in their title."""
    # The last part of each path may be the one that was mistyped.
    near = (
        f"FROM {PLACES} SELECT *, greatest("
        "jaro_winkler_similarity(place, $1), "
        "jaro_winkler_similarity(dump_id, lower($1)), "
        "jaro_winkler_similarity(parse_filename(place), parse_filename($1))) AS alike "
        f"WHERE alike >= {ALIKE} ORDER BY alike DESC, place LIMIT {LISTED}"
    )
    titled = (
        "FROM posts SELECT post_id, title, jaro_winkler_similarity(post_id, lower($1)) AS alike "
        f"WHERE alike >= {ALIKE} OR contains(lower(title), lower($1)) "
        f"ORDER BY length(title), title, post_id LIMIT {LISTED}"
    )
    found = [*map(_dump, ask(near, name)), *map(_post, ask(titled, name))] if name else []
    said = f"no post and no dump is named {name!r}"
    if found:
        return _with_list(f"{said}; perhaps one of these is meant:", found)
    return f"{said}; {LISTING}"


def _post(row: Row) -> str:
    return f"{row['post_id']}  post: {row['title'] or '(no title)'}"


def _dump(row: Row) -> str:
    return f"{row['dump_id']}  dump: {row['place']}"


def _with_list(said: str, candidates: Sequence[str]) -> str:
    lines = [f"  {candidate}" for candidate in candidates[:LISTED]]
    more = ["  and more"] if len(candidates) > LISTED else []
    return "\n".join([said, *lines, *more])
