"""From the named fields of a row to a post: which field is the text, which the title, and how each is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import islice
from typing import Final

from transforms.errors import FieldError, UsageError
from transforms.records import Piece
from transforms.split.render import html_body

Row = Mapping[str, object]
Columns = tuple[tuple[str, ...], ...]

# Exports that keep what they know of a post in an object of its own call it one of these.
INNER: Final = ("metadata", "meta", "data")
# How much of a table is named in an error: names, and characters of each.
NAMES_SHOWN: Final = 20
LONGEST_NAME: Final = 40
# What names a person or a tag that is written as an object.
NAMES: Final = ("name", "display_name", "username", "login", "label", "term")
TAG_EDGE: Final = re.compile(r"[,;|]")
# Seconds since 1970 for the years 1990 to 2100, and the same in milliseconds.
EPOCH: Final = range(631_152_000, 4_102_444_800)
EPOCH_TEXT: Final = re.compile(r"\d{9,10}(?:\.\d{1,9})?|\d{12,13}", re.ASCII)
# What a dump has no need to begin with: white space, and the mark of a byte order.
SPACE: Final = " \t\r\n\ufeff"
# Kinds of residue among rows.
BROKEN: Final = "broken row"
WITHOUT_TEXT: Final = "row without text"
LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
MARKUP_NAMES: Final = (
    "p|br|div|span|a|b|i|em|strong|ul|ol|li|pre|code|blockquote|h[1-6]|table|tr|td|img|hr|article|section|figure"
)
TAG: Final = re.compile(rf"</?(?:{MARKUP_NAMES})(?=[\s/>])[^<>]{{0,2000}}>", re.IGNORECASE)
# What stands before a tag that is quoted, and after one that is a word of a sentence.
AFTER_WORD: Final = frozenset(" .,;:)?!")
QUOTES: Final = frozenset("`'\"\N{LEFT DOUBLE QUOTATION MARK}\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}(")


@dataclass(frozen=True, slots=True)
class FieldNames:
    """Names that the fields of a post go by, each in order of preference; case and punctuation do not matter.

    The order was set by what exports of blogs, forums and crawls use: whole texts before summaries, and the
    date of publication before that of a change.
    """

    text: tuple[str, ...] = (
        "text", "content", "body", "selftext", "raw_content", "content_text", "content_html", "html",
        "full_text", "article_body", "body_html", "message", "post_content", "post_text", "markdown",
        "description", "summary",
    )  # fmt: skip
    title: tuple[str, ...] = ("title", "headline", "subject", "post_title")
    author: tuple[str, ...] = (
        "author", "authors", "author_name", "byline", "creator", "post_author", "display_name", "username",
        "user_name", "user", "poster", "by",
    )  # fmt: skip
    published: tuple[str, ...] = (
        "published", "published_at", "date_published", "publication_date", "publish_date", "pub_date", "post_date",
        "posted_at", "posted", "date", "datetime", "created_at", "created_utc", "created", "creation_date",
        "timestamp", "time",
    )  # fmt: skip
    url: tuple[str, ...] = ("url", "link", "permalink", "canonical_url", "uri", "href")
    tags: tuple[str, ...] = ("tags", "categories", "keywords", "labels", "topics", "hashtags", "tag", "category")
    id: tuple[str, ...] = ("id", "_id", "post_id", "guid", "uuid", "doc_id")
    # The names that somebody gave for the text: rows of which none has one are not what was meant.
    asked: tuple[str, ...] = ()


DEFAULT_NAMES: Final = FieldNames()


@dataclass(frozen=True, slots=True)
class Asked:
    """Names of fields that somebody gave, each in order of preference. They go before the names known here.

    Raises `UsageError` where a name is empty: that is a variable of a script that was never set, and would have every
    file of rows rejected.
    """

    text: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    url: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    id: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse names without a character."""
        for kind, names in self.given().items():
            if not all(map(str.strip, names)):
                raise UsageError(f"an empty name was given for the field of the {kind}; name a field of the rows")

    @classmethod
    def of(cls, given: Mapping[str, Sequence[str]]) -> Asked:
        """Make it of a mapping; raises `UsageError` where there is no such field.

        >>> Asked.of({"text": ["story", "abstract"]}).text
        ('story', 'abstract')
        """
        known = {field.name for field in dataclass_fields(cls)}
        for name in given:
            if name not in known:
                raise UsageError(f"a post has no field {name}; it has {', '.join(sorted(known))}")
        return cls(**{name: tuple(names) for name, names in given.items()})

    def given(self) -> dict[str, list[str]]:
        """The fields of which names were given.

        >>> Asked(text=("story",)).given()
        {'text': ['story']}
        """
        pairs = ((field.name, list(getattr(self, field.name))) for field in dataclass_fields(self))
        return {name: names for name, names in pairs if names}

    def names(self) -> FieldNames:
        """All names that count.

        >>> Asked(text=("story",)).names().text[:2], Asked().names() == DEFAULT_NAMES
        (('story', 'text'), True)
        """
        known = DEFAULT_NAMES
        return FieldNames(
            text=self.text + known.text,
            title=self.title + known.title,
            author=self.author + known.author,
            published=self.published + known.published,
            url=self.url + known.url,
            tags=self.tags + known.tags,
            id=self.id + known.id,
            asked=self.text,
        )


