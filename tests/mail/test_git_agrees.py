"""Mails in the odder forms that people send patches in: git mailinfo(1) is the oracle for every cut."""

import base64
import subprocess
from pathlib import Path

import pytest

from tests.mail.reading import items_of, messages_in
from tests.support import mail
from uringreview.mail.patch import Patch, read_patch

TEXT = f"Walk it once.\n\nSigned-off-by: {mail.AUTHOR}\n---\n{mail.diffstat(mail.DIFF)}\n{mail.DIFF}-- \n2.53.0\n"
HEAD = f"From: {mail.AUTHOR}\nSubject: [PATCH AUTOSEL 6.12] ring: walk once\nMessage-ID: <one@kernel.example>\n"


def single(text: str = TEXT, *, before: str = "", headers: str = "") -> bytes:
    """One mail with `before` in front of its text."""
    return f"{HEAD}{headers}\n{before}{text}".encode()


def parts(*others: str, first: str = TEXT, kind: str = "mixed") -> bytes:
    """A mail of several parts; each of `others` begins with its own header."""
    body = "".join(f"--cut\n{part}\n" for part in (f"Content-Type: text/plain; charset=UTF-8\n\n{first}", *others))
    return single(f"{body}--cut--\n", headers=f'MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary="cut"\n')


def attached(kind: str, name: str, encoding: str = "8bit") -> str:
    """A part that carries the diff as a file."""
    text = base64.encodebytes(mail.DIFF.encode()).decode() if encoding == "base64" else mail.DIFF
    return (
        f"Content-Type: {kind}; name={name}\nContent-Transfer-Encoding: {encoding}\n"
        f"Content-Disposition: attachment; filename={name}\n\n{text}"
    )


SHORT = f"Walk it once.\n\nSigned-off-by: {mail.AUTHOR}\n"
FORMS = {
    "an author in the body": single(before="From: Bob Builder <bob@kernel.example>\n\n"),
    "an author over two lines": single(before="From: Bob Builder\n <bob@kernel.example>\n\n"),
    "an encoded author": single(before="From: =?UTF-8?q?J=C3=B6rg?= <joerg@kernel.example>\n\n"),
    "a subject in the body": single(before="Subject: ring: another title\n\n"),
    "a subject over two lines": single(before="Subject: [PATCH] ring: another\n title\n\n"),
    "author, subject and date": single(
        before="From: Bob <bob@kernel.example>\nSubject: ring: other\nDate: Tue, 19 May 2026 11:19:44 -0400\n\n"
    ),
    "a second author is text": single(before="From: Bob <bob@kernel.example>\nFrom: Eve <eve@kernel.example>\n\n"),
    "a bracketed first line": single(before="[PATCH] ring: the title of the body\n\n"),
    "no name": single().replace(mail.AUTHOR.encode(), b"ada@kernel.example", 1),
    "a quoted separator": b">From ada Wed May 20 11:19:44 2026\n" + single(),
    "an attached x-patch": parts(attached("text/x-patch", "a.patch"), first=SHORT),
    "an attached plain text": parts(attached("text/plain", "a.patch"), first=SHORT),
    "an attached file of bytes": parts(attached("application/octet-stream", "a.diff", "base64"), first=SHORT),
    "a signed mail": parts("Content-Type: application/pgp-signature; name=s.asc\n\n-----BEGIN-----\n", kind="signed"),
    "a list's footer in a part": parts("Content-Type: text/plain\n\n____\nlist@kernel.example\n"),
    "parts without a boundary": single(headers="Content-Type: multipart/mixed\n"),
}


def read(folder: Path, raw: bytes) -> Patch:
    """The one patch of a file."""
    (message,) = messages_in(items_of(folder, raw, "one.eml"))
    patch = read_patch(message)
    assert patch is not None
    return patch


@pytest.mark.parametrize("raw", FORMS.values(), ids=list(FORMS))
def test_title_author_message_and_diff_are_those_of_git(raw: bytes, tmp_path: Path) -> None:
    run = subprocess.run(
        ["git", "mailinfo", "--encoding=UTF-8", tmp_path / "message", tmp_path / "theirs"],
        input=raw,
        capture_output=True,
        check=True,
    )
    info = dict(line.split(": ", 1) for line in run.stdout.decode().split("\n") if ": " in line)
    patch = read(tmp_path, raw)
    assert info["Subject"] == patch.subject.title
    assert (info["Author"], info["Email"]) == (patch.author.name, patch.author.address)
    assert (tmp_path / "message").read_text().strip() == patch.commit_message.of(patch.message.body)
    (tmp_path / "ours").write_text(patch.diff_text)
    theirs, ours = (
        subprocess.run(["git", "apply", "--numstat", tmp_path / whose], capture_output=True, check=True).stdout
        for whose in ("theirs", "ours")
    )
    assert theirs == ours != b""


def test_the_range_stays_that_of_the_header_where_the_body_names_another_subject(tmp_path: Path) -> None:
    patch = read(tmp_path, single(before="Subject: [PATCH 6.6.y 2/3] ring: another title\n\n"))
    assert (str(patch.subject.asked), patch.subject.number) == ("6.12", None)
    assert patch.subject.title == "ring: another title"


def test_words_that_look_like_a_header_and_hold_no_address_stay_in_the_message(tmp_path: Path) -> None:
    patch = read(tmp_path, single(before="From: the top of the chain\nwe walk down.\n\n"))
    assert patch.commit_message.of(patch.message.body).startswith("From: the top of the chain\nwe walk down.")
    assert str(patch.author) == mail.AUTHOR
