"""Each patched line of a model is a line of that patch: otherwise the model tells a story of its own."""

import mailbox
from contextlib import closing
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from uringreview.interleave.binding import diff_lines, lights, matches
from uringreview.interleave.replay import replay
from uringreview.interleave.scenario import Model, load_models


@pytest.fixture(scope="module")
def model() -> Model:
    (found,) = (model for model in load_models() if model.name == "io_uring-linked")
    return found


@pytest.fixture(scope="module")
def hunks(shared: Path) -> dict[str, str]:
    """The text of each patch's hunks, by subject without its prefix."""
    with closing(mailbox.mbox(shared / "corpus" / "20260520-3424570-partial.mbox")) as file:
        box: list[Message] = list(file)
    box.append(message_from_bytes((shared / "corpus" / "later-fix-3d879647.eml").read_bytes()))
    found = {}
    for mail in box:
        body = mail.get_payload(decode=True)
        assert isinstance(body, bytes)
        text = body.decode()
        if "\n@@ " in text and not str(mail["subject"]).startswith("Re:"):
            subject = " ".join(str(mail["subject"]).partition("] ")[2].split())
            found[subject] = text[text.index("\n@@ ") :].partition("\n-- \n")[0]
    return found


@pytest.mark.parametrize("name", ["p1", "p2", "p3", "p4"])
def test_every_patched_line_is_in_its_patchs_hunks(name: str, model: Model, hunks: dict[str, str]) -> None:
    patch = model.patch_for(name)
    assert patch is not None
    changed = hunks[patch.subject].splitlines()
    lines = diff_lines(model, name)
    assert lines
    for line in lines:
        sign = "+" if line.added else "-"
        assert any(each[:1] == sign and matches(line.c_text, each[1:]) for each in changed), line


def test_patches_are_found_by_name_and_by_any_part_of_their_id(model: Model) -> None:
    found = [model.patch_for(text) for text in ("p2", "49ae66e", "49ae66eb8c27", "49AE66EB8C27" + "0" * 28)]
    assert [patch.name if patch else None for patch in found] == ["p2"] * 4
    assert [model.patch_for(text) for text in ("", "p9", "49ae", "deadbeefdead")] == [None] * 4


def test_white_space_comments_and_a_brace_make_no_difference() -> None:
    assert matches("if (prev->link == req)", "\t\tif (prev->link == req)")
    assert matches("if (!req_ref_inc_not_zero(prev))", "\t\tif (!req_ref_inc_not_zero(prev)) {")
    assert matches("spin_lock(&l);  /* in the caller */", "  spin_lock(&l);")
    assert matches("list_del(&timeout->list); timeout->prev = prev;", "\ttimeout->prev = prev;")


def test_a_part_of_a_statement_is_another_line() -> None:
    assert not matches("struct io_kiocb *nxt = req->link;", "nxt = req->link;")
    assert not matches("req->link = NULL;", "prev->req->link = NULL;")
    assert not matches("mutex_lock(&ctx->uring_lock);", "")
    assert not matches("mutex_lock(&ctx->uring_lock);", "\t\t}")
    assert not matches("", "mutex_lock(&ctx->uring_lock);")


def test_a_step_lights_its_line_and_the_call_that_led_to_it(model: Model) -> None:
    trace = replay(model, "S2", {"p1", "p2", "p3", "p4"}, ["WRK"] * 8 + ["HR"] * 5)
    assert lights(trace.steps[-1], "\t\t\tio_remove_next_linked(prev);")
    assert not lights(trace.steps[-1], "\t\tprev = NULL;")
    assert lights(trace.steps[9], "\traw_spin_lock_irqsave(&ctx->timeout_lock, flags);")
