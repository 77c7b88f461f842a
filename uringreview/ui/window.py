"""The one window: queue, diff and rationale side by side, tabs below, one line of status; no modal walls.

It only places the panes and carries signals between them and the workbench. What a command does stands in
`commands`, which command exists and its key in `actions`. The list comes first: all that the first screen of a start
does not need is imported and made by `complete`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QMenuBar,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from uringreview.ui.config import SIDE_BY_SIDE, change_config, read_config, remember_recent
from uringreview.ui.empty_state import EmptyState
from uringreview.ui.filters import HELP
from uringreview.ui.first_list import FirstList
from uringreview.ui.header import Header
from uringreview.ui.jobs import Jobs
from uringreview.ui.queue_model import QueueModel
from uringreview.ui.queue_rows import Grouping
from uringreview.ui.queue_view import QueueView
from uringreview.ui.status_bar import StatusLine
from uringreview.ui.theme import TWO, SchemeName, Theme, apply_theme, current_theme, fixed_font, theme_for
from uringreview.ui.visible import visible
from uringreview.ui.workbench import Workbench

TABS = ("simulator", "series", "branches", "thread", "reply", "claims", "check")
_PAINTED_MS = 20
"""After so long the first list has been painted: Qt paints what has changed within a few milliseconds."""
_LATEST_MS = 1500
"""After so long the window is completed though mails are still being found."""


class Window(QMainWindow):
    """The window and its panes.

    With `list_first` only the list stands at once, and `complete` makes the rest when mails have been listed.
    """

    def __init__(self, jobs: Jobs, scheme: SchemeName = "system", *, list_first: bool = False) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("uringreview")
        self.setAcceptDrops(True)
        self.jobs = jobs
        self.scheme = scheme
        self.theme = current_theme()
        self.is_complete = False
        self.bench = Workbench(jobs, self)
        self._make_list()
        self._place()
        self.show_clone()
        self._restore()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.complete)
        if list_first:
            self.bench.may_read.clear()
            self.bench.listed.connect(lambda: self._later.start(_PAINTED_MS))
            self.bench.crashed.connect(self._crashed_early)
            self._later.start(_LATEST_MS)
        else:
            self.complete()

    # Parts

    def _make_list(self) -> None:
        theme = self.theme
        self.queue_model = QueueModel(theme, self)
        self.queue_view = QueueView(self.queue_model, theme, self)
        self.queue_header = Header("QUEUE", self)
        self.grouping = self._tool("grouping", f"{self.queue_model.grouping.value} ▾", "order of the queue")
        self.grouping.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.queue_header.add(self.grouping)
        self.first_list = FirstList(self.bench, self.queue_model, self.queue_header, self)
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
        self.upper = self._splitter("upper", Qt.Orientation.Horizontal, (self.queue_pane, QWidget(self), QWidget(self)))
        self.outer = self._splitter("outer", Qt.Orientation.Vertical, (self.upper, QWidget(self)))
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
        self._place_top()

    def _place_top(self) -> None:
        """The row of menus, filter and clone. The corner of a QMenuBar is no place for them: to a screen reader a menu
        bar has nothing in it but menus."""
        self.menus = QMenuBar(self)
        self.menus.setObjectName("menus")
        self.menus.setAccessibleName("Menus")
        self.menus.setNativeMenuBar(False)
        # An empty bar has no height, and the list would move down when the menus come.
        empty = self.menus.addAction(" ")
        self.menus.setFixedHeight(self.menus.sizeHint().height())
        self.menus.removeAction(empty)
        top = QWidget(self)
        top.setObjectName("top")
        top.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(top)
        row.setContentsMargins(0, 0, TWO, 0)
        row.setSpacing(TWO)
        self.filter_box.setFixedWidth(300)
        row.addWidget(self.menus, 1)
        row.addWidget(self.filter_box)
        row.addWidget(self.clone_button)
        self.setMenuWidget(top)

    def _splitter(self, name: str, way: Qt.Orientation, parts: tuple[QWidget, ...]) -> QSplitter:
        made = QSplitter(way, self)
        made.setObjectName(name)
        made.setHandleWidth(1)
        made.setChildrenCollapsible(False)
        for part in parts:
            made.addWidget(part)
        return made

    def complete(self) -> None:
        """Make the panes beside and below the list, the actions and what connects them; once."""
        if self.is_complete:
            return
        self.is_complete = True
        self._later.stop()
        from PySide6.QtWidgets import QTabWidget

        from uringreview.ui.action_set import ActionSet
        from uringreview.ui.actions import ACTIONS
        from uringreview.ui.branches_view import BranchesView
        from uringreview.ui.check_view import CheckPane
        from uringreview.ui.chooser import Chooser
        from uringreview.ui.claims_view import ClaimsPane
        from uringreview.ui.commands import Commands
        from uringreview.ui.commenting import Commenting
        from uringreview.ui.desk_commands import DeskCommands
        from uringreview.ui.diff_view import DiffPane
        from uringreview.ui.evidence import Evidence
        from uringreview.ui.fetching import Fetching
        from uringreview.ui.keys_sheet import KeysSheet
        from uringreview.ui.landings import Landings
        from uringreview.ui.links import Links
        from uringreview.ui.palette import Palette
        from uringreview.ui.rationale_view import RationalePane
        from uringreview.ui.reply_view import ReplyView
        from uringreview.ui.series_view import SeriesPane
        from uringreview.ui.session_commands import SessionCommands
        from uringreview.ui.simulator_commands import SimulatorCommands
        from uringreview.ui.simulator_view import SimulatorPane
        from uringreview.ui.thread_view import ThreadView

        theme = self.theme
        self.diff = DiffPane(theme, self)
        self.rationale = RationalePane(theme, self)
        self.simulator = SimulatorPane(self.jobs, theme, self)
        self.series = SeriesPane(theme, self)
        self.branches = BranchesView(theme, self)
        self.thread_view = ThreadView(theme, self)
        self.reply = ReplyView(theme, self)
        self.claims = ClaimsPane(theme, self)
        self.check = CheckPane(theme, self)
        self.tabs = QTabWidget(self)
        self.tabs.setObjectName("tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setExpanding(False)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for name, tab in zip(TABS, self.lower_panes(), strict=True):
            self.tabs.addTab(tab, name.capitalize())
        places: tuple[tuple[QSplitter, int, QWidget], ...] = (
            (self.upper, 1, self.diff),
            (self.upper, 2, self.rationale),
            (self.outer, 1, self.tabs),
        )
        for split, place, pane in places:
            empty = split.replaceWidget(place, pane)
            if empty is not None:
                empty.deleteLater()
        self.palette_ = Palette(ACTIONS, self)
        self.keys_sheet = KeysSheet(self)
        self.chooser = Chooser(self)
        self.evidence = Evidence(self)
        self.simulator_commands = SimulatorCommands(self)
        self.desk_commands = DeskCommands(self)
        self.session_commands = SessionCommands(self)
        self.fetching = Fetching(self)
        self.landings = Landings(self)
        self.commenting = Commenting(self)
        self.commands = Commands(self)
        self.actions_ = ActionSet(self, self.commands)
        self.links = Links(self)
        self.palette_.chosen.connect(self._chosen)
        self.chooser.closed.connect(self.focus_queue)
        self.palette_.closed.connect(self.focus_queue)
        self.keys_sheet.closed.connect(self.focus_queue)
        layout = read_config().diff_layout
        if layout:
            self.diff.choose_layout(layout == SIDE_BY_SIDE)
        self.links.catch_up()
        self.actions_.refresh()
        self.bench.may_read.set()

    def _crashed_early(self, problem: object) -> None:
        # Who shows it is made by `complete`, and connected too late for this time.
        if not self.is_complete:
            self.complete()
            self.bench.crashed.emit(problem)

    def lower_panes(self) -> tuple[QWidget, ...]:
        """The panes of the tabs, in the order of TABS."""
        return (self.simulator, self.series, self.branches, self.thread_view, self.reply, self.claims, self.check)

    def letter_panes(self) -> Iterator[QWidget]:
        """Where single letters act: lists, diff and simulator, which hears some letters of its own first."""
        yield from (self.queue_view, self.diff, self.rationale)
        yield from (self.simulator, self.series, self.branches, self.thread_view, self.claims, self.check)

    # What is open

    def open(self, paths: Sequence[str], stdin: bytes | None = None, sessions: Path | None = None) -> None:
        """Read `paths` as a new queue, as `Workbench.open` does, and show the list."""
        self.stack.setCurrentWidget(self.outer)
        self.bench.open(paths, stdin, sessions)
        if sessions is None:
            remember_recent(paths)
        self.focus_queue()

    def use_grouping(self, grouping: Grouping) -> None:
        """Order the queue."""
        self.queue_model.set_grouping(grouping)
        self.grouping.setText(f"{grouping.value} ▾")

    def show_clone(self) -> None:
        """Say which clone is read, in the corner."""
        text, about = self.bench.clone_words()
        self.clone_button.setText(visible(text))
        self.clone_button.setToolTip(visible(about))

    # Size, colours, focus

    def _restore(self) -> None:
        config = read_config()
        self.resize(QSize(1600, 1000).boundedTo(self.screen().availableSize()))
        if config.geometry:
            self.restoreGeometry(QByteArray.fromBase64(config.geometry.encode()))
        self.queue_view.hide_columns(config.hidden_columns)
        self.split_evenly()
        for split, state in zip((self.upper, self.outer), config.splits, strict=False):
            split.restoreState(QByteArray.fromBase64(state.encode()))

    def _chosen(self, value: str) -> None:
        if not self.desk_commands.run(value):
            self.actions_.run(value)

    def split_evenly(self) -> None:
        """The proportions of a first start: a third for the queue, 40 % for the diff; the tabs take a third below."""
        width, height = self.width(), self.height()
        self.upper.setSizes([round(width * 0.33), round(width * 0.4), round(width * 0.27)])
        self.outer.setSizes([round(height * 0.66), round(height * 0.34)])

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
            self.check,
            self.commenting,
            self.status_line,
        )
        for pane in panes:
            pane.set_theme(theme)

    def focus_queue(self) -> None:
        """Put the focus where the letters act."""
        if self.stack.currentWidget() is self.outer:
            if self.is_complete:
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
        """Files may be dropped; a link may too, to be told why it is not opened."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Dropped files and folders open as a queue, or fill the one that is open; nothing is ever fetched."""
        self.complete()
        urls = event.mimeData().urls()
        paths = [url.toLocalFile() for url in urls if url.isLocalFile()]
        event.acceptProposedAction()
        if paths:
            self.commands.open_paths(paths, add=self.bench.has_queue)
        if len(paths) < len(urls):
            self.status_line.say("Links are not fetched: save the mail or the page and drop the file.")

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave without a question: store what was typed and where we are, end all work."""
        if self.is_complete:
            self.evidence.editor.close()
            self.commenting.close_box(True)
            self.reply.flush()
            self.links.remember_place()
        splits = (self.upper, self.outer)
        change_config(
            geometry=bytes(self.saveGeometry().toBase64().data()).decode(),
            splits=tuple(bytes(split.saveState().toBase64().data()).decode() for split in splits),
        )
        if self.is_complete:
            self.links.detach()
        self._later.stop()
        self.bench.may_read.set()
        self.jobs.shutdown()
        self.bench.close()
        super().closeEvent(event)
