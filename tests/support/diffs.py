"""Diff texts for tests: whole ones, and the same as a web page would have left them."""

from collections.abc import Sequence


def file_diff(
    path: str, hunks: Sequence[str], *, index: str = "1111111111111..2222222222222 100644", old: str | None = None
) -> str:
    """A git diff of one file; each hunk is its header and lines, ended by a line end."""
    head = f"diff --git a/{old or path} b/{path}\nindex {index}\n--- a/{old or path}\n+++ b/{path}\n"
    return head + "".join(hunks)


def as_page_text(diff: str) -> str:
    """What a page's text keeps of a diff: leading and repeated blanks gone, blank context lines gone."""
    kept = []
    for line in diff.split("\n"):
        mark = line[:1] if line[:1] in ("+", "-") and not line.startswith(("+++ ", "--- ")) else ""
        rest = line[len(mark) :]
        squeezed = " ".join(rest.split()) if mark or line[:1] == " " else line
        gap = " " if mark and rest[:1] in (" ", "\t") and squeezed else ""
        if mark or squeezed:
            kept.append(mark + gap + squeezed)
    return "\n".join(kept) + "\n"
