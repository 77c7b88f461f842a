"""One mail: headers, addresses, charsets and transfer encodings, as kernel mail really has them."""

import base64
import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mail.reading import message_of
from tests.support import mail
from uringreview.errors import UnreadableError
from uringreview.mail.plain import read_plain

HEAD = b"From: Ada <ada@kernel.example>\nSubject: [PATCH] a: b\nMessage-ID: <1@kernel.example>\n"


def test_headers_are_unfolded_and_decoded() -> None:
    message = message_of(
        b"From: =?UTF-8?q?Ilpo=20J=C3=A4rvinen?= <i@kernel.example>\n"
        b"To: a@kernel.example,\n\tB C <b@kernel.example>\n"
        b'Cc: "T.J. Mercier" <t@kernel.example>, "Last, First" <l@kernel.example>,\n'
        b"  Chia-Lin Kao (AceLan) <c@kernel.example>, undisclosed-recipients:;\n"
        b"Subject: [PATCH AUTOSEL 7.0] a:\n b\n"
        b"Message-Id: <x@kernel.example>\nReferences: <r@kernel.example>\n <s@kernel.example>\n"
        b"In-Reply-To: <s@kernel.example>\n\nbody\n"
    )
    assert str(message.sender) == "Ilpo Järvinen <i@kernel.example>"
    assert [str(one) for one in message.to] == ["a@kernel.example", "B C <b@kernel.example>"]
    assert [(one.name, one.address) for one in message.cc] == [
        ("T.J. Mercier", "t@kernel.example"),
        ("Last, First", "l@kernel.example"),
        ("Chia-Lin Kao (AceLan)", "c@kernel.example"),
    ]
    assert message.subject == "[PATCH AUTOSEL 7.0] a: b"
    assert (message.message_id, message.in_reply_to) == ("x@kernel.example", "s@kernel.example")
    assert message.references == ("r@kernel.example", "s@kernel.example")


def test_an_encoded_comma_does_not_split_a_recipient() -> None:
    message = message_of(b"From: a@b.example\nTo: =?utf-8?q?Last=2C_First?= <l@kernel.example>\nSubject: x\n\n")
    assert [(one.name, one.address) for one in message.to] == [("Last, First", "l@kernel.example")]


@pytest.mark.parametrize(
    ("headers", "payload"),
    [
        (b"", "é ”fix”\n".encode()),
        (b"Content-Type: text/plain\nContent-Transfer-Encoding: 8bit\n", "é ”fix”\n".encode()),
        (b"Content-Type: text/plain; charset=us-ascii\n", "é ”fix”\n".encode()),
        (b"Content-Type: text/plain; charset=x-unheard-of\n", "é ”fix”\n".encode()),
        (b"Content-Type: text/plain; charset=windows-1252\n", "é ”fix”\n".encode("cp1252")),
        (b"Content-Transfer-Encoding: base64\n", base64.encodebytes("é ”fix”\n".encode())),
        (b"Content-Transfer-Encoding: quoted-printable\n", b"=C3=A9 =E2=80=9Dfix=\n=E2=80=9D\n"),
    ],
)
def test_a_body_is_read_whatever_its_charset_and_encoding_claim(headers: bytes, payload: bytes) -> None:
    assert message_of(HEAD + headers + b"\n" + payload).body == "é ”fix”\n"


def test_an_unbalanced_quote_loses_no_recipient() -> None:
    message = message_of(HEAD + b'To: "A <a@kernel.example>, b@kernel.example (Bea), C <c@kernel.example>\n\n')
    assert [one.address for one in message.to] == ["a@kernel.example", "b@kernel.example", "c@kernel.example"]
    assert message.to[1].name == "Bea"


def test_bytes_that_no_charset_explains_come_back_unchanged() -> None:
    message = message_of(HEAD + b"\nbad \xff\xfe byte\n")
    assert message.body.encode("utf-8", "surrogateescape") == b"bad \xff\xfe byte\n"
    assert message.raw.encode("utf-8", "surrogateescape") == HEAD + b"\nbad \xff\xfe byte\n"


def test_network_line_ends_become_plain_ones_but_a_patched_files_cr_stays() -> None:
    assert message_of((HEAD + b"\none\ntwo\n").replace(b"\n", b"\r\n")).body == "one\ntwo\n"
    assert message_of(HEAD + b"\none\n+dos\r\n").body == "one\n+dos\r\n"


