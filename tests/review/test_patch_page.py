"""A patch's page and the list of claims: whole, alone, and inert whatever the mail says."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import mail, rationales
from uringreview.errors import EnvironmentProblem
from uringreview.progress import finish
from uringreview.rationale.mark import MarkWord
from uringreview.review.claims_text import claims_text
from uringreview.review.desk import examine
from uringreview.review.facts import Desk
from uringreview.review.patch_page import patch_page, write_pages

TEXTS = {
    "1.2": "Tags: `Signed-off-by: Ada Author`. No `Fixes:` tag.",
    "2.1": "One file changed: `ring/chain.c`, 20 insertions.",
    "3.1": "`123456789abc` first appeared in v6.0-rc1.",
}
VOID = {"meta", "br"}


class Page(HTMLParser):
    """What a browser makes of a page: its elements, attributes and text; fails on one that is not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def desk(*mails: bytes) -> Desk:
    return finish(examine(rationales.queue(*mails)))


def one(title: str = "ring: stop", message: str = "It walks.\n") -> Desk:
    return desk(
        mail.autosel(title=title, message=message, rationale=rationales.rationale(TEXTS)), mail.reply(own="NAK.")
    )


def test_a_page_holds_the_claims_with_their_evidence_the_rationale_the_diff_and_the_answers() -> None:
    page = Page(patch_page(one().facts[0]))
    assert "✗ contradicted insertions, phase 2, step 2.1: 20 insertions" in page.text
    assert "the diff has 2 insertions, 0 deletions" in page.text
    assert "?" in page.text
    assert "+\tif (!link)" in page.text
    assert "Rita Reviewer" in page.text
    assert "NAK." in page.text
    body = one().facts[0].patch
    assert body.rationale_text.strip() in page.text


def test_a_page_stands_alone_and_its_links_stay_in_it() -> None:
    page = Page(patch_page(one().facts[0]))
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & set(page.elements)
    named = [value for name, value in page.attributes if name in ("href", "src", "action", "style")]
    assert named
    assert all(re.fullmatch(r"#c\d+", value) for value in named)
    targets = {f"#{value}" for name, value in page.attributes if name == "id"}
    assert set(named) <= targets
    style = patch_page(one().facts[0]).split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style


HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=y> \" ' & \u202egnp \u200b \x1b[2J"


def test_nothing_in_a_mail_is_markup_and_what_hides_is_shown() -> None:
    texts = {"2.1": f"One file changed: {HOSTILE}", "1.2": f"Author: `Eve {HOSTILE}`"}
    whole = desk(
        mail.autosel(
            title=f"ring: {HOSTILE}".replace("\x1b", ""),
            message=f"{HOSTILE}\n",
            author="Eve </td><script> <eve@kernel.example>",
            rationale=rationales.rationale(texts),
            diff=mail.DIFF.replace("return;", f"return; {HOSTILE}"),
        ),
        mail.reply(own=HOSTILE),
    )
    text = patch_page(whole.facts[0])
    page = Page(text)
    assert "script" not in page.elements
    assert "img" not in page.elements
    assert not any(name.startswith("on") for name, _value in page.attributes)
    assert not re.search("[\x00-\x08\x0b-\x1f\u200b\u202e]", text)
    assert "\\u202e" in page.text
    assert "\\x1b" in page.text


@given(st.text(max_size=60))
def test_any_title_and_text_make_a_page_that_closes_what_it_opens(text: str) -> None:
    line = " ".join(text.split()) or "x"
    clean = line.encode("utf-8", "replace").decode()
    for facts in one(title=clean, message=f"{clean}\n").facts:
        Page(patch_page(facts)).text.encode()


def test_a_page_that_exists_is_never_written_over(tmp_path: Path) -> None:
    (first,) = write_pages(tmp_path / "new", one())
    before = first.read_bytes()
    (second,) = write_pages(tmp_path / "new", one())
    assert (first.name, second.name) == ("0001-ring-stop.html", "0001-ring-stop-2.html")
    assert first.read_bytes() == before


def test_no_title_leads_out_of_the_folder(tmp_path: Path) -> None:
    (path,) = write_pages(tmp_path, one(title="../../../etc/passwd"))
    assert path.parent == tmp_path


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        write_pages(tmp_path / "file" / "x", one())


def test_the_list_of_claims_tells_mark_place_words_evidence_and_command() -> None:
    text = claims_text(one())
    own = mail.upstream_id(1)[:12]
    assert '  contradicted: insertions, phase 2, step 2.1\n    "20 insertions"\n    the diff has 2 insertions' in text
    assert f"    $ git show --numstat --format= {own}\n" in text
    assert "uncheckable: first-in, phase 3, step 3.1" in text
    assert "said to be unverified by the rationale itself:" in text


def test_the_list_of_claims_may_be_of_one_mark_only() -> None:
    text = claims_text(one(), (MarkWord.CONTRADICTED,))
    assert "contradicted: insertions" in text
    assert "  verified: " not in text


def test_nothing_in_a_list_of_claims_acts_on_a_terminal() -> None:
    texts = {"2.1": "One file changed: `ring/\x1b[2J.c`, 20 insertions \u202e."}
    text = claims_text(desk(mail.autosel(rationale=rationales.rationale(texts))))
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", text)
