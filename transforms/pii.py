"""Personal data with a shape of its own: e-mail addresses, phone numbers, IP addresses.

What has the shape counts, so a version number of four parts is taken for an address; names and postal addresses have
no shape and are not found. Every pattern is bounded, so cost grows with the text alone.
"""

from __future__ import annotations

import ipaddress
import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, Literal

Kind = Literal["email", "phone", "ip"]
KINDS: Final[tuple[Kind, ...]] = ("email", "ip", "phone")
Span = tuple[int, int, Kind]

# Of the part before the @; RFC 5321 allows it 64 characters.
LOCAL: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%+-'"
LOCAL_LENGTH: Final = 64
DOMAIN: Final = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])")
IPV4: Final = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\w)", re.ASCII)
IPV6: Final = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
# With the code of a country (8 to 15 digits, as ITU-T E.164 allows), with a leading zero (9 to 11), and in the
# North American form. A date in figures is none, also with an hour behind it.
PHONE: Final = re.compile(
    r"""(?<![\w.,:/+-])(?:
        (?:\+|00)[1-9](?:[ ./()\u00a0\u202f-]{0,2}\d){7,14}
      | (?!\d\d?[./-]\d\d?[./-]\d{4})\(?0(?:[ ./)\u00a0\u202f-]{0,2}\d){8,10}
      | (?:\([2-9]\d\d\)[ ]?|[2-9]\d\d[. -])[2-9]\d\d[. -]\d{4}
    )(?!\w|[.,:/-]\d)""",
    re.VERBOSE | re.ASCII,
)


def mask(text: str) -> tuple[str, Counter[Kind]]:
    """The text with each find replaced by its kind in brackets, and how many there were of each.

    >>> mask("Ask ann@example.org or +49 30 1234567, not 10.0.0.1.")[0]
    'Ask [email] or [phone], not [ip].'
    """
    parts, end, counts = [], 0, Counter[Kind]()
    for start, stop, kind in spans_of(text):
        parts += [text[end:start], f"[{kind}]"]
        end = stop
        counts[kind] += 1
    return "".join([*parts, text[end:]]), counts


def spans_of(text: str) -> list[Span]:
    """Where personal data stands, in the order of the text, none within another; the first kind of `KINDS` wins."""
    taken: list[Span] = []
    for found in (emails_of(text), ips_of(text), phones_of(text)):
        taken = sorted([*taken, *(span for span in found if _apart(span, taken))])
    return taken


def _apart(span: Span, taken: Sequence[Span]) -> bool:
    """Whether a span overlaps none of those taken, which are sorted and overlap none of each other."""
    after = bisect(taken, span)
    return (after == len(taken) or span[1] <= taken[after][0]) and (not after or taken[after - 1][1] <= span[0])


def emails_of(text: str) -> Iterator[Span]:
    """E-mail addresses: a local part, an @, and a domain of at least two parts."""
    end = 0
    at = text.find("@")
    while at >= 0:
        before = text[max(end, at - LOCAL_LENGTH) : at]
        local = before[len(before.rstrip(LOCAL)) :].lstrip(".'%+-")
        domain = DOMAIN.match(text, at + 1) if local else None
        if domain:
            end = domain.end()
            yield at - len(local), end, "email"
        at = text.find("@", at + 1)


def ips_of(text: str) -> Iterator[Span]:
    """IPv4 addresses, and IPv6 addresses with two groups at least, one of which has a figure."""
    if "." in text:
        for found in IPV4.finditer(text):
            if all(int(part) < 256 for part in found[0].split(".")):
                yield found.start(), found.end(), "ip"
    if ":" in text:
        for found in IPV6.finditer(text):
            if sum(map(bool, found[0].split(":"))) > 1 and any(map(str.isdecimal, found[0])) and _is_ipv6(found[0]):
                yield found.start(), found.end(), "ip"


def phones_of(text: str) -> Iterator[Span]:
    """Phone numbers."""
    return ((found.start(), found.end(), "phone") for found in PHONE.finditer(text))


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
