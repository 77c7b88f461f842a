"""Spoiled mail between two good ones: no traceback, no hang, and the neighbours come out whole.

URINGREVIEW_FUZZ sets how many mails are spoiled (2,000 without it), URINGREVIEW_FUZZ_FROM the first seed; a failure
names its seed, which makes the same mail again.
"""

import gzip
import io
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from types import FrameType

import pytest

from tests.fuzz.mutations import spoiled
from tests.support import mail
from uringreview.mail.queue import Queue, load
from uringreview.progress import finish
from uringreview.review.desk import examine
from uringreview.review.render import as_csv, as_json_text, as_text
from uringreview.review.report import build_report

COUNT = int(os.environ.get("URINGREVIEW_FUZZ", "2000"))
FIRST = int(os.environ.get("URINGREVIEW_FUZZ_FROM", "0"))
SLOTS = 20
LIMIT = 2.0
BEFORE = mail.autosel(title="before", batch="20260101120000.1", upstream="a" * 40)
AFTER = mail.autosel(title="after", batch="20260102120000.2", upstream="b" * 40)


class Hang(BaseException):
    """Took more than the limit; no handler of the product may swallow it."""


@contextmanager
def watchdog(seconds: float) -> Iterator[None]:
    """Raise Hang in the block once it has used `seconds` of this process' time: what others use does not count."""

    def bark(_signal: int, _frame: FrameType | None) -> None:
        raise Hang(f"more than {seconds} s")

    before = signal.signal(signal.SIGPROF, bark)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def opened(data: bytes) -> Queue:
    """The queue of `data`, with everything made of it that a person can see without a clone."""
    queue = finish(load(["-"], io.BytesIO(data)))
    report = build_report(finish(examine(queue)))
    for text in (as_text(report, False), as_json_text(report), as_csv(report)):
        text.encode()
    return queue


def whole(queue: Queue, title: str) -> bool:
    """Whether the good mail of that title is a row with its own diff."""
    patches = [patch for patch in queue.patches if patch.subject.title == title]
    return any(patch.diff_text == mail.DIFF and patch.rationale_text.endswith("**YES**") for patch in patches)


@pytest.mark.parametrize("slot", range(SLOTS))
def test_spoiled_mail_hurts_neither_the_program_nor_its_neighbours(slot: int) -> None:
    for seed in range(FIRST + slot, FIRST + COUNT, SLOTS):
        data = mail.mbox(BEFORE, spoiled(seed), AFTER)
        try:
            with watchdog(LIMIT):
                queue = opened(data)
        except (Exception, Hang) as fault:  # noqa: BLE001 - whatever it is, the seed must be named
            pytest.fail(f"seed {seed}: {type(fault).__name__}: {fault}")
        assert whole(queue, "before"), f"seed {seed}: the mail before is hurt"
        assert whole(queue, "after"), f"seed {seed}: the mail after is hurt"


@pytest.mark.parametrize("slot", range(4))
def test_a_spoiled_gzip_keeps_what_stands_before_its_fault(slot: int) -> None:
    for seed in range(FIRST + slot, FIRST + COUNT // 20, 4):
        chance = Random(seed)
        noise = chance.randbytes(40_000).hex()
        packed = gzip.compress(BEFORE_BOX) + gzip.compress(mail.mbox(mail.autosel(message=noise), spoiled(seed)))
        kept = packed[: chance.randrange(len(gzip.compress(BEFORE_BOX)) + 1, len(packed))]
        with watchdog(LIMIT):
            queue = opened(kept)
        assert whole(queue, "before"), f"seed {seed}"
        assert any("gzip data" in problem.reason for problem in queue.problems), f"seed {seed}"


@pytest.mark.parametrize("slot", range(4))
def test_a_spoiled_mail_alone_is_a_row_or_a_problem(slot: int) -> None:
    for seed in range(FIRST + slot, FIRST + COUNT // 10, 4):
        with watchdog(LIMIT):
            queue = opened(spoiled(seed))
        assert queue.rows or queue.replies or queue.others or queue.problems, f"seed {seed}"


BEFORE_BOX = mail.mbox(BEFORE)
