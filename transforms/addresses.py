"""Addresses without the names and passwords that some of them hold."""

from __future__ import annotations

import re
from typing import Final

# Two letters of a scheme, so that a drive (`C:/ann@home`) is none, or the beginning of an address without one.
_BEGIN: Final = r"((?:(?<=[a-z0-9+.-]{2}):[/\\]++|^[/\\]{2,}+))"
# All before the last @ of the host. A password may hold a stroke though it should not (the keys of Amazon's S3 do):
# what then stands behind the colon is no port, and the login ends within as many characters as keys and tokens have.
_LOGIN: Final = re.compile(
    _BEGIN + r"(?:[^/\\?#\s]*@|[^/\\?#\s:@\[]*+:(?!\d*+(?:[/\\?#\s]|$))\S{0,400}@)",
    re.IGNORECASE,
)


def without_login(text: str, instead: str = "") -> str:
    """A text in whose addresses no user and no password stands before the host, but `instead`.

    A user alone goes too: it may be a token. What else may be secret in an address (`?token=…`, an address written in
    the query of another one) is left alone, since nothing tells it from what names the page.

    >>> without_login("https://ann:pass@weir.example/a?b=c@d"), without_login("https://weir.example/@ann")
    ('https://weir.example/a?b=c@d', 'https://weir.example/@ann')
    >>> without_login("no bucket in s3://KEY:se/cret@dumps", "…@")
    'no bucket in s3://…@dumps'
    """
    # Nearly all texts end here.
    return _LOGIN.sub(rf"\1{instead}", text) if "@" in text else text
