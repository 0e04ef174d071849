"""Mailboxes and single messages: one message is one post, exactly."""

from __future__ import annotations

import contextlib
import time
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import DumpError
from transforms.formats import recognise
from transforms.records import Piece
from transforms.split.mail_words import header_text, person
from transforms.split.mailbox import split_mailbox

FROM = b"From ana@weir.example Thu Mar  5 10:00:00 2015\n"
PLAIN = FROM + (
    b"From: =?utf-8?q?Zo=C3=AB_Hale?= <zoe@weir.example>\nTo: list@weir.example\nSubject: Re: =?iso-8859-1?q?caf=E9?=\n"
    b" at\n noon\nDate: Thu, 5 Mar 2015 10:00:00 +0100\nMessage-ID: <1@weir.example>\nKeywords: boats, water\n"
    b"X-Label: river\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n"
    b"The caf=E9 is=\n open.\n\n> quoted: When?\n>From ten o'clock.\n\n"
)
PARTS = FROM + (
    b"From: rui@weir.example\nSubject: Parts\nContent-Type: multipart/mixed; boundary=out\n\npreamble\n--out\n"
    b"Content-Type: multipart/alternative; boundary=in\n\n--in\nContent-Type: text/html; charset=utf-8\n\n"
    b"<p>As <b>page</b></p>\n--in\nContent-Type: text/plain; charset=utf-8\n\nAs text \xc3\xa9\n--in--\n--out\n"
    b"Content-Type: text/plain; name=notes.txt\nContent-Disposition: attachment; filename=notes.txt\n\nattached\n"
    b"--out\n"
    b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--out--\n\n"
)
PAGE = FROM + (
    b"From: Tom\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
    + b64encode(b"<p>One &amp; two</p><p><a href='https://a.example/'>more</a></p>")
    + b"\n\n"
)
BARE = FROM + b"Subject: raw \xe9t\xe9 bytes\nContent-Type: text/plain; charset=klingon\n\nUn \xe9t\xe9 tr\xe8s long.\n"
MAILBOX = PLAIN + PARTS + PAGE + BARE


def test_messages_have_all_their_fields() -> None:
    text, split = split_mailbox(MAILBOX)
    plain, parts, page, bare = split.pieces
    assert text.encode("latin-1") == MAILBOX
    assert not split.residue
    assert plain == Piece(
        start=0, end=len(PLAIN.rstrip()), body="The café is open.\n\n> quoted: When?\nFrom ten o'clock.",
        title="Re: café at noon", author="Zoë Hale", published_text="Thu, 5 Mar 2015 10:00:00 +0100",
        tags=("boats", "water", "river"), member="<1@weir.example>", boundary=("message 1 of the mailbox",),
    )  # fmt: skip
    assert (parts.body, parts.author, parts.title, parts.member) == ("As text é", "rui@weir.example", "Parts", "2")
    assert (page.body, page.links, page.title) == ("One & two\n\nmore", ("https://a.example/",), None)
    assert (bare.body, bare.title) == ("Un été très long.", "raw été bytes")
    assert [MAILBOX[piece.start : piece.end].startswith(FROM) for piece in split.pieces] == [True] * 4
    assert recognise(text) == "mbox"


def test_windows_line_ends_change_nothing() -> None:
    pairs = zip(split_mailbox(MAILBOX)[1].pieces, split_mailbox(MAILBOX.replace(b"\n", b"\r\n"))[1].pieces, strict=True)
    assert all((one.body, one.title, one.member) == (other.body, other.title, other.member) for one, other in pairs)


def test_a_single_message() -> None:
    source = PLAIN.removeprefix(FROM).replace(b">From ten", FROM + b"\nFrom ten")
    text, split = split_mailbox(source)
    assert recognise(text) == "mbox"
    assert [piece.title for piece in split.pieces] == ["Re: café at noon"]
    assert split.pieces[0].boundary == ("the only message of the file",)
    assert split.pieces[0].body.endswith("From ten o'clock.")


@pytest.mark.parametrize(
    ("separator", "found"),
    [
        (b"From - Thu Mar 05 10:00:00 2015\n", True),
        (b"From ana at weir.example  Thu Mar  5 10:00:00 2015\n", True),
        (b"From 12345@xxx Thu Mar 05 10:00:00 +0000 2015\n", True),
        (b"From MAILER-DAEMON Thu, 5 Mar 2015 10:00:00 +0000\n", True),
        (b"From ten to Thu Mar 5 we were away.\n", False),
        (b"From here on it is 10:00 in 2015:\n", False),
        (b">From ana@weir.example Thu Mar  5 10:00:00 2015\n", False),
    ],
)
def test_only_a_real_separator_parts_messages(separator: bytes, found: bool) -> None:  # noqa: FBT001
    source = FROM + b"Subject: a\n\nOne.\n\n" + separator + b"Subject: b\n\nTwo.\n"
    assert len(split_mailbox(source)[1].pieces) == 1 + found
    without_blank_line = FROM + b"Subject: a\n\nOne.\n" + separator + b"Subject: b\n\nTwo.\n"
    assert len(split_mailbox(without_blank_line)[1].pieces) == 1


