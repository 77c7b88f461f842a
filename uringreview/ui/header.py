"""The one-line head of a pane: its name in small capitals' stead, what it holds, and its few switches."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from uringreview.ui.elided import ElidedLabel
from uringreview.ui.plain import plain_tip
from uringreview.ui.theme import ONE, THREE, TWO, row_height, ui_font


class Header(QWidget):
    """A pane's head; `say` changes its text."""

    def __init__(self, title: str, parent: QWidget | None = None, *, caption: str = "", name: str = "") -> None:
        super().__init__(parent)
        self.setProperty("role", "header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.setObjectName(name or f"{title.lower()}_header")
        self.setAccessibleName(f"{title} {caption}".strip())
        self.setFixedHeight(row_height() + ONE)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(THREE, 0, TWO, 0)
        self._layout.setSpacing(TWO)
        self._label = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        self._label.setObjectName(f"{self.objectName()}_label")
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setProperty("role", "caption")
        self._label.setFont(ui_font(0.88))
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._layout.addWidget(self._label, 1)
        self._title = title
        self.say(caption)

    def say(self, caption: str, tooltip: str = "") -> None:
        """Show `caption` after the title."""
        text = f"{self._title}  {caption}" if caption else self._title
        self._label.setText(text)
        self._label.setToolTip(plain_tip(tooltip) if tooltip else "")
        self.setAccessibleName(text)

    def text(self) -> str:
        """What the head says."""
        return self._label.text()

    def add(self, widget: QWidget) -> None:
        """Put a switch at the right edge."""
        self._layout.addWidget(widget)
