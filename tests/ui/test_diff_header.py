"""The line over the diff."""

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from uringreview.ui.elided import ElidedLabel


def test_a_path_without_room_keeps_its_ends_and_says_that_its_middle_is_left_out(qtbot: QtBot) -> None:
    assert QGuiApplication.instance() is not None
    label = ElidedLabel(text="drivers/net/wireless/realtek/rtw89/rtw8852a_rfk_table.c")
    qtbot.addWidget(label)
    label.resize(label.sizeHint())
    assert label.shown_text() == label.text()
    label.resize(label.width() // 2, label.height())
    shown = label.shown_text()
    assert "…" in shown
    assert shown.startswith("drivers/")
    assert shown.endswith("table.c")
    assert label.text().endswith("rtw8852a_rfk_table.c")
    assert not label.grab().isNull()
