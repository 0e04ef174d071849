"""One post with all its copies, or one dump from its start to its end, with the evidence for what was decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flows import named
from flows.compared import compared
from flows.page import DIM, HEAD, Line, abridged, field, joined, print_page, quoted
from flows.query import Ask, Row, asking
from flows.raw_text import RawText, raw_text
from flows.warehouse import Warehouse
from transforms.errors import DumpError

# Copies and links of a post that are shown before `--full` is asked for.
LISTED: Final = 20
CANONICAL_TEXTS: Final = "SELECT post_id, text FROM posts WHERE post_id IN (SELECT unnest(?::VARCHAR[]))"
# The rows of a dump at one of its places; the column of the member has another name in each table.
AT_ITS_PLACE: Final = "WHERE dump_id = ? AND dump_path = ? AND {} IS NOT DISTINCT FROM ?"
SWAYED: Final = "cut like the other dumps of its source, not as it would be alone"
DATE: Final = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "second": "%Y-%m-%d %H:%M:%S UTC"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What `winnow show` was asked: which post or dump, with the evidence for each start, with nothing left out."""

    name: str
    boundaries: bool = False
    full: bool = False


def show(warehouse: Warehouse, asked: Asked) -> None:
    """Prints a post or a dump. Raises `UsageError` where the name means none or several."""
    with asking(warehouse) as ask:
        find = named.dump if asked.boundaries else named.post_or_dump
        # `winnow query --csv` ends its lines as CSV does.
        found = find(ask, asked.name.strip("\r\n"))
        if found.post_id:
            print_page(_post(ask, warehouse, found.post_id, asked))
        elif asked.boundaries:
            print_page(_boundaries(ask, warehouse, found, full=asked.full))
        else:
            print_page(_dump(ask, found))


def _post(ask: Ask, warehouse: Warehouse, post_id: str, asked: Asked) -> Iterator[Line]:
    (post,) = ask("FROM posts WHERE post_id = ?", post_id)
    most = None if asked.full else LISTED
    sql = "FROM copies WHERE post_id = ? ORDER BY relation <> 'canonical', dump_path, member, ordinal"
    copies = ask(sql, post_id)
    yield Line(post["title"] or "(no title)", HEAD)
    yield from field("post", post_id)
    if asked.name in post["aliases"]:
        yield from field("asked for", f"{asked.name}, an older id: that post proved to be this one")
    yield from field("aliases", _shortened(post["aliases"], most))
    yield from _stated(post)
    yield from field("url", post["url"])
    yield from field("tags", ", ".join(post["tags"] or ()))
    yield from field("links", _shortened(post["links"] or (), most))
    yield from field("source", post["source"])
    yield from field("size", f"{post['n_words']:,} words, {post['n_chars']:,} characters")
    found = ((name.replace("_", " "), value) for name, value in (post["quality"] or {}).items() if value)
    yield from field("quality", ", ".join(name if value is True else f"{name} {value:.3g}" for name, value in found))
    places = {copy["copy_id"]: f"{copy['dump_path']}, post {copy['ordinal'] + 1}" for copy in copies}
    for source in post["field_sources"] or ():
        where = places.get(source["copy_id"], source["copy_id"])
        yield from field("filled in", f"{source['field']}, which the canonical copy lacks, from {where}")
    yield from field("runs", f"first {post['first_run']}, last changed {post['last_run']}")
    yield Line("")
    yield Line(f"{_many(len(copies), 'copy', 'copies')} in {_many(post['n_dumps'], 'dump')}", HEAD)
    texts = _texts(ask, warehouse, copies[:most])
    for copy in copies[:most]:
        yield from _copy(copy, post)
        if copy["relation"] != "canonical":
            yield from compared(post["text"], texts[copy["wording"]], full=asked.full)
    if len(copies) > len(copies[:most]):
        yield Line(f"[... {len(copies) - LISTED:,} more; --full shows all ...]", DIM, "  ")
    yield Line("")
    yield Line("text", HEAD)
    yield from quoted(post["text"], full=True)


