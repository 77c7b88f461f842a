"""What mail holds is shown as it is, and does nothing: not to a terminal, not in the window, not in a page."""

import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PySide6.QtGui import Qt, QTextDocument
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QTextEdit, QWidget

from tests.support.program import run
from tests.support.qt import OpenWindow, jobs, no_leaks, open_window, theme
from tests.support.queues import batch

__all__ = ["jobs", "no_leaks", "open_window", "theme"]

TERMINAL = " \x1b[2J\x1b]0;own\x07\u202etxt.\u2066\u200b\x9b31m\x08"
MARKUP = " <b>bold</b><img src='http://h.example/x'><script>alert(1)</script><a href='http://h.example'>x</a>"


@pytest.mark.parametrize("words", [(), ("--summary",), ("--claims",), ("--findings",), ("--format", "csv")])
def test_no_control_or_format_character_of_a_mail_reaches_the_terminal(tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = run("report", batch(tmp_path, hostile=TERMINAL), tmp_path / "no\x1b[2J\u202efile", *words)
    assert "usb: name the port" in ran.out
    for text in (ran.out, ran.err):
        assert [each for each in text if unicodedata.category(each)[0] == "C" and each not in "\n\t"] == []


def test_the_page_of_a_patch_holds_no_element_that_the_mail_named(tmp_path: Path) -> None:
    assert run("report", batch(tmp_path, hostile=MARKUP), "--html", tmp_path / "pages").status in (0, 1)
    seen = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append((tag, *(value or "" for _, value in attrs)))

    for path in (tmp_path / "pages").iterdir():
        Reader().feed(path.read_text("utf-8"))
    assert seen
    assert [
        each for each in seen if each[0] in ("script", "img", "iframe") or any("h.example" in v for v in each)
    ] == []


def test_no_widget_of_the_window_takes_a_mail_for_markup(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path, hostile=MARKUP))
    for row in range(4):
        window.queue_view.selectRow(row)
        holding = [widget for widget in window.findChildren(QWidget) if _taken_for_markup(widget)]
        assert [widget.objectName() for widget in holding] == []


def _taken_for_markup(widget: QWidget) -> bool:
    if isinstance(widget, QLabel):
        rich = widget.textFormat() is Qt.TextFormat.RichText or (
            widget.textFormat() is Qt.TextFormat.AutoText and Qt.mightBeRichText(widget.text())
        )
        return rich and "bold" in widget.text()
    if isinstance(widget, QTextEdit | QPlainTextEdit):
        return _has_link_or_image(widget.document())
    return False


def _has_link_or_image(document: QTextDocument) -> bool:
    block = document.begin()
    while block.isValid():
        for part in block.textFormats():
            if part.format.isImageFormat() or "h.example" in part.format.anchorHref():
                return True
        block = block.next()
    return False
