"""Every exported mail is one that git, mail clients and b4's rules agree on: real mail where it is there, made else."""

import email
import email.policy
import os
import pty
import re
import shutil
import subprocess
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support import mail
from tests.support.review import ME, patch
from uringreview.errors import UsageProblem
from uringreview.mail.patch import Patch
from uringreview.mail.queue import load
from uringreview.progress import finish
from uringreview.review.decisions import Decision, DecisionKind
from uringreview.review.export import mailto, write_eml, write_mbox, write_send_script
from uringreview.review.reply import Reply, compose

HOSTILE = "usb: name `the` $(port)'; rm -rf ~ \"\\ 🦀 \u202e"


@pytest.fixture
def real(shared: Path) -> list[Patch]:
    """Fifty patches of as many months and people as there are."""
    found: list[Patch] = []
    for path in sorted((shared / "corpus").glob("*.mbox")):
        found += finish(load([str(path)])).patches[:2]
    assert len(found) >= 50
    return found[:50]


@pytest.fixture
def made(tmp_path: Path) -> list[Patch]:
    """Patches with names and titles that headers and shells stumble over."""
    cc = ("Jürgen Groß <jg@kernel.example>", '"Ann B. (C)" <ann@kernel.example>', "SAM@kernel.example", "a@b.example")
    (tmp_path / "made.mbox").write_bytes(
        mail.mbox(
            mail.autosel(position=1, cc=cc),
            mail.autosel(position=2, title=HOSTILE, headers=["Reply-To: Answers <answers@lists.example>"]),
            mail.autosel(position=3, title="x" * 300, cc=()),
        )
    )
    return list(finish(load([str(tmp_path / "made.mbox")])).patches)


def replies(patches: Sequence[Patch]) -> list[Reply]:
    """A drop of each, with a note that mailers would like to change."""
    note = "From here on it breaks.\n\nGrüße, and a line that is rather long " + "so that it has to be wrapped " * 4
    return [compose(each, Decision(each.key, DecisionKind.DROP, note), ME) for each in patches]


def parsed(data: bytes) -> EmailMessage:
    """A mail as Python's email reads it."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def every(message: EmailMessage, *names: str) -> list[str]:
    """The bare addresses of some headers, in order, in lower case."""
    return [address.lower() for _, address in getaddresses([str(v) for n in names for v in message.get_all(n, [])])]


def check_recipients(original: Patch, reply: Reply) -> None:
    """b4's rules: to Reply-To, else From; everyone else in copy, each once; the mail itself ends the references."""
    sent, out = parsed(original.message.raw.encode("utf-8", "surrogateescape")), parsed(reply.as_bytes())
    to = list(dict.fromkeys(every(sent, "Reply-To") or every(sent, "From")))
    cc = [each for each in dict.fromkeys(every(sent, "To", "Cc")) if each not in (*to, ME.email)]
    assert every(out, "To") == to
    assert every(out, "Cc") == cc
    parent = str(sent["Message-ID"]).strip()
    assert str(out["In-Reply-To"]).strip() == parent
    assert str(out["References"]).split() == [*str(sent["References"] or "").split(), parent]
    assert str(out["Subject"]) == f"Re: {sent['Subject']}"


def test_recipients_and_thread_of_real_mail_are_those_of_b4(real: list[Patch]) -> None:
    for original, reply in zip(real, replies(real), strict=True):
        check_recipients(original, reply)


def test_git_mailinfo_reads_what_was_written(real: list[Patch], tmp_path: Path) -> None:
    for reply, path in zip(replies(real), write_eml(tmp_path / "out", replies(real)), strict=True):
        with path.open("rb") as file:
            read = subprocess.run(
                ["git", "mailinfo", "-b", "--encoding=UTF-8", tmp_path / "text", tmp_path / "patch"],
                stdin=file,
                check=True,
                capture_output=True,
            ).stdout.decode()
        assert f"Author: {ME.name}\nEmail: {ME.email}\n" in read
        assert reply.title.split()[-1] in read
        assert "Grüße" in (tmp_path / "text").read_text() + (tmp_path / "patch").read_text()