def test_a_mailbox_cut_in_the_middle_of_base64_keeps_what_can_be_read() -> None:
    code = b64encode("Höchster Wasserstand am Wehr. ".encode() * 20)
    head = b"Subject: c\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    for cut in range(40, 60):
        last = split_mailbox(PLAIN + FROM + head + code[:cut])[1].pieces[-1]
        assert last.title == "c"
        assert last.body.startswith("Höchster Wasserstand am")


@pytest.mark.parametrize("cut", range(len(FROM) + 6, len(MAILBOX), 37))
def test_a_mailbox_cut_anywhere_keeps_the_messages_before(cut: int) -> None:
    until = cut - len(FROM) - len("\n\nContent-Type:")  # a separator that was cut is none
    before = [piece for piece in split_mailbox(MAILBOX)[1].pieces if piece.end < until]
    assert list(split_mailbox(MAILBOX[:cut])[1].pieces[: len(before)]) == before


def test_what_stands_before_the_first_message_is_kept() -> None:
    split = split_mailbox(b"An archive of the list.\n\n" + PLAIN)[1]
    assert [(row.start, row.text) for row in split.residue] == [(0, "An archive of the list.")]
    assert len(split.pieces) == 1


@pytest.mark.parametrize("source", [b"", b"Dear diary\n", b"From here on\n"])
def test_no_message_is_no_mailbox(source: bytes) -> None:
    with pytest.raises(DumpError, match="no message"):
        split_mailbox(source)


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("=?utf-8?B?w6k?=", "é"),
        ("=?utf-8?b?!!!?= x", " x".strip()),
        ("=?UTF-8*fr?Q?=C3=A9?=", "é"),
        ("a =?utf-8?q?b?= c", "a b c"),
        ("=?utf-8?q?a?==?latin-1?q?=E9?=", "aé"),
        ("=?utf-8?q?unclosed", "=?utf-8?q?unclosed"),
    ],
)
def test_encoded_words(raw: str, read: str) -> None:
    assert header_text(raw) == read


def test_names_of_archives() -> None:
    assert person("ana at weir.example (Ana Lind)") == "Ana Lind"
    assert person('"Hale, Zoe" <zoe@weir.example>') == "Hale, Zoe"


@pytest.mark.parametrize(
    "rest",
    [
        FROM * 5000,
        (FROM + b"\n") * 5000,
        b"Content-Type: multipart/mixed" + b";a" * 1_000_000 + b"\n\nx",
        b"Subject: " + b"=?a?q?" * 200_000 + b"\n\nx",
        b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\nx",
        b"From: " + b"<(" * 300_000 + b"\n\nx",
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5000)),
        b"Subject: x\n\n" + b">" * 5_000_000,
        b"Subject: x\n\n" + b"x" * 5_000_000,
    ],
)
def test_hostile_messages_are_quick(rest: bytes) -> None:
    begun = time.perf_counter()
    assert split_mailbox(FROM + rest)[1].pieces
    assert time.perf_counter() - begun < 10


MAIL = st.lists(
    st.sampled_from(
        [b"\n", b"\n\n", b"--b\n", b"--b--\n", b"From: ", b"Subject: ", b"Content-Type: multipart/mixed; boundary=b\n",
         b"Content-Type: text/html; charset=x\n", b"Content-Type: message/rfc822\n", b"Content-Disposition: inline\n",
         b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: x-uuencode\n", b"begin 644 a\n",
         b"Content-Transfer-Encoding: quoted-printable\n", b"=?q?b?", b"=E9=", b"\xe9\xff", b"<p>", b"aGk=", b"; ",
         b"=", b"a", FROM,
         b"Content-Type: text/plain; charset*0*=utf-8''%E9; filename*=x'y\n", b"\r", b"\x00", b"Date: "]
    ) | st.binary(max_size=8)
).map(b"".join)  # fmt: skip


@given(MAIL)
def test_any_bytes_are_messages_or_a_dump_error(data: bytes) -> None:
    text, split = split_mailbox(FROM + b"Subject: a\n" + data)
    assert len(text) == len(FROM) + 11 + len(data)
    for piece in split.pieces:
        assert 0 <= piece.start < piece.end <= len(text)
        piece.body.encode()
    with contextlib.suppress(DumpError):
        split_mailbox(data)
