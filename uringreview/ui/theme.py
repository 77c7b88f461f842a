"""Colours, marks, spacing and fonts of the window, light and dark, in one place.

Colours are from the Okabe-Ito set, darkened or lightened until text keeps a contrast of 4.5:1. A mark differs from
every other in shape first and in colour second. Fusion and our own two palettes are used because the colour scheme
hint does nothing on bare X, sway and i3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from uringreview.kernel.status import Status
from uringreview.rationale.mark import MarkWord
from uringreview.resources import resource
from uringreview.review.decisions import DecisionKind

GRID = 4
"""The window's unit of space in device-independent pixels; margins and paddings are multiples of it."""

HALF, ONE, TWO, THREE, FOUR = GRID // 2, GRID, 2 * GRID, 3 * GRID, 4 * GRID

THEME_PROPERTY = "uringreviewTheme"

SchemeName = Literal["system", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Sign:
    """How one state is shown: a symbol, its colour as "#rrggbb", and the word that says it in full."""

    symbol: str
    colour: str
    word: str

    @property
    def qcolor(self) -> QColor:
        """The colour for a painter."""
        return QColor(self.colour)


# Symbol, name of the colour, word. A sign is asked for in every cell that is painted.
_STATUSES: Mapping[Status, tuple[str, str, str]] = {
    Status.PRESENT: ("●", "status_present", "present: the branch has it already"),
    Status.CLEAN: ("✓", "verified", "clean: applies as mailed"),
    Status.OFFSET: ("✓·", "verified", "offset: applies at other lines"),
    Status.FUZZ: ("≈", "caution", "fuzz: fits only with context ignored"),
    Status.MERGE: ("⋈", "status_merge", "merge: a three-way merge takes it"),
    Status.AFTER: ("↳", "caution", "after: applies after another queued patch"),
    Status.CONFLICT: ("✗", "contradicted", "conflict: does not apply"),
    Status.MISSING: ("∅", "muted", "missing: the file is not in this branch"),
    Status.DAMAGED: ("⌁", "caution", "damaged: the diff cannot be tried"),
    Status.ERROR: ("!", "contradicted", "error: could not be checked"),
    Status.PENDING: ("…", "muted", "pending: not checked yet"),
}
_MARKS: Mapping[MarkWord, tuple[str, str, str]] = {
    MarkWord.VERIFIED: ("✓", "verified", "verified"),
    MarkWord.CONTRADICTED: ("!", "contradicted", "contradicted"),
    MarkWord.UNCHECKABLE: ("?", "uncheckable", "not checkable"),
}
_DECISIONS: Mapping[DecisionKind | None, tuple[str, str, str]] = {
    None: ("○", "muted", "not decided"),
    DecisionKind.TAKE: ("✓", "verified", "take"),
    DecisionKind.HOLD: ("‖", "caution", "hold"),
    DecisionKind.DROP: ("✗", "contradicted", "drop"),
    DecisionKind.DROP_OLDER: ("↧", "contradicted", "drop from a version and older"),
    DecisionKind.TOGETHER: ("⊕", "caution", "take only together with another commit"),
    DecisionKind.NOT_A_FIX: ("≠", "contradicted", "not a fix: drop"),
    DecisionKind.QUESTION: ("?", "accent", "question"),
}


@dataclass(frozen=True, slots=True)
class Theme:
    """Named colours as "#rrggbb"; `color("name")` gives a QColor."""

    name: Literal["light", "dark"]
    background: str
    surface: str
    raised: str
    text: str
    muted: str
    faint: str
    hairline: str
    accent: str
    selection: str
    selection_idle: str
    callout: str
    added: str
    removed: str
    added_word: str
    removed_word: str
    added_text: str
    removed_text: str
    lit: str
    hunk_header: str
    verified: str
    contradicted: str
    uncheckable: str
    caution: str
    syntax_keyword: str
    syntax_type: str
    syntax_string: str
    syntax_number: str
    syntax_comment: str
    syntax_preprocessor: str
    status_present: str
    status_merge: str
    scroll_handle: str

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than its ground."""
        return self.name == "dark"

    def color(self, name: str) -> QColor:
        """The colour called `name` ("accent"), for a painter."""
        return QColor(str(getattr(self, name)))

    def status(self, status: Status) -> Sign:
        """How a cell of the matrix is shown; every status has a shape of its own."""
        symbol, colour, said = _STATUSES[status]
        return Sign(symbol, getattr(self, colour), said)

    def mark(self, word: MarkWord) -> Sign:
        """How a claim's mark is shown."""
        symbol, colour, said = _MARKS[word]
        return Sign(symbol, getattr(self, colour), said)

    def decision(self, kind: DecisionKind | None) -> Sign:
        """How a reviewer's decision is shown; None is "not decided yet"."""
        symbol, colour, said = _DECISIONS[kind]
        return Sign(symbol, getattr(self, colour), said)

    @classmethod
    def light(cls) -> "Theme":
        """Dark text on white."""
        return cls(
            name="light",
            background="#ffffff",
            surface="#fafaf8",
            raised="#f1f1ee",
            text="#1b1d21",
            muted="#6a6f77",
            faint="#a3a7ad",
            hairline="#e2e2de",
            accent="#2160b5",
            selection="#e6edfa",
            selection_idle="#eeeeeb",
            callout="#fdf0e6",
            added="#e3f4f1",
            removed="#fdebdf",
            added_word="#a9ded4",
            removed_word="#f6c9a3",
            added_text="#0b6e5a",
            removed_text="#b0440f",
            lit="#fff2c8",
            hunk_header="#f6f6f3",
            verified="#0a7a5c",
            contradicted="#c0400a",
            uncheckable="#6a6f77",
            caution="#8a5a00",
            syntax_keyword="#6d3fc4",
            syntax_type="#1c6a8c",
            syntax_string="#8a5a00",
            syntax_number="#8a5a00",
            syntax_comment="#5f656d",
            syntax_preprocessor="#97357f",
            status_present="#1c5fae",
            status_merge="#97357f",
            scroll_handle="#d4d4cf",
        )

    @classmethod
    def dark(cls) -> "Theme":
        """Light text on near black."""
        return cls(
            name="dark",
            background="#1c1f24",
            surface="#181a1f",
            raised="#262a30",
            text="#e1e3e7",
            muted="#9299a3",
            faint="#646b75",
            hairline="#30343b",
            accent="#7ab0ff",
            selection="#26344f",
            selection_idle="#2a2e35",
            callout="#38261b",
            added="#143130",
            removed="#3a281d",
            added_word="#1f5c56",
            removed_word="#6f4728",
            added_text="#5fd0b8",
            removed_text="#f3a46b",
            lit="#3d381d",
            hunk_header="#22262c",
            verified="#45c7a0",
            contradicted="#ff9448",
            uncheckable="#9299a3",
            caution="#e5b143",
            syntax_keyword="#b79bf5",
            syntax_type="#7cc4e8",
            syntax_string="#dfba6f",
            syntax_number="#dfba6f",
            syntax_comment="#a3abb5",
            syntax_preprocessor="#e49bd0",
            status_present="#7ab0ff",
            status_merge="#e49bd0",
            scroll_handle="#3d424a",
        )


def theme_for(scheme: SchemeName) -> Theme:
    """The theme that a choice in the View menu means; "system" follows the desktop where it says, else light."""
    if scheme == "system":
        hints = QGuiApplication.styleHints()
        return Theme.dark() if hints.colorScheme() == Qt.ColorScheme.Dark else Theme.light()
    return Theme.dark() if scheme == "dark" else Theme.light()


def current_theme(app: QApplication | None = None) -> Theme:
    """The theme that `apply_theme` set last; light before that."""
    application = app if app is not None else QApplication.instance()
    found = application.property(THEME_PROPERTY) if application is not None else None
    return Theme.dark() if found == "dark" else Theme.light()


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Give the whole application `theme`: Fusion, a palette and the few rules that a palette cannot say."""
    app.setProperty(THEME_PROPERTY, theme.name)
    fusion = QStyleFactory.create("Fusion")
    if fusion is not None:
        app.setStyle(fusion)
    app.setPalette(palette(theme))
    app.setStyleSheet(_sheet(theme))


def palette(theme: Theme) -> QPalette:
    """The theme as a QPalette."""
    made = QPalette()
    role = QPalette.ColorRole
    for where, colour in (
        (role.Window, theme.background),
        (role.Base, theme.background),
        (role.AlternateBase, theme.surface),
        (role.Button, theme.surface),
        (role.Text, theme.text),
        (role.WindowText, theme.text),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.contradicted),
        (role.PlaceholderText, theme.muted),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.Highlight, theme.selection),
        (role.HighlightedText, theme.text),
        (role.Link, theme.accent),
        (role.LinkVisited, theme.accent),
        (role.Accent, theme.accent),
        (role.Light, theme.raised),
        (role.Midlight, theme.hairline),
        (role.Mid, theme.hairline),
        (role.Dark, theme.faint),
        (role.Shadow, theme.faint),
    ):
        made.setColor(where, QColor(colour))
    for where in (role.Text, role.WindowText, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, where, QColor(theme.faint))
    return made


def fixed_font(scale: float = 1.0) -> QFont:
    """The system's fixed font at the size of its UI font times `scale`; for code, ids, versions and mail."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(_ui_points() * scale)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    return font


def ui_font(scale: float = 1.0, *, bold: bool = False) -> QFont:
    """The system's UI font times `scale`."""
    font = QFont(QApplication.font())
    font.setPointSizeF(_ui_points() * scale)
    font.setBold(bold)
    return font


def row_height(font: QFont | None = None) -> int:
    """The height of one list row in pixels: about 1.6 em, on the grid's half step."""
    return max(20, round(QFontMetrics(font or QApplication.font()).height() * 1.42 / HALF) * HALF)


def _ui_points() -> float:
    return max(QApplication.font().pointSizeF(), 8.0)


def _sheet(theme: Theme) -> str:
    return f"""
QMainWindow::separator {{ background: {theme.hairline}; width: 1px; height: 1px; }}
QSplitter::handle {{ background: {theme.hairline}; }}
#top {{ background: {theme.surface}; border-bottom: 1px solid {theme.hairline}; }}
QMenuBar {{ background: transparent; border: none; padding: 0 {ONE}px; }}
QMenuBar::item {{ padding: {TWO}px {TWO}px; background: transparent; border-radius: {ONE}px; }}
QMenuBar::item:selected {{ background: {theme.selection}; }}
QMenu {{ background: {theme.background}; border: 1px solid {theme.hairline}; padding: {ONE}px; }}
QMenu::item {{ padding: {ONE}px {FOUR + TWO}px; border-radius: {HALF}px; }}
QMenu::item:selected {{ background: {theme.selection}; }}
QMenu::item:disabled {{ color: {theme.faint}; }}
QMenu::separator {{ height: 1px; background: {theme.hairline}; margin: {ONE}px {TWO}px; }}
QToolTip {{ background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.hairline}; padding: {ONE}px; }}
QTabBar {{ background: {theme.surface}; border: none; }}
QTabBar::tab {{ background: transparent; color: {theme.muted}; padding: {ONE + HALF}px {THREE}px; border: none;
  border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {theme.text}; border-bottom: 2px solid {theme.accent}; }}
QTabBar::tab:hover {{ color: {theme.text}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {theme.hairline}; }}
QTabWidget::tab-bar {{ left: 0; }}
QAbstractScrollArea {{ border: none; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QTableView, QListView, QTreeView {{ border: none; outline: none; gridline-color: transparent; }}
QHeaderView {{ background: {theme.background}; border: none; }}
QHeaderView::section {{ background: {theme.background}; color: {theme.muted}; border: none;
  padding: {HALF}px 0; font-size: {_ui_points() * 0.85:.1f}pt; }}
#matrix QHeaderView::section, #claims_list QHeaderView::section {{ padding-left: {ONE}px; padding-right: {ONE}px; }}
QTableCornerButton::section {{ background: {theme.background}; border: none; }}
QLineEdit {{ background: {theme.background}; border: 1px solid {theme.hairline}; border-radius: {ONE}px;
  padding: {HALF}px {TWO}px; selection-background-color: {theme.accent};
  selection-color: {theme.background}; }}
QLineEdit:focus {{ border: 1px solid {theme.accent}; }}
QPlainTextEdit {{ selection-background-color: {theme.selection}; selection-color: {theme.text}; }}
QStatusBar {{ background: {theme.surface}; border-top: 1px solid {theme.hairline}; color: {theme.muted}; }}
QStatusBar::item {{ border: none; }}
QPushButton, QComboBox {{ background: {theme.background}; border: 1px solid {theme.hairline};
  border-radius: {ONE}px; padding: {ONE}px {THREE}px; }}
QPushButton:hover, QComboBox:hover {{ border-color: {theme.faint}; }}
QPushButton:focus, QComboBox:focus {{ border-color: {theme.accent}; }}
QPushButton:disabled, QComboBox:disabled {{ color: {theme.faint}; }}
QComboBox {{ padding-right: {FOUR + TWO}px; }}
QComboBox::drop-down {{ border: none; width: {FOUR + ONE}px; }}
QComboBox::down-arrow {{ image: url("{resource("icons", "down.svg").as_posix()}"); width: 10px; height: 6px; }}
QComboBox QAbstractItemView {{ background: {theme.background}; border: 1px solid {theme.hairline}; }}
QToolButton {{ background: transparent; border: none; color: {theme.muted}; padding: {HALF}px {ONE}px; }}
QToolButton:hover, QToolButton:checked {{ color: {theme.text}; }}
QToolButton:focus {{ color: {theme.accent}; }}
QToolButton::menu-indicator {{ image: none; width: 0; }}
QScrollBar:vertical {{ background: transparent; width: {TWO + HALF}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {TWO + HALF}px; margin: 0; }}
QScrollBar::handle {{ background: {theme.scroll_handle}; border-radius: {HALF + 1}px; margin: {HALF}px; }}
QScrollBar::handle:vertical {{ min-height: {3 * TWO}px; }}
QScrollBar::handle:horizontal {{ min-width: {3 * TWO}px; }}
QScrollBar::handle:hover {{ background: {theme.faint}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
*[role="header"] {{ background: {theme.surface}; border-bottom: 1px solid {theme.hairline}; }}
*[role="muted"] {{ color: {theme.muted}; }}
*[role="caption"] {{ color: {theme.muted}; }}
"""
