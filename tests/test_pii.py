"""What counts as an e-mail address, a phone number or an IP address, and what does not."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.pii import KINDS, mask, spans_of

FOUND = [
    ("write to ann@example.org.", "write to [email]."),
    ("<ann.b+list@mail.example.co.uk>", "<[email]>"),
    ("mailto:o'neil@example.org, bob@x.io", "mailto:[email], [email]"),
    ("'ann@example.org'", "'[email]'"),
    ("a@b.example a@@b.example @c.example", "[email] a@@b.example @c.example"),
    ("会い@はexample.jp", "会い@はexample.jp"),
    ("at 127.0.0.1:80, 10.255.1.9.", "at [ip]:80, [ip]."),
    ("256.1.1.1 and 1.2.3 and 1.2.3.4.5", "256.1.1.1 and 1.2.3 and 1.2.3.4.5"),
    ("2001:db8::8a2e:370:7334 and fe80::1%eth0", "[ip] and [ip]%eth0"),
    ("std::vector, 10:20:30, a::b, 12:30:45:10", "std::vector, 10:20:30, a::b, 12:30:45:10"),
    ("call +33 6 12 34 56 78 now", "call [phone] now"),
    ("(+49) 30 or +49 (0)30 901820", "(+49) 30 or [phone]"),
    ("Tel. 06.12.34.56.78, fax 01 42 68 53 00", "Tel. [phone], fax [phone]"),
    ("0612345678 030/1234567-8", "[phone] [phone]"),
    ("555-0182 and 112", "555-0182 and 112"),
    ("(415) 555-2671 or 415.555.2671", "[phone] or [phone]"),
    ("on 01.02.2003 and 2019-10-22, at 10:20", "on 01.02.2003 and 2019-10-22, at 10:20"),
    ("on 01.02.2003 10 people", "on 01.02.2003 10 people"),
    ("ISBN 978-3-16-148410-0, 1,000,000", "ISBN 978-3-16-148410-0, 1,000,000"),
    ("pi is 3.14159265358979", "pi is 3.14159265358979"),
    ("order 12345678901234567890", "order 12345678901234567890"),
    ("tel0612345678 0612345678x", "tel0612345678 0612345678x"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_what_is_masked(text: str, expected: str) -> None:
    assert mask(text)[0] == expected


def test_counts() -> None:
    assert mask("a@b.org c@d.org 10.0.0.1 +33612345678")[1] == {"email": 2, "ip": 1, "phone": 1}
    assert mask("nothing")[1] == {}


PARTS = st.lists(
    st.sampled_from(["a@b.org", "@", "+33 6 12", " 34 56 78", "10.0.0.1", ":", "::", "1", "0", ".", "-", "é", " "])
)


@given(st.text() | PARTS.map("".join))
def test_spans_are_in_order_apart_and_all_of_the_change(text: str) -> None:
    spans = spans_of(text)
    assert spans == sorted(spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    masked, counts = mask(text)
    assert sum(counts.values()) == len(spans)
    assert set(counts) <= set(KINDS)
    kept, at = [], 0
    for start, end, kind in spans:
        kept += [text[at:start], f"[{kind}]"]
        at = end
    assert masked == "".join(kept) + text[at:]


@pytest.mark.parametrize(
    "unit", ["a", "@", "a@", "a@b.", "0 ", "1.", "1:", "+1 ", "0123456789 ", "(", "a:", "ab.c", "1.1.1.1 "]
)
def test_cost_is_linear(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        started = time.process_time()
        mask(text)
        return time.process_time() - started

    seconds(1_000)
    assert seconds(200_000) < 10 * max(seconds(100_000), 0.05)
    assert seconds(200_000) < 4
