"""The one window: queue, diff and rationale side by side, tabs below, one line of status; no modal walls.

It only places the panes and carries signals between them and the workbench. What a command does stands in
`commands`, which command exists and its key in `actions`.
"""

from collections.abc import Iterator

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from uringreview.ui.action_set import ActionSet
from uringreview.ui.actions import ACTIONS
from uringreview.ui.branches_view import BranchesView
from uringreview.ui.claims_view import ClaimsPane
from uringreview.ui.commands import Commands
from uringreview.ui.config import SIDE_BY_SIDE, change_config, read_config
from uringreview.ui.diff_view import DiffPane
from uringreview.ui.empty_state import EmptyState
from uringreview.ui.evidence import Evidence
from uringreview.ui.filters import HELP
from uringreview.ui.header import Header
from uringreview.ui.jobs import Jobs
from uringreview.ui.keys_sheet import KeysSheet
from uringreview.ui.landings import Landings
from uringreview.ui.links import Links
from uringreview.ui.palette import Palette
from uringreview.ui.queue_model import QueueModel
from uringreview.ui.queue_view import QueueView
from uringreview.ui.rationale_view import RationalePane
from uringreview.ui.reply_view import ReplyView
from uringreview.ui.series_view import SeriesPane
from uringreview.ui.simulator_view import SimulatorPane
from uringreview.ui.status_bar import StatusLine
from uringreview.ui.theme import ONE, TWO, SchemeName, Theme, apply_theme, current_theme, fixed_font, theme_for
from uringreview.ui.thread_view import ThreadView
from uringreview.ui.workbench import Workbench

TABS = ("simulator", "series", "branches", "thread", "reply", "claims")


