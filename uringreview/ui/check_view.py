"""The queue check: every finding of the batch on one page, the most serious first, each a click or Enter away."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QLabel, QListView, QPushButton, QVBoxLayout, QWidget

from uringreview.review.facts import Desk
from uringreview.review.findings import Finding, Severity, as_text, find
from uringreview.ui.header import Header
from uringreview.ui.plain import plain_tip
from uringreview.ui.theme import HALF, ONE, TWO, Theme
from uringreview.ui.visible import visible

NOTHING = "Nothing was found against any patch of this queue."
_SIGNS = {Severity.STOP: "✗", Severity.LOOK: "!", Severity.NOTE: "·"}
_COLOURS = {Severity.STOP: "contradicted", Severity.LOOK: "caution", Severity.NOTE: "muted"}
_Index = QModelIndex | QPersistentModelIndex


class CheckModel(QAbstractListModel):
    """A line a finding."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.findings: tuple[Finding, ...] = ()

    def set_findings(self, findings: tuple[Finding, ...]) -> None:
        """Show these."""
        self.beginResetModel()
        self.findings = findings
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """One a finding."""
        return 0 if parent is not None and parent.isValid() else len(self.findings)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | QColor | None:
        """Text, colour and what a screen reader says."""
        finding = self.findings[index.row()] if index.isValid() else None
        if finding is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{_SIGNS[finding.severity]}  {line(finding)}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{finding.severity.word}: {line(finding)}"
        if role == Qt.ItemDataRole.ForegroundRole and finding.severity is not Severity.NOTE:
            return self.theme.color("contradicted" if finding.severity is Severity.STOP else "text")
        if role == Qt.ItemDataRole.ForegroundRole:
            return self.theme.color("muted")
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{finding.severity.word}, {finding.kind.value}\n{line(finding)}")
        return None


def line(finding: Finding) -> str:
    """A finding on one line, safe to show."""
    return visible(" ".join(finding.text.split()))


class CheckPane(QWidget):
    """The page; `patch_chosen` carries the key of a finding's row."""

    patch_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("checkPane")
        self.setAccessibleName("Queue check")
        self._desk: Desk | None = None
        self._stale = False
        self._header = Header("QUEUE CHECK", self, name="check_header")
        copy = QPushButton("Copy as text", self)
        copy.setObjectName("checkCopy")
        copy.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        copy.clicked.connect(self.copy)
        self._header.add(copy)
        self.model = CheckModel(theme, self)
        self._list = QListView(self)
        self._list.setObjectName("checkList")
        self._list.setAccessibleName("Findings")
        self._list.setModel(self.model)
        self._list.setWordWrap(True)
        self._list.setSpacing(HALF)
        self._list.setViewportMargins(TWO, ONE, TWO, ONE)
        self._list.setResizeMode(QListView.ResizeMode.Adjust)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.clicked.connect(self._go)
        self._list.activated.connect(self._go)
        self._empty = QLabel(NOTHING, self)
        self._empty.setObjectName("checkEmpty")
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self._empty, 1)
        column.addWidget(self._list, 1)
        self.setFocusProxy(self._list)
        self._fill()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.model.theme = theme
        self._list.viewport().update()

    def show_desk(self, desk: Desk | None) -> None:
        """Take over the queue's evidence; it is gone through when the page is looked at."""
        self._desk, self._stale = desk, True
        if self.isVisible():
            self.catch_up()

    def catch_up(self) -> None:
        """Bring the page up to date."""
        if self._stale:
            self._stale = False
            place = max(self._list.currentIndex().row(), 0)
            self.model.set_findings(find(self._desk) if self._desk is not None else ())
            self._list.setCurrentIndex(self.model.index(min(place, self.model.rowCount() - 1)))
            self._fill()

    def copy(self) -> None:
        """Put the findings on the clipboard, as plain text for a reply."""
        self.catch_up()
        QGuiApplication.clipboard().setText(as_text(self.model.findings))

    def _fill(self) -> None:
        found = self.model.findings
        self._empty.setVisible(not found)
        self._empty.setText(NOTHING if self._desk is not None else "The queue is checked when its mails are read.")
        self._list.setVisible(bool(found))
        counts = [(severity, sum(each.severity is severity for each in found)) for severity in reversed(Severity)]
        clone = " · without a clone" if self._desk is not None and self._desk.clone is None else ""
        said = " · ".join(f"{count} {severity.word}" for severity, count in counts if count)
        self._header.say(f"{said or 'nothing found'}{clone}" if self._desk is not None else "")

    def _go(self, index: QModelIndex) -> None:
        finding = self.model.findings[index.row()]
        if finding.key is not None:
            self.patch_chosen.emit(finding.key)