@pytest.mark.parametrize("kind", ["made", "real"])
def test_git_send_email_keeps_all_addressees(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    probe = subprocess.run(["git", "send-email", "--dump-aliases"], capture_output=True, check=False, cwd=tmp_path)
    if probe.returncode:
        pytest.skip("git send-email (Debian packages git-email and libmailtools-perl) does not run here")
    every_reply = replies(request.getfixturevalue(kind)[::6] if kind == "real" else request.getfixturevalue(kind))
    mails = write_eml(tmp_path / "o u't", every_reply)
    script = write_send_script(tmp_path / "o u't", mails)
    done = subprocess.run(
        ["sh", str(script)], cwd="/", capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr
    assert "Nothing was sent" in done.stdout
    logs = re.split(r"(?m)^Dry-(?:OK|Sent)", done.stdout)[1:]
    assert len(logs) == len(every_reply)
    for reply, log in zip(every_reply, logs, strict=True):
        envelope = set(re.findall(r"RCPT TO:<([^>]+)>", log)) or set(re.findall(r"(?m)^Sendmail: .*$", log)[0].split())
        wanted = {each.address for each in (*reply.to, *reply.cc)}
        assert wanted <= envelope, log
        assert not {each for each in envelope if "@" in each} - wanted - {ME.email}


def test_the_thread_is_right_in_mutt(made: list[Patch], tmp_path: Path) -> None:
    if shutil.which("mutt") is None:
        pytest.skip("mutt is not installed")
    out = write_mbox(tmp_path / "replies.mbox", replies(made))
    box = tmp_path / "all.mbox"
    box.write_bytes((tmp_path / "made.mbox").read_bytes() + out.read_bytes())
    keys = []
    for number, each in enumerate(made):
        keys.append(
            f"<untag-pattern>~A<enter><tag-pattern>~<(~i '{each.key}')<enter>"
            f"<tag-prefix><pipe-message>cat > {tmp_path}/{number}.txt<enter>"
        )
    (tmp_path / "muttrc").write_text(
        "set sort=threads wait_key=no quit=yes pipe_decode=no read_inc=0 mark_old=no beep=no\n"
        f'set folder={tmp_path} spoolfile={box} header_cache=""\nset pipe_split=no pipe_sep=""\n'
        f'push "{"".join(keys)}<exit>"\n'
    )
    run_in_terminal(["mutt", "-n", "-R", "-F", str(tmp_path / "muttrc"), "-f", str(box)], tmp_path)
    for number, (original, reply) in enumerate(zip(made, replies(made), strict=True)):
        found = (tmp_path / f"{number}.txt").read_text(errors="replace")
        assert f"In-Reply-To: <{original.key}>" in found
        assert "From here on it breaks." in found
        assert found.count("\nFrom: Rita Reviewer") + found.startswith("From: Rita Reviewer") == 1, reply.title


def run_in_terminal(words: Sequence[str], folder: Path) -> None:
    """Run a program that wants a terminal, and give it one."""
    leader, follower = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "HOME": str(folder), "LINES": "40", "COLUMNS": "160"}
    with subprocess.Popen(words, stdin=follower, stdout=follower, stderr=follower, env=environment) as process:
        os.close(follower)
        try:
            while os.read(leader, 65536):
                pass
        except OSError:  # the other end was closed
            pass
        assert process.wait(30) == 0
    os.close(leader)


def test_a_mailto_link_says_who_what_and_where() -> None:
    one = patch()
    link = urlsplit(mailto(compose(one, Decision(one.key, DecisionKind.DROP, "Grüße & 100%"), ME)))
    fields = parse_qs(link.query)
    assert link.path == "sam@kernel.example"
    assert fields["cc"][0].split(",") == ["patches@lists.example", "stable@lists.example", "ada@kernel.example"]
    assert fields["in-reply-to"] == [f"<{one.key}>"]
    assert "Grüße & 100%" in fields["body"][0]
    assert "+" not in link.query.replace("%2B", "")
    with pytest.raises(UsageProblem, match="too long"):
        mailto(compose(one, Decision(one.key, DecisionKind.DROP, "word " * 500), ME))
