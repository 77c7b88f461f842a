"""Claims where no phase says which commit is spoken of: only what is plainly said of this patch, and marked rightly."""

from collections import Counter
from pathlib import Path

import pytest

from tests.support import mail, rationales
from uringreview.diff.functions import touched_functions_with_lines
from uringreview.diff.parse import parse_diff
from uringreview.mail.patch import Patch
from uringreview.mail.queue import load
from uringreview.progress import finish
from uringreview.rationale.check import Evidence, Mark, MarkWord, check
from uringreview.rationale.claims import find_claims
from uringreview.rationale.parse import read_rationale

FIXED = ('Fixes: 123456789abc ("ring: walk")', "Signed-off-by: Ada Author <ada@kernel.example>")

# Looked at by hand, each: what these rationales say of their own diffs is not so. (Upstream id, the mail's words.)
FALSE = {
    ("d8769544bde5", "be excluded from trees like `6.12.y`"),
    (
        "d8769544bde5",
        "`6.12.y` still has `mem_cgroup_commit_charge()` and `mem_cgroup_cancel_charge()`, so this patch must not be"
        " applied there",
    ),
    ("6c9bb8692272", "47 lines added"),
    ("80f9fc236279", "adds only 33 lines"),
    ("00e58ff924b3", "6 lines added"),
    ("86d57d9c07d5", "12 insertions"),
    ("86d57d9c07d5", "8 deletions"),
    ("8f58fc64d559", "-8 removed"),
    ("8f58fc64d559", "Removes 8 lines"),
    ("541dfb49dcb8", "Removes 4 lines"),
    ("9f33477b9a31", "NO"),
    ("df1540f8f311", "NO"),
    ("7a27b73943a7", "NO"),
}


def marks(text: str, **parts: object) -> tuple[Mark, ...]:
    queue = rationales.queue(mail.autosel(rationale=text, **parts))  # type: ignore[arg-type]
    return marked(queue.patches[0])


def marked(patch: Patch) -> tuple[Mark, ...]:
    diff = parse_diff(patch.diff_text, patch.white_space_lost)
    changed = tuple((one.name, one.anchor) for file in diff.files for one in touched_functions_with_lines(file))
    return check(find_claims(patch, read_rationale(patch)), Evidence(patch, diff, rationales.queue(), changed))


def said(text: str, **parts: object) -> list[tuple[str, str]]:
    return [(mark.claim.kind.value, mark.word.value) for mark in marks(text, **parts)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- Small: 2 lines added in a single file.", [("insertions", "verified"), ("files", "verified")]),
        ("- The patch adds 20 lines.", [("insertions", "contradicted")]),
        ("- It is a single-file fix.", [("files", "verified")]),
        ("- It is well under the 100-line limit.", []),
        ("- It has code in 4 files.", []),
        ("- 3 files changed.", [("files", "contradicted")]),
        ("- No `Cc: stable@vger.kernel.org` tag.", [("trailers-absent", "verified")]),
        ("- It adds a single removal-path call.", []),
        ("- It dates from Mon Nov 3 20:29:48 2025 +0200", []),
        ("- The diff is +9/-1 new lines, the rest is renames.", []),
        ("- Both prerequisites are small (1-line and 15-line changes respectively).", []),
    ],
)
def test_what_is_plainly_said_of_the_patch_is_a_claim_of_its_section(
    text: str, expected: list[tuple[str, str]]
) -> None:
    found = marks(f"**YES**\n\n## Analysis\n\n### 2. Size\n{text}\n")
    assert [(mark.claim.kind.value, mark.word.value) for mark in found] == expected
    assert all((mark.claim.phase, mark.claim.step, mark.claim.section) == (None, None, "Size") for mark in found)


def test_tags_said_to_be_there_are_claims_only_where_nothing_casts_doubt_on_it() -> None:
    text = "## Tags\n\nThe commit has a `Fixes:` tag.\n"
    assert said(text, trailers=FIXED) == [("trailers-present", "verified")]
    assert said(text) == [("trailers-present", "contradicted")]
    for doubtful in (
        "It should have a `Fixes:` tag.",
        "Although the commit includes no `Fixes:` tag, take it.",
        "Commits that carry an explicit `Fixes:` tag are taken.",
        "The message doesn't have an explicit `Fixes:` tag.",
    ):
        assert [one for one in said(f"## Tags\n\n{doubtful}\n") if one[0] == "trailers-present"] == []


