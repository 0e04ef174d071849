"""What kind of dump a text is, told by its content; a file's name proves nothing."""

from __future__ import annotations

import re
from typing import Final

from transforms.records import Format
from transforms.split.csv_rows import is_csv
from transforms.split.fields import SPACE
from transforms.split.json_feed import is_json_feed
from transforms.split.json_lines import is_json_rows
from transforms.split.mailbox import is_mailbox
from transforms.split.stack_posts import is_stack_posts

# A declaration, comments and a style sheet may stand before the first telling tag.
LOOKED_AT: Final = 4096
FEED: Final = re.compile(r"<(?:rss|rdf:RDF|feed)[\s>]", re.IGNORECASE)
PAGE: Final = re.compile(r"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
TAG: Final = re.compile(
    r"</?(?:p|div|span|a|br|article|section|table|tr|td|ul|li|h[1-6])(?:\s[^<>]{0,400})?/?>", re.IGNORECASE
)
# A fragment of a page has a tag in about every 100 characters; a text that mentions one has not.
CHARS_PER_TAG: Final = 300


def recognise(text: str) -> Format:
    r"""The format of a dump: markup shows in its first characters, mail in its headers, rows in the first of them.

    >>> recognise("Dear diary"), recognise("<!doctype html><p>Hi"), recognise('<rss version="2.0">')
    ('text', 'html', 'feed')
    >>> recognise("Write <p> before and </p> after a paragraph." + " And so on." * 60)
    'text'
    >>> recognise('{"text": "a"}\n{"text": "b"}'), recognise("title,text\nWeir,High water.")
    ('jsonl', 'csv')
    """
    head = text[:LOOKED_AT]
    if head.lstrip(SPACE).startswith("<"):
        return "stack exchange" if is_stack_posts(head) else _markup(head)
    if head.lstrip(SPACE).startswith(("{", "[")):
        return "json feed" if is_json_feed(text) else "jsonl" if is_json_rows(text) else "text"
    if is_mailbox(text):
        return "mbox"
    return "csv" if is_csv(text) else "text"


def _markup(head: str) -> Format:
    page, feed = PAGE.search(head), FEED.search(head)
    if feed and not (page and page.start() < feed.start()):
        return "feed"
    if page or len(TAG.findall(head)) * CHARS_PER_TAG > len(head):
        return "html"
    return "text"
