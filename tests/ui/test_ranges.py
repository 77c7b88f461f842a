"""What a subject asks for against what applies: on the row, in the filter, in the reply; never decided for anyone."""

from pathlib import Path

from PySide6.QtCore import Qt

from tests.support.qt import OpenWindow
from tests.support.repos import Repo
from uringreview.mail.subject import Version
from uringreview.review.decisions import DecisionKind
from uringreview.ui.queue_model import Column
from uringreview.ui.window import Window

PATCH = """\
From maria@example.org Mon May 18 10:00:00 2026
From: Maria <maria@example.org>
To: stable@example.org
Subject: [PATCH AUTOSEL 7.0-6.1] ring: fix it
Message-ID: <ring-1@example.org>
Date: Mon, 18 May 2026 10:00:00 +0000

[ Upstream commit 1111111111111111111111111111111111111111 ]

Fix it.

---
diff --git a/a.c b/a.c
index 1111111111111..2222222222222 100644
--- a/a.c
+++ b/a.c
@@ -1,3 +1,3 @@
 one
-two
+three
 four
"""


def opened(open_window: OpenWindow, tmp_path: Path) -> Window:
    repo = Repo.create(tmp_path / "linux")
    for branch, second in (("linux-7.0.y", "two"), ("linux-6.6.y", "else"), ("linux-6.1.y", "other")):
        repo.commit(branch, {"a.c": f"one\n{second}\nfour\n"})
    (tmp_path / "queue.mbox").write_text(PATCH, encoding="utf-8")
    return open_window(tmp_path / "queue.mbox", clone=repo.path)


def test_a_range_that_does_not_hold_is_said_on_the_row(open_window: OpenWindow, tmp_path: Path) -> None:
    window = opened(open_window, tmp_path)
    for column in (Column.SUBJECT, Column.RANGE):
        index = window.queue_model.index(0, column)
        said = window.queue_model.data(index, Qt.ItemDataRole.AccessibleTextRole)
        assert "asks for 7.0-6.1, conflicts on 6.6 and 6.1" in said


def test_the_filter_finds_it_and_the_palette_sets_the_filter(open_window: OpenWindow, tmp_path: Path) -> None:
    window = opened(open_window, tmp_path)
    window.actions_.run("filter_ranges")
    assert window.filter_box.text() == "range:bad"
    assert len(window.queue_model.shown) == 1
    window.filter_box.setText("range:present")
    assert not window.queue_model.shown
    window.filter_box.setText("-range:bad")
    assert not window.queue_model.shown
    window.actions_.run("filter_flags")
    assert window.filter_box.text() == "flag:any"


def test_a_drop_begins_at_the_newest_branch_that_refuses_and_the_mail_says_why(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = opened(open_window, tmp_path)
    key = window.queue_view.key
    assert key not in window.bench.decisions
    window.actions_.run("drop_older")
    assert window.bench.decisions[key].kind is DecisionKind.DROP_OLDER
    assert window.bench.decisions[key].drop_from == Version(6, 6)
    assert "The subject asks for 7.0-6.1: conflicts on 6.6 and 6.1." in window.links.preview(key).text


def test_any_other_reply_is_offered_the_line_by_a_key(open_window: OpenWindow, tmp_path: Path) -> None:
    window = opened(open_window, tmp_path)
    key = window.queue_view.key
    window.actions_.run("hold")
    assert "The subject asks for" not in window.links.preview(key).text
    window.actions_.run("quote_range")
    assert "The subject asks for 7.0-6.1: conflicts on 6.6 and 6.1." in window.links.preview(key).text
