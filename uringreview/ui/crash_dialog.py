"""A fault of ours, shown with the text to copy; the program goes on, and what was decided is stored already."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from uringreview.ui.theme import fixed_font


class CrashDialog(QDialog):
    """One sentence and the traceback."""

    def __init__(self, sentence: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("crash")
        self.setAccessibleName("A fault in uringreview")
        self.setWindowTitle("uringreview: a fault of ours")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        words = QLabel(f"{sentence}\n\nYour decisions are stored; you can go on. Please report this text:", self)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        self.text = QPlainTextEdit(text, self)
        self.text.setObjectName("crash_text")
        self.text.setAccessibleName("What happened")
        self.text.setReadOnly(True)
        self.text.setFont(fixed_font(0.92))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for part in (words, self.text, buttons):
            layout.addWidget(part)
        self.resize(760, 420)


class CrashRelay(QObject):
    """Carries faults of any thread into the window's: `report` may be called from everywhere."""

    _came = Signal(str, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._came.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def report(self, sentence: str, text: str) -> None:
        """Have the dialog shown."""
        self._came.emit(sentence, text)

    def _show(self, sentence: str, text: str) -> None:
        # One at a time: a fault in a paint event would otherwise bury the window in dialogs.
        if self._parent.findChild(CrashDialog) is None:
            show_crash(self._parent, sentence, text)


def show_crash(parent: QWidget, sentence: str, text: str) -> CrashDialog:
    """Show the dialog without stopping the window."""
    dialog = CrashDialog(sentence, text, parent)
    dialog.show()
    return dialog
