# ruff: noqa: E101 (kernel C aligns with tabs and blanks, and that is what is tested)
"""A diff that a web page squeezed is put back line for line, and only a matching blob id calls it proven."""

from collections.abc import Iterator
from pathlib import Path

from tests.support.diffs import as_page_text
from tests.support.repos import Repo
from uringreview.diff.images import blob_id
from uringreview.diff.model import DiffState
from uringreview.diff.parse import parse_diff
from uringreview.diff.repair import restore

BEFORE = """\
// A ring that times out.
#include "ring.h"

struct ring_op {
	const char\t*name;
	int\t\t(*run)(struct ring *ring);
};

static void ring_unlink(struct ring *ring, struct link *link)
{
	struct link *prev = ring->head;

	if (!prev)
		return;

	while (prev->next != link)
		prev = prev->next;
	prev->next = link->next;
}

static int ring_cancel(struct ring *ring, struct link *link)
{
	int ret;

	switch (link->state) {
	case LINK_IDLE:
		return 0;
	default:
		break;
	}

	ret = ring_stop(ring, link);

	return ret;
}
"""
AFTER = """\
// A ring that times out.
#include "ring.h"

struct ring_op {
	const char\t*name;
	int\t\t(*run)(struct ring *ring);
	int\t\t(*end)(struct ring *ring);
};

static void ring_unlink(struct ring *ring, struct link *link)
{
	struct link *prev = ring->head;

	/*
	 * The timer may have been here already: then there is
	 * nothing to take out.
	 */
	if (!prev || !ring_holds(ring, link,
				 RING_LINKED))
		return;

	while (prev->next != link) {
		if (!prev->next)
			goto out;
		prev = prev->next;
	}
	prev->next = link->next;
out:
	ring->busy = false;
}

static int ring_cancel(struct ring *ring, struct link *link)
{
	int ret;

	switch (link->state) {
	case LINK_IDLE:
		return 0;
	case LINK_FIRED:
		for (ret = 0; ret < 3; ret++)
			if (ring_wait(ring))
				break;
		fallthrough;
	default:
		break;
	}

	ret = ring_stop(ring, link);
	if (ret < 0)
		return ret;

	return 0;
}
"""


class Blobs:
    """Blobs by id, and versions of files by path."""

    def __init__(self, *blobs: str, versions: dict[str, dict[str, str]] | None = None) -> None:
        self._blobs = {blob_id(text.encode()): text.encode() for text in blobs}
        self._versions = versions or {}

    def blob(self, id_prefix: str) -> bytes | None:
        return next((data for name, data in self._blobs.items() if name.startswith(id_prefix)), None)

    def contents(self, path: str) -> Iterator[tuple[str, bytes]]:
        for branch, text in self._versions.get(path, {}).items():
            yield branch, text.encode()


def change(folder: Path, *options: str, before: str = BEFORE, after: str = AFTER) -> str:
    """The diff from one text of ring.c to the other."""
    repo = Repo.create(folder / "linux")
    return repo.diff(
        repo.commit("main", {"ring/ring.c": before}),
        repo.commit("main", {"ring/ring.c": after}),
        "--abbrev=13",
        *options,
    )


def test_a_squeezed_diff_comes_back_byte_for_byte_and_is_proven(tmp_path: Path) -> None:
    text = change(tmp_path)
    squeezed = as_page_text(text)
    assert "\t" not in squeezed
    diff = restore(squeezed, Blobs(BEFORE))
    assert (diff.state, diff.proven, diff.appliable, diff.problems) == (DiffState.RESTORED, True, True, ())
    assert diff.files == parse_diff(text).files
    assert diff.restored_from == f"blob {blob_id(BEFORE.encode())[:12]} of ring/ring.c"


def test_without_the_post_images_id_nothing_is_called_proven(tmp_path: Path) -> None:
    text = change(tmp_path)
    wrong = text.replace(blob_id(AFTER.encode())[:13], "0123456789abc")
    diff = restore(as_page_text(wrong), Blobs(BEFORE))
    assert (diff.state, diff.proven, diff.appliable) == (DiffState.RESTORED, False, False)
    assert "guess" in diff.problems[0]


def test_another_branchs_file_gives_the_context_but_no_proof(tmp_path: Path) -> None:
    older = BEFORE.replace("// A ring that times out.\n", "// A ring.\n// It times out.\n")
    diff = restore(as_page_text(change(tmp_path)), Blobs(versions={"ring/ring.c": {"linux-6.12.y": older}}))
    assert (diff.state, diff.proven, diff.appliable) == (DiffState.RESTORED, False, False)
    assert diff.restored_from == "ring/ring.c of linux-6.12.y"
    assert any(line.text == "\tprev->next = link->next;" for hunk in diff.files[0].hunks for line in hunk.lines)


def test_without_any_pre_image_the_diff_stays_damaged(tmp_path: Path) -> None:
    squeezed = as_page_text(change(tmp_path))
    for blobs in (Blobs(), Blobs(versions={"ring/ring.c": {"linux-6.6.y": "another file\n"}})):
        diff = restore(squeezed, blobs)
        assert (diff.state, diff.appliable, diff.restored_from) == (DiffState.DAMAGED, False, "")
        assert any("ring/ring.c" in problem for problem in diff.problems)


def test_a_context_line_that_begins_with_a_plus_or_minus_is_told_from_a_change(tmp_path: Path) -> None:
    before = "int a =\n\tb\n\t- c\n\t+ d;\n\nint e;\nint f;\n"
    after = before.replace("int e;\n", "int e;\nint g;\n")
    text = change(tmp_path, "-U6", before=before, after=after)
    diff = restore(as_page_text(text), Blobs(before))
    assert diff.proven
    assert diff.files == parse_diff(text).files


def test_a_new_file_is_proven_by_its_own_blob_id(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "linux")
    new = BEFORE.replace("\t\t(", " (").replace("char\t", "char ")
    text = repo.diff(repo.commit("main", {"a": "x\n"}), repo.commit("main", {"ring/new.c": new}), "--abbrev=13")
    diff = restore(as_page_text(text), Blobs())
    assert (diff.state, diff.proven) == (DiffState.RESTORED, True)
    assert diff.files == parse_diff(text).files


def test_one_file_without_a_proof_leaves_the_whole_diff_unproven(tmp_path: Path) -> None:
    text = change(tmp_path)
    other = text.replace("ring/ring.c", "ring/other.c").replace(blob_id(AFTER.encode())[:13], "0123456789abc")
    diff = restore(as_page_text(text + other), Blobs(BEFORE))
    assert (diff.state, diff.proven) == (DiffState.RESTORED, False)


def test_a_truncated_page_is_not_restored(tmp_path: Path) -> None:
    squeezed = as_page_text(change(tmp_path))
    diff = restore(squeezed[: len(squeezed) * 2 // 3], Blobs(BEFORE))
    assert not diff.appliable
    assert diff.state is DiffState.DAMAGED


def test_the_seed_document_is_restored_and_proven(shared: Path, kernel_clone: Path) -> None:
    from uringreview.kernel.clone import open_clone

    page = next((shared / "seeds").glob("000_*")).read_text(encoding="utf-8")
    text = page[page.index("diff --git ") : page.index("\nnext prev")]
    diff = restore(text, open_clone(str(kernel_clone)))
    assert (diff.state, diff.proven, diff.problems) == (DiffState.RESTORED, True, ())
    assert [(one.path, one.added, one.removed, one.new_blob) for one in diff.files] == [
        ("io_uring/timeout.c", 14, 2, "4ee1c21e1b15f")
    ]