@pytest.mark.parametrize(
    "text",
    [
        "## Similar Commits\n\nThe patch adds 20 lines.\n",
        "## Historical Context\n\n### What it was\n\nThe patch adds 20 lines.\n",
        "## Analysis\n\nIt follows `1234567abcdef`, the first one.\n\n- 7 files changed\n- The patch adds 20 lines.\n",
        "## Analysis\n\nSimilar commits were taken:\n- 7 files changed\n",
        "## Analysis\n\n```\n7 files changed, 20 insertions\n```\n",
        "1. The change is:\n   ```\n   7 files changed\n   ```\n",
    ],
)
def test_a_section_that_speaks_of_other_commits_or_quotes_makes_no_claims(text: str) -> None:
    assert said(f"**YES**\n\n{text}") == []


def test_a_step_above_the_first_phase_heading_makes_claims_of_its_phase() -> None:
    whole = rationales.rationale({"2.2": "The diff has 20 insertions."}, verification="")
    (mark,) = marks("of the message.\n\n" + whole[whole.index("Step 2.2") :])
    assert (mark.claim.phase, mark.claim.step, mark.word) == (2, "2.2", MarkWord.CONTRADICTED)


def test_the_next_section_speaks_of_this_patch_again() -> None:
    text = "## History\n\n### Then\n\n7 files changed.\n\n## Size\n\nThe patch adds 20 lines.\n"
    assert said(text) == [("insertions", "contradicted")]


def test_claims_of_collapsed_text_stand_at_their_words() -> None:
    text = rationales.fill(
        "**YES** This should go to stable. ## Change Analysis The change to the ring is plainly small (2 lines added) "
        "- **Scope**: a single-file fix ```c 40 files changed ``` ## Precedent The other one: 7 files changed."
    )
    patch = rationales.patch(text + "\n")
    found = find_claims(patch, read_rationale(patch))
    assert [(one.text, one.section) for one in found] == [
        ("2 lines added", "Change Analysis"),
        ("a single-file", "Change Analysis"),
    ]
    assert [" ".join(one.span.of(patch.message.body).split()).replace("- ", "-") for one in found] == [
        "2 lines added",
        "a single-file",
    ]


@pytest.mark.parametrize("said_lines", [6, 7, 8, 9])
def test_lines_that_people_leave_out_of_a_count_contradict_nothing(said_lines: int) -> None:
    """An empty line, a comment, a line indented anew: six of nine added lines are new code."""
    diff = """\
diff --git a/ring/chain.c b/ring/chain.c
index 1111111111111..2222222222222 100644
--- a/ring/chain.c
+++ b/ring/chain.c
@@ -10,3 +10,11 @@ static void ring_walk(struct ring *ring)
 \tstruct link *link = ring->head;
-\tlink = link->next;
+\tif (link) {
+\t\t/* go on */
+
+\t\tlink = link->next;
+\t\tone();
+\t\ttwo();
+\t\tthree();
+\t\tfour();
+\t}
 }
"""
    assert said(f"## Size\n\nThe patch adds {said_lines} lines.\n", diff=diff) == [
        ("insertions", "verified" if said_lines == 9 else "uncheckable")
    ]
    assert said("## Size\n\nThe patch adds 3 lines.\n", diff=diff) == [("insertions", "contradicted")]


def test_what_is_called_false_in_the_real_mails_is_what_a_person_found_false(shared: Path) -> None:
    queue = finish(load(sorted(str(path) for path in (shared / "corpus").glob("*.mbox"))))
    words: Counter[MarkWord] = Counter()
    false = set()
    for patch in queue.patches:
        for mark in marked(patch):
            words[mark.word] += 1
            if mark.word is MarkWord.CONTRADICTED:
                false.add(((patch.upstream or "")[:12], mark.claim.text))
    assert false == FALSE
    assert words[MarkWord.VERIFIED] > 1000