NONE_ASKED: Final = Asked()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: its span in characters of the dump, and its number, from 1."""

    start: int
    end: int
    number: int


def piece_of_row(row: Row, names: FieldNames, place: Place) -> Piece | None:
    r"""Read a row; None where no field of it holds a text.

    >>> piece = piece_of_row({"ID": 7, "Title": "Weir", "body": "<p>a<p>b", "by": "Ana"}, FieldNames(), Place(0, 9, 1))
    >>> piece.title, piece.body, piece.author, piece.member, piece.boundary
    ('Weir', 'a\n\nb', 'Ana', '7', ('row 1',))
    """
    return row_reader(names)(row, place)


@lru_cache(maxsize=16)
def row_reader(names: FieldNames) -> Callable[[Row, Place], Piece | None]:
    """Give what reads rows as `piece_of_row` does; it knows the columns of rows that have the same keys."""
    known = lru_cache(maxsize=256)(partial(columns_of, names=names))

    def read(row: Row, place: Place) -> Piece | None:
        whole = _with_inner(row)
        return _piece_of(whole, known(tuple(whole)), place)

    return read


def _piece_of(whole: Row, columns: Columns, place: Place) -> Piece | None:
    texts, titles, authors, dates, urls, tags, ids = columns
    text = next((value for key in texts if isinstance(value := whole[key], str) and not _blank(value)), None)
    if text is None:
        return None
    body, links = body_of(text)
    return Piece(
        start=place.start,
        end=place.end,
        body=body,
        title=_first(whole, titles),
        author=_first(whole, authors),
        published_text=next((date for key in dates if (date := date_of(whole[key]))), None),
        url=_first(whole, urls),
        tags=next((found for key in tags if (found := tags_of(whole[key]))), ()),
        links=links,
        member=_first(whole, ids) or str(place.number),
        boundary=(f"row {place.number}",),
    )


@lru_cache(maxsize=256)
def columns_of(keys: tuple[str, ...], names: FieldNames) -> Columns:
    """List, for each field of `names`, the keys that may hold it, best first.

    >>> columns_of(("Post-ID", "TEXT", "body"), FieldNames())[0]
    ('TEXT', 'body')
    """
    known: dict[str, list[str]] = {}
    for key in keys:
        known.setdefault(plain_name(key), []).append(key)
    wanted = (names.text, names.title, names.author, names.published, names.url, names.tags, names.id)
    return tuple(tuple(dict.fromkeys(key for name in own for key in known.get(plain_name(name), ()))) for own in wanted)


def has_asked(row: Row, names: FieldNames) -> bool:
    """Say whether a row has a field that was asked for as its text.

    >>> has_asked({"Story": "a"}, Asked(text=("story",)).names()), has_asked({"text": "a"}, Asked(text=("b",)).names())
    (True, False)
    """
    return _any_asked(tuple(_with_inner(row)), names.asked)


@lru_cache(maxsize=256)
def _any_asked(keys: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    return not {plain_name(name) for name in asked}.isdisjoint(map(plain_name, keys))


def without_asked(names: FieldNames, keys: Iterable[str]) -> FieldError:
    """Say that no row has a field that was asked for, and what there is.

    >>> print(without_asked(Asked(text=("stroy",)).names(), ["id", "story"]))
    no row has the field stroy that --text-field names (its fields: id, story); correct it, or give another as well
    """
    shown = ", ".join(key[:LONGEST_NAME] for key in islice(keys, NAMES_SHOWN))
    asked = " or ".join(names.asked)
    return FieldError(
        f"no row has the field {asked} that --text-field names (its fields: {shown}); correct it, or give another "
        "as well"
    )


def plain_name(name: str) -> str:
    """Give a name without case and punctuation.

    >>> plain_name("Published At"), plain_name("_id")
    ('publishedat', 'id')
    """
    return "".join(filter(str.isalnum, name.casefold()))


def body_of(text: str) -> tuple[str, tuple[str, ...]]:
    r"""Give a text as readable text, and its links: HTML is rendered, all else stays but for its line ends.

    >>> body_of("a <b>c</b>\n\n<a href='https://b.example/'>d</a>")
    ('a c\n\nd', ('https://b.example/',))
    >>> body_of("1 < 2\r\nUse <br> to break.")
    ('1 < 2\nUse <br> to break.', ())
    """
    text = unix_lines(sound(text))
    return html_body(text) if is_html(text) else (text, ())


def is_html(text: str) -> bool:
    """Say whether a text plainly is HTML: it begins with a tag, or has one that is not being talked about.

    >>> is_html("<p>One"), is_html("one<br>two"), is_html("see <a href='x'>this</a>")
    (True, True, True)
    >>> is_html("Use <br> or `</p>` to break."), is_html("a < b > c"), is_html("<3 <p")
    (False, False, False)
    """
    if "<" not in text or "```" in text:
        return False
    return any(_in_use(text, tag) for tag in TAG.finditer(text))


def _in_use(text: str, tag: re.Match[str]) -> bool:
    """Say whether a tag marks something, rather than being quoted or standing among words as a word of its own."""
    before, after = text[tag.start() - 1 : tag.start()], text[tag.end() : tag.end() + 1]
    return before not in QUOTES and not (before == " " and (not after or after in AFTER_WORD))


def date_of(value: object) -> str | None:
    """Give a date as it is written; seconds or milliseconds since 1970 as the moment that they mean.

    >>> date_of(" 3 May 2015 "), date_of(1430611200), date_of("1430611200000"), date_of(7), date_of(None)
    ('3 May 2015', '2015-05-03T00:00:00Z', '2015-05-03T00:00:00Z', None, None)
    """
    if isinstance(value, str):
        text = scalar(value)
        return _moment(float(text)) or text if text and EPOCH_TEXT.fullmatch(text) else text
    return _moment(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _moment(number: float) -> str | None:
    if not EPOCH.start <= number < EPOCH.stop:
        if not EPOCH.start <= number // 1000 < EPOCH.stop:
            return None
        number //= 1000
    return datetime.fromtimestamp(int(number), UTC).isoformat().replace("+00:00", "Z")


def tags_of(value: object) -> tuple[str, ...]:
    """List tags, each once; in a string commas, semicolons or bars part them.

    >>> tags_of(["a", {"name": "b"}, None, "a"]), tags_of("rain; old roofs")
    (('a', 'b'), ('rain', 'old roofs'))
    """
    items = TAG_EDGE.split(value) if isinstance(value, str) else value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(tag for item in items if (tag := scalar(item))))


def scalar(value: object) -> str | None:
    """Give a field of one line as text: a string, a number, or the name of a person or several.

    >>> scalar(" a  b "), scalar(3), scalar({"name": "Ana"}), scalar(["Ana", "Rui"]), scalar(True), scalar("")
    ('a b', '3', 'Ana', 'Ana, Rui', None, None)
    """
    if isinstance(value, str):
        # Most are words with single spaces already.
        plain = value.isascii() and value.isprintable() and "  " not in value
        return value.strip() or None if plain else " ".join(sound(value).split()) or None
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return str(value) if abs(value) < 1e300 else None  # Python writes no integer of thousands of digits
    if isinstance(value, dict):
        return next((name for key in NAMES if isinstance(said := value.get(key), str) and (name := scalar(said))), None)
    if isinstance(value, list):
        return ", ".join(_each_name(value)) or None
    return None


def _each_name(values: list[object]) -> Iterator[str]:
    for value in values:
        name = None if isinstance(value, list) else scalar(value)
        if name:
            yield name


def sound(text: str) -> str:
    r"""Replace halves of characters, which no table can hold.

    >>> sound("a\ud800") == "a\ufffd"
    True
    """
    try:
        text.encode()  # three times as fast as a search for such halves
    except UnicodeEncodeError:
        return LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text


def unix_lines(text: str) -> str:
    r"""End every line as the other stages expect it.

    >>> unix_lines("a\r\nb\rc")
    'a\nb\nc'
    """
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _first(row: Row, keys: tuple[str, ...]) -> str | None:
    for key in keys:
        found = scalar(row[key])
        if found:
            return found
    return None


def _blank(text: str) -> bool:
    return not text or text.isspace()


def _with_inner(row: Row) -> Row:
    """Add the fields of an inner object, which count only where the row itself lacks them."""
    for name in INNER:
        inner = row.get(name)
        if isinstance(inner, dict):
            return {**row, **{key: value for key, value in inner.items() if key not in row}}
    return row