def _copy(copy: Row, post: Row) -> Iterator[Line]:
    """Where a copy stands, what it is to the canonical one, and what it says otherwise than the post."""
    member = f", member {copy['member']}" if copy["member"] else ""
    yield Line(f"{copy['dump_path']}{member}, post {copy['ordinal'] + 1}", front="  ")
    yield from field("relation", _relation(copy, post), 4)
    span = f"characters {copy['start']:,} to {copy['end']:,}, bytes {copy['byte_start']:,} to {copy['byte_end']:,}"
    yield from field("span", f"{span} of dump {copy['dump_id'][:12]}", 4)
    yield from field("boundary", "; ".join(copy["boundary"] or ()), 4)
    yield from field("repairs", "; ".join(copy["repairs"] or ()), 4)
    yield from field("truncated", "its text is cut short" if copy["truncated"] else "", 4)
    other = [
        f"{name} {_date(copy) if name == 'published' else copy[name]}"
        for name in ("title", "author", "published")
        if copy[name] is not None and copy[name] != post[name]
    ]
    yield from field("differs in", "; ".join(other), 4)


def _relation(copy: Row, post: Row) -> str:
    if copy["relation"] == "canonical":
        return f"canonical: {post['canonical_reason']}"
    return f"{copy['relation']}, jaccard {copy['jaccard']:.3f}, containment {copy['containment']:.3f}"


def _dump(ask: Ask, found: named.Named) -> Iterator[Line]:
    """A dump in brief: what it is, and a line for each of its posts."""
    yield from _heading(ask, found)
    sql = """
        SELECT c.ordinal, c.relation, c.post_id, c.published, c.published_precision,
               coalesce(c.title, '(no title) ' || coalesce(c.author || ': ', '') || left(p.text, 60)) AS title
        FROM copies c LEFT JOIN posts p USING (post_id)
        {} ORDER BY c.start, c.ordinal
    """
    copies = ask(sql.format(AT_ITS_PLACE.format("dump_member")), *_place(found))
    if copies:
        yield Line("")
    number = len(str(len(copies)))
    for copy in copies:
        day, title = (_date(copy) or "-")[:10], abridged(" ".join(copy["title"].split()))
        front = f"{copy['ordinal'] + 1:>{number}}  {copy['post_id']}  {copy['relation']:<14}  {day:<10}"
        yield Line(f"{front}  {title}", front="  ")


def _boundaries(ask: Ask, warehouse: Warehouse, found: named.Named, *, full: bool) -> Iterator[Line]:
    """A dump from its start to its end: each post and each piece of residue, with what spoke for each start."""
    copies = ask(f"FROM copies {AT_ITS_PLACE.format('dump_member')} ORDER BY start, ordinal", *_place(found))
    residue = ask(f"FROM residue {AT_ITS_PLACE.format('member')} ORDER BY start", *_place(found))
    (dump,) = ask("FROM dumps WHERE dump_id = ?", found.dump_id)
    with ExitStack() as stack:
        raw, said = _raw(stack, warehouse, dump, found)
        texts = {} if raw is not None else _texts(ask, warehouse, copies)
        yield from _heading(ask, found)
        yield from field("text", said)
        for row in sorted([*copies, *residue], key=lambda row: (row["start"], row.get("ordinal", -1))):
            yield Line("")
            if "kind" in row:
                yield Line(f"-- residue: {row['kind']}, characters {row['start']:,} to {row['end']:,}", DIM)
                yield from quoted(row["text"], DIM, full=full)
            else:
                yield from _found(row, len(copies))
                text = texts[row["wording"]] if raw is None else raw.piece(row["start"], row["end"])
                yield from quoted(text, full=full)


def _place(found: named.Named) -> tuple[str | None, ...]:
    return found.dump_id, found.path, found.member