def test_the_first_plain_part_is_the_body_and_an_attached_patch_follows_it() -> None:
    message = message_of(
        HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n'
        b'Content-Type: multipart/alternative; boundary="c"\n\n--c\nContent-Type: text/html\n\n<p>no</p>\n'
        b"--c\n\nwords\n--c--\n--b\nContent-Type: text/x-patch\n\ndiff --git a/x b/x\n--b\n\nlist footer\n--b--\n"
    )
    assert message.body == "words\ndiff --git a/x b/x"


def test_a_mail_in_html_alone_is_refused_with_a_sentence() -> None:
    with pytest.raises(UnreadableError, match=r"one\.eml: the mail is HTML only"):
        message_of(HEAD + b"Content-Type: text/html\n\n<p>hello</p>\n")


def test_text_without_a_mail_header_is_refused_with_a_sentence() -> None:
    with pytest.raises(UnreadableError, match="no mail header"):
        message_of(b"\njust words\n")


def test_nul_bytes_do_not_reach_headers_or_body() -> None:
    message = message_of(b"From: a@b.example\nSubject: x\0y\n\nbo\0dy\n")
    assert message.subject == "xy"
    assert message.body == "bo\ufffddy\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wed, 20 May 2026 07:19:21 -0400", datetime(2026, 5, 20, 11, 19, 21, tzinfo=UTC)),
        ("Thu, 30 Oct 2025 07:30:47 -0000", datetime(2025, 10, 30, 7, 30, 47, tzinfo=UTC)),
        ("Mon, 17 Sep 2001 00:00:00 +9999999", None),
        ("4 days, 11 hours ago", None),
    ],
)
def test_dates_are_aware_or_unknown(text: str, expected: datetime | None) -> None:
    message = message_of(f"From: a@b.example\nDate: {text}\n\n".encode())
    assert message.date == expected
    assert message.date_text == text
    assert message.date is None or message.date.tzinfo is not None


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Type: text/plain; charset*0*=utf-8''%ff; charset*9999999999999999999*=x",
        b"Content-Type: multipart/mixed; boundary=",
        b"Content-Type: multipart/" + b"x" * 5000,
        b"From: \xff\xfe =?x?b?!!!?= <@>",
        b"To: " + b"(" * 5000,
        b"Subject: =?utf-8?b?a?= =?bogus?q?=?=",
        b"References: " + b"<" * 5000,
        b"Content-Transfer-Encoding: \xff",
    ],
)
def test_a_broken_header_raises_nothing_but_unreadable(header: bytes) -> None:
    with contextlib.suppress(UnreadableError):
        assert message_of(HEAD + header + b"\n\nbody\n").message_id == "1@kernel.example"


def test_the_builder_and_the_reader_agree() -> None:
    message = message_of(mail.autosel(position=3, cc=("Jörg <j@kernel.example>",)))
    assert message.cc[0].name == "Jörg"
    assert message.in_reply_to == mail.message_id(1)
    assert message.header("x-stable-BASE") == "Linux 7.0.9"


HEADER_LINES = (
    b"From: Ada <ada@kernel.example>",
    b"Subject: one\n two",
    b"Subject:",
    b"X: \tv\xc3\xa9 \xff \t",
    b"Content-Type: text/plain",
    b"content-type: text/plain; charset=ISO-8859-1",
    b'Content-Type: text/plain;\n charset="utf-8"',
    b"Content-Type: text/plain; charset=no-such-one",
    b"Content-Type: multipart/mixed; boundary=b",
    b"Content-Transfer-Encoding: 8bit",
    b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: quoted-printable",
    b"From no colon",
    b" continued",
    b"Subject: =?utf-8?q?a=C3=A9?=",
    b"Odd\x0b: x",
    b"N: a\0b",
    b"",
    b"body \xc3\xa9\xff",
    b"--b",
    b"=\xe2\x80\xa8=3D",
)


@given(lines=st.lists(st.sampled_from(HEADER_LINES), max_size=12), end=st.sampled_from((b"\n", b"\r\n", b"\r")))
@settings(max_examples=300, deadline=None)
def test_the_short_way_for_plain_mail_reads_what_the_mime_parser_reads(lines: list[bytes], end: bytes) -> None:
    """A further, empty part header keeps a mail off the short way without changing what it says."""
    raw = end.join((b"Message-ID: <a@b.example>", *lines, b""))
    mime = b"Content-Transfer-Encoding: \n" + raw
    try:
        short = message_of(raw)
    except UnreadableError:
        with pytest.raises(UnreadableError):
            message_of(mime)
        return
    if read_plain(raw) is None:
        return
    whole = message_of(mime)
    assert read_plain(mime) is None
    assert (short.headers, short.body) == (whole.headers[1:], whole.body)
