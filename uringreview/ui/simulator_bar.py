"""The line over the swim lanes: stepping, where one stands, which of the found runs is shown, and copying it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QWidget

from uringreview.ui.theme import HALF, ONE, TWO


class SimulatorBar(QWidget):
    """Buttons with a signal each; `run_chosen` carries an index into the runs shown last."""

    first = Signal()
    back = Signal()
    forward = Signal()
    last = Signal()
    to_violation = Signal()
    run_chosen = Signal(int)
    list_wanted = Signal(bool)
    copy_replay = Signal()
    copy_text = Signal()
    quote = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("simulatorBar")
        self._buttons: list[QToolButton] = []
        self._place = QLabel()
        self._place.setObjectName("stepPlace")
        self._which = QComboBox()
        self._which.setObjectName("whichRun")
        self._which.setAccessibleName("Which run")
        self._which.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._which.setMinimumContentsLength(8)
        self._which.currentTextChanged.connect(self._which.setToolTip)
        self._which.activated.connect(self.run_chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(TWO, HALF, TWO, HALF)
        row.setSpacing(ONE)
        for name, text, tip, act in (
            ("stepFirst", "|◀", "First step (Home)", self.first.emit),
            ("stepBack", "◀ h", "Step back (left, h)", self.back.emit),
            ("stepForward", "l ▶", "Step forward (right, l)", self.forward.emit),
            ("stepLast", "▶|", "Last step (End)", self.last.emit),
            ("toViolation", "failure x", "Go to the step that fails (x)", self.to_violation.emit),
        ):
            row.addWidget(self._button(name, text, tip, act))
        row.addWidget(self._place)
        # As wide as there is room for: what it shows is told whole by its tooltip.
        self._which.setMaximumWidth(self._which.fontMetrics().horizontalAdvance("0") * 48)
        row.addWidget(self._which, 1)
        row.addStretch(0)
        self._list = self._button("stepsList", "List", "Show the steps as a list beside the lanes", self._list_clicked)
        self._list.setCheckable(True)
        row.addWidget(self._list)
        row.addWidget(
            self._button("copyReplay", "Replay y", "Copy the text that names this run", self.copy_replay.emit)
        )
        row.addWidget(self._button("copyText", "Text Y", "Copy the run in columns, for a mail", self.copy_text.emit))
        row.addWidget(self._button("quoteRun", "Reply t", "Quote the run in the reply (t)", self.quote.emit))

    def _button(self, name: str, text: str, tip: str, act: Callable[[], None]) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda _checked=False: act())
        self._buttons.append(button)
        return button

    def show_runs(self, titles: Sequence[str]) -> None:
        """Offer these runs; the first is chosen."""
        self._which.clear()
        self._which.addItems(list(titles))
        self._which.setVisible(bool(titles))

    def show_place(self, text: str, *, usable: bool) -> None:
        """Say where one stands; the buttons work where there is a run."""
        self._place.setText(text)
        for button in self._buttons:
            button.setEnabled(usable)

    def show_list(self, shown: bool) -> None:
        """Press the list's button without telling anyone."""
        self._list.setChecked(shown)

    def _list_clicked(self) -> None:
        self.list_wanted.emit(self._list.isChecked())