class Window(QMainWindow):
    """The window and its panes."""

    def __init__(self, jobs: Jobs, scheme: SchemeName = "system") -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("uringreview")
        self.setAcceptDrops(True)
        self.jobs = jobs
        self.scheme = scheme
        self.theme = current_theme()
        self.bench = Workbench(jobs, self)
        self._make_panes()
        self._place()
        self.palette_ = Palette(ACTIONS, self)
        self.keys_sheet = KeysSheet(self)
        self.evidence = Evidence(self)
        self.landings = Landings(self)
        self.commands = Commands(self)
        self.actions_ = ActionSet(self, self.commands)
        self.links = Links(self)
        self.palette_.chosen.connect(self.actions_.run)
        self.palette_.closed.connect(self.focus_queue)
        self.keys_sheet.closed.connect(self.focus_queue)
        self._restore()
        self.actions_.refresh()

    # Parts

    def _make_panes(self) -> None:
        theme = self.theme
        self.queue_model = QueueModel(theme, self)
        self.queue_view = QueueView(self.queue_model, theme, self)
        self.queue_header = Header("QUEUE", self)
        self.grouping = self._tool("grouping", "by series", "order of the queue")
        self.grouping.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.queue_header.add(self.grouping)
        self.diff = DiffPane(theme, self)
        self.rationale = RationalePane(theme, self)
        self.simulator = SimulatorPane(self.jobs, theme, self)
        self.series = SeriesPane(theme, self)
        self.branches = BranchesView(theme, self)
        self.thread_view = ThreadView(theme, self)
        self.reply = ReplyView(theme, self)
        self.claims = ClaimsPane(theme, self)
        self.status_line = StatusLine(theme, self)
        self.empty = EmptyState(self)
        self.filter_box = QLineEdit(self)
        self.filter_box.setObjectName("filter")
        self.filter_box.setAccessibleName("Filter")
        self.filter_box.setPlaceholderText("/  branch:7.0 claim:false …")
        self.filter_box.setToolTip(HELP)
        self.filter_box.setClearButtonEnabled(True)
        self.clone_button = self._tool("clone", "no clone", "choose the kernel clone")
        self.clone_button.setFont(fixed_font(0.9))

    def _tool(self, name: str, text: str, about: str) -> QToolButton:
        made = QToolButton(self)
        made.setObjectName(name)
        made.setText(text)
        made.setAccessibleName(about)
        made.setToolTip(about)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return made

    def _place(self) -> None:
        self.queue_pane = QWidget(self)
        self.queue_pane.setObjectName("queue_pane")
        column = QVBoxLayout(self.queue_pane)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.queue_header)
        column.addWidget(self.queue_view, 1)
        self.upper = self._splitter("upper", Qt.Orientation.Horizontal, (self.queue_pane, self.diff, self.rationale))
        self.tabs = QTabWidget(self)
        self.tabs.setObjectName("tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setExpanding(False)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for name, pane in zip(TABS, self.lower_panes(), strict=True):
            self.tabs.addTab(pane, name.capitalize())
        self.outer = self._splitter("outer", Qt.Orientation.Vertical, (self.upper, self.tabs))
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.outer)
        whole = QWidget(self)
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.status_line)
        self.setCentralWidget(whole)
        self.menuBar().setNativeMenuBar(False)
        self.corner_box = QWidget(self)
        row = QHBoxLayout(self.corner_box)
        row.setContentsMargins(0, ONE, TWO, ONE)
        row.setSpacing(TWO)
        self.filter_box.setFixedWidth(300)
        row.addWidget(self.filter_box)
        row.addWidget(self.clone_button)
        self.menuBar().setCornerWidget(self.corner_box, Qt.Corner.TopRightCorner)

    def _splitter(self, name: str, way: Qt.Orientation, parts: tuple[QWidget, ...]) -> QSplitter:
        made = QSplitter(way, self)
        made.setObjectName(name)
        made.setHandleWidth(1)
        made.setChildrenCollapsible(False)
        for part in parts:
            made.addWidget(part)
        return made

    def lower_panes(self) -> tuple[QWidget, ...]:
        """The panes of the tabs, in the order of TABS."""
        return (self.simulator, self.series, self.branches, self.thread_view, self.reply, self.claims)

    def letter_panes(self) -> Iterator[QWidget]:
        """Where single letters act: lists, diff and simulator, which hears some letters of its own first."""
        yield from (self.queue_view, self.diff, self.rationale)
        yield from (self.simulator, self.series, self.branches, self.thread_view, self.claims)

    # Size, colours, focus

    def _restore(self) -> None:
        config = read_config()
        self.resize(QSize(1600, 1000).boundedTo(self.screen().availableSize()))
        if config.diff_layout:
            self.diff.choose_layout(config.diff_layout == SIDE_BY_SIDE)
        if config.geometry:
            self.restoreGeometry(QByteArray.fromBase64(config.geometry.encode()))
        self.split_evenly()
        for split, state in zip((self.upper, self.outer), config.splits, strict=False):
            split.restoreState(QByteArray.fromBase64(state.encode()))

    def split_evenly(self) -> None:
        """The proportions of a first start: a third for the queue, 40 % for the diff; the tabs take a third below."""
        width, height = self.width(), self.height()
        self.upper.setSizes([round(width * 0.33), round(width * 0.4), round(width * 0.27)])
        self.outer.setSizes([round(height * 0.66), round(height * 0.34)])

    def fit_corner(self) -> None:
        """Give the corner of the menu bar the room that its words need now."""
        self.corner_box.adjustSize()
        bar = self.menuBar()
        QApplication.sendEvent(bar, QResizeEvent(bar.size(), bar.size()))

    def set_scheme(self, scheme: SchemeName) -> None:
        """Change the colours of everything, at once."""
        self.scheme = scheme
        self.use_theme(theme_for(scheme))

    def use_theme(self, theme: Theme) -> None:
        """Give every pane `theme`."""
        self.theme = theme
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, theme)
        panes = (
            self.queue_model,
            self.queue_view,
            self.diff,
            self.rationale,
            self.simulator,
            self.series,
            self.branches,
            self.thread_view,
            self.reply,
            self.claims,
            self.status_line,
        )
        for pane in panes:
            pane.set_theme(theme)

    def focus_queue(self) -> None:
        """Put the focus where the letters act."""
        if self.stack.currentWidget() is self.outer:
            self._set_wide(False)
            self.queue_view.setFocus()

    def toggle_wide(self) -> None:
        """Give the diff the room of the queue and the rationale, or give it back."""
        self._set_wide(self.rationale.isVisible())
        if not self.rationale.isVisible():
            self.diff.setFocus()

    def _set_wide(self, wide: bool) -> None:
        for pane in (self.queue_pane, self.rationale):
            pane.setVisible(not wide)

    def tab(self) -> str:
        """The name of the open tab."""
        return TABS[self.tabs.currentIndex()]

    def show_tab(self, name: str) -> None:
        """Open a tab by name."""
        if name in TABS:
            self.tabs.show()
            self.tabs.setCurrentIndex(TABS.index(name))

    # Qt's side

    def showEvent(self, event: QShowEvent) -> None:
        """Begin in the list."""
        super().showEvent(event)
        self.focus_queue()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Dropped files open as a queue, or fill the one that is open."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.commands.open_paths(paths, add=self.bench.has_queue)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave without a question: store what was typed and where we are, end all work."""
        self.reply.flush()
        self.links.remember_place()
        splits = (self.upper, self.outer)
        change_config(
            geometry=bytes(self.saveGeometry().toBase64().data()).decode(),
            splits=tuple(bytes(split.saveState().toBase64().data()).decode() for split in splits),
        )
        self.links.detach()
        self.jobs.shutdown()
        self.bench.close()
        super().closeEvent(event)
