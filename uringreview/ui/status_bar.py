"""The line at the bottom: what is decided, how far the work is, how the claims stand, and that all is saved."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from uringreview.kernel.status import Status
from uringreview.rationale.mark import MarkWord
from uringreview.review.decisions import Decision, DecisionKind
from uringreview.ui.jobs import JobHandle
from uringreview.ui.plain import plain_tip
from uringreview.ui.theme import FOUR, ONE, THREE, Theme, row_height, ui_font

if TYPE_CHECKING:  # there is a status line before there are facts
    from uringreview.review.facts import PatchFacts

_MESSAGE_MS = 12_000


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of the status line."""

    patches: int = 0
    decided: int = 0
    kinds: tuple[tuple[str, int], ...] = ()
    cells: int = 0
    cells_known: int = 0
    verified: int = 0
    contradicted: int = 0
    open: int = 0


def tally(
    keys: Iterable[str], facts: "Iterable[PatchFacts]", branches: Sequence[str], decisions: Mapping[str, Decision]
) -> Tally:
    """Count what stands: `keys` are the loaded patches'."""
    patches = set(keys)
    standing = [decision for key, decision in decisions.items() if key in patches]
    kinds = Counter(decision.kind for decision in standing)
    every = list(facts)
    words = Counter(mark.word for each in every for mark in each.marks)
    known = sum(cell.status is not Status.PENDING for each in every for cell in each.cells)
    shown = (DecisionKind.HOLD, DecisionKind.DROP, DecisionKind.DROP_OLDER, DecisionKind.QUESTION)
    return Tally(
        patches=len(patches),
        decided=len(standing),
        kinds=tuple((kind.value, kinds[kind]) for kind in shown if kinds[kind]),
        cells=len(patches) * len(branches),
        cells_known=known,
        verified=words[MarkWord.VERIFIED],
        contradicted=words[MarkWord.CONTRADICTED],
        open=words[MarkWord.UNCHECKABLE],
    )


class StatusLine(QWidget):
    """One line of labels."""

    cancel_requested = Signal()
    keys_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status_line")
        self.setAccessibleName("Status")
        self.setProperty("role", "header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.setFixedHeight(row_height() + ONE)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(THREE, 0, THREE, 0)
        self._layout.setSpacing(FOUR)
        self._decided = self._label("status_decided")
        self._apply = self._label("status_apply")
        self._claims = self._label("status_claims")
        self._false = self._label("status_contradicted")
        self._open = self._label("status_open")
        self._work = self._label("status_work")
        self._cancel = QToolButton(self)
        self._cancel.setObjectName("status_cancel")
        self._cancel.setText("cancel")
        self._cancel.setToolTip("stop the work under way (Escape)")
        self._cancel.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._cancel.clicked.connect(self.cancel_requested)
        self._cancel.hide()
        self._layout.addWidget(self._cancel)
        self._message = self._label("status_message")
        # A long sentence is cut, with the whole of it on hover: it must not make the window wider than the screen.
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._layout.setStretchFactor(self._message, 1)
        self._saved = self._label("status_session")
        self._keys = QToolButton(self)
        self._keys.setObjectName("status_keys")
        self._keys.setText("? keys")
        self._keys.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._keys.clicked.connect(self.keys_requested)
        self._layout.addWidget(self._keys)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_MESSAGE_MS)
        self._timer.timeout.connect(lambda: self._message.setText(""))
        self.set_theme(theme)

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setFont(ui_font(0.9))
        self._layout.addWidget(label)
        return label

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for label in (self._decided, self._apply, self._claims, self._open, self._work, self._saved):
            label.setStyleSheet(f"color: {theme.muted}")
        self._message.setStyleSheet(f"color: {theme.caution}")
        self._false.setStyleSheet(f"color: {theme.contradicted}")

    def show_tally(self, count: Tally) -> None:
        """Show the counts; nothing while no patch is loaded."""
        if not count.patches:
            for label in (self._decided, self._apply, self._claims, self._false, self._open):
                label.setText("")
            return
        kinds = "".join(f"   {number} {word}" for word, number in count.kinds)
        self._decided.setText(f"{count.decided}/{count.patches} decided{kinds}")
        self._apply.setText(f"apply status {count.cells_known}/{count.cells}" if count.cells else "no clone checked")
        self._claims.setText(f"claims {count.verified} verified")
        self._false.setText(f"{count.contradicted} contradicted" if count.contradicted else "")
        self._false.setVisible(bool(count.contradicted))
        self._open.setText(f"{count.open} open")

    def show_work(self, running: Sequence[JobHandle]) -> None:
        """Show what is under way, with its count and an estimate."""
        self._work.setText("   ".join(progress_text(job) for job in running))
        self._cancel.setVisible(bool(running))

    def show_session(self, text: str, tooltip: str = "") -> None:
        """Show where decisions are kept."""
        self._saved.setText(text)
        self._saved.setToolTip(tooltip)

    def say(self, sentence: str) -> None:
        """Show a sentence for a while."""
        self._message.setText(sentence)
        self._message.setToolTip(plain_tip(sentence))
        self._timer.start()

    @property
    def message(self) -> str:
        """The sentence that is shown."""
        return self._message.text()


def progress_text(job: JobHandle) -> str:
    """ "apply status 120/549 cells, 4 s left"."""
    step = job.progress
    if not step.what:
        return f"{job.name}…"
    total = f"/{step.total}" if step.total else ""
    left = job.seconds_left()
    estimate = f", {max(round(left), 1)} s left" if left is not None and left >= 1 else ""
    return f"{job.name} {step.done}{total} {step.what}{estimate}"