def _found(copy: Row, of: int) -> Iterator[Line]:
    """The head of one post in a dump."""
    span = f"characters {copy['start']:,} to {copy['end']:,}"
    relation = "canonical copy" if copy["relation"] == "canonical" else f"{copy['relation']} copy"
    yield Line(f"== {copy['ordinal'] + 1} of {of}: {copy['title'] or '(no title)'}", HEAD)
    yield from field("post", f"{copy['post_id']}, {relation}, {span}")
    yield from field("member", copy["member"])
    yield from _stated(copy)
    yield from field("starts here", "; ".join(copy["boundary"] or ()) or "no evidence is stated")
    yield from field("repairs", "; ".join(copy["repairs"] or ()))


def _heading(ask: Ask, found: named.Named) -> Iterator[Line]:
    """What is known of a dump as a whole."""
    (dump,) = ask("FROM dumps WHERE dump_id = ?", found.dump_id)
    yield Line(found.place, HEAD)
    yield from field("dump", dump["dump_id"])
    others = [place for place in named.places(ask, dump["dump_id"]) if place != found.place]
    yield from field("also at", _shortened(others, LISTED))
    if dump["status"] == "rejected":
        yield from field("rejected", dump["error"])
    else:
        confidence = f"{dump['encoding']} ({dump['encoding_evidence']})" if dump["encoding"] else None
        size = f"{dump['n_chars'] or 0:,} characters" if dump["n_chars"] is not None else None
        yield from field("format", joined([dump["format"], confidence, size, f"{dump['size_bytes'] or 0:,} bytes"]))
        residue = _many(dump["n_residue"] or 0, "piece", "pieces")
        yield from field("holds", f"{_many(dump['n_copies'] or 0, 'post')}, {residue} of residue")
        yield from field("layout", SWAYED if dump["way"] is not None else "")
    yield from field("read by", f"run {dump['run_id']}, winnow {dump['pipeline_version']}")


def _stated(row: Row) -> Iterator[Line]:
    """What a post or a copy says of itself."""
    yield from field("author", row["author"])
    written = f' (written "{row["published_text"]}")' if row["published_text"] else ""
    yield from field("published", f"{_date(row)}{written}" if row["published"] else "")
    confidence = row["language_confidence"]
    sure = f" ({confidence:.2f})" if confidence is not None and row["language"] != "und" else ""
    yield from field("language", f"{row['language']}{sure}" if row["language"] else "")


def _raw(stack: ExitStack, warehouse: Warehouse, dump: Row, found: named.Named) -> tuple[RawText | None, str]:
    """The text of a text dump, or None where the tables must do; and what to say of it."""
    if dump["format"] != "text":
        return None, "as the tables have it, repaired and without titles"
    try:
        text = stack.enter_context(raw_text(warehouse, dump["dump_id"], found.path, found.member))
    except DumpError as error:
        return None, f"{error}; shown as the tables have it, repaired and without titles"
    return text, "as it stands in the raw file, before repair"


def _texts(ask: Ask, warehouse: Warehouse, copies: Sequence[Row]) -> dict[str, str]:
    """The text of each wording: it stands in `wordings`, or in `posts` where the wording is the canonical one."""
    wanted = [copy["wording"] for copy in copies]
    rows = warehouse.read("wordings", ["wording", "text", "post_id"], ("wording", wanted)).to_pylist()
    missing = [row["post_id"] for row in rows if row["text"] is None]
    posts = {row["post_id"]: row["text"] for row in ask(CANONICAL_TEXTS, missing)}
    return {row["wording"]: posts.get(row["post_id"], "") if row["text"] is None else row["text"] for row in rows}


def _date(row: Row) -> str:
    """A date with as much of it as is known."""
    moment: datetime | None = row["published"]
    return moment.strftime(DATE.get(row["published_precision"] or "day", DATE["day"])) if moment else ""


def _many(count: int, one: str, more: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def _shortened(values: Sequence[str], most: int | None) -> str:
    shown = list(values[:most])
    return ", ".join(shown) + (f" and {len(values) - len(shown)} more" if len(values) > len(shown) else "")
