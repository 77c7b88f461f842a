"""Queues for the window's tests: a series of three with unequal ranges, loners, an answer, on disk as an mbox."""

from pathlib import Path

from tests.support import mail
from tests.support.repos import Repo

SERIES_RATIONALE = """\
## Phase 1: Commit Message Forensics
Step 1.1 Record: Subsystem is `ring`; the action verb is "stop".
Step 1.2 Record: Tags present: `Signed-off-by: Ada Author <ada@kernel.example>`. No `Fixes:` tag.

## Phase 2: Diff Analysis
Step 2.1 Record: One file changed: `ring/chain.c`, 2 insertions and 0 deletions. Modified function: `ring_walk()`.

## Phase 9: Synthesis
Step 9.1 Record: It is a small and surgical fix.

## Verification
- [Phase 2] Diff analysis: 2 insertions in `ring/chain.c`.

**YES**
"""
FALSE_RATIONALE = SERIES_RATIONALE.replace("2 insertions and 0 deletions", "9 insertions and 4 deletions").replace(
    "2 insertions in", "9 insertions in"
)


def batch(folder: Path, *, hostile: str = "") -> Path:
    """An mbox of four patches and one answer; `hostile` is put into the last one's title and rationale."""
    path = folder / "batch.mbox"
    path.write_bytes(
        mail.mbox(
            mail.autosel(title="ring: stop at the end of the chain", position=1, rationale=SERIES_RATIONALE),
            mail.autosel(title="wifi: count the frames", position=2, asked="7.0-5.10", rationale=FALSE_RATIONALE),
            mail.autosel(title="ring/wait: keep the order", position=3, asked="7.0", rationale=None),
            mail.autosel(
                title=f"usb: name the port{hostile}",
                position=4,
                asked=None,
                rationale=f"Text without phases{hostile}.\n\n**NO**\n",
            ),
            mail.reply(to=2, title="wifi: count the frames", asked="7.0-5.10", own="Please drop this one."),
        )
    )
    return path


CHAIN = """\
static void ring_other(void)
{
}

static void ring_note(void)
{
}

static void ring_walk(struct ring *ring)
{
\tstruct link *link = ring->head;

\twhile (link)
\t\tlink = link->next;
}
"""


def clone(folder: Path) -> Path:
    """A clone in which the first patch of `batch` is clean on 7.0, moved on 6.6, in conflict on 6.1, absent on 5.10."""
    repo = Repo.create(folder / "linux")
    base = repo.release("main", "5.10", {"Makefile": "all:\n"})
    contents = {
        "linux-7.0.y": CHAIN,
        "linux-6.6.y": "/* moved */\n" * 7 + CHAIN,
        "linux-6.1.y": CHAIN.replace("ring->head", "ring->first").replace("while (link)", "for (; link;)"),
        "linux-5.10.y": None,
    }
    for branch, text in contents.items():
        repo.commit(branch, {"ring/chain.c": text} if text else {"README": "no ring\n"}, start=base)
    return repo.path
