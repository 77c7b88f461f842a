"""Patches with their facts for the tests of the window's panes, parsed from diff text by the real parser."""

from dataclasses import replace

from tests.support import review
from uringreview.diff.model import Diff
from uringreview.diff.parse import parse_diff
from uringreview.mail.message import Span
from uringreview.mail.queue import Row
from uringreview.rationale.document import Rationale, Verdict, VerdictWord
from uringreview.review.facts import PatchFacts

CHAIN = """\
diff --git a/ring/chain.c b/ring/chain.c
index 1111111111111..2222222222222 100644
--- a/ring/chain.c
+++ b/ring/chain.c
@@ -10,7 +10,9 @@ static void ring_walk(struct ring *ring)
 {
 \tstruct link *link = ring->head;
\x20
-\tring_claim(link, false);
+\tif (!link)
+\t\treturn;
+\tring_claim(link, true);
 \twhile (link)
 \t\tlink = link->next;
 }
@@ -40,4 +42,3 @@ static int ring_stop(struct ring *ring)
 \t/* the timer may
 \t * still run
 \t */
-\tring_splice(ring);
"""
OTHER = """\
diff --git a/ring/stop.c b/ring/stop.c
index 3333333333333..4444444444444 100644
--- a/ring/stop.c
+++ b/ring/stop.c
@@ -1,2 +1,3 @@
 int a;
+int b;
 int c;
"""


def facts(
    text: str, *, diff: Diff | None = None, white_space_lost: bool = False, upstream: str | None = None
) -> PatchFacts:
    """The facts of a patch whose mail ends in the diff `text`; `diff` stands in for what the parser makes of it."""
    made = review.patch(upstream=upstream or review.UPSTREAM)
    head = made.message.body[: made.diff.start] if made.diff is not None else made.message.body
    message = replace(made.message, body=head + text, raw=head + text)
    patch = replace(
        made,
        message=message,
        diff=Span(len(head), len(head) + len(text)) if text else None,
        white_space_lost=white_space_lost,
    )
    return PatchFacts(
        row=Row(patch=patch, listed=None, batch="batch"),
        rationale=Rationale("none", (), (), (), Verdict(VerdictWord.NONE, None), None),
        diff=diff if diff is not None else parse_diff(text, white_space_lost),
    )
