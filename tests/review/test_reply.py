"""A decision becomes a mail that a kernel list takes: to all, in the thread, plain, quotes untouched."""

import email
import email.policy
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.review import HEAD, ME, TITLE, facts, patch
from uringreview.diff.model import DiffAnchor
from uringreview.errors import EnvironmentProblem, UnreadableError, UsageProblem
from uringreview.mail.message import Address, Span
from uringreview.mail.patch import Patch
from uringreview.mail.subject import Version
from uringreview.review.decisions import Comment, Decision, DecisionKind, Tag
from uringreview.review.identity import Identity
from uringreview.review.reply import Reply, compose, same_words, text_to_copy
from uringreview.review.wording import user_templates
from uringreview.series.graph import LaterFix

NOW = datetime(2026, 5, 21, 9, 30, tzinfo=timezone(timedelta(hours=2)))
FIX = LaterFix("0123456789ab", "fedcba9876543210fedcba9876543210fedcba98", "ring: splice in the timer", "later.eml")


def answer(to: Patch | None = None, kind: DecisionKind = DecisionKind.DROP, note: str = "") -> Reply:
    """A reply to a patch with a decision."""
    one = to or patch()
    return compose(one, Decision(one.key, kind, note), ME, now=NOW)


def parsed(reply: Reply) -> EmailMessage:
    """The reply as a mail program reads it."""
    message = email.message_from_bytes(reply.as_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def addresses(message: EmailMessage, name: str) -> list[str]:
    """The bare addresses of a header."""
    return [address for _, address in getaddresses(message.get_all(name, []))]


def test_the_reply_goes_to_the_sender_and_copies_everyone_once_but_oneself() -> None:
    sent = patch(
        cc=(
            Address("Ada", "ada@kernel.example"),
            Address("Rita", "RITA@kernel.example"),
            Address("", "Stable@lists.example"),
        )
    )
    message = parsed(answer(sent))
    assert addresses(message, "To") == ["sam@kernel.example"]
    assert addresses(message, "Cc") == ["patches@lists.example", "stable@lists.example", "ada@kernel.example"]
    assert addresses(message, "From") == ["rita@kernel.example"]


def test_reply_to_stands_before_from() -> None:
    message = parsed(answer(patch(reply_to=(Address("", "answers@lists.example"),))))
    assert addresses(message, "To") == ["answers@lists.example"]


def test_the_thread_headers_name_the_mail_and_its_parents() -> None:
    reply = answer()
    message = parsed(reply)
    assert message["In-Reply-To"] == "<20260520120000.4711-3-sam@kernel.example>"
    assert str(message["References"]).split() == [
        "<20260520120000.4711-1-sam@kernel.example>",
        "<20260520120000.4711-3-sam@kernel.example>",
    ]
    assert str(message["Message-ID"]).endswith("@kernel.example>")
    assert answer().message_id != reply.message_id


def test_a_mail_without_references_threads_by_its_in_reply_to() -> None:
    message = parsed(answer(patch(references=())))
    assert str(message["References"]).split()[0] == "<20260520120000.4711-1-sam@kernel.example>"


@pytest.mark.parametrize("before", ["", "Re: ", "RE: re:", "Re:Re: Re: "])
def test_the_subject_has_one_re(before: str) -> None:
    message = parsed(answer(patch(subject=f"{before}[PATCH AUTOSEL 7.0-6.6] {TITLE}")))
    assert message["Subject"] == f"Re: [PATCH AUTOSEL 7.0-6.6] {TITLE}"


def test_the_body_is_plain_utf8_with_lf_and_no_flow() -> None:
    reply = answer(note="Grüße")
    raw = reply.as_bytes()
    assert b"\r" not in raw
    message = parsed(reply)
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert message["Content-Transfer-Encoding"] == "8bit"
    assert "format" not in str(message["Content-Type"])
    assert "Grüße".encode() in raw
    assert message["Date"] == "Thu, 21 May 2026 09:30:00 +0200"


def test_a_reply_reads_quote_request_note_signature() -> None:
    body = answer(note="It breaks the build on s390.").body
    assert body == (
        "On Wed, 20 May 2026 07:19:21 -0400, Sam Stable wrote:\n"
        "> From: Ada Author <ada@kernel.example>\n>\n"
        "> [ Upstream commit 0123456789abcdef0123456789abcdef01234567 ]\n[ ... ]\n\n"
        'Please drop this from all stable branches: 0123456789ab ("ring: stop at\nthe end of the chain").\n\n'
        "It breaks the build on s390.\n\n-- \nRita\n"
    )


def test_drop_from_a_branch_and_older_names_it() -> None:
    one = patch()
    decision = Decision(one.key, DecisionKind.DROP_OLDER, drop_from=Version.parse("6.12"))
    assert "Please drop this from 6.12 and older: 0123456789ab" in compose(one, decision, ME).body
    with pytest.raises(UsageProblem):
        compose(one, Decision(one.key, DecisionKind.DROP_OLDER), ME)


def test_a_hold_names_the_later_fix_that_is_known() -> None:
    one = patch()
    body = " ".join(compose(one, Decision(one.key, DecisionKind.HOLD), ME, facts=facts(one, FIX)).body.split())
    assert f'Please hold 0123456789ab ("{TITLE}") until fedcba987654 ("ring: splice in the timer") is queued' in body


def test_a_hold_without_a_known_fix_names_none() -> None:
    assert "until" not in answer(kind=DecisionKind.HOLD).body


def test_a_later_fix_without_an_id_is_named_by_its_subject() -> None:
    one = patch()
    fix = LaterFix("0123456789ab", None, "ring: splice in the timer", "later.eml")
    body = " ".join(compose(one, Decision(one.key, DecisionKind.HOLD), ME, facts=facts(one, fix)).body.split())
    assert 'until "ring: splice in the timer" is queued' in body


def test_a_take_is_withheld_unless_it_is_asked_for() -> None:
    one = patch()
    assert "--ack" in compose(one, Decision(one.key, DecisionKind.TAKE), ME).withheld
    tagged = compose(one, Decision(one.key, DecisionKind.TAKE, tag=Tag.REVIEWED), ME)
    assert tagged.withheld == ""
    assert "\nReviewed-by: Rita Reviewer <rita@kernel.example>\n" in tagged.body
    assert answer(kind=DecisionKind.TAKE, note="Fine with me.").withheld == ""


def test_a_question_without_words_is_refused() -> None:
    with pytest.raises(UsageProblem, match="question"):
        answer(kind=DecisionKind.QUESTION)
    assert "Why 6.6?" in answer(kind=DecisionKind.QUESTION, note="Why 6.6?").body


def test_a_page_without_a_message_id_is_refused_and_its_text_can_be_copied() -> None:
    page = patch(message_id=None)
    with pytest.raises(UnreadableError, match="no Message-ID"):
        answer(page)
    assert "Please drop this" in text_to_copy(page, Decision(page.key, DecisionKind.DROP), ME)


def test_own_prose_is_wrapped_and_quotes_never_are() -> None:
    one = patch()
    long_line = "+\t" + "x = y; " * 40
    comment = Comment(one.key, "word " * 60, long_line, DiffAnchor("ring/chain.c", 0, 1))
    note = "note " * 60 + "\n> " + "quoted by hand " * 20
    body = compose(one, Decision(one.key, DecisionKind.DROP, note), ME, comments=[comment]).body
    lines = body.split("\n")
    assert f"> {long_line}" in lines
    assert max(len(line) for line in lines if not line.startswith(">")) <= 72
    assert "> " + ("quoted by hand " * 20).rstrip() in lines


def test_a_comment_on_a_diff_line_stands_below_its_file_hunk_and_quote() -> None:
    one = patch()
    comment = Comment(
        one.key, "This can't be NULL here.", "+\tif (!link)\n+\t\treturn;", DiffAnchor("ring/chain.c", 0, 1)
    )
    body = compose(one, Decision(one.key, DecisionKind.DROP), ME, comments=[comment]).body
    assert (
        "> --- a/ring/chain.c\n> +++ b/ring/chain.c\n> @@ -10,3 +10,5 @@ static void ring_walk(struct ring *ring)\n"
        "[ ... ]\n> +\tif (!link)\n> +\t\treturn;\n\nThis can't be NULL here.\n"
    ) in body


def test_comments_stand_in_the_order_of_the_mail_and_a_record_is_no_fact() -> None:
    one = patch()
    assert one.rationale is not None
    record = "Record: obviously correct."
    start = one.message.body.index(record)
    comments = [
        Comment(one.key, "on the diff", "+\tif (!link)", DiffAnchor("ring/chain.c", 0, 1), 1),
        Comment(one.key, "on the record", record, Span(start, start + len(record)), 2),
    ]
    body = compose(one, Decision(one.key, DecisionKind.DROP), ME, comments=comments).body
    assert body.index("on the record") < body.index("on the diff")
    assert f"The generated explanation says (not checked by me):\n> {record}" in body


def test_a_quote_with_bytes_that_are_no_utf8_goes_out_byte_for_byte() -> None:
    one = patch()
    comment = Comment(one.key, "Latin-1?", "+\t/* caf\udce9 */", DiffAnchor("ring/chain.c", 0, 1))
    raw = compose(one, Decision(one.key, DecisionKind.DROP), ME, comments=[comment]).as_bytes()
    assert b"> +\t/* caf\xe9 */\n" in raw


def test_a_reviewers_own_text_replaces_the_templates() -> None:
    one = patch()
    reply = compose(one, Decision(one.key, DecisionKind.TAKE), ME, text="All mine.\n")
    assert (reply.body, reply.withheld) == ("All mine.\n", "")


def test_an_edited_template_is_used_and_a_broken_one_is_named(masked_host: Path) -> None:
    folder = user_templates()
    folder.mkdir(parents=True)
    (folder / "drop.txt").write_text("Kindly drop $commit. $$5 says $name.\n")
    assert "Kindly drop 0123456789ab" in answer().body
    assert "$5 says Rita Reviewer." in " ".join(answer().body.split())
    (folder / "drop.txt").write_text("Drop $sha.\n")
    with pytest.raises(EnvironmentProblem, match=r"drop\.txt.*\$sha"):
        answer()


def test_names_with_dots_quotes_and_accents_survive() -> None:
    cc = (
        Address("T.J. Test", "tj@kernel.example"),
        Address('Ann "A" B', "ann@kernel.example"),
        Address("Jürgen Groß", "jg@kernel.example"),
    )
    message = parsed(answer(patch(cc=cc)))
    names = [each.display_name for each in message["Cc"].addresses if each.display_name]
    assert names == ["T.J. Test", 'Ann "A" B', "Jürgen Groß"]


def test_a_long_message_id_is_never_folded_or_encoded() -> None:
    long_id = "x" * 150 + "@kernel.example"
    message = parsed(answer(patch(message_id=long_id, references=(long_id.replace("x", "y"),))))
    assert message["In-Reply-To"] == f"<{long_id}>"
    raw = answer(patch(message_id=long_id)).as_bytes()
    assert b"=?" not in raw
    assert f"<{long_id}>".encode() in raw


def test_an_address_no_server_takes_is_left_out_and_named() -> None:
    reply = answer(
        patch(cc=(Address("", "bad address@x"), Address("", "jörg@kernel.example"), Address("", "ok@kernel.example")))
    )
    assert [each.address for each in reply.cc][-1] == "ok@kernel.example"
    assert reply.left_out == ("bad address@x", "jörg@kernel.example")
    with pytest.raises(UnreadableError):
        answer(patch(sender=Address("x", "")))


_TEXT = st.text(st.characters(codec=None), max_size=200)


@given(name=_TEXT, subject=_TEXT, title=_TEXT, address=_TEXT, identifier=_TEXT, note=_TEXT, who=_TEXT)
def test_no_input_adds_a_header(
    name: str, subject: str, title: str, address: str, identifier: str, note: str, who: str
) -> None:
    sent = patch(
        subject="[PATCH] x\r\nBcc: evil@example.org\r\n" + subject,
        title=title,
        cc=(Address(f"{name}\nBcc: evil@example.org", "ok@kernel.example"), Address(name, address)),
        references=(identifier, "ok@kernel.example\r\nBcc: evil@example.org"),
    )
    me = Identity(f"{who}\r\nBcc: evil@example.org", "rita@kernel.example", "Rita")
    raw = compose(sent, Decision(sent.key, DecisionKind.DROP, note), me, now=NOW).as_bytes()
    head = raw.partition(b"\n\n")[0].decode("ascii")
    assert "\r" not in head
    lines = head.split("\n")
    assert max(map(len, lines)) <= 998
    names = [line.partition(":")[0] for line in lines if not line.startswith(" ")]
    assert names == [
        "From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
        "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    ]  # fmt: skip
    assert all(line.strip() for line in lines)


def test_the_opening_quote_of_a_mail_without_an_upstream_id_is_its_first_paragraph() -> None:
    body = answer(patch(head="From: Ada Author <ada@kernel.example>\n\n", upstream=None)).body
    assert "> From: Ada Author <ada@kernel.example>\n[ ... ]\n" in body
    assert f'"{TITLE}"' in " ".join(body.split())
    assert HEAD not in body


def test_one_wording_becomes_one_mail_a_patch_with_its_own_id_and_subject() -> None:
    many = [patch(), replace(patch(), upstream="ff" * 20)]
    notes = [same_words("$commit needs $5 more, see `$ git log`.", [one])[one.key] for one in many]
    bodies = [" ".join(answer(one, note=note).body.split()) for one, note in zip(many, notes, strict=True)]
    for one, body in zip(many, bodies, strict=True):
        assert f'{(one.upstream or "")[:12]} ("{TITLE}") needs $5 more, see `$ git log`.' in body
    assert len({answer(one).message_id for one in many}) == 2
