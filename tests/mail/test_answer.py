"""What stays of an answer when quotes, attributions, forwarded mails and signatures are taken away."""

import pytest

from tests.support import mail
from uringreview.mail.answer import is_bot, own_lines, own_text
from uringreview.mail.message import Message, Source, read_message


def answer(body: str, sender: str = "Rita Reviewer <rita@kernel.example>", *headers: str) -> Message:
    """A mail with that body, byte for byte."""
    head = mail.reply(sender=sender, headers=headers).partition(b"\n\n")[0]
    return read_message(head + b"\n\n" + body.encode(), Source("answer.eml"))


@pytest.mark.parametrize(
    ("body", "own"),
    [
        ("On Wed, May 20, 2026, Sam wrote:\n> NAK\n\nFine.\n\n-- \nRita\n", "Fine."),
        ("Am 20.05.2026 um 12:00 schrieb Sam Stable\n<sam@kernel.example>:\n>> NAK\nFine.\n", "Fine."),
        ("First.\n> quoted\nSecond.\n > quoted too\nThird.\n", "First.\nSecond.\nThird."),
        ("Top.\n\n-----Original Message-----\nFrom: Sam\nNAK\n", "Top."),
        ("Top.\n--\nRita\n", "Top."),
        ("Please see:\n> quoted\n", "Please see:"),
        ("> all quoted\n", ""),
    ],
)
def test_only_what_the_author_wrote_stays(body: str, own: str) -> None:
    assert own_text(answer(body)) == own


def test_each_line_has_its_place_in_the_body() -> None:
    message = answer("First.\n> quoted\n\nSecond ö.\n-- \nRita\n")
    lines = own_lines(message)
    assert [text for _, text in lines if text] == ["First.", "Second ö."]
    assert all(message.body[place:].startswith(text) for place, text in lines)


@pytest.mark.parametrize(
    ("sender", "headers", "bot"),
    [
        ("kernel test robot <lkp@kernel.example>", (), True),
        ("Rita <review-bot@kernel.example>", (), True),
        ("Rita <rita@kernel.example>", ("Auto-Submitted: auto-generated",), True),
        ("Abbott Rita <abbott@kernel.example>", (), False),
        ("Rita <rita@bot.example>", ("Auto-Submitted: no",), False),
    ],
)
def test_programs_are_told_from_people(sender: str, headers: tuple[str, ...], bot: bool) -> None:
    assert is_bot(answer("Text.\n", sender, *headers)) is bot
