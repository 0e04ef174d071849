"""The fields of one feed entry, whatever dialect it is written in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from transforms.split.html_tree import parse
from transforms.split.render import html_body, links_in, render

# References in the range of the halves, which XML knows as no characters and its parsers stumble over.
SURROGATES: Final = re.compile(r"(?:&#(?:[xX][dD][89a-fA-F][0-9a-fA-F]{2}|5[5-7][0-9]{3});)+")
# Full text before summaries, the date of publication before that of a change.
BODIES: Final = ("encoded", "content", "description", "summary")
DATES: Final = ("pubdate", "published", "date", "issued", "created", "updated", "modified")
# A WordPress export writes noughts here for what has not been published, and the first second of 1970 as `pubDate`.
UNIVERSAL: Final = "post_date_gmt"
NO_DATE: Final = re.compile(r"0000-00-00\b")
AUTHORS: Final = ("creator", "author")
TAGS: Final = ("category", "subject")
HTML: Final = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#x[0-9a-f]+|\w{2,31});", re.IGNORECASE)
# "someone@example.org (Name)", as RSS wants its authors.
MAIL_AND_NAME: Final = re.compile(r"\S[^\s@]*+@\S++ \(([^()]+)\)")
EXCERPTS: Final = "excerpt"


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry states."""

    body: str
    title: str | None
    author: str | None
    published: str | None
    url: str | None
    tags: tuple[str, ...]
    links: tuple[str, ...]
    member: str | None


def read_entry(source: str) -> Entry:
    """Read an entry that stands alone inside the root tag of its feed."""
    fields = _fields(source)
    body, links = _body(fields)
    url = _url(fields)
    return Entry(
        body,
        _title(fields),
        _author(fields),
        _published(fields),
        url,
        tuple(dict.fromkeys(_tags(fields))),
        links,
        next((text for name in ("id", "guid") for text in _texts(fields, name)), url),
    )


def read_person(source: str) -> str | None:
    """Give the author that a feed states for all its entries."""
    return _author(_fields(source))


def text_of(source: str) -> str:
    """Give the text of a stretch of a feed outside its entries, a line for each element that has some."""
    root = _root(source)
    if root is None:
        return ""
    lines = (" ".join(text.split()) for text in root.itertext(etree.Element))
    return "\n".join(line for line in lines if line)


def _joined(references: re.Match[str]) -> str:
    r"""Characters written as references to the halves that UTF-16 makes of them; a lone half becomes U+FFFD.

    >>> SURROGATES.sub(_joined, "&#55357;&#56832; &#xD83D;")
    '😀 �'
    """
    found = re.findall(r"&#(?:[xX]([0-9a-fA-F]+)|(\d+));", references[0])
    units = [int(hexadecimal, 16) if hexadecimal else int(decimal) for hexadecimal, decimal in found]
    return b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le", "replace")


def _root(source: str) -> etree._Element | None:
    """Parse without entities, network or recursion; damage is mended where it can be."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, recover=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(SURROGATES.sub(_joined, source), parser)
    except etree.XMLSyntaxError:
        return None


def _fields(source: str) -> list[tuple[str, etree._Element]]:
    """List the elements of an entry by local name; RSS puts a channel around what it says of itself."""
    root = _root(source)
    node = root
    while node is not None and len(node) and _local(node[0]) in ("item", "entry", "channel"):
        node = node[0]
    return [(_local(child), child) for child in node] if node is not None else []


def _local(node: etree._Element) -> str:
    tag = node.tag if isinstance(node.tag, str) else ""
    return re.split(r"[}:]", tag)[-1].lower() if "}" not in tag else tag.rsplit("}", 1)[-1].lower()


def _texts(fields: list[tuple[str, etree._Element]], name: str) -> list[str]:
    texts = (" ".join("".join(node.itertext()).split()) for local, node in fields if local == name)
    return [text for text in texts if text]


def _title(fields: list[tuple[str, etree._Element]]) -> str | None:
    for local, node in fields:
        if local == "title":
            text = "".join(node.itertext())
            if node.get("type") == "html":
                page = parse(text)
                text = page.text(0, len(page.tags))
            return " ".join(text.split()) or None
    return None


def _body(fields: list[tuple[str, etree._Element]]) -> tuple[str, tuple[str, ...]]:
    for name in BODIES:
        for local, node in fields:
            if local != name or EXCERPTS in str(node.tag).lower():
                continue
            body, links = _content(node)
            if body:
                return body, links
    return "", ()


def _content(node: etree._Element) -> tuple[str, tuple[str, ...]]:
    """Read a text that may be plain, escaped HTML or XHTML."""
    if not len(node):
        text = node.text or ""
        plain = node.get("type") in ("text", "text/plain") or not HTML.search(text)
        return (text.strip(), ()) if plain else html_body(text)
    for inner in node.iter(etree.Element):
        try:
            inner.tag = _local(inner)
        except ValueError:  # "<a:>" has no name of its own, and that of "<a:1>" is none
            inner.tag = "span"
    etree.cleanup_namespaces(node)
    page = parse(etree.tostring(node, encoding="unicode", with_tail=False))
    return render(page, 0, len(page.tags)), links_in(page, 0, len(page.tags))


def _author(fields: list[tuple[str, etree._Element]]) -> str | None:
    for wanted in AUTHORS:
        for local, node in fields:
            if local == wanted:
                names = [child for child in node if _local(child) == "name"]
                text = " ".join("".join((names[0] if names else node).itertext()).split())
                if text:
                    match = MAIL_AND_NAME.fullmatch(text)
                    return match[1] if match else text
    return None


def _published(fields: list[tuple[str, etree._Element]]) -> str | None:
    if any(NO_DATE.match(text) for text in _texts(fields, UNIVERSAL)):
        return None
    return next((text for name in DATES for text in _texts(fields, name)), None)


def _url(fields: list[tuple[str, etree._Element]]) -> str | None:
    links = [node for local, node in fields if local == "link"]
    for node in links:
        if node.get("href") and node.get("rel", "alternate") == "alternate":
            return str(node.get("href")).strip()
    plain = _texts(fields, "link")
    if plain:
        return plain[0]
    permanent = [text for text in _texts(fields, "guid") if text.startswith(("http://", "https://"))]
    return permanent[0] if permanent else None


def _tags(fields: list[tuple[str, etree._Element]]) -> list[str]:
    found = []
    for local, node in fields:
        if local in TAGS:
            text = node.get("label") or node.get("term") or "".join(node.itertext())
            found.append(" ".join(text.split()))
    return [text for text in found if text]
